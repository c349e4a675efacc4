"""Who calls, end to end: account number and PIN are keyed on a real Asterisk, and the agent's screen says so."""

import asyncio
import contextlib
import re
import shutil
import signal

import pytest
import sqlalchemy as sa

from cti.core import events as e
from cti.core.ids import Ms
from cti.setup import resources
from cti.store.database import Store
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.records import CustomerRow, Seen, link, put_customers, see
from tests.acceptance.house import House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

DIRECT = """
title = "Support, by account"
start = "who"
person = "support"
languages = ["en"]
person_within_s = 60
[nodes.who]
kind = "recognise"
to = "support"
otherwise = "support"
[nodes.support]
kind = "route"
queue = "support"
"""


def move_in(house: House) -> None:
    """Eleanor, who has an account and no telephone; the direct line asks for accounts."""
    settings = house.settings
    identities = Identities(bytes.fromhex(settings.secrets.site_key), "HK")
    account, now = identities.account("770077"), wall_clock()
    assert account is not None

    def write(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="eleanor", at=now, name="Eleanor Whitcombe", source="crm")])
        see(connection, [Seen(account, now)])
        link(connection, [(account.id, "eleanor")], "crm", Ms(now))

    with contextlib.closing(Store.open(settings.database_url)) as store:
        store.write(write)
    flows = settings.data / "flows"
    shutil.copytree(resources.flows(settings.data), flows)
    (flows / "direct.toml").write_text(DIRECT)


async def test_account_and_pin_are_keyed_and_the_pop_says_so(house: House) -> None:
    await asyncio.to_thread(move_in, house)
    assert house.bridge is not None
    house.bridge.send_signal(signal.SIGHUP)
    desk = await house.agent("a0")
    await desk.post("/customers/eleanor/pin", {"pin": "4321"})
    await desk.ready()
    caller = await house.call("28000001", "+85291234567")
    await asyncio.wait_for(caller.up, 10)
    await caller.media.hears(10)
    await caller.press("770077#4321#", gap_s=0.02)
    talk = await desk.picks_up(within=20)
    known = next(r.event for r in house.journal() if isinstance(r.event, e.CallerKnown))
    assert known.how == "pin"

    async def shown() -> bool:
        pop = (await desk.sees())["pop"]
        names = [one["name"] for one in pop["people"]] if pop is not None else []
        return names == ["Eleanor Whitcombe"] and pop["how"] == "pin"

    await until(shown, 10, "the pop says who it is, and how that is known")
    talk.hang_up()
    caller.hang_up()

    async def hers() -> bool:
        identity = await desk.get("/customers/eleanor/identity")
        lines = (await desk.get("/customers/eleanor/timeline"))["entries"]
        return ("tel", "pin") in {(one["kind"], one["source"]) for one in identity["identifiers"]} and len(lines) == 1

    await until(hers, 10, "the call is hers, and so is the number it came from")
    kept = "\n".join(repr(record) for record in house.journal()) + house.log()
    assert "770077" not in kept
    assert re.search(r"\b4321\b", house.log()) is None
