"""What a caller's session needs of the rest, and the pops: looked up at the INVITE, kept until the call is over."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from cti.agi.ports import Dictation, Resume, SpokenAnswer
from cti.core.awaited import Awaited, awaited
from cti.core.channels import phone_of
from cti.core.closings import Doors, Shut, doors, turned
from cti.core.commands import DirectPhone, Steer
from cti.core.events import CallbackBooked, CallerKnown, InteractionOpened, PieceOffered, Record, Transferred
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Ms, Phone, QueueId
from cti.core.incidents import in_force
from cti.core.inputs import CallArrived, Input
from cti.core.interaction import State
from cti.core.outlook import Outlook
from cti.core.recorded import Recorded
from cti.core.site import Incident, Site
from cti.core.telling import Telling, telling
from cti.core.world import IncidentNow
from cti.loop import Loop
from cti.store.dialable import doubtful
from cti.store.history import History
from cti.store.identity import display_phone
from cti.store.pins import Claim
from cti.store.reads import PROVING, Keyed, keyed
from cti.store.sentences import Sentences
from cti.store.vault import WAV, talk_of
from cti.store.views import CallerFacts, Pop
from ivr import sounds
from ivr.flow import Flows

log = logging.getLogger(__name__)

DOORS_MS = 1000
"""What is open is not looked at again for every key."""
OUTLOOK_MS = 500
"""Many callers are told of their wait by one look at the lines and the agents, which is not older than this."""

_DISK_S = 1.0
"""A caller who has spoken is not kept waiting for longer."""


class Reception:
    """The ports of `agi.session`, and the pops of open interactions."""

    def __init__(
        self,
        loop: Loop,
        history: History,
        flows: Flows,
        data: Path,
        sound_folder: Path,
        sentences: Sentences,
        answers: Callable[[QueueId | None, str], Sequence[SpokenAnswer]],
    ) -> None:
        """`answers`: what callers of a queue ask most and can be told, in their language."""
        self.pops: dict[InteractionId, Pop] = {}
        self.pop_changed: Callable[[InteractionId], None] = lambda interaction: None
        """Told of every pop that came."""
        self.name_outside: Callable[[str], tuple[IdentifierId | None, str]] = lambda number: (None, "not_allowed")
        """Who is called by a number, or why nobody (`Outside.name`)."""
        self.visitor_of: Callable[[Phone], str | None] = lambda phone: None
        """Which visitor of the help site has borrowed a phone."""
        self.dictation: Callable[[str], Dictation | None] = lambda name: None
        """The sentence for which a supervisor's telephone was rung."""
        self._loop = loop
        self._history = history
        self._data = data
        self._sounds = sound_folder
        self._sentences = sentences
        self._answers = answers
        self._steered: dict[InteractionId, asyncio.Future[str]] = {}
        self._directed: dict[ChannelId, asyncio.Future[DirectPhone]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._flows = flows
        self._prompts = sounds.existing(sound_folder)
        self._outlook: Outlook | None = None
        self._looked = Ms(0)
        self._doors: Doors | None = None
        self._doors_at = Ms(0)

    def reload(self, flows: Flows) -> None:
        """Flows and prompts have changed; callers under way keep what they began with."""
        self._flows = flows
        self._prompts = sounds.existing(self._sounds)

    # --- what a session asks

    def submit(self, said: Input) -> None:
        """Into the inbox; a call that arrives has its caller looked up from this moment on."""
        if isinstance(said, CallArrived):
            self.look_up(said.interaction, said.caller)
        self._loop.submit(said)

    def now(self) -> Ms:
        return self._loop.now()

    def site(self) -> Site:
        """The site in force. Set by the first input of every process, before a call can come."""
        site = self._loop.world.site
        if site is None:
            raise RuntimeError("no site is in force yet")
        return site

    def flows(self) -> Flows:
        return self._flows

    def doors(self) -> Doors:
        """What is open now."""
        now = self._loop.now()
        if self._doors is None or now - self._doors_at > DOORS_MS:
            self._doors, self._doors_at = doors(self._loop.world, now), now
        return self._doors

    def turned(self, interaction: InteractionId) -> Shut | None:
        """What a caller in line has to be told of closed queues."""
        it = self._loop.world.interactions.get(interaction)
        return turned(self._loop.world, it, self._loop.now()) if it is not None else None

    def invited(self, interaction: InteractionId) -> tuple[str, ...]:
        """What a caller in line may choose in place of the wait."""
        it = self._loop.world.interactions.get(interaction)
        return it.invited if it is not None else ()

    def prompts(self) -> frozenset[str]:
        return self._prompts

    def identify(self, number: str, channel: str) -> IdentifierId | None:
        """Who calls: the visitor who has borrowed this phone, else the raw number; written in the background."""
        phone = phone_of(channel)
        visitor = self.visitor_of(phone) if phone is not None else None
        return self._history.remember(number) if visitor is None else self._history.remember_visitor(visitor)

    def facts(self, caller: IdentifierId | None) -> asyncio.Future[CallerFacts]:
        """The caller's history, as far as a flow branches on it."""
        return asyncio.ensure_future(self._history.facts_of(caller))

    def recognise(self, account: str, pin: str) -> asyncio.Future[Claim]:
        """Whose account number was keyed, and whether the PIN is theirs."""
        return asyncio.ensure_future(self._history.pins.check(account, pin))

    def resume(self, interaction: InteractionId) -> Resume | None:
        """What the world knows of a call that comes back."""
        known = self._loop.world.interactions.get(interaction)
        if known is None:
            return None
        # Who has left a message, say, is on the way out: no menu begins anew for them.
        state = State.ENDED if known.state is State.FLOW and known.flow_end else known.state
        return Resume(
            state=state.value,
            position=known.position,
            language=known.language,
            queue=known.queue,
            helped=known.helped,
            called_back=(known.callback or known.called_back) is not None,
            account=known.account if known.recognised in PROVING else None,
            incidents=known.heard,
            recorded=known.recorded is not Recorded.NO and known.connected is not None,
        )

    def telling(self, interaction: InteractionId) -> Telling | None:
        """What a caller in line should hear now about the wait."""
        now = self._loop.now()
        if self._outlook is None or now - self._looked > OUTLOOK_MS:
            self._outlook, self._looked = Outlook(self._loop.world), now
        place = self._loop.routing.router.position(interaction)
        return telling(self._loop.world, self._outlook, interaction, place, now)

    def awaited(self, interaction: InteractionId, agent: AgentId) -> Awaited | None:
        """What is known of an agent for this caller."""
        return awaited(self._loop.world, interaction, agent, self._loop.now())

    def steer(self, interaction: InteractionId) -> asyncio.Future[str]:
        """The core's next `Steer` for this call."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._steered[interaction] = future
        return future

    def direct(self, channel: ChannelId) -> asyncio.Future[DirectPhone]:
        """The core's next `DirectPhone` for this phone's line."""
        future: asyncio.Future[DirectPhone] = asyncio.get_running_loop().create_future()
        self._directed[channel] = future
        future.add_done_callback(lambda _: self._directed.pop(channel, None))
        return future

    def incidents(self, queue: QueueId | None) -> Sequence[tuple[Incident, IncidentNow]]:
        """What callers of a queue, or of the site, are to hear of now."""
        return in_force(self._loop.world, queue, self._loop.now())

    def sentence(self, name: str) -> str:
        """Where a supervisor's recording is, as long as there is one."""
        return self._sentences.sound(name)

    def callee(self, number: str) -> IdentifierId | None:
        """Whom a number names that can be called back."""
        return self.name_outside(number)[0]

    def doubtful(self, number: str) -> bool:
        """Whether nobody has such a number, as far as its country's plan is known here."""
        found = self._history.identify(number)
        return found is not None and doubtful(found.value)

    def answers(self, queue: QueueId | None, language: str) -> Sequence[SpokenAnswer]:
        """What callers of a queue ask most, as far as it can be read out."""
        return self._answers(queue, language)

    def message_file(self, interaction: InteractionId) -> str:
        """Where a message is recorded, without suffix. The id is ours, so it is safe as a file name."""
        folder = self._data / "messages"
        folder.mkdir(exist_ok=True)
        return str(folder / interaction)

    def talk_file(self, interaction: InteractionId) -> str:
        """Where a call's talks are recorded. The id is ours, so it is safe as a file name."""
        return str(self._data / "messages" / f"{talk_of(interaction)}{WAV}")

    async def on_disk(self, file: str) -> Ms | None:
        """How much of a recording there is. A disk that does not answer may be slow; it is not waited for."""
        try:
            there = asyncio.to_thread(sounds.recorded_ms, Path(f"{file}.wav"))
            return Ms(await asyncio.wait_for(there, _DISK_S))
        except TimeoutError:
            return None

    # --- what the rest tells

    def steered(self, command: Steer) -> None:
        """Pass the core's answer on to the session that asked."""
        future = self._steered.pop(command.interaction, None)
        if future is not None and not future.done():
            future.set_result(command.to)

    def directed(self, command: DirectPhone) -> None:
        """Pass the core's answer on to the phone that called."""
        future = self._directed.get(command.channel)
        if future is not None and not future.done():
            future.set_result(command)

    def caller_id(self, interaction: InteractionId) -> tuple[str, str]:
        """Number and name for the agent's phone; a number of several people has no name."""
        known = self._loop.world.interactions.get(interaction)
        pop = self.pops.get(interaction)
        number = pop.display if pop is not None else ""
        if not number and known is not None and known.caller is not None:
            number = self._history.shown(known.caller)
        name = pop.people[0].name if pop is not None and len(pop.people) == 1 else ""
        return number.replace(" ", ""), name

    def look_up(self, interaction: InteractionId, caller: IdentifierId | None) -> None:
        """Begin to read everything about a caller."""
        if interaction not in self.pops:
            self._begin(interaction, caller)

    def _begin(self, interaction: InteractionId, caller: IdentifierId | None) -> None:
        task = asyncio.get_running_loop().create_task(self._look_up(interaction, caller))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_up(self, interaction: InteractionId, caller: IdentifierId | None) -> None:
        keyed = self._keyed(interaction)
        try:
            pop = await self._history.pop(caller, interaction, keyed)
            if keyed != self._keyed(interaction):
                return  # they keyed something meanwhile, and that is being looked up
            known = self._loop.world.interactions.get(interaction)
            if known is not None and known.connected is not None:
                pop = msgspec.structs.replace(pop, notes=await self._history.notes(interaction))
            self.pops[interaction] = msgspec.structs.replace(pop, callback=await self._called_at(interaction, pop))
        except Exception:
            # The call goes on without its history; the desk says that it could not be read.
            log.exception("the history of the caller of %s could not be read", interaction)
            return
        self.pop_changed(interaction)

    async def _called_at(self, interaction: InteractionId, pop: Pop) -> str:
        known = self._loop.world.interactions.get(interaction)
        callback = (known.callback or known.called_back) if known is not None else None
        if callback is None or callback.to == pop.identifier:
            return ""
        return display_phone(await self._history.number_of(callback.to))

    def _keyed(self, interaction: InteractionId) -> Keyed | None:
        """What the caller has keyed."""
        known = self._loop.world.interactions.get(interaction)
        return keyed(known) if known is not None else None

    def on_records(self, records: Sequence[Record]) -> None:
        """Read anew whose call is given on, of whom one knows more now, and whom to call where; forget what is over."""
        open_ones = self._loop.world.interactions
        pieces = self._loop.world.pieces
        for record in records:
            if isinstance(record.event, PieceOffered) and (piece := pieces.get(record.event.piece)) is not None:
                self.look_up(piece.id, piece.caller)
            if isinstance(record.event, InteractionOpened) and record.event.direction == "out":
                self.look_up(record.event.interaction, record.event.caller)
            if (
                isinstance(record.event, Transferred | CallerKnown | CallbackBooked)
                and (known := open_ones.get(record.event.interaction)) is not None
            ):
                self._begin(known.id, known.caller)
        if len(self.pops) > len(open_ones):
            for gone in [one for one in self.pops if one not in open_ones and not self._on_a_desk(one)]:
                del self.pops[gone]

    def _on_a_desk(self, name: InteractionId) -> bool:
        """Whether this is a piece of text work that an agent has."""
        piece = self._loop.world.pieces.get(name)
        return piece is not None and piece.agent is not None

    def recover(self) -> None:
        """After a restart: look up the callers of every open interaction anew."""
        for interaction in self._loop.world.interactions.values():
            self.look_up(interaction.id, interaction.caller)
        for piece in self._loop.world.pieces.values():
            if piece.agent is not None:
                self.look_up(piece.id, piece.caller)

    async def close(self) -> None:
        """Stop what is being looked up."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
