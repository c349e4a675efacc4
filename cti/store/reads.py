"""The hottest query: everything the pop shows, read by the driver itself, one statement after another in one thread.

Each statement touches a few neighbouring rows whatever the size of the history: the newest of each identifier, counts
already kept (`tallies`), what is open. Nothing here scans. The SQL is what SQLite and PostgreSQL both understand.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter

from msgspec import Struct, json

from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId, Ms
from cti.core.world import Interaction
from cti.store import paths
from cti.store.identity import KINDS, display_phone
from cti.store.reader import Reader
from cti.store.views import CallerFacts, CaseLine, Entry, OpenPromise, Person, Pop, PromiseLine, Station
from cti.store.web_views import WebVisit

RECENT_MS = 5 * 24 * 3600 * 1000
TIMELINE = 20
_PEOPLE = 8
"""More people than this behind one number is a switchboard: the likeliest are shown, search finds the rest."""
_OWNERS = 32
_LOOK_BACK = 200
"""On a shared number, lines confirmed as somebody else's are passed over; not more than this many."""
_CALLS_BACK = 20
"""Who talked with a caller longer ago than so many calls is a stranger by now."""
_RAIL = 3
_NO_STATION = ("visit", "order")
"""Pages read and things ordered are no reason to call."""
_OF_WEB = ("search", "visit")
_web_visit = json.Decoder(WebVisit).decode
_BAD = {"nothing_found", "no_reply", "abandoned", "missed"}

ENTRY = (
    "id, kind, at, title, text, inbound, language, agent_name, lasted, waited, path, solved, mark, case_id, customer"
)


CASE = "id, title, state, opened, owner, priority, due, closed, solved, reopened"
CaseRow = tuple[int, str, str, Ms, str, int, Ms | None, Ms | None, int | None, int]
"""A row of the columns in `CASE`."""


class Known(Struct, frozen=True):
    """What the `identifiers` table holds of one."""

    value: str
    name: str
    language: str | None


class Who(Struct, frozen=True):
    """One customer as all screens name them, with everybody merged into them."""

    id: str
    name: str
    language: str | None
    tier: str
    members: tuple[str, ...]
    """Ids that stand for this customer, its own first."""


_AT_AND_ID = itemgetter(2, 0)

EntryRow = tuple[
    *tuple[str, str, Ms, str, str, int, str | None, str],
    *tuple[Ms | None, Ms | None, str, int | None, str, int | None, str | None],
]
"""A row of the columns in `ENTRY`."""


def entry(row: EntryRow) -> Entry:
    """A row of `ENTRY`'s columns as a line of the timeline."""
    id_, kind, at, title, text, inbound, language, agent, lasted, waited, path, solved, mark, case, _ = row
    # The way of a visit through a web site stands where that of a call through the menu does.
    visit = kind in _OF_WEB and path.startswith("{")
    return Entry(
        id=id_,
        kind=kind,
        at=at,
        title=title,
        text=text,
        inbound=bool(inbound),
        language=language,
        agent=agent or None,
        lasted=lasted,
        waited=waited,
        path=() if visit else paths.choices(path),
        solved=None if solved is None else bool(solved),
        mark=mark,
        case=None if case is None else str(case),
        web=_web_visit(path) if visit else None,
    )


@lru_cache(maxsize=4096)
def display(kind: str, value: str) -> str:
    """An identifier's value as people write it; empty for a browser's, which is a secret of that browser."""
    if kind == "device":
        return ""
    return display_phone(value) if kind == "tel" else value


def known(db: Reader, identifier: str) -> Known | None:
    """The identifier's own row."""
    row = db.execute("SELECT value, name, language FROM identifiers WHERE id = ?", (identifier,)).fetchone()
    return Known(*row) if row else None


def people_of(db: Reader, identifier: str) -> list[Who]:
    """Everybody linked to the identifier; several merged into one are one."""
    found: dict[str, Who] = {}
    for id_, name, language, tier, into, absorbed in db.execute(
        "SELECT c.id, c.name, c.language, c.tier, c.merged_into, c.absorbed"
        " FROM links l JOIN customers c ON c.id = l.customer"
        " WHERE l.identifier = ? AND l.ended IS NULL ORDER BY l.since, c.id LIMIT 500",
        (identifier,),
    ).fetchall():
        if into is None and not absorbed:
            found[id_] = Who(id_, name, language, tier, (id_,))
        elif (into or id_) not in found:
            found[into or id_] = _whole(db, into or id_)
    return list(found.values())


def _whole(db: Reader, customer: str) -> Who:
    """A customer others are merged into: what its own row leaves open, theirs say."""
    rows = db.execute(
        "SELECT id, name, language, tier FROM customers WHERE id = ? OR merged_into = ? ORDER BY created, id",
        (customer, customer),
    ).fetchall()
    rows.sort(key=lambda row: row[0] != customer)
    ids, names, languages, tiers = zip(*rows, strict=True)
    return Who(customer, _first(names) or "", _first(languages), _first(tiers) or "", ids)


def _first(values: Sequence[str | None]) -> str | None:
    return next(filter(None, values), None)


def who_is(db: Reader, customer: str) -> Who | None:
    """A customer, whichever of its merged ids is given, or an identifier standing for one."""
    row = db.execute(
        "SELECT id, name, language, tier, merged_into, absorbed FROM customers WHERE id = ?", (customer,)
    ).fetchone()
    if row is not None:
        id_, name, language, tier, into, absorbed = row
        return Who(id_, name, language, tier, (id_,)) if into is None and not absorbed else _whole(db, into or id_)
    if is_identifier(customer) and (row := known(db, customer)) is not None:
        return Who(customer, row.name, row.language, "", (customer,))
    return None


def is_identifier(customer: str) -> bool:
    """Whether the id of a person is an identifier's: one nobody is linked to stands for a person of its own."""
    return customer.partition(":")[0] in KINDS


def facts(db: Reader, identifier: IdentifierId) -> CallerFacts:
    """What a flow may branch on."""
    row = known(db, identifier)
    people = people_of(db, identifier)
    languages = {one.language for one in people}
    tiers = {one.tier for one in people}
    # Nobody knows which of several people on one number is calling.
    own = owners_of(db, people[0]) if len(people) == 1 else []
    customers = [*people[0].members, *own] if own else [identifier] if not people else []
    promise = _promised(db, customers)
    return CallerFacts(
        identifier=identifier,
        known=bool(people),
        # What was chosen on this very number last time is better than what anybody's record says.
        language=(row.language if row else None) or (languages.pop() if len(languages) == 1 else None),
        tier=tiers.pop() if len(tiers) == 1 else "",
        people=len(people),
        last_agent=_last_agent(db, own or [identifier]),
        case_owner=_agent(db, "owner", "cases", "state <> 'closed'", "opened DESC", customers),
        promised=_agent(db, "agent", "promises", "state = 'open'", "due", customers),
        promise=promise,
    )


def _promised(db: Reader, customers: Sequence[str]) -> OpenPromise | None:
    """What these were promised that is due first."""
    if not customers:
        return None
    found = db.execute(
        f"SELECT agent, due, source FROM promises WHERE customer IN ({_marks(customers)}) AND state = 'open'"
        " ORDER BY due, id LIMIT 1",
        customers,
    ).fetchone()
    if found is None:
        return None
    agent, due, source = found
    return OpenPromise(by=AgentId(agent) if agent else None, due=Ms(due), call=(source or "").startswith("callback:"))


def _agent(db: Reader, who: str, table: str, those: str, first: str, customers: Sequence[str]) -> AgentId | None:
    """Of these customers' rows of a table, the first with an agent."""
    if not customers:
        return None
    found = db.execute(
        f"SELECT {who} FROM {table} WHERE customer IN ({_marks(customers)}) AND {those} AND {who} <> ''"
        f" ORDER BY {first}, id LIMIT 1",
        customers,
    ).fetchone()
    return AgentId(found[0]) if found else None


def _last_agent(db: Reader, owners: Sequence[str]) -> AgentId | None:
    """Of the newest calls of these owners, the agent of the last that was answered."""
    found: list[tuple[int, str]] = []
    for owner in owners:
        found += db.execute(
            "SELECT at, agent FROM (SELECT at, agent FROM interactions WHERE owner = ? AND kind = 'call'"
            " ORDER BY at DESC, id DESC LIMIT ?) AS newest WHERE agent <> '' ORDER BY at DESC LIMIT 1",
            (owner, _CALLS_BACK),
        ).fetchall()
    return AgentId(max(found)[1]) if found else None


PROVING = ("pin", "account")
"""How an account number was keyed so that whoever has it is thought to call."""


class Keyed(Struct, frozen=True):
    """What a caller keyed, as far as it says who they are."""

    account: IdentifierId
    how: str
    """As in `CallerRecognised`."""


def keyed(call: Interaction) -> Keyed | None:
    """What the caller of an open call keyed."""
    return Keyed(call.account, call.recognised) if call.account is not None else None


def pop(
    db: Reader,
    identifier: IdentifierId | None,
    besides: InteractionId | None,
    now: Ms,
    keyed: Keyed | None = None,
) -> Pop:
    """Everything known about whoever calls from `identifier`; `besides` is the call itself, which is left out."""
    row = known(db, identifier) if identifier is not None else None
    linked = people_of(db, identifier) if identifier is not None else []
    how, shared, sure = _by(db, identifier) if identifier is not None and linked else "", len(linked), 0
    if keyed is not None and keyed.how in PROVING and (owners := people_of(db, keyed.account)):
        how, shared, sure = keyed.how, len(owners), len(owners)
        linked = _with(owners, linked) if keyed.how == "account" else owners
    elif keyed is not None:
        how = keyed.how
    calls: dict[str, int] = dict(
        db.execute("SELECT customer, n FROM tallies WHERE owner = ? AND kind = 'call'", (identifier or "",)).fetchall()
    )
    if len(linked) == 1:
        of_calls = sum(calls.values())
        shares = {linked[0].id: of_calls}
    else:
        of_calls = sum(n for customer, n in calls.items() if customer)
        shares = {one.id: sum(calls.get(member, 0) for member in one.members) for one in linked}
    first = {one.id for one in linked[:sure]}
    likely = sorted(linked, key=lambda one: (one.id not in first, -shares[one.id]))[:_PEOPLE]
    found = [person(db, one, now, besides=besides, calls=shares[one.id], of_calls=of_calls) for one in likely]
    # Between people who have called equally often, the one we know more of.
    found.sort(key=lambda one: (one.customer not in first, -one.calls, -sum(one.counts.values())))
    people = tuple(found)
    if not linked and row is not None and identifier is not None:
        alone = Who(identifier, row.name, row.language, "", (identifier,))
        stranger = person(db, alone, now, besides=besides)
        if stranger.timeline or stranger.cases or stranger.promises:
            people = (stranger,)
    shown = display(identifier.partition(":")[0], row.value) if row is not None and identifier is not None else ""
    return Pop(identifier=identifier, display=shown, people=people, how=how, shared=shared)


def _with(owners: list[Who], others: list[Who]) -> list[Who]:
    """An account number alone is no proof: whoever is known by the number stays to be chosen, after its owners."""
    ids = {one.id for one in owners}
    return owners + [one for one in others if one.id not in ids]


def _by(db: Reader, identifier: IdentifierId) -> str:
    """By what whoever has an identifier is recognised when they use it."""
    if not identifier.startswith("device:"):
        return "number"
    signed = db.execute(
        "SELECT 1 FROM links WHERE identifier = ? AND source = 'web' AND ended IS NULL LIMIT 1", (identifier,)
    ).fetchone()
    return "browser" if signed is None else "sign_in"


def person(
    db: Reader,
    who: Who,
    now: Ms,
    *,
    besides: InteractionId | None = None,
    calls: int = 0,
    of_calls: int = 0,
) -> Person:
    """One customer in full, with everything open and the newest of everything."""
    owners = owners_of(db, who)
    counts, used = _counts(db, owners, who.members, besides)
    lines = timeline(db, used, who.members, None, None, TIMELINE + 1)
    if besides is not None:
        lines = [line for line in lines if line.id != besides]
    lines = lines[:TIMELINE]
    return Person(
        customer=CustomerId(who.id),
        name=who.name,
        language=who.language,
        tier=who.tier,
        tags=tags_of(db, who.members),
        calls=calls,
        of_calls=of_calls,
        recent=sum(1 for line in lines if line.at > now - RECENT_MS),
        counts=counts,
        timeline=tuple(lines),
        cases=tuple(_cases(db, [*who.members, *owners])),
        promises=tuple(_promises(db, [*who.members, *owners])),
        rail=_rail(lines, now),
    )


def tags_of(db: Reader, members: Sequence[str]) -> tuple[str, ...]:
    """What is known to be so of a customer, in the order of the alphabet."""
    rows = db.execute(
        f"SELECT tag FROM tags WHERE customer IN ({_marks(members)}) AND ended IS NULL ORDER BY tag", members
    )
    return tuple(dict.fromkeys(tag for (tag,) in rows))


def owners_of(db: Reader, who: Who) -> list[str]:
    """Whose lines are this customer's: those of the identifiers linked to it, and its own without any."""
    if is_identifier(who.id):
        return [who.id]
    rows = db.execute(
        # Browsers come last, for people have ever more of them.
        f"SELECT identifier FROM links WHERE customer IN ({_marks(who.members)}) AND ended IS NULL"
        " ORDER BY identifier LIKE 'device:%', since DESC LIMIT ?",
        (*who.members, _OWNERS),
    ).fetchall()
    return [*dict.fromkeys(identifier for (identifier,) in rows), *(f"customer:{one}" for one in who.members)]


def timeline(
    db: Reader,
    owners: Sequence[str],
    members: Sequence[str],
    before: tuple[int, str] | None,
    kind: str | None,
    limit: int,
) -> list[Entry]:
    """The newest `limit` lines of these owners that are this customer's (`members`) or nobody's in particular.

    `before` is (at, id) of the last line of the page before.
    """
    rows: list[EntryRow] = []
    for owner in owners:
        rows += db.execute(
            f"SELECT * FROM (SELECT {ENTRY} FROM interactions WHERE owner = ?"
            + (" AND (at, id) < (?, ?)" if before else "")
            + (" AND kind = ?" if kind else "")
            + " ORDER BY at DESC, id DESC LIMIT ?) AS newest"
            + f" WHERE customer IS NULL OR customer IN ({_marks(members)}) LIMIT ?",
            (owner, *(before or ()), *((kind,) if kind else ()), limit + _LOOK_BACK, *members, limit),
        ).fetchall()
    if len(owners) > 1:
        rows.sort(key=_AT_AND_ID, reverse=True)
    return [entry(row) for row in rows[:limit]]


def counts(db: Reader, owners: Sequence[str], members: Sequence[str]) -> dict[str, int]:
    """How many lines of each kind these owners have that are this customer's or nobody's in particular."""
    return _counts(db, owners, members, None)[0]


def open_work(db: Reader, owners: Sequence[str]) -> tuple[int, int]:
    """How many cases and promises are open."""
    return len(list(_cases(db, owners))), len(list(_promises(db, owners)))


def _counts(
    db: Reader, owners: Sequence[str], members: Sequence[str], besides: InteractionId | None
) -> tuple[dict[str, int], list[str]]:
    """How many lines of each kind, and those owners that have any."""
    counts: dict[str, int] = {}
    used: dict[str, None] = {}
    for owner, kind, n in db.execute(
        f"SELECT owner, kind, n FROM tallies WHERE owner IN ({_marks(owners)}) AND customer IN ('', {_marks(members)})",
        (*owners, *members),
    ):
        counts[kind] = counts.get(kind, 0) + n
        used[owner] = None
    if besides is not None and counts:
        mine = db.execute("SELECT owner, kind FROM interactions WHERE id = ?", (besides,)).fetchone()
        if mine is not None and mine[0] in owners and counts.get(mine[1]):
            counts[mine[1]] -= 1
    return {kind: n for kind, n in counts.items() if n > 0}, list(used)


def _cases(db: Reader, owners: Sequence[str]) -> Iterator[CaseLine]:
    yield from map(
        case_line,
        db.execute(
            f"SELECT {CASE} FROM cases WHERE customer IN ({_marks(owners)})"
            " AND state <> 'closed' ORDER BY opened DESC LIMIT 20",
            owners,
        ),
    )


def case_line(row: CaseRow) -> CaseLine:
    """A row of `CASE`'s columns as a screen wants it."""
    id_, title, state, opened, owner, priority, due, closed, solved, reopened = row
    return CaseLine(
        id=str(id_),
        title=title,
        state=state,
        opened=opened,
        owner=owner or None,
        priority=priority,
        due=due,
        closed=closed,
        solved=None if solved is None else bool(solved),
        reopened=reopened,
    )


def _promises(db: Reader, owners: Sequence[str]) -> Iterator[PromiseLine]:
    for row in db.execute(
        f"SELECT id, what, due, made, agent, case_id FROM promises WHERE customer IN ({_marks(owners)})"
        " AND state = 'open' ORDER BY due LIMIT 20",
        owners,
    ):
        yield promise_line(*row)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def promise_line(id_: int, what: str, due: int, made: int, agent: str, case: int | None) -> PromiseLine:
    """A row of `promises` as a screen wants it."""
    return PromiseLine(
        id=str(id_),
        what=what,
        due=Ms(due),
        made=Ms(made),
        by=AgentId(agent) if agent else None,
        case=None if case is None else str(case),
    )


def _rail(lines: Sequence[Entry], now: Ms) -> tuple[Station, ...]:
    """How they got here: the last contacts of these days, oldest first, those that went badly before all others."""
    recent = [line for line in lines if line.at > now - RECENT_MS and line.kind not in _NO_STATION]
    bad = [line for line in recent if line.mark in _BAD or line.solved is False]
    chosen = (bad + [line for line in recent if line not in bad])[:_RAIL]
    return tuple(
        Station(
            kind=line.kind,
            title=line.title or line.text,
            detail=line.mark or ("not_solved" if line.solved is False else ""),
            at=line.at,
            bad=line in bad,
        )
        for line in sorted(chosen, key=attrgetter("at"))
    )
