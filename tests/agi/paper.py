"""An Asterisk on paper and a core by hand, for callers' sessions."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from cti.agi.ports import Dictation, Resume, SpokenAnswer
from cti.agi.server import AgiCall, CallGone
from cti.agi.session import Sessions
from cti.agi.wire import Environment, Reply
from cti.core import world as core
from cti.core.awaited import Awaited
from cti.core.closings import Doors, Shut, doors
from cti.core.commands import DirectPhone
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Ms, QueueId
from cti.core.incidents import in_force
from cti.core.inputs import (
    AfterReached,
    ColleagueDialled,
    ElsewhereAsked,
    Input,
    SentAway,
)
from cti.core.site import Incident, Number, Queue, Site
from cti.core.telling import Telling
from cti.store.pins import Claim
from cti.store.views import CallerFacts
from ivr import prompts, sounds
from ivr.flow import Flows
from ivr.load import load
from tests.ivr.play import SHIPPED

ID = InteractionId("c-1764000000-7")
CHANNEL = ChannelId("1764000000.7")
SITE = Site(
    name={"en": "Test"},
    zone="Asia/Hong_Kong",
    region="HK",
    queues=(Queue(id=QueueId("support"), name={}), Queue(id=QueueId("sales"), name={}, position_every_s=0)),
    agents=(),
    numbers=(
        Number(number="28000000", flow="main", name={}),
        Number(number="28000001", flow="direct", name={}),
        Number(number="28000009", flow="gone", name={}),
    ),
)
FLOWS = load(SHIPPED)
SAID = frozenset(sounds.sound(language, prompt) for language, prompt in prompts.texts(FLOWS))
WHO = IdentifierId("tel:abc")


class World:
    """The session's ports, by hand."""

    def __init__(self) -> None:
        self.told: list[Input] = []
        self.clock = Ms(1_795_000_000_000)
        self.sites = SITE
        self.led = FLOWS
        self.switches: dict[QueueId, core.Switch] = {}
        self.known: Resume | None = None
        self.caller = CallerFacts(identifier=WHO, known=True)
        self.answers_facts = True
        self.broken_facts = False
        self.new: Telling | None = Telling(place=3)
        self.away: Shut | None = None
        self.to = "survey"
        self.directed: DirectPhone | None = None
        self.existing = SAID
        self.known_incidents: dict[QueueId, core.IncidentNow] = {}
        self.invitations: tuple[str, ...] = ()
        self.hot: tuple[SpokenAnswer, ...] = ()
        self.disk_takes: Ms | None = None
        self.dictated: Dictation | None = None
        self.claims: dict[tuple[str, str], Claim] = {}
        """By what is keyed; anything else is no account."""
        self.slow_claims = False
        self.awaits: Awaited | None = None

    def submit(self, said: Input) -> None:
        self.told.append(said)
        if isinstance(said, AfterReached | SentAway | ElsewhereAsked) and self.to:
            self._steer.set_result(self.to)
        if isinstance(said, ColleagueDialled) and self.directed is not None:
            self._direct.set_result(self.directed)

    def now(self) -> Ms:
        return self.clock

    def site(self) -> Site:
        return self.sites

    def flows(self) -> Flows:
        return self.led

    def doors(self) -> Doors:
        return doors(core.World(site=self.sites, switches=self.switches), self.now())

    def turned(self, interaction: InteractionId) -> Shut | None:
        return self.away

    def invited(self, interaction: InteractionId) -> tuple[str, ...]:
        return self.invitations

    def prompts(self) -> frozenset[str]:
        return self.existing

    def identify(self, number: str, channel: str) -> IdentifierId | None:
        return WHO if number else None

    def facts(self, caller: IdentifierId | None) -> "asyncio.Future[CallerFacts]":
        future: asyncio.Future[CallerFacts] = asyncio.get_running_loop().create_future()
        if self.broken_facts:
            future.set_exception(OSError("disk I/O error"))
        elif self.answers_facts:
            future.set_result(self.caller)
        return future

    def recognise(self, account: str, pin: str) -> "asyncio.Future[Claim]":
        future: asyncio.Future[Claim] = asyncio.get_running_loop().create_future()
        if not self.slow_claims:
            future.set_result(self.claims.get((account, pin), Claim(how="")))
        return future

    def resume(self, interaction: InteractionId) -> Resume | None:
        return self.known

    def telling(self, interaction: InteractionId) -> Telling | None:
        return self.new

    def awaited(self, interaction: InteractionId, agent: AgentId) -> Awaited | None:
        return self.awaits

    def steer(self, interaction: InteractionId) -> "asyncio.Future[str]":
        self._steer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return self._steer

    def direct(self, channel: ChannelId) -> "asyncio.Future[DirectPhone]":
        self._direct: asyncio.Future[DirectPhone] = asyncio.get_running_loop().create_future()
        return self._direct

    def incidents(self, queue: QueueId | None) -> tuple[tuple[Incident, core.IncidentNow], ...]:
        world = core.World(site=self.sites, incidents=self.known_incidents)
        return in_force(world, queue, self.clock)

    def sentence(self, name: str) -> str:
        return f"/sentences/{name}" if name != "gone" else ""

    def dictation(self, name: str) -> Dictation | None:
        return self.dictated

    def callee(self, number: str) -> IdentifierId | None:
        return IdentifierId(f"tel:{number[-4:]}") if len(number) >= 8 else None

    def doubtful(self, number: str) -> bool:
        return number.startswith("1")

    def answers(self, queue: QueueId | None, language: str) -> tuple[SpokenAnswer, ...]:
        return self.hot

    def message_file(self, interaction: InteractionId) -> str:
        return f"/messages/{interaction}"

    def talk_file(self, interaction: InteractionId) -> str:
        return f"/messages/{interaction}.talks.wav"

    async def on_disk(self, file: str) -> Ms | None:
        return self.disk_takes

    def kinds(self) -> list[str]:
        return [type(said).__name__ for said in self.told]

    def said(self, kind: type[Any]) -> Any:
        return next(one for one in self.told if isinstance(one, kind))


class Paper:
    """Asterisk on paper. Answers each command; `script` says what the caller does at which one.

    A step of the script is `(begin of a command, reply)`; commands that match no next step get a plain success.
    """

    def __init__(
        self,
        world: World,
        *script: tuple[str, Reply],
        entry: str = "call",
        number: str = "28000000",
        more: Sequence[str] = (),
        name: str = "PJSIP/trunk-00000001",
    ) -> None:
        self.world = world
        self.script = list(script)
        self.sent: list[str] = []
        self.error: BaseException | None = None
        values = {
            "network_script": entry,
            "channel": name,
            "uniqueid": CHANNEL,
            "callerid": "85291234567",
            "arg_1": ID,
            "arg_2": number,
            **{f"arg_{n}": value for n, value in enumerate(more, 3)},
        }
        self.environment = Environment(values)

    async def run(self, limit: int = 60) -> None:
        """Until the session ends, the caller is gone, or `limit` commands."""
        call = AgiCall(self.environment, asyncio.get_running_loop())
        session: Coroutine[Any, Any, None] = Sessions(self.world)(call)
        reply: Reply | None = None
        try:
            for _ in range(limit):
                wish = session.send(reply)
                while isinstance(wish, asyncio.Future):
                    wish._asyncio_future_blocking = False
                    await asyncio.wait([wish])
                    wish = session.send(None)
                reply = self.answer(wish.decode().strip())
                if reply.hung_up:
                    call.gone = True
            session.close()
        except StopIteration:
            pass
        except CallGone as gone:
            self.error = gone

    def answer(self, line: str) -> Reply:
        self.sent.append(line)
        if line.startswith("WAIT FOR DIGIT"):
            # Time passes on paper too.
            self.world.clock = Ms(self.world.clock + int(line.rsplit(" ", 1)[1]))
        if self.script and line.startswith(self.script[0][0]):
            return self.script.pop(0)[1]
        if line.startswith("STREAM FILE"):
            return Reply(200, "0", endpos=8000)
        return Reply(200, "0")

    @property
    def heard(self) -> list[str]:
        """What was played, and what was waited for."""
        found = []
        for line in self.sent:
            words = line.split()
            if line.startswith("STREAM FILE"):
                found.append(words[2].removeprefix("hotline/"))
            elif line.startswith("WAIT FOR DIGIT") and found and found[-1].startswith("WAIT FOR DIGIT"):
                found[-1] = f"WAIT FOR DIGIT {int(found[-1].split()[-1]) + int(words[-1])}"  # in slices
            elif line.startswith(("WAIT", "SET MUSIC", "RECORD")):
                found.append(" ".join(word for word in words[:4]))
        return found


def key(pressed: str, endpos: int = 4000) -> Reply:
    return Reply(200, str(ord(pressed)), endpos=endpos)
