"""Mails in any order, some of them twice and in the junk folder, too: the same threads, and the same lines."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cti.core.ids import Ms
from cti.ingest.mails import MailStore, Own
from cti.mail.headers import Address
from cti.mail.parse import Mail
from cti.mail.threading import NEAR_MS, Head, is_reply, subject_key, threads
from cti.store.database import Store
from cti.store.identity import Identities
from tests.examples import examples
from tests.store.conftest import DAY, NOW

IDENTITIES = Identities(b"a key of the site", "HK")
US = Address("Ana", "support@harbour.example")
THEM = (Address("Eleanor", "e@mail.example"), Address("Daniel", "d@mail.example"))
Copies = Sequence[tuple[Mail, bool]]
"""Mails as they come in, and whether from the junk folder."""


def made(n: int, refs: Sequence[int], subject: str, days: int, who: int, ours: bool, auto: str) -> Mail:
    them = THEM[who]
    return Mail(
        key=f"{n}" * 40,
        message_id=f"{n}@x",
        references=tuple(f"{ref}@x" for ref in refs),
        sender=US if ours else them,
        to=(them if ours else US,),
        date=Ms(NOW + days * DAY),
        subject=subject,
        subject_key=subject_key(subject),
        text=f"words {n}, call +44 7700 900{100 + n}",
        quoted="",
        attachments=(),
        auto=auto,
        language="en",
        problems=(),
    )


fields = st.tuples(
    st.lists(st.integers(0, 7), max_size=2),
    st.sampled_from(["Light", "Re: Light", "回复：账单", "账单", ""]),
    st.integers(0, 2 * NEAR_MS // DAY),
    st.integers(0, 1),
    st.booleans(),
    st.sampled_from(["", "", "", "auto_reply"]),
)
mails = st.lists(fields, min_size=1, max_size=7).map(lambda rows: [made(n, *row) for n, row in enumerate(rows)])


@pytest.fixture
def once(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/hotline.db")) as opened:
        yield opened


class RolledBackError(Exception):
    """Nothing of an example stays."""


def taken_in(store: Store, copies: Copies) -> dict[frozenset[str], tuple[object, ...]]:
    """Which mails are one thread, and what is shown of it: its line, and the numbers written in it."""
    found: dict[frozenset[str], tuple[object, ...]] = {}

    def work(connection: sa.Connection) -> None:
        into = MailStore(IDENTITIES, Own(["harbour.example"]))
        for mail, junk in copies:
            into.put(connection, _as_found(mail, junk), NOW)
        grouped: dict[str, set[str]] = {}
        for thread, id_ in connection.execute(sa.text("SELECT interaction, id FROM messages")):
            grouped.setdefault(thread, set()).add(id_)
        line = sa.text("SELECT owner, at, title, text, inbound, mark, agent_name FROM interactions WHERE id = :id")
        wrote = sa.text("SELECT owner, shown, at FROM mentions WHERE interaction = :id ORDER BY shown")
        for thread, ids in grouped.items():
            shown = connection.execute(line, {"id": thread}).first()
            written = [tuple(row) for row in connection.execute(wrote, {"id": thread})]
            found[frozenset(ids)] = (None if shown is None else tuple(shown), written)
        assert connection.execute(sa.text("SELECT count(*) FROM interactions")).scalar() == sum(
            line is not None for line, _ in found.values()
        )
        raise RolledBackError

    tried(store, work)
    return found


def _as_found(mail: Mail, junk: bool) -> Mail:
    return replace(mail, auto="spam") if junk and not mail.auto else mail


def tried(store: Store, work: Callable[[sa.Connection], None]) -> None:
    try:
        store.write(work)
    except RolledBackError:
        return
    raise AssertionError("it was kept")


def head(mail: Mail) -> Head:
    """What the reference looks at."""
    them = [one for one in ((mail.sender, *mail.to) if mail.sender else mail.to) if one != US]
    return Head(
        key=mail.key,
        ids=(mail.message_id, *mail.references),
        subject_key=mail.subject_key,
        loose=is_reply(mail.subject) and not mail.references,
        at=mail.date or NOW,
        people=frozenset(one.mail for one in them),
    )


@settings(examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mails=mails, data=st.data())
def test_any_order_of_mails_gives_the_same_threads_and_lines(
    once: Store, mails: list[Mail], data: st.DataObject
) -> None:
    junk = data.draw(st.lists(st.booleans(), min_size=len(mails), max_size=len(mails)))
    again = data.draw(st.lists(st.sampled_from(range(len(mails))), max_size=4))
    copies = [(mail, lay) for mail, lay in zip(mails, junk, strict=True)] + [(mails[n], True) for n in again]
    moved = data.draw(st.lists(st.sampled_from(range(len(mails))), max_size=2))
    copies += [(mails[n], False) for n in moved]
    first = taken_in(once, copies)
    assert taken_in(once, data.draw(st.permutations(copies))) == first
    expected = [frozenset(mails[n].key for n in thread) for thread in threads([head(mail) for mail in mails])]
    assert sorted(map(sorted, first)) == sorted(map(sorted, expected))
    people = {mails[n].key for n in (*moved, *(n for n, lay in enumerate(junk) if not lay)) if not mails[n].auto}
    for ids, (line, _) in first.items():
        assert (line is None) == (not ids & people)
