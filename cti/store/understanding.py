"""What is known of a customer beside their contacts: wishes, tags, and how they are best reached.

Tries are read from the lines and mails of the history; what became of them is judged here, what follows from it in
`reach`, which is pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from cti.core.hours import quiet_until
from cti.core.ids import AgentId, CustomerId, Ms
from cti.core.site import Site
from cti.store import pops, reads
from cti.store.reach import Limits, Try, full_hours, ways
from cti.store.reader import Reader
from cti.store.views import About, Facts, Tag, Wishes

_LINES = 400
"""So many of an identifier's newest contacts are looked at."""
_THREADS = 50
_HOUR_MS = 3_600_000
_ANSWER_MS = {"sms": 48 * _HOUR_MS, "chat": 48 * _HOUR_MS, "mail": 72 * _HOUR_MS}
"""Who answers within so long has been reached by that channel."""
_IGNORED = {"busy", "no_answer", "refused", "not_reached"}
"""Ends of a call of ours that say something of who was called, and not of the line."""
_SAMPLE = (("tel", 3000), ("mail", 500))
"""Kind of identifier, and lines from some place on. Ids are hashes: neighbours in the table are strangers in life."""
_ENOUGH = 50
"""Tries with customers of a tier, before they are told apart from all others."""
_FIND = "SELECT id, kind, at, inbound, lasted, mark FROM interactions WHERE owner = ?"
_WISH = "SELECT channel, never, begins, ends, note, who, at FROM wishes"

_Line = tuple[str, str, int, int, int | None, str]
"""id, kind, at, inbound, lasted, mark."""


def wishes_of(db: Reader, people: Sequence[str]) -> Wishes | None:
    """What was asked for last by anybody of these ids, who are one person."""
    row = db.execute(
        f"{_WISH} WHERE customer IN ({', '.join('?' * len(people))}) ORDER BY at DESC LIMIT 1", people
    ).fetchone()
    if row is None:
        return None
    channel, never, begins, ends, note, who, at = row
    return Wishes(
        channel=channel, never=tuple(never.split()), begins=begins, ends=ends, note=note, by=AgentId(who), at=at
    )


def wishes_of_number(db: Reader, identifier: str) -> tuple[Wishes, ...]:
    """What those asked for who have a number."""
    people = [who.members for who in reads.people_of(db, identifier)]
    found = [wishes_of(db, members) for members in people or [(identifier,)]]
    return tuple(one for one in found if one is not None)


def unwanted(site: Site, wishes: Iterable[Wishes], now: Ms) -> str:
    """Why somebody should not be called now: `never`, `not_now` (their own times), `quiet`; empty: nothing."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(site.zone))
    minute = local.hour * 60 + local.minute
    for one in wishes:
        if "call" in one.never:
            return "never"
        length = (one.ends - one.begins) % 1440 or 1440
        if (minute - one.begins) % 1440 >= length:
            return "not_now"
    return "quiet" if quiet_until(site, now) > now else ""


def about(db: Reader, customer: str, site: Site, like: dict[str, list[Try]], now: Ms) -> About | None:
    """What is known of a customer; None: there is no such customer."""
    who = reads.who_is(db, customer)
    if who is None:
        return None
    person = pops.person(db, who, now)
    wishes = wishes_of(db, who.members)
    owners = reads.owners_of(db, who)
    mine = [one for owner in owners for one in tries_of(db, owner, who.members, site.zone, now)]
    theirs = like.get(who.tier, [])
    if len(theirs) < _ENOUGH:
        theirs = [one for each in like.values() for one in each]
    begins, ends = (wishes.begins, wishes.ends) if wishes is not None else (0, 1440)
    hours = frozenset(hour for hour in full_hours(begins, ends) if not _is_quiet(site, now, hour))
    work = reads.open_work(db, [*who.members, *owners], now)
    going_on = _going_on(db, [line.id for line in person.timeline])
    tags = db.execute(
        f"SELECT tag, min(source) FROM tags WHERE customer IN ({', '.join('?' * len(who.members))}) AND ended IS NULL"
        " GROUP BY tag ORDER BY tag",
        who.members,
    ).fetchall()
    return About(
        customer=CustomerId(who.id),
        language=who.language,
        tier=who.tier,
        tags=tuple(Tag(tag=tag, source=source) for tag, source in tags),
        wishes=wishes,
        ways=ways(mine, theirs, Limits(wishes.never if wishes is not None else (), hours)),
        unwanted=unwanted(site, () if wishes is None else (wishes,), now),
        facts=Facts(
            since=_first(db, owners),
            contacts=sum(person.counts.values()) - len(going_on),
            last=next((line for line in person.timeline if line.id not in going_on), None),
            unsolved=sum(1 for line in person.timeline if line.solved is False),
            judged=sum(1 for line in person.timeline if line.solved is not None),
            cases=work.cases,
            cases_late=work.cases_late,
            promises=work.promises,
            promises_late=work.promises_late,
            next_promise=work.next_promise,
        ),
    )


def _going_on(db: Reader, lines: Sequence[str]) -> frozenset[str]:
    """Those that are not over: the call in which this is read is no contact that one had with them."""
    if not lines:
        return frozenset()
    marks = ", ".join("?" * len(lines))
    rows = db.execute(f"SELECT interaction FROM calls WHERE interaction IN ({marks}) AND state = 'open'", lines)
    return frozenset(row[0] for row in rows.fetchall())


def _first(db: Reader, owners: Sequence[str]) -> Ms | None:
    found = [
        row[0]
        for owner in owners
        if (row := db.execute("SELECT min(at) FROM interactions WHERE owner = ?", (owner,)).fetchone())[0] is not None
    ]
    return min(found, default=None)


def _is_quiet(site: Site, now: Ms, hour: int) -> bool:
    """Whether the site's quiet hours hold at some time of this hour today."""
    begin = datetime.fromtimestamp(now / 1000, ZoneInfo(site.zone)).replace(hour=hour, minute=0, second=0)
    first = Ms(round(begin.timestamp() * 1000))
    return quiet_until(site, first) > first or quiet_until(site, Ms(first + _HOUR_MS - 1)) > first + _HOUR_MS - 1


def sample(db: Reader, zone: str, now: Ms, chunk: int) -> dict[str, list[Try]]:
    """Tier -> what became of contacts with some of its customers: others each day, and the same all day long."""
    kind, size = _SAMPLE[chunk]
    start = f"{kind}:{blake2b(b'%d %d' % (now // (24 * _HOUR_MS), chunk), digest_size=12).hexdigest()}"
    columns = f"SELECT owner, {_FIND.removeprefix('SELECT ').partition(' FROM')[0]} FROM interactions WHERE"
    rows = db.execute(
        f"{columns} owner >= ? AND owner < ? ORDER BY owner, at LIMIT ?", (start, f"{kind};", size)
    ).fetchall()
    if len(rows) < size:
        # Round the end: a small site is looked at whole.
        rows += db.execute(
            f"{columns} owner >= ? AND owner < ? ORDER BY owner, at LIMIT ?", (f"{kind}:", start, size - len(rows))
        ).fetchall()
    by_owner: dict[str, list[_Line]] = {}
    for owner, *line in rows:
        by_owner.setdefault(owner, []).append((*line,))
    tiers = _tiers(db, list(by_owner))
    found: dict[str, list[Try]] = {}
    for owner, lines in by_owner.items():
        found.setdefault(tiers.get(owner, ""), []).extend(_judged(db, lines[::-1], zone, now))
    return found


CHUNKS = len(_SAMPLE)


def _tiers(db: Reader, owners: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for n in range(0, len(owners), 500):
        page = owners[n : n + 500]
        rows = db.execute(
            "SELECT l.identifier, c.tier FROM links l JOIN customers c ON c.id = l.customer"
            f" WHERE l.identifier IN ({', '.join('?' * len(page))}) AND l.ended IS NULL",
            page,
        )
        found.update(rows.fetchall())
    return found


def tries_of(db: Reader, owner: str, members: Sequence[str], zone: str, now: Ms) -> list[Try]:
    """Contacts that we began with an identifier's person, and whether each was answered."""
    marks = ", ".join("?" * len(members))
    lines = db.execute(
        f"{_FIND} AND (customer IS NULL OR customer IN ({marks})) ORDER BY at DESC, id DESC LIMIT ?",
        (owner, *members, _LINES),
    ).fetchall()
    return list(_judged(db, lines, zone, now))


def _judged(db: Reader, lines: Sequence[_Line], zone: str, now: Ms) -> Iterator[Try]:
    """`lines`: of one identifier, newest first."""
    place = ZoneInfo(zone)
    threads = [id_ for id_, kind, *_ in lines if kind == "mail"][:_THREADS]
    mails = _mails(db, threads)
    ended = _states(db, [id_ for id_, kind, _, inbound, *_ in lines if kind == "call" and not inbound])
    theirs: dict[str, int] = {}  # channel -> their next contact by it
    for id_, kind, at, inbound, lasted, mark in lines:
        if kind == "mail" and id_ in mails:
            for sent, replied in mails[id_]:
                if replied is not None or sent < now - _ANSWER_MS["mail"]:
                    yield _try("mail", sent, place, replied is not None)
        elif inbound:
            theirs[kind] = at
        elif kind == "call":
            state = ended.get(id_, "")
            if lasted or not state or state in _IGNORED:
                yield _try(kind, at, place, bool(lasted) and mark != "missed")
        elif kind in _ANSWER_MS:
            answered = kind in theirs and theirs[kind] - at <= _ANSWER_MS[kind]
            if answered or at < now - _ANSWER_MS[kind]:
                yield _try(kind, at, place, answered)


def _try(channel: str, at: int, place: ZoneInfo, answered: bool) -> Try:
    local = datetime.fromtimestamp(at / 1000, place)
    return Try(channel, local.weekday(), local.hour, answered)


def _states(db: Reader, calls: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for n in range(0, len(calls), 500):
        page = calls[n : n + 500]
        rows = db.execute(
            f"SELECT interaction, state FROM calls WHERE interaction IN ({', '.join('?' * len(page))})", page
        )
        found.update(rows.fetchall())
    return found


def _mails(db: Reader, threads: Sequence[str]) -> dict[str, list[tuple[int, int | None]]]:
    """Thread -> when we wrote, and when they answered that; what a machine of theirs sent is no answer."""
    if not threads:
        return {}
    found: dict[str, list[tuple[int, int | None]]] = {}
    for thread, at, inbound in db.execute(
        "SELECT interaction, at, inbound FROM messages"
        f" WHERE interaction IN ({', '.join('?' * len(threads))}) AND auto = '' ORDER BY at",
        threads,
    ):
        sent = found.setdefault(thread, [])
        if not inbound:
            sent.append((at, None))
        elif sent and sent[-1][1] is None and at - sent[-1][0] <= _ANSWER_MS["mail"]:
            sent[-1] = (sent[-1][0], at)
    return found
