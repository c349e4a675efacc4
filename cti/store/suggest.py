"""How a customer is known again, and who may be the same person: read-only, in a thread.

A suggestion always has evidence that a person can check, and is never carried out by itself. A number that several
people have proves nothing (a switchboard, a family), nor does a name; both count only beside something else.
"""

from collections.abc import Iterator, Sequence

from cti.core.ids import CustomerId, IdentifierId, Ms
from cti.store import lists, pins, reads
from cti.store.identity import name_key
from cti.store.identity_views import Evidence, IdentifierLine, Identity, MergeLine, MergePreview, MergeSide, Suggestion
from cti.store.reader import Reader
from cti.store.reads import Who

_PERSONAL = ("mail", "account")
"""Kinds of identifiers that people seldom share."""
_EVERYBODY = 3
"""What more than so many people write is a shop's number, or ours."""
_OWN = 32
_SHOWN = 5
_PRIOR = 2
"""How many confirmed calls the first belief is worth."""
_TRUST = 0.9
"""The first belief in a link of one customer, before any call was confirmed."""


def identity(db: Reader, customer: str) -> Identity | None:
    """Everything about who a customer is; None: there is no such customer."""
    who = reads.who_is(db, customer)
    if who is None:
        return None
    return Identity(
        customer=CustomerId(who.id),
        identifiers=tuple(sorted(_identifiers(db, who), key=lambda one: (-one.last_seen, one.id))),
        merges=tuple(_merges(db, who)),
        suggestions=suggestions(db, who),
        pin=pins.line(db, who.members),
    )


def preview(db: Reader, kept: str, gone: str) -> MergePreview | None:
    """What a merge would make of two customers; None: one of them is not there, or they are one already."""
    one, other = reads.who_is(db, kept), reads.who_is(db, gone)
    if one is None or other is None or one.id == other.id:
        return None
    if reads.is_identifier(one.id) and not reads.is_identifier(other.id):
        one, other = other, one
    together = Who(
        one.id,
        one.name or other.name,
        one.language or other.language,
        one.tier or other.tier,
        (*one.members, *other.members),
    )
    return MergePreview(
        kept=_side(db, [one], one), gone=_side(db, [other], other), together=_side(db, [one, other], together)
    )


def suggestions(db: Reader, who: Who) -> tuple[Suggestion, ...]:
    """Who may be the same person as `who`, best proven first."""
    mine = [one for one in reads.owners_of(db, who) if reads.is_identifier(one)][:_OWN]
    apart = _apart(db, who)
    found: dict[str, dict[tuple[str, str], Evidence]] = {}
    others: dict[str, Who] = {}
    for other, evidence in _evidence(db, who, mine):
        if other.id == who.id or not apart.isdisjoint(other.members):
            continue
        others[other.id] = other
        found.setdefault(other.id, {}).setdefault((evidence.kind, evidence.what), evidence)
    key = name_key(who.name)
    for id_, other in others.items():
        if key and name_key(other.name) == key:
            found[id_][("name", key)] = Evidence(kind="name", what=other.name)
    proven = sorted(found, key=lambda id_: (-len(found[id_]), -max(one.at or 0 for one in found[id_].values()), id_))
    return tuple(
        Suggestion(other=lists.hit(db, others[id_]), evidence=tuple(found[id_].values())) for id_ in proven[:_SHOWN]
    )


def everybody(db: Reader) -> Iterator[tuple[Who, Suggestion]]:
    """Every suggestion there is, each pair once. Reads all that was written and all that is shared."""
    asked: set[str] = set()
    for start in _starts(db):
        people = reads.people_of(db, start)
        alone = reads.who_is(db, start) if not people else None
        for who in people or ([alone] if alone is not None else []):
            if who.id in asked:
                continue
            asked.add(who.id)
            for one in suggestions(db, who):
                if one.other.customer not in asked:
                    yield who, one


def _evidence(db: Reader, who: Who, mine: Sequence[str]) -> Iterator[tuple[Who, Evidence]]:
    if not mine:
        return
    key = name_key(who.name)
    for identifier in mine:
        people = reads.people_of(db, identifier)
        if len(people) < 2 or (known := reads.known(db, identifier)) is None:
            continue
        kind = identifier.partition(":")[0]
        for other in people:
            if kind in _PERSONAL or (key and name_key(other.name) == key):
                yield other, Evidence(kind="same", what=reads.display(kind, known.value))
    marks = ", ".join("?" * len(mine))
    for identifier, shown, at, source in db.execute(
        "SELECT m.identifier, m.shown, m.at, i.kind FROM mentions m LEFT JOIN interactions i ON i.id = m.interaction"
        f" WHERE m.owner IN ({marks}) AND m.identifier NOT IN ({marks}) ORDER BY m.at DESC LIMIT 50",
        (*mine, *mine),
    ).fetchall():
        writers = _writers(db, identifier)
        if len(writers) > _EVERYBODY:
            continue
        for other in _people(db, identifier):
            yield other, Evidence(kind="wrote", what=shown, source=source or "", at=Ms(at))
        for writer in writers:
            if writer not in mine:
                for other in _people(db, writer):
                    yield other, Evidence(kind="both_wrote", what=shown, source=source or "", at=Ms(at))
    for owner, shown, at, source in db.execute(
        "SELECT m.owner, m.shown, m.at, i.kind FROM mentions m LEFT JOIN interactions i ON i.id = m.interaction"
        f" WHERE m.identifier IN ({marks}) AND m.owner NOT IN ({marks}) ORDER BY m.at DESC LIMIT 50",
        (*mine, *mine),
    ).fetchall():
        for other in _people(db, owner):
            yield other, Evidence(kind="written", what=shown, source=source or "", at=Ms(at))


def _writers(db: Reader, identifier: str) -> list[str]:
    rows = db.execute("SELECT DISTINCT owner FROM mentions WHERE identifier = ? LIMIT ?", (identifier, _EVERYBODY + 2))
    return [owner for (owner,) in rows.fetchall()]


def _people(db: Reader, identifier: str) -> list[Who]:
    """Whose an identifier is: one customer, or a person of its own; nobody's in particular when several share it."""
    people = reads.people_of(db, identifier)
    if people:
        return people if len(people) == 1 else []
    alone = reads.who_is(db, identifier)
    return [] if alone is None else [alone]


def _apart(db: Reader, who: Who) -> set[str]:
    marks = ", ".join("?" * len(who.members))
    rows = db.execute(
        f"SELECT one, other FROM apart WHERE one IN ({marks}) OR other IN ({marks})", (*who.members, *who.members)
    )
    return {id_ for row in rows.fetchall() for id_ in row} - set(who.members)


def _starts(db: Reader) -> Iterator[str]:
    for (owner,) in db.execute("SELECT DISTINCT owner FROM mentions ORDER BY owner").fetchall():
        yield owner
    for (identifier,) in db.execute(
        "SELECT identifier FROM links WHERE ended IS NULL GROUP BY identifier HAVING count(*) > 1 ORDER BY identifier"
    ).fetchall():
        yield identifier


def _identifiers(db: Reader, who: Who) -> Iterator[IdentifierLine]:
    marks = ", ".join("?" * len(who.members))
    rows = db.execute(
        f"SELECT identifier, source FROM links WHERE customer IN ({marks}) AND ended IS NULL ORDER BY since LIMIT ?",
        (*who.members, _OWN),
    ).fetchall()
    sources: dict[str, str] = {who.id: ""} if reads.is_identifier(who.id) else {}
    for identifier, source in rows:
        sources.setdefault(identifier, source)
    for identifier, source in sources.items():
        row = db.execute(
            "SELECT kind, value, first_seen, last_seen FROM identifiers WHERE id = ?", (identifier,)
        ).fetchone()
        if row is None:
            continue
        kind, value, first, last = row
        people = max(1, len(reads.people_of(db, identifier)))
        yield IdentifierLine(
            id=IdentifierId(identifier),
            kind=kind,
            display=reads.display(kind, value),
            source=source,
            first_seen=Ms(first),
            last_seen=Ms(last),
            confidence=_confidence(db, identifier, who, people),
            shared=people - 1,
        )


def _confidence(db: Reader, identifier: str, who: Who, people: int) -> int:
    """Per cent. Starts at what a word is worth, shared among all who have it; each confirmed call moves it."""
    confirmed: dict[str, int] = {}
    for customer, n in db.execute(
        "SELECT customer, sum(n) FROM tallies WHERE owner = ? AND customer <> '' GROUP BY customer", (identifier,)
    ).fetchall():
        confirmed[customer] = int(n)
    mine = sum(confirmed.get(member, 0) for member in who.members)
    return round(100 * (_PRIOR * _TRUST / people + mine) / (_PRIOR + sum(confirmed.values())))


def _merges(db: Reader, who: Who) -> Iterator[MergeLine]:
    marks = ", ".join("?" * len(who.members))
    for id_, gone, at, by in db.execute(
        f"SELECT id, gone, at, who FROM merges WHERE kept IN ({marks}) AND undone IS NULL ORDER BY at DESC, id DESC",
        who.members,
    ).fetchall():
        yield MergeLine(id=str(id_), gone=gone, name=_name(db, gone), at=Ms(at), by=by)


def _name(db: Reader, gone: str) -> str:
    if reads.is_identifier(gone):
        known = reads.known(db, gone)
        return "" if known is None else known.name or reads.display(gone.partition(":")[0], known.value)
    row = db.execute("SELECT name FROM customers WHERE id = ?", (gone,)).fetchone()
    return row[0] if row else ""


def _side(db: Reader, of: Sequence[Who], shown: Who) -> MergeSide:
    owners = list(dict.fromkeys(owner for one in of for owner in reads.owners_of(db, one)))
    shown_identifiers = []
    for owner in owners:
        if (known := reads.known(db, owner)) is not None and (
            text := reads.display(owner.partition(":")[0], known.value)
        ):
            shown_identifiers.append(text)
    work = reads.open_work(db, [*shown.members, *owners], Ms(0))
    return MergeSide(
        customer=CustomerId(shown.id),
        name=shown.name,
        language=shown.language,
        tier=shown.tier,
        tags=reads.tags_of(db, shown.members),
        identifiers=tuple(shown_identifiers),
        counts=reads.counts(db, owners, shown.members),
        cases=work.cases,
        promises=work.promises,
    )
