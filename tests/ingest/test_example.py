"""The example tells the stories the screens are drawn for, on whatever day it is loaded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.core.ids import CustomerId, Ms
from cti.ingest.example import load_example
from cti.ingest.report import list_kept
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.lists import Only

EXAMPLE = Path(__file__).parents[2] / "example"
ZONE = "Asia/Hong_Kong"
DAY = 86_400_000


def at(*when: int) -> Ms:
    return Ms(int(datetime(*when, tzinfo=UTC).timestamp() * 1000))  # type: ignore[misc,arg-type]


# Loading it into PostgreSQL, too, is tested below.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "now",
    [at(2026, 11, 24, 4), at(2027, 3, 1, 17), at(2026, 2, 28, 1), at(2026, 11, 22, 19, 30), at(2026, 7, 1, 15, 59)],
)
async def test_the_stories_are_fresh_whenever_it_is_loaded(store: Store, identities: Identities, now: Ms) -> None:
    reports = load_example(store, identities, EXAMPLE, ZONE, now)
    assert [report.source for report in reports if report.kept] == []
    assert store.read(list_kept) == []
    assert store.read(lambda c: c.execute(sa.text("SELECT max(at) FROM interactions")).scalar_one()) <= now
    history = History(store, identities, zone=lambda: ZONE, now=lambda: now)
    tel = identities.phone("+44 7700 900143")
    assert tel is not None
    pop = await history.pop(tel.id)
    assert pop.display == "+44 7700 900143"
    eleanor, daniel = pop.people
    assert (eleanor.name, eleanor.calls, eleanor.of_calls) == ("Eleanor Whitcombe", 9, 11)
    assert (daniel.name, daniel.calls, daniel.of_calls) == ("Daniel W.", 2, 11)
    assert (eleanor.tier, eleanor.language) == ("gold", "en")
    assert eleanor.tags == ("Fibre 500", "Likes short answers", "Works from home")
    assert [case.title for case in eleanor.cases] == ["No internet since the storm on Friday"]
    (promise,) = eleanor.promises
    assert promise.what == "Engineer confirmed"
    assert now < promise.due <= now + DAY
    assert [(one.kind, one.title, one.detail) for one in eleanor.rail][-2:] == [
        ("mail", "Still no connection upstairs", "no_reply"),
        ("search", "red light router storm", "nothing_found"),
    ]
    assert eleanor.timeline[0].at > now - 2 * DAY
    assert {"call", "mail", "chat", "search", "visit", "sms", "order"} <= set(eleanor.counts)
    # Searches made before she signed in on that browser are hers, too.
    assert "outage near me" in {line.title for line in eleanor.timeline}
    for number, language in (("+86 138 0013 8001", "cmn"), ("5550 0143", "yue")):
        known = identities.phone(number)
        assert known is not None
        (person,) = (await history.pop(known.id)).people
        assert person.language == language
        assert person.cases
    usual = await history.usual_half_hours()
    assert len(usual) == 48
    assert max(usual[18:22]) > 2 * max(usual[2:6], default=0)
    history.close()


async def test_loaded_twice_is_loaded_once(store: Store, identities: Identities) -> None:
    now = at(2026, 11, 24, 4)
    assert load_example(store, identities, EXAMPLE, ZONE, now)
    history = History(store, identities, now=lambda: now)
    before = await history.customer(CustomerId("C10023"))
    assert load_example(store, identities, EXAMPLE, ZONE, Ms(now + 3 * DAY)) == []
    assert await history.customer(CustomerId("C10023")) == before
    history.close()


async def test_mails_in_every_encoding_are_in_their_customers_lines(store: Store, identities: Identities) -> None:
    now = at(2026, 11, 24, 4)
    load_example(store, identities, EXAMPLE, ZONE, now)
    history = History(store, identities, now=lambda: now)
    titles = {}
    for customer in ("C10110", "C10107", "C10215", "C10533", "C10460", "C10601"):
        mail, _ = await history.timeline(CustomerId(customer), only=Only(kinds=("mail",)))
        titles[customer] = [(line.title, line.mark) for line in mail]
    assert titles == {
        "C10110": [("楼上还是没有网络", "no_reply")],
        "C10107": [("合同到期，想续约两年", "no_reply")],
        "C10215": [("換卡後要輸入舊 PIN", "")],
        "C10533": [("晚间网速：好多了，谢谢", "no_reply")],
        "C10460": [("Clinic line drops at noon", "")],
        "C10601": [("Contract ends in December", "no_reply")],
    }
    history.close()
