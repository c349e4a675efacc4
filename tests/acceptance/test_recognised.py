"""Who calls, end to end: account number and PIN are keyed on a real Asterisk, and the agent's screen says so; who calls
again hears what they were promised, and chooses for whom to wait."""

import asyncio
import contextlib
import re
import shutil
import signal
from typing import TypeVar

import pytest
import sqlalchemy as sa

from cti.core import events as e
from cti.core.ids import Ms
from cti.robots.phone import Call
from cti.setup import resources
from cti.store.database import Store
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.records import CustomerRow, Seen, link, put_customers, see
from tests.acceptance.house import Desk, House, until
from tests.acceptance.tones import Tones

Told = TypeVar("Told", bound=e.Event)
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

SENTENCE = Tones(
    {
        "agent-8000": 1000,  # the agent's own recording of the name
        "promise-call": 1400,
        "say-at": 1800,  # the time by which
        "promise-wait": 2200,
        "say-wait-most-": 2600,
        "offer-promised": 3000,
        "offer-anybody": 600,
    }
)


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
    site = settings.site_file.read_text()
    settings.site_file.write_text(site.replace("wrap_up_s = 5", "wrap_up_s = 100\nprefer_promised_s = 100", 1))
    SENTENCE.lay(settings.sounds / "hotline", "en", ["agent-8000"])
    flows = settings.data / "flows"
    shutil.copytree(resources.flows(settings.data), flows)
    (flows / "direct.toml").write_text(DIRECT)


async def test_who_keys_account_and_pin_is_known_and_told_what_they_were_promised(house: House) -> None:
    await asyncio.to_thread(move_in, house)
    assert house.bridge is not None
    house.bridge.send_signal(signal.SIGHUP)
    await until(lambda: len(told(house, e.SiteInForce)) == 2, 20, "the site's changes are in force")
    desk = await house.agent("a0")
    await desk.post("/customers/eleanor/pin", {"pin": "4321"})
    await desk.ready()
    caller = await house.call("28000001", "+85291234567")
    await asyncio.wait_for(caller.up, 10)
    await caller.media.hears(10)
    await caller.press("770077#4321#", gap_s=0.02)
    talk = await desk.picks_up(within=20)
    assert [known.how for known in told(house, e.CallerKnown)] == ["pin"]

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
    await promised(house, desk)

    kept = "\n".join(repr(record) for record in house.journal()) + house.log()
    assert "770077" not in kept
    assert re.search(r"\b4321\b", house.log()) is None


async def promised(house: House, ana: Desk) -> None:
    """Ana, who is in wrap-up, has promised her something: she hears by when, and in about how long Ana is free."""
    due = Ms(wall_clock() + 3600_000)
    await ana.post("/promises", {"customer": "eleanor", "what": "Call back about the router", "due": due})
    bo = await house.agent("a1", "127.0.0.21")
    await bo.ready()
    caller, heard = await calls_again(house)
    # Bo is free, and does not get her: she is kept for Ana until she says that anybody will do.
    await until(lambda: len(heard) >= len(SENTENCE.names), 30, f"the whole sentence, not only {heard}")
    assert heard[: len(SENTENCE.names)] == SENTENCE.names
    assert bo.calls.empty()
    await caller.press("5")
    talk = await bo.picks_up()
    await until(lambda: talks(house) == ["a0", "a1"], 10, "Bo talks with her")
    caller.hang_up()
    await asyncio.wait_for(talk.over, 10)

    caller, heard = await calls_again(house)
    await until(lambda: "offer-promised" in heard, 30, f"that she can wait for Ana, not only {heard}")
    await caller.press("4")
    first = told(house, e.InteractionOpened)[0].interaction
    await ana.post(f"/interactions/{first}/wrap-up")
    talk = await ana.picks_up()
    await until(lambda: talks(house) == ["a0", "a1", "a0"], 10, "Ana does")
    talk.hang_up()
    kept = [(one.preferred, one.again) for one in told(house, e.Queued)]
    assert kept[-4:] == [("a0", False), (None, True), ("a0", False), ("a0", True)]


async def calls_again(house: House) -> tuple[Call, list[str]]:
    """Without a word of who it is: the number is hers by now. And what is heard."""
    caller = await house.call("28000001", "+85291234567")
    heard = SENTENCE.listen(caller)
    await asyncio.wait_for(caller.up, 10)
    await caller.media.hears(10)
    await caller.press("#")
    return caller, heard


def talks(house: House) -> list[str]:
    """Who has talked with her."""
    return [one.agent for one in told(house, e.Connected)]


def told(house: House, kind: type[Told]) -> list[Told]:
    """What the journal says of one kind."""
    return [record.event for record in house.journal() if isinstance(record.event, kind)]
