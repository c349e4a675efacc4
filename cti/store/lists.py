"""Lists and look-ups of the history beside the pop: calls, mails, search, what is usual. Read-only, in a thread."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from cti.core.ids import OUTWARD, AgentId, CustomerId, InteractionId, Ms, OutcomeId, QueueId
from cti.store import number_ends, paths, reads
from cti.store.identity import KINDS, Identifier, Identities, name_key
from cti.store.reader import Reader
from cti.store.views import (
    AgentDay,
    AgentNote,
    CallLine,
    CustomerHit,
    DuePromise,
    Entry,
    PromiseLine,
)

_EVER = Ms(2**62)
_WEEKS = 4
_HALF_HOUR_S = 1800
_QUARTER_S = 900

_WORDS = 5
"""Words of one search; more narrow nothing down."""
# The columns are joined by a line's end, which no word holds.
_HOLDS = (
    " AND (lower(title || '\n' || text || '\n' || path || '\n' || agent_name) LIKE ? ESCAPE '\\'"
    " OR EXISTS (SELECT 1 FROM messages m WHERE m.interaction = i.id"
    " AND lower(m.subject || '\n' || m.text) LIKE ? ESCAPE '\\'))"
)
_CALL = """
    SELECT c.interaction, c.at, c.number, i.kind, i.value, c.language, c.queue, c.agent, c.state, c.waited, c.talked,
           c.path, c.outcome, c.solved, coalesce(u.merged_into, a.customer), coalesce(r.name, u.name), a.text,
           c.recognised
    FROM calls c LEFT JOIN identifiers i ON i.id = c.caller LEFT JOIN annotations a ON a.interaction = c.interaction
         LEFT JOIN customers u ON u.id = a.customer LEFT JOIN customers r ON r.id = u.merged_into
"""
_NUMBERS = 5
_IN_QUEUE = (
    " AND (EXISTS (SELECT 1 FROM calls c WHERE c.interaction = i.id AND c.queue = ?)"
    " OR EXISTS (SELECT 1 FROM pieces p WHERE p.piece = i.id AND p.queue = ?))"
)


class Only(Struct, frozen=True, kw_only=True):
    """Which contacts of a customer are wanted: those for which all of it holds."""

    words: str = ""
    """Each of these stands in it: title, text, menus, agent, mails."""
    kinds: tuple[str, ...] = ()
    since: Ms | None = None
    until: Ms | None = None
    """Before then."""
    queue: str = ""
    solved: bool | None = None
    """As somebody has judged it."""
    case: str | None = None


ALL = Only()


def cursor(before: str | None) -> tuple[int, str] | None:
    """Where a page begins, out of `<at>.<id>`. Raises `ValueError` if it isn't that."""
    if before is None:
        return None
    at, dot, id_ = before.partition(".")
    if not dot or not at.isdecimal():
        raise ValueError(f"{before!r} is no place in a list: use the one the page before gave")
    return int(at), id_


def call(db: Reader, interaction: str) -> CallLine | None:
    """One call in full."""
    row = db.execute(_CALL + "WHERE c.interaction = ?", (interaction,)).fetchone()
    return _call_line(row) if row else None


def notes(db: Reader, interaction: str) -> tuple[AgentNote, ...]:
    """What agents have written about an interaction."""
    rows = db.execute(
        "SELECT n.agent, coalesce(a.name, n.agent), n.text FROM notes n LEFT JOIN agent_names a ON a.agent = n.agent"
        " WHERE n.interaction = ? AND n.text <> '' ORDER BY n.at, n.agent",
        (interaction,),
    )
    return tuple(AgentNote(agent=agent, name=name, text=words) for agent, name, words in rows.fetchall())


def calls(
    db: Reader,
    before: tuple[int, str] | None,
    limit: int,
    agent: AgentId | None,
    customer: CustomerId | None,
) -> tuple[tuple[CallLine, ...], str | None]:
    """Calls, newest first, and where the next page begins."""
    at, id_ = before or (1 << 62, "")
    if customer is not None:
        who = reads.who_is(db, customer)
        lines = (
            [] if who is None else reads.timeline(db, reads.owners_of(db, who), who.members, before, "call", limit + 1)
        )
        found = [line for line in (call(db, entry.id) for entry in lines) if line is not None]
        if agent is not None:
            found = [line for line in found if line.agent == agent]
    else:
        rows = db.execute(
            _CALL
            + "WHERE c.at <= ? AND (c.at, c.interaction) < (?, ?)"
            + (" AND c.agent = ?" if agent is not None else "")
            + " ORDER BY c.at DESC, c.interaction DESC LIMIT ?",
            (at, at, id_, *((agent,) if agent is not None else ()), limit + 1),
        )
        found = [_call_line(row) for row in rows]
    page = tuple(found[:limit])
    more = len(found) > limit
    return page, f"{page[-1].at}.{page[-1].interaction}" if more else None


def find_in(db: Reader, who: reads.Who, only: Only, before: tuple[int, str] | None, limit: int) -> list[Entry]:
    """The newest contacts of a customer that `only` lets through.

    Looks at this customer's own lines only, so it needs no index of words, and finds parts of words in every language
    alike. Case does not matter in ASCII.
    """
    narrowed, given = _narrowed(only)
    if narrowed is None:
        return []
    found = []
    members = ", ".join("?" * len(who.members))
    for owner in reads.owners_of(db, who):
        found += db.execute(
            f"SELECT {reads.ENTRY} FROM interactions i"
            f" WHERE owner = ? AND (customer IS NULL OR customer IN ({members}))"
            + (" AND (at, id) < (?, ?)" if before else "")
            + narrowed
            + " ORDER BY at DESC, id DESC LIMIT ?",
            (owner, *who.members, *(before or ()), *given, limit),
        ).fetchall()
    found.sort(key=lambda row: (row[2], row[0]), reverse=True)
    return [reads.entry(row) for row in found[:limit]]


def _narrowed(only: Only) -> tuple[str | None, list[object]]:
    """The conditions, and what stands where their `?` are; None: nothing can meet them."""
    words, given = "", list[object]()
    if only.words:
        asked = [f"%{_literal(one.lower())}%" for one in only.words.split()[:_WORDS]]
        if not asked:
            return None, given
        words += _HOLDS * len(asked)
        given += [one for one in asked for _ in range(2)]
    if only.kinds:
        words += f" AND kind IN ({', '.join('?' * len(only.kinds))})"
        given += only.kinds
    if only.since is not None:
        words += " AND at >= ?"
        given.append(only.since)
    if only.until is not None:
        words += " AND at < ?"
        given.append(only.until)
    if only.solved is not None:
        words += " AND solved" if only.solved else " AND NOT solved"
    if only.queue:
        words += _IN_QUEUE
        given += [only.queue] * 2
    if only.case is not None:
        if not only.case.isdecimal() or len(only.case) > 17:
            return None, given
        words += " AND case_id = ?"
        given.append(int(only.case))
    return words, given


def _literal(words: str) -> str:
    """For LIKE: every character as it is."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_CallRow = tuple[
    *tuple[InteractionId, Ms, str, str | None, str | None, str | None, str, str, str, Ms, Ms],
    *tuple[str, str, int | None, str | None, str | None, str | None, str],
]


def _call_line(row: _CallRow) -> CallLine:
    id_, at, number, kind, value, language, queue, agent, state, waited, talked, path, outcome, solved = row[:14]
    customer, name, words, recognised = row[14:]
    return CallLine(
        interaction=id_,
        at=at,
        number=number,
        display=reads.display(kind, value) if kind and value else "",
        from_page=kind == "device",
        outgoing=id_.startswith(OUTWARD),
        language=language,
        queue=QueueId(queue) if queue else None,
        agent=AgentId(agent) if agent else None,
        state=state,
        waited=waited,
        talked=talked,
        path=paths.choices(path),
        outcome=OutcomeId(outcome) if outcome else None,
        solved=None if solved is None else bool(solved),
        customer=CustomerId(customer) if customer else None,
        customer_name=name or "",
        note=words or "",
        recognised=recognised,
    )


def agent_day(db: Reader, agent: AgentId, zone: str, now: Ms) -> AgentDay:
    """What an agent did today, counted over all calls, however many."""
    row = db.execute(
        "SELECT count(*), coalesce(sum(talked), 0), count(solved), count(CASE WHEN solved THEN 1 END) FROM calls"
        " WHERE agent = ? AND at >= ? AND talked > 0",
        (agent, round(_midnight(zone, now).timestamp() * 1000)),
    ).fetchone()
    answered, talked, judged, solved = row
    return AgentDay(answered=answered, talked=Ms(int(talked)), judged=judged, solved=solved)


def _midnight(zone: str, now: Ms) -> datetime:
    """When the day of `now` began there."""
    return datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def promises(db: Reader, agent: str) -> tuple[PromiseLine, ...]:
    """An agent's open promises, by due time."""
    rows = db.execute(
        f"SELECT {reads.PROMISE} FROM promises WHERE state = 'open' AND agent = ? ORDER BY due",
        (agent,),
    )
    return tuple(reads.promise_line(*row) for row in rows)


def promises_due(db: Reader, limit: int, until: Ms = _EVER) -> tuple[DuePromise, ...]:
    """Everybody's open promises that are due by `until`, what is due first, first."""
    rows = db.execute(
        "SELECT p.id, p.what, p.due, p.made, p.agent, coalesce(r.id, c.id, p.customer), coalesce(r.name, c.name, '')"
        " FROM promises p LEFT JOIN customers c ON c.id = p.customer LEFT JOIN customers r ON r.id = c.merged_into"
        " WHERE p.state = 'open' AND p.due <= ? ORDER BY p.due, p.id LIMIT ?",
        (until, limit),
    )
    return tuple(
        DuePromise(
            id=str(id_),
            what=what,
            due=due,
            made=made,
            by=AgentId(agent) if agent else None,
            customer=CustomerId(customer),
            name=name,
        )
        for id_, what, due, made, agent, customer, name in rows.fetchall()
    )


def count_due(db: Reader, until: Ms) -> int:
    """How many open promises are due by `until`."""
    row = db.execute("SELECT count(*) FROM promises WHERE state = 'open' AND due <= ?", (until,)).fetchone()
    return int(row[0])


def search(db: Reader, identities: Identities, query: str, limit: int) -> tuple[CustomerHit, ...]:
    """Customers by exact number, address, account or case, then by the end of a number, by tag, by names that begin so.

    Then by names that hold it, unless a number was found: nobody waits for a million names to be read after that.
    """
    hits: dict[str, CustomerHit] = {}
    for customer, detail in _candidates(db, identities, query.strip(), limit):
        if len(hits) >= limit:
            break
        if (who := reads.who_is(db, customer)) is not None and who.id not in hits:
            hits[who.id] = hit(db, who, detail)
    return tuple(hits.values())


def hit(db: Reader, who: reads.Who, detail: str = "") -> CustomerHit:
    """A customer on one line; `detail` tells namesakes apart, by default a number or address of theirs."""
    owners = reads.owners_of(db, who)
    last = max((at for owner in owners if (at := _last(db, owner)) is not None), default=None)
    return CustomerHit(customer=CustomerId(who.id), name=who.name, detail=detail or _detail(db, owners), last=last)


def _candidates(db: Reader, identities: Identities, query: str, limit: int) -> Iterator[tuple[str, str]]:
    """(customer, what matched), likeliest first; lazily, for the last step reads every name."""
    if not query:
        return
    asked: list[Identifier | None] = [identities.account(query), identities.mail(query)]
    if sum(char.isdecimal() for char in query) >= number_ends.FEWEST:
        asked.append(identities.phone(query))
    by_number = False
    for identifier in asked:
        if identifier is not None and reads.known(db, identifier.id) is not None:
            by_number = by_number or identifier.kind == "tel"
            yield from _people(db, identifier.id, identifier.value)
    number = query.lstrip("#")
    if number.isdecimal() and len(number) < 18:
        row = db.execute("SELECT customer, title FROM cases WHERE id = ?", (int(number),)).fetchone()
        if row is not None:
            yield row[0], row[1]
    for id_, value in number_ends.found(db, query):
        by_number = True
        yield from _people(db, id_, value)
    key = name_key(query)
    if not key:
        return
    yield from db.execute(
        "SELECT customer, tag FROM tags WHERE word = ? AND ended IS NULL LIMIT ?", (key, limit)
    ).fetchall()
    rows = db.execute(
        "SELECT id FROM customers WHERE name_key >= ? AND name_key < ? ORDER BY name_key LIMIT ?",
        (key, key + "\U0010ffff", limit),
    )
    for (customer,) in rows.fetchall():
        yield customer, ""
    if by_number:
        return
    pattern = f"%{_literal(key)}%"
    rows = db.execute("SELECT id FROM customers WHERE name_key LIKE ? ESCAPE '\\' LIMIT ?", (pattern, limit))
    for (customer,) in rows.fetchall():
        yield customer, ""


def _people(db: Reader, identifier: str, value: str) -> Iterator[tuple[str, str]]:
    """Everybody with an identifier, or it in place of somebody, and how it is written."""
    shown = reads.display(identifier.partition(":")[0], value)
    for customer in [who.id for who in reads.people_of(db, identifier)] or [identifier]:
        yield customer, shown


def numbers(db: Reader, owners: Sequence[str]) -> tuple[str, ...]:
    """The telephone numbers among a customer's identifiers, the one seen last first."""
    phones = [owner for owner in owners if owner.startswith("tel:")][:_NUMBERS]
    if not phones:
        return ()
    marks = ", ".join("?" * len(phones))
    rows = db.execute(f"SELECT value FROM identifiers WHERE id IN ({marks}) ORDER BY last_seen DESC", phones)
    return tuple(reads.display("tel", value) for (value,) in rows)


def _last(db: Reader, owner: str) -> Ms | None:
    row = db.execute("SELECT at FROM interactions WHERE owner = ? ORDER BY at DESC LIMIT 1", (owner,)).fetchone()
    return Ms(row[0]) if row else None


def _detail(db: Reader, owners: Sequence[str]) -> str:
    """A number, else an address, else whatever there is, to tell namesakes apart."""
    for owner in sorted(owners, key=lambda one: KINDS.index(kind) if (kind := one.partition(":")[0]) in KINDS else 9):
        if (known := reads.known(db, owner)) is not None:
            return reads.display(owner.partition(":")[0], known.value)
    return ""


def usual_half_hours(db: Reader, zone: str, now: Ms) -> tuple[float, ...]:
    """Calls in each half hour of this weekday, the mean of the last four weeks in which there were any."""
    place = ZoneInfo(zone)
    today = _midnight(zone, now)
    begin, end = today.timestamp(), (today + timedelta(days=1)).timestamp()
    # By the clock on the wall: on the day clocks change, 09:00 is still compared with 09:00.
    slots = [
        datetime.fromtimestamp(begin + n * _HALF_HOUR_S, place) for n in range(round((end - begin) / _HALF_HOUR_S))
    ]
    weeks = []
    for week in range(1, _WEEKS + 1):
        quarters = [int((slot - timedelta(weeks=week)).timestamp()) // _QUARTER_S for slot in slots]
        counted = dict(
            db.execute(
                "SELECT quarter, sum(n) FROM arrivals WHERE quarter BETWEEN ? AND ? GROUP BY quarter",
                (quarters[0], quarters[-1] + 1),
            )
        )
        if counted:
            weeks.append([counted.get(quarter, 0) + counted.get(quarter + 1, 0) for quarter in quarters])
    return tuple(sum(counts) / len(weeks) for counts in zip(*weeks, strict=True))
