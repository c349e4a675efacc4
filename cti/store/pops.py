"""The hottest query: everything the pop shows.

What is read is a few neighbouring rows whatever the size of the history: the newest of each identifier, counts already
kept (`tallies`), what is open. Nothing here scans. It is written down once for both databases, and asked for in two
ways: SQLite one thing after another, for a question costs next to nothing there; PostgreSQL all at once, for there each
is a round trip. `tests/store/test_pops.py` holds one against the other.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import NamedTuple

from msgspec import json

from cti.core.ids import CustomerId, IdentifierId, InteractionId, Ms
from cti.store import reads
from cti.store.reader import PostgresReader, Reader
from cti.store.reads import CASE, ENTRY, PROMISE, CaseRow, EntryRow, Keyed, PromiseRow, Who
from cti.store.views import Entry, Person, Pop, Station

RECENT_MS = 5 * 24 * 3600 * 1000
TIMELINE = 20
_LIKELIEST = 8
"""More people than this behind one number is a switchboard: the likeliest are shown, search finds the rest."""
_LOOK_BACK = 200
"""On a shared number, lines confirmed as somebody else's are passed over; not more than this many."""
_RAIL = 3
_NO_STATION = ("visit", "order")
"""Pages read and things ordered are no reason to call."""
_BAD = {"nothing_found", "no_reply", "abandoned", "missed"}
_AT_AND_ID = itemgetter(2, 0)


class _Found(NamedTuple):
    """A person as the database knows them."""

    who: Who
    besides: str | None
    """Kind of the call that is left out, if it is one of their lines."""
    tallies: Sequence[tuple[str, str, int]]
    """Owner, kind, how many."""
    lines: list[EntryRow]
    """The newest of each owner."""
    tags: Sequence[tuple[str]]
    cases: Sequence[CaseRow]
    promises: Sequence[PromiseRow]


class _Callers(NamedTuple):
    """Whoever may be calling from an identifier."""

    value: str | None
    """The identifier's own; None: never heard of."""
    called: Mapping[str, int]
    """Calls from there, by the customer they were confirmed to be of; empty: of nobody in particular."""
    signed: bool
    """Somebody signed in there, on a web site."""
    linked: int
    """How many have it, or the account that was keyed."""
    owners: int
    """How many have that account."""
    people: Sequence[_Found]
    """The account's first, then likeliest first; a number that is nobody's is a person of its own."""


def pop(
    db: Reader,
    identifier: IdentifierId | None,
    besides: InteractionId | None,
    now: Ms,
    keyed: Keyed | None = None,
) -> Pop:
    """Everything known about whoever calls from `identifier` and has keyed an account's number; `besides` is the call
    itself, which is left out."""
    account = keyed.account if keyed is not None and keyed.how in reads.PROVING else ""
    look = _at_once if isinstance(db, PostgresReader) else _in_turn
    found = look(db, identifier or "", account, besides or "")
    alone = [] if found.linked else [_person(one, now) for one in found.people]
    people = [one for one in alone if one.timeline or one.cases or one.promises]
    if found.linked:
        # An account number alone is no proof: whoever is known by the number stays to be chosen, after its owners.
        proved = found.owners if keyed is not None and keyed.how == "pin" else 0
        shared = (proved or found.linked) > 1
        of_calls = sum(n for customer, n in found.called.items() if customer or not shared)
        likely = found.people[:proved] if proved else found.people
        people = [_person(one, now, _share(one.who, found.called) if shared else of_calls, of_calls) for one in likely]
        first = {one.customer for one in people[: found.owners]}
        # Between people who have called equally often, the one we know more of.
        people.sort(key=lambda one: (one.customer not in first, -one.calls, -sum(one.counts.values())))
    return Pop(
        identifier=identifier,
        display=reads.display(identifier.partition(":")[0], found.value) if identifier and found.value else "",
        people=tuple(people),
        how=keyed.how if keyed is not None else _by(identifier or "", found) if found.linked else "",
        shared=found.owners or found.linked,
    )


def _by(identifier: str, found: _Callers) -> str:
    """By what whoever has an identifier is recognised when they use it."""
    if not identifier.startswith("device:"):
        return "number"
    return "sign_in" if found.signed else "browser"


def person(db: Reader, who: Who, now: Ms, besides: InteractionId | None = None) -> Person:
    """One customer in full, with everything open and the newest of everything; `besides` is a call that is left out."""
    return _person(_of_one(db, who, besides or ""), now)


def _share(who: Who, called: Mapping[str, int]) -> int:
    """How many of the calls were confirmed as this customer's."""
    return sum(called.get(member, 0) for member in who.members)


# --- one thing after another


def _in_turn(db: Reader, identifier: str, account: str, besides: str) -> _Callers:
    known = reads.known(db, identifier)
    owners = reads.people_of(db, account) if account else []
    first = {one.id for one in owners}
    linked = owners + [one for one in reads.people_of(db, identifier) if one.id not in first]
    called = dict(
        db.execute("SELECT customer, n FROM tallies WHERE owner = ? AND kind = 'call'", (identifier,)).fetchall()
    )
    likely = linked
    if len(linked) > 1:
        likely = sorted(linked, key=lambda one: (one.id not in first, -_share(one, called)))[:_LIKELIEST]
    elif not linked and known is not None:
        likely = [Who(identifier, known.name, known.language, "", (identifier,))]
    return _Callers(
        value=None if known is None else known.value,
        called=called,
        signed=identifier.startswith("device:") and bool(db.execute(_SIGNED, (identifier,)).fetchone()),
        linked=len(linked),
        owners=len(owners),
        people=[_of_one(db, one, besides) for one in likely],
    )


def _of_one(db: Reader, who: Who, besides: str) -> _Found:
    owners, members = reads.owners_of(db, who), who.members
    asked = _questions(len(owners), len(members))
    tallies = db.execute(asked.tallies, (*owners, *members)).fetchall()
    kind = db.execute(asked.kind, (besides, *owners, *members)).fetchone() if besides else None
    lines: list[EntryRow] = []
    for owner in dict.fromkeys(owner for owner, _, _ in tallies):
        lines += db.execute(asked.newest, (owner, besides, *members)).fetchall()
    return _Found(
        who=who,
        besides=kind[0] if kind else None,
        tallies=tallies,
        lines=lines,
        tags=db.execute(asked.tags, members).fetchall(),
        cases=db.execute(asked.cases, (*members, *owners)).fetchall(),
        promises=db.execute(asked.promises, (*members, *owners)).fetchall(),
    )


class _Questions(NamedTuple):
    """What is asked about one person."""

    tallies: str
    kind: str
    newest: str
    """Of one owner."""
    tags: str
    cases: str
    promises: str


@lru_cache(maxsize=256)
def _questions(owners: int, members: int) -> _Questions:
    o, m, everybody = (f"IN ({', '.join('?' * count)})" for count in (owners, members, members + owners))
    return _Questions(
        tallies=_tallies(o, m),
        kind=_kind(o, m),
        newest=_newest("?", m),
        tags=_tags(m),
        cases=reads.open_cases(everybody),
        promises=reads.open_promises(everybody),
    )


_SIGNED = "SELECT 1 FROM links WHERE identifier = ? AND source = 'web' AND ended IS NULL LIMIT 1"


def _newest(owner: str, members: str) -> str:
    """The newest lines of an owner that are this person's or nobody's in particular, but for one that is left out."""
    return (
        f"SELECT {ENTRY} FROM (SELECT {ENTRY} FROM interactions WHERE owner = {owner}"
        f" ORDER BY at DESC, id DESC LIMIT {TIMELINE + _LOOK_BACK}) AS newest"
        f" WHERE id <> ? AND (customer IS NULL OR customer {members}) LIMIT {TIMELINE}"
    )


def _kind(owners: str, members: str) -> str:
    return f"SELECT kind FROM interactions WHERE id = ? AND owner {owners} AND (customer IS NULL OR customer {members})"


def _tallies(owners: str, members: str) -> str:
    return f"SELECT owner, kind, n FROM tallies WHERE owner {owners} AND (customer = '' OR customer {members})"


def _tags(members: str) -> str:
    return f"SELECT tag FROM tags WHERE customer {members} AND ended IS NULL"


# --- all at once

_MEMBERS, _OWNERS, _EVERYBODY = "= ANY(m.ids)", "= ANY(o.ids)", "= ANY(m.ids || o.ids)"
# Arrays, not IN: they are looked up in an index, whatever the planner thinks of the sizes of tables.
_BETWEEN = "\x1e"
"""Between the lists of two owners: JSON has no control characters."""


def _listed(columns: str, rows: str) -> str:
    """Rows as one JSON list of lists; NULL: there are none."""
    return f"(SELECT json_agg(json_build_array({columns}))::text FROM ({rows}) AS listed)"


_ALL = f"""
WITH called AS (
  SELECT coalesce(c.merged_into, t.customer) AS person, sum(t.n) AS n
  FROM tallies t LEFT JOIN customers c ON c.id = t.customer WHERE t.owner = ? AND t.kind = 'call' GROUP BY 1
), linked AS (
  SELECT coalesce(c.merged_into, c.id) AS person, min(l.since) AS since, min(c.id) AS first,
    bool_or(l.identifier = ?) AS owner
  FROM links l JOIN customers c ON c.id = l.customer
  WHERE l.identifier IN (?, ?) AND l.ended IS NULL GROUP BY 1 ORDER BY 4 DESC, 2, 3 LIMIT {reads.PEOPLE}
), people AS (
  SELECT * FROM (
    SELECT l.person, l.since, l.first, l.owner, coalesce(k.n, 0) AS share FROM linked l
    LEFT JOIN called k ON k.person = l.person ORDER BY owner DESC, share DESC, since, first LIMIT {_LIKELIEST}
  ) AS likeliest
  UNION ALL SELECT ?, 0, '', false, 0 WHERE NOT EXISTS (SELECT 1 FROM linked)
)
SELECT p.person,
(SELECT value FROM identifiers WHERE id = ?),
EXISTS ({_SIGNED}),
(SELECT count(*) FROM linked),
(SELECT count(*) FROM linked WHERE owner),
{_listed("customer, n", "SELECT customer, n FROM tallies WHERE owner = ? AND kind = 'call'")},
m.named::text,
({_kind(_OWNERS, _MEMBERS)}),
{_listed("owner, kind, n", _tallies(_OWNERS, _MEMBERS))},
(SELECT string_agg({_listed(ENTRY, _newest("one.id", _MEMBERS))}, ?) FROM unnest(o.ids) AS one(id)),
{_listed("tag", _tags(_MEMBERS))},
{_listed(CASE, reads.open_cases(_EVERYBODY))},
{_listed(PROMISE, reads.open_promises(_EVERYBODY))}
FROM people p
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(id), ARRAY[p.person]) AS ids,
    coalesce(array_agg('customer:' || id), ARRAY[p.person]) AS owners,
    coalesce(
      json_agg(json_build_array(id, name, language, tier) ORDER BY id <> p.person, created, id),
      (SELECT json_build_array(json_build_array(id, name, language, '')) FROM identifiers WHERE id = p.person)
    ) AS named
  FROM customers WHERE id = p.person OR merged_into = p.person
) m
CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT identifier) || m.owners AS ids FROM (
    SELECT identifier FROM links WHERE customer = ANY(m.ids) AND ended IS NULL
    ORDER BY {reads.BROWSERS_LAST} LIMIT {reads.OWNERS}
  ) AS newest
) o
ORDER BY p.owner DESC, p.share DESC, p.since, p.first"""
"""Whoever may be calling: those whom the number and the account are linked to, or whoever it is of itself; `m` is
everybody merged into one, `o` the owners of their lines."""

_called = json.Decoder(list[tuple[str, int]]).decode
_members = json.Decoder(list[tuple[str, str, str | None, str]]).decode
_counted = json.Decoder(list[tuple[str, str, int]]).decode
_lines = json.Decoder(list[EntryRow]).decode
_words = json.Decoder(list[tuple[str]]).decode
_cases = json.Decoder(list[CaseRow]).decode
_promises = json.Decoder(list[PromiseRow]).decode


def _at_once(db: Reader, identifier: str, account: str, besides: str) -> _Callers:
    # In the order of the question marks.
    given = (identifier, account, identifier, account, *(identifier,) * 4, besides, besides, _BETWEEN)
    rows = db.execute(_ALL, given).fetchall()
    people = []
    for id_, _, _, _, _, _, members, kind, tallies, lines, tags, cases, promises in rows:
        if members is not None:
            people.append(
                _Found(
                    who=reads.together(id_, _members(members)),
                    besides=kind,
                    tallies=_counted(tallies) if tallies else (),
                    lines=[row for owner in lines.split(_BETWEEN) for row in _lines(owner)] if lines else [],
                    tags=_words(tags) if tags else (),
                    cases=_cases(cases) if cases else (),
                    promises=_promises(promises) if promises else (),
                )
            )
    _, value, signed, linked, owners, called, *_ = rows[0]
    return _Callers(
        value=value,
        called=dict(_called(called)) if called else {},
        signed=signed,
        linked=linked,
        owners=owners,
        people=people,
    )


# --- made of it


def _person(found: _Found, now: Ms, calls: int = 0, of_calls: int = 0) -> Person:
    found.lines.sort(key=_AT_AND_ID, reverse=True)
    timeline = tuple(map(reads.entry, found.lines[:TIMELINE]))
    since = now - RECENT_MS
    recent = [line for line in timeline if line.at > since]
    return Person(
        customer=CustomerId(found.who.id),
        name=found.who.name,
        language=found.who.language,
        tier=found.who.tier,
        tags=tuple(sorted({tag for (tag,) in found.tags})),
        calls=calls,
        of_calls=of_calls,
        recent=len(recent),
        counts=_counts(found),
        timeline=timeline,
        cases=tuple(map(reads.case_line, found.cases)),
        promises=tuple(reads.promise_line(*row) for row in found.promises),
        rail=_rail(recent),
    )


def _counts(found: _Found) -> dict[str, int]:
    """How many lines of each kind, the call itself left out."""
    counts: dict[str, int] = {}
    for _, kind, n in found.tallies:
        counts[kind] = counts.get(kind, 0) + n
    if found.besides in counts:
        counts[found.besides] -= 1
    return {kind: n for kind, n in counts.items() if n > 0}


def _rail(lines: Sequence[Entry]) -> tuple[Station, ...]:
    """How they got here: the last contacts of these days, oldest first, those that went badly before all others."""
    recent = [line for line in lines if line.kind not in _NO_STATION]
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
