"""The work number at the begin of a talk, on a real Asterisk: both hear it, and it keeps nothing from anybody."""

import asyncio
import math
import struct
import wave

import pytest

from cti.ami.actions import greeting
from cti.core.commands import Greet
from cti.core.ids import ChannelId, Language
from cti.robots import sound
from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk, eventually
from tests.setup.conftest import Dial
from tests.setup.standin import Bridge, next_ring
from tests.setup.test_leg import Manager, talk, waiting

pytestmark = pytest.mark.asterisk

HERTZ, LASTS_S = 1000, 3


@pytest.fixture
def words(asterisk: RunningAsterisk) -> None:
    """A work number that is easy to hear."""
    file = asterisk.settings.sounds / "hotline" / "en" / "greeting-8001.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        tone = (round(8000 * math.sin(math.tau * HERTZ * n / 8000)) for n in range(8000 * LASTS_S))
        wav.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))


async def greet(manager: Manager, asterisk: RunningAsterisk) -> None:
    """As the bridge does, when it is told of the talk."""
    rows = (await asterisk.cli("core show channels concise")).splitlines()
    name = next(row.partition("!")[0] for row in rows if row.startswith("PJSIP/ana-desk-"))
    # A channel's id is the offer's; here it must only be another for each talk.
    wish = Greet(channel=ChannelId(name.rpartition("-")[2]), work_number="8001", language=Language("en"))
    manager.send({"Action": "Originate", **greeting(wish, name)})


class Ear:
    """Hears the words, also beside a voice that is softer."""

    def __init__(self, call: Call) -> None:
        self.times = 0
        call.media.frame = sound.tone(loud=200)
        call.media.on_audio = self._audio

    def _audio(self, data: bytes) -> None:
        self.times += abs(sound.crossings(data) - HERTZ / 25) <= 1

    async def heard(self) -> bool:
        return self.times > 10


async def test_both_hear_it_and_keys_and_a_hang_up_pass_it(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone, words: None
) -> None:
    async with Manager(asterisk) as manager:
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        agent = await next_ring(ana)
        agent.answer()
        await talk(caller, agent)
        ears = [Ear(agent), Ear(caller)]
        await greet(manager, asterisk)
        for ear in ears:
            await eventually(ear.heard, "the work number is heard")
        await agent.press("42#")
        await caller.press("7")

        async def arrived() -> bool:
            return (caller.media.keys, agent.media.keys) == ("42#", "7")

        await eventually(arrived, "the keys arrive while it is said", 1)
        agent.hang_up()
        after = await bridge.call(1)
        assert after.environment["agi_network_script"] == "after"

        async def silent() -> bool:
            return "Local/" not in await asterisk.cli("core show channels concise")

        await eventually(silent, "nothing is said to nobody", 1)


async def test_whom_it_is_for_is_gone_before_it_begins(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone, words: None
) -> None:
    """Nobody is barged in on in their place, and nothing is left."""
    async with Manager(asterisk) as manager:
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        agent = await next_ring(ana)
        agent.answer()
        await talk(caller, agent)
        wish = Greet(channel=ChannelId("gone"), work_number="8001", language=Language("en"))
        manager.send({"Action": "Originate", **greeting(wish, "PJSIP/ana-desk-0000ffff")})
        ear = Ear(caller)

        async def over() -> bool:
            return "Local/" not in await asterisk.cli("core show channels concise")

        await asyncio.sleep(0.3)
        await eventually(over, "it ends by itself", LASTS_S + 2)
        assert ear.times == 0
