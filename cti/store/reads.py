"""Who a customer is and what they have, read by the driver itself; the pop reads all of it at once (`pops`).

Each statement touches a few neighbouring rows whatever the size of the history. Nothing here scans. The SQL is what
SQLite and PostgreSQL both understand.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

from msgspec import Struct, json

from cti.core.ids import AgentId, IdentifierId, Ms
from cti.core.world import Interaction
from cti.store import paths
from cti.store.identity import KINDS, display_phone
from cti.store.reader import Reader
from cti.store.views import CallerFacts, CaseLine, Entry, OpenPromise, PromiseLine
from cti.store.web_views import WebVisit

PEOPLE = 500
OWNERS = 32
BROWSERS_LAST = "identifier LIKE 'device:%', since DESC"
"""The order in which a customer's identifiers are looked at: people have ever more browsers."""
_LOOK_BACK = 200
"""On a shared number, lines confirmed as somebody else's are passed over; not more than this many."""
_CALLS_BACK = 20
"""Who talked with a caller longer ago than so many calls is a stranger by now."""
_OPEN = 20
_IS_OPEN = "NOT state <> 'open'"
"""Not `=`: SQLite would go through everybody's open promises by their index rather than look up one customer's."""
_CALL = re.compile(
    r"\W*(?:(?:i|we)(?: wi|')ll )?(?:call|ring|phone)[ -]?(?:(?:you|him|her|them|the customer|customer) )?back\b"
    r"|\W*(?:给|給)?(?:您|你|佢|他|她|客户|客戶)?(?:回电|回電|回拨|回撥|覆电|覆電|回复电话|回覆電話|覆返?電話)",
    re.IGNORECASE,
)
_OF_WEB = ("search", "visit")
_web_visit = json.Decoder(WebVisit).decode

ENTRY = (
    "id, kind, at, title, text, inbound, language, agent_name, lasted, waited, path, solved, mark, case_id, customer"
)


CASE = "id, title, state, opened, owner, priority, due, closed, solved, reopened"
CaseRow = tuple[int, str, str, Ms, str, int, Ms | None, Ms | None, bool | int | None, int]
"""A row of the columns in `CASE`."""
PROMISE = "id, what, due, made, agent, case_id"
PromiseRow = tuple[int, str, Ms, Ms, str, int | None]
"""A row of the columns in `PROMISE`."""


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

# fmt: off
EntryRow = tuple[
    str, str, Ms, str, str, bool | int, str | None, str,
    Ms | None, Ms | None, str, bool | int | None, str, int | None, str | None,
]
# fmt: on
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
        " WHERE l.identifier = ? AND l.ended IS NULL ORDER BY l.since, c.id LIMIT ?",
        (identifier, PEOPLE),
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
    return together(customer, rows)


def together(customer: str, rows: Sequence[tuple[str, str, str | None, str]]) -> Who:
    """A customer made of the rows (id, name, language, tier) that stand for it, its own first."""
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


def whose(db: Reader, customer: str) -> Who | None:
    """Whose a case is; one that came before its customer was known stands with an identifier: its one owner's."""
    people = people_of(db, customer) if is_identifier(customer) else []
    return people[0] if len(people) == 1 else who_is(db, customer)


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
        promised=_agent(db, "agent", "promises", _IS_OPEN, "due", customers),
        promise=promise,
    )


def _promised(db: Reader, customers: Sequence[str]) -> OpenPromise | None:
    """What these were promised that is due first."""
    if not customers:
        return None
    found = db.execute(
        f"SELECT agent, due, source, what FROM promises WHERE customer IN ({_marks(customers)}) AND {_IS_OPEN}"
        " ORDER BY due, id LIMIT 1",
        customers,
    ).fetchone()
    if found is None:
        return None
    agent, due, source, what = found
    call = (source or "").startswith("callback:") or is_call(what)
    return OpenPromise(by=AgentId(agent) if agent else None, due=Ms(due), call=call)


def is_call(what: str) -> bool:
    """Whether what an agent has promised is, beyond doubt, to call this customer: it begins with saying so."""
    return _CALL.match(what) is not None


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
        f"SELECT identifier FROM links WHERE customer IN ({_marks(who.members)}) AND ended IS NULL"
        f" ORDER BY {BROWSERS_LAST} LIMIT ?",
        (*who.members, OWNERS),
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
    return dict(
        db.execute(
            f"SELECT kind, CAST(sum(n) AS bigint) FROM tallies WHERE owner IN ({_marks(owners)})"
            f" AND customer IN ('', {_marks(members)}) GROUP BY kind",
            (*owners, *members),
        ).fetchall()
    )


class OpenWork(Struct, frozen=True):
    """How much is to be done for somebody."""

    cases: int
    cases_late: int
    promises: int
    promises_late: int
    next_promise: Ms | None
    """When what is not overdue is due next."""


def open_work(db: Reader, owners: Sequence[str], now: Ms) -> OpenWork:
    """All of it, also what is on no list because there is so much."""
    those = f"customer IN ({_marks(owners)})"
    late = "count(CASE WHEN due < ? THEN 1 END)"
    cases = db.execute(f"SELECT count(*), {late} FROM cases WHERE {those} AND state <> 'closed'", (now, *owners))
    promises = db.execute(
        f"SELECT count(*), {late}, min(CASE WHEN due >= ? THEN due END) FROM promises WHERE {those} AND {_IS_OPEN}",
        (now, now, *owners),
    )
    return OpenWork(*cases.fetchone(), *promises.fetchone())


def open_cases(customer: str) -> str:
    """SQL for the open cases, newest first, of those whose `customer` meets the condition."""
    return (
        f"SELECT {CASE} FROM cases WHERE customer {customer} AND state <> 'closed'"
        f" ORDER BY opened DESC, id DESC LIMIT {_OPEN}"
    )


def open_promises(customer: str) -> str:
    """SQL for the open promises, first due first, of those whose `customer` meets the condition."""
    return f"SELECT {PROMISE} FROM promises WHERE customer {customer} AND {_IS_OPEN} ORDER BY due, id LIMIT {_OPEN}"


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
