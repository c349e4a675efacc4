"""Who may be one person: proposed with evidence that can be checked, never done, and never by a name alone."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cti.core.ids import AgentId, CustomerId
from cti.ingest.mails import ingest_mails
from cti.store import mentions, suggest
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.lists import Only
from cti.store.records import CustomerRow, InteractionRow, Seen, link, put_customers, put_interactions, see
from tests.store.conftest import NOW

MAIL = """\
From: Ellie <ellie@private.example>
To: us@harbour.example
Subject: No light
Date: Sat, 21 Nov 2026 10:00:00 +0800
Message-ID: <{n}@private.example>

{words}
--
Eleanor Whitcombe
Tel. +44 7700 900143, work: {work}
"""


def write_mails(store: Store, identities: Identities, folder: Path, *texts: tuple[str, str]) -> None:
    for n, (words, work) in enumerate(texts):
        (folder / f"{n}.eml").write_text(MAIL.format(n=n, words=words, work=work))
    ingest_mails(store, identities, folder, ["harbour.example"], NOW)


@pytest.fixture
def known(store: Store, identities: Identities) -> None:
    """Eleanor by telephone, somebody by a form, a namesake, and a family behind one number."""
    tel, home = identities.phone("+44 7700 900143"), identities.phone("+852 2123 4567")
    form = identities.device("browser-1")
    assert tel is not None
    assert home is not None
    assert form is not None

    def fill(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW), Seen(home, NOW), Seen(form, NOW)])
        names = {
            "eleanor": "Eleanor Whitcombe",
            "namesake": "Eleanor Whitcombe",
            "daniel": "Daniel W.",
            "form": "E. W.",
        }
        put_customers(connection, [CustomerRow(id=id_, at=NOW, name=name) for id_, name in names.items()])
        link(connection, [(tel.id, "eleanor"), (form.id, "form")], "crm", NOW)
        link(connection, [(home.id, "eleanor"), (home.id, "daniel")], "crm", NOW)
        lines = [
            InteractionRow(
                owner=form.id, at=NOW, id="f-1", kind="form", title="Contact", text="Mail me: eleanor@work.example"
            )
        ]
        put_interactions(connection, lines)
        mentions.note(connection, identities, [mentions.Written(form.id, "f-1", NOW, "Mail me: eleanor@work.example")])

    store.write(fill)


async def reasons(history: History, customer: str) -> dict[str, set[tuple[str, str, str]]]:
    found = await history.people.identity(CustomerId(customer))
    assert found is not None
    return {
        one.other.customer: {(each.kind, each.what, each.source) for each in one.evidence} for one in found.suggestions
    }


async def test_a_number_in_a_signature_and_one_address_written_twice(
    history: History, store: Store, identities: Identities, tmp_path: Path, known: None
) -> None:
    assert await reasons(history, "eleanor") == {}  # neither the namesake nor who shares the number at home
    write_mails(store, identities, tmp_path, ("Still dark.", "eleanor@work.example"))
    mail = identities.mail("ellie@private.example")
    assert mail is not None
    written = ("written", "+44 7700 900143", "mail")
    assert await reasons(history, "eleanor") == {mail.id: {written}}
    assert await reasons(history, mail.id) == {
        "eleanor": {("wrote", "+44 7700 900143", "mail")},
        "form": {("both_wrote", "eleanor@work.example", "mail")},
    }
    assert await reasons(history, "form") == {mail.id: {("both_wrote", "eleanor@work.example", "form")}}
    db = store.driver()
    assert {tuple(sorted((who.id, one.other.customer))) for who, one in suggest.everybody(db)} == {
        ("eleanor", mail.id),
        ("form", mail.id),
    }
    db.close()
    await history.people.tell_apart(CustomerId("form"), CustomerId(mail.id), AgentId("ana"))
    assert await reasons(history, "form") == {}
    await history.people.merge(CustomerId("eleanor"), CustomerId(mail.id), AgentId("ana"))
    assert await reasons(history, "eleanor") == {"form": {("both_wrote", "eleanor@work.example", "mail")}}


async def test_a_number_everybody_writes_proves_nothing_nor_does_one_that_was_quoted(
    history: History, store: Store, identities: Identities, tmp_path: Path, known: None
) -> None:
    shop = "+852 3500 1234"
    written = [mentions.Written(f"mail:{n}", f"m-{n}", NOW, f"Call the shop, {shop}") for n in range(4)]
    store.write(lambda c: mentions.note(c, identities, written))
    quoting = f"Still dark. The shop ({shop}) knows nothing.\n\n> Call Daniel on +852 2123 4567"
    write_mails(store, identities, tmp_path, (quoting, ""))
    mail = identities.mail("ellie@private.example")
    assert mail is not None
    assert set(await reasons(history, mail.id)) == {"eleanor"}
    assert await reasons(history, "daniel") == {}


async def test_an_address_both_have_is_evidence_and_the_name_adds_to_it(
    history: History, store: Store, identities: Identities, known: None
) -> None:
    mail = identities.mail("e.whitcombe@mail.example")
    assert mail is not None

    def both(connection: sa.Connection) -> None:
        see(connection, [Seen(mail, NOW)])
        link(connection, [(mail.id, "eleanor"), (mail.id, "namesake")], "shop", NOW)

    store.write(both)
    assert await reasons(history, "eleanor") == {
        "namesake": {("same", "e.whitcombe@mail.example", ""), ("name", "Eleanor Whitcombe", "")}
    }


async def test_a_customers_contacts_are_searched_in_full_and_nobody_elses(
    history: History, store: Store, identities: Identities, tmp_path: Path, known: None
) -> None:
    long = "The engineer came on Monday. " * 20 + "He left 100% of it dark: 光纤没有信号"
    write_mails(store, identities, tmp_path, (long, ""), ("Thanks, all is well.", ""))
    mail = identities.mail("ellie@private.example")
    assert mail is not None

    async def found(words: str, **more: Any) -> list[str]:
        lines, _ = await history.timeline(CustomerId(mail.id), only=Only(words=words, **more))
        return [line.text[:6] for line in lines]

    assert await found("ENGINEER 信号") == ["The en"]
    assert await found("100% dark", kinds=("mail",)) == ["The en"]
    assert sorted(await found("light")) == ["Thanks", "The en"]
    assert await found("engineer thanks") == []
    assert await found("100_") == []
    assert await found("dark", kinds=("call",)) == []
    first, after = await history.timeline(CustomerId(mail.id), limit=1, only=Only(words="light"))
    second, end = await history.timeline(CustomerId(mail.id), after, limit=1, only=Only(words="light"))
    assert (len({first[0].id, second[0].id}), end) == (2, None)
    assert await history.timeline(CustomerId("form"), only=Only(words="engineer")) == ((), None)


def test_mails_from_before_are_looked_through_once_more(
    store: Store, identities: Identities, tmp_path: Path, known: None
) -> None:
    write_mails(store, identities, tmp_path, ("Still dark.", "eleanor@work.example"), ("Thanks", ""))
    wanted = sa.text("SELECT identifier, owner, interaction, shown, at FROM mentions ORDER BY 1, 2, 3")
    before = store.read(lambda c: c.execute(wanted).all())
    assert len(before) == 4
    store.write(lambda c: c.execute(sa.text("DELETE FROM mentions")))
    assert mentions.renew(store, identities) == 3
    assert store.read(lambda c: c.execute(wanted).all()) == before


def test_only_whole_numbers_and_addresses_are_found(identities: Identities) -> None:
    words = "Order 20261121-77, 12.11.2026, HK$ 1,299.00; ring 9123 4567 or write to Ellie <E@X.example>."
    assert [one.value for one in mentions.found(identities, words)] == ["e@x.example", "+85291234567"]
    assert list(mentions.found(identities, "Since 3 days nothing works: error 651")) == []
