"""A caller in line: music, what is new of the wait, and what they can do meanwhile, each by a key at any time.

Nothing here delays a connection: an agent's leg takes the caller out of whatever plays or is asked, and the place is
kept until the caller has confirmed what they leave the line for. Nothing eats a key either: from one command to the
next it is microseconds, and a key that cuts what is said does what it stands for.
"""

import logging
from collections.abc import Iterable

from cti.agi.answers import Answers
from cti.agi.callback import Callback
from cti.agi.incidents import Incidents
from cti.agi.messages import Messages
from cti.agi.ports import Ports, SpokenAnswer
from cti.agi.promise import Promise
from cti.agi.recording import RecordingNotice
from cti.agi.voice import Voice
from cti.core.closings import Shut
from cti.core.ids import ClosingId, IdentifierId, InteractionId, Ms, QueueId
from cti.core.inputs import ElsewhereAsked, FlowEnded, HelpAsked, WaitForAsked, WaitSaid
from cti.core.room import Choice, Room
from cti.core.site import Closing, Queue
from cti.core.telling import Telling
from cti.store.views import OpenPromise
from ivr import engine, say
from ivr.engine import Piece

log = logging.getLogger(__name__)

STEER_S = 1.0
"""The core answers in milliseconds."""

POSITION_EVERY_S = 30
"""When the queue is no longer in the site."""

LOOK_MS = 5000
"""So often it is looked whether a queue was closed under those in its line, or an incident has come up."""

NEVER_S = 3600
"""How long music plays on in a queue whose `position_every_s` is 0."""

ANSWERS = 3
"""So many questions are read out: more nobody keeps in mind."""

ORDER: tuple[Choice, ...] = ("callback", "message", "answers", "priority")
"""In which choices are offered."""


class WaitingRoom:
    """One caller's stay in line."""

    def __init__(
        self,
        voice: Voice,
        ports: Ports,
        incidents: Incidents,
        interaction: InteractionId,
        caller: IdentifierId | None,
        *,
        helped: bool = False,
        called_back: bool = False,
        recorded: bool = False,
        promise: OpenPromise | None = None,
    ) -> None:
        """`helped`, `called_back`: they have asked for that already. `recorded`: they have had a talk that was, and
        know. `promise`: what they were promised."""
        self._voice = voice
        self._ports = ports
        self._incidents = incidents
        self._interaction = interaction
        self._caller = caller
        self._helped = helped
        self._promise = Promise(voice, ports, interaction, promise) if promise is not None else None
        self._site = ports.site()
        self._callable = self._site.calls_out and not called_back
        self._playing = False
        self._since = ports.now()
        self._placed = False
        """They know their place."""
        self._long = self._grown = False
        """The wait they were told of is a long one, or longer than said before."""
        self._offered: Ms | None = None
        """When the choices were said."""
        self._callback_offered = False
        self._invited: set[str] = set()
        """What the core has invited them to, and they have heard of."""
        self._notice = RecordingNotice(voice, ports, interaction, known=recorded)
        self._looks = 0
        self._announced = 0

    async def stay(
        self, queue: QueueId | None, *, entering: bool = False, told: ClosingId | None = None, pressed: str = ""
    ) -> None:
        """Until the agent's leg takes the caller away, or they leave the line for something else.

        `entering`: they hear of the wait at once. `told`: the closing that they have heard of. `pressed`: a key that
        nobody has taken yet.
        """
        await self._enter(queue)
        if not await self._obey(pressed):
            return
        key = await self._recorded()
        if entering:
            key = key or await self._promised()
        if entering and self._every_s:
            key = key or await self._news()
        due = self._due()
        while await self._obey(key):
            await self._music()
            key = await self._recorded() or await self._incident()
            if key:
                continue
            shut = self._ports.turned(self._interaction)
            if shut is not None and (shut.to is None or shut.closing.id != told):
                known, told = told, shut.closing.id
                if await self._moved(shut, known != told):
                    return
                continue
            key = await self._invitation()
            if key:
                continue
            await self._music()
            key = await self._voice.key(max(1, min(due - self._ports.now(), LOOK_MS)))
            if not key and self._ports.now() >= due:
                key = await self._news() if self._every_s else ""
                due = self._due()

    async def _enter(self, queue: QueueId | None) -> None:
        found: Queue | None = self._site.queue_by_id.get(queue) if queue is not None else None
        self._queue = queue
        self._room = found.room if found is not None else Room()
        self._every_s = found.position_every_s if found is not None else POSITION_EVERY_S
        self._class = found.music_for(self._voice.language) if found is not None else "default"
        if found is not None and found.record:
            await self._notice.record()

    def _due(self) -> Ms:
        return Ms(self._ports.now() + (self._every_s or NEVER_S) * 1000)

    # --- what they hear

    async def _music(self) -> None:
        if not self._playing:
            await self._voice.do(self._voice.call.set_music(True, self._class))
            self._playing = True

    async def _quiet(self) -> None:
        if self._playing:
            await self._voice.do(self._voice.call.set_music(False))
            self._playing = False

    async def _hear(self, pieces: tuple[Piece, ...], *, cut: bool = True) -> str:
        """Say these in place of the music; the key that cut them."""
        await self._quiet()
        return (await self._voice.hear(engine.Hear(pieces, cut=cut))).keys

    async def _news(self) -> str:
        """Say what is new, if anything is; the key that cut it."""
        self._looks += 1
        pieces = self._wait()
        if self._time_to_offer():
            pieces += self._offers()
        pieces = pieces or self._announcement()
        return await self._hear(pieces) if pieces else ""

    async def _promised(self) -> str:
        """Say, once, what they were promised, and for whom they can wait; the key that cut it."""
        if self._promise is None:
            return ""
        return await self._hear((*self._promise.told(), *self._keys_of(self._whom_to_wait_for())))

    def _whom_to_wait_for(self) -> tuple[Choice, ...]:
        """Nobody chooses between waiting and being served at once, nor waits for who is not here."""
        who = self._promise.whom() if self._promise is not None else None
        if who is None or not who.here or who.free:
            return ()
        return ("promised", "anybody") if who.kept else ("promised",)

    def _wait(self) -> tuple[Piece, ...]:
        """What there is to say about the wait; the core is told that it is said."""
        new = self._ports.telling(self._interaction)
        if new is None:
            return ()
        self._ports.submit(
            WaitSaid(
                interaction=self._interaction,
                place=new.place,
                least=new.least,
                most=new.most,
                agents=new.agents,
                why=new.why,
            )
        )
        self._placed = True
        self._note(new)
        language = self._voice.spoken
        prompts = say.position(new.place, language)
        if new.why:
            prompts = (*prompts, f"wait-{new.why}")
        if new.least is not None:
            prompts = (*prompts, *say.wait(new.least, new.most, language))
        return self._voice.own(*prompts)

    def _note(self, new: Telling) -> None:
        if new.least is not None:
            self._long = (new.most or new.least) * 60 > self._room.callback_over_s
        self._grown = bool(new.why)

    async def _recorded(self) -> str:
        """Say that the call is recorded, where it is; the key that cut it."""
        if not self._notice.due:
            return ""
        await self._quiet()
        return await self._notice.say()

    async def _incident(self) -> str:
        """What has come up since they were told last; the key that cut it."""
        pieces = self._incidents.new(self._queue)
        return await self._hear(pieces) if pieces else ""

    def _announcement(self) -> tuple[Piece, ...]:
        """The queue's own words, one prompt after the other, now and then."""
        if not self._room.announce or self._looks % self._room.announce_every:
            return ()
        prompt = self._room.announce[self._announced % len(self._room.announce)]
        self._announced += 1
        return self._voice.own(prompt)

    # --- what they can do

    def _time_to_offer(self) -> bool:
        """Never before the place; at once when the wait is long, else with the next look; and then rarely."""
        if not self._placed:
            return False
        if self._offered is None:
            return self._long or self._looks > 1
        if not self._callback_offered and self._worth_offering("callback"):
            return True
        return self._ports.now() - self._offered >= self._room.repeat_s * 1000

    def _offers(self) -> tuple[Piece, ...]:
        worth = [choice for choice in ORDER if self._worth_offering(choice)]
        self._callback_offered |= "callback" in worth
        words = self._keys_of(worth)
        if words:
            self._offered = self._ports.now()
        return words

    async def _invitation(self) -> str:
        """What the core invites them to since the line overflows, each said once; the key that cut it."""
        new = [choice for choice in ORDER if choice in {*self._ports.invited(self._interaction)} - self._invited]
        self._invited.update(new)
        words = self._keys_of(choice for choice in new if choice != "callback" or self._callable)
        return await self._hear(words) if words else ""

    def _keys_of(self, choices: Iterable[Choice]) -> tuple[Piece, ...]:
        """Each choice that has a key, with it."""
        words: list[str] = []
        for choice in choices:
            key = next((key for key, does in self._room.keys.items() if does == choice), None)
            if key is not None:
                words += [f"offer-{choice}", *say.number(int(key), self._voice.spoken)]
        return self._voice.own(*words)

    def _worth_offering(self, choice: Choice) -> bool:
        if choice == "callback":
            if not self._callable:
                return False
            waited_s = (self._ports.now() - self._since) / 1000
            return self._long or self._grown or waited_s > self._room.callback_over_s
        if choice == "priority":
            return bool(self._room.help_minutes) and not self._helped
        return choice == "message" or bool(self._answers())

    async def _obey(self, key: str) -> bool:
        """Do what was pressed, and what is pressed meanwhile; False: the caller has left the line."""
        then: str | None = key
        while then:
            then = await self._chosen(then)
        return then is not None

    async def _chosen(self, key: str) -> str | None:
        """Do what the key stands for. The key pressed next; None: the caller has left the line."""
        match self._room.keys.get(key):
            case "message":
                await self._quiet()
                messages = Messages(self._voice, self._ports, self._interaction, self._caller)
                words = await messages.from_line(self._queue)
                if words:
                    return await self._hear(self._voice.own(words))
                await self._leave("message", "message-sent", "goodbye")
                return None
            case "callback" if self._callable:
                await self._quiet()
                own = self._ports.callee(self._voice.call.caller_number)
                callback = Callback(self._voice, self._ports, self._interaction, self._queue, own)
                booked = await callback.book()
                if not booked:
                    return await self._hear(self._voice.own("still-in-line"))
                # The place is kept: they leave the phone, not the line.
                await self._voice.say_and_leave(*booked, "goodbye")
                return None
            case "answers" if answers := self._answers():
                await self._quiet()
                if not await Answers(self._voice, self._ports, self._interaction).hear(answers):
                    return await self._hear(self._voice.own("still-in-line"))
                await self._leave("answer", "survey-thanks", "goodbye")
                return None
            case "priority" if self._room.help_minutes and not self._helped:
                self._helped = True
                self._ports.submit(HelpAsked(interaction=self._interaction))
                return await self._hear(self._voice.own("help-given"))
            case "promised" | "anybody" as choice if choice in self._whom_to_wait_for() and self._promise is not None:
                agent = self._promise.promise.by if choice == "promised" else None
                self._ports.submit(WaitForAsked(interaction=self._interaction, agent=agent))
                return await self._hear(self._voice.own(f"wait-{choice}"))
            case _:
                # A key without a meaning here: the music plays on.
                return ""

    def _answers(self) -> tuple[SpokenAnswer, ...]:
        """Those that there is a sound for."""
        found = self._ports.answers(self._queue, self._voice.spoken)
        sounding = (one for one in found if self._voice.has(one.question) and self._voice.has(one.answer))
        return tuple(one for one, _ in zip(sounding, range(ANSWERS), strict=False))

    async def _leave(self, how: str, *words: str) -> None:
        self._ports.submit(FlowEnded(interaction=self._interaction, how=how))
        await self._voice.say_and_leave(*words)

    # --- closed under them

    async def _moved(self, shut: Shut, new: bool) -> bool:
        """Their queue was closed: told if it is news, they wait in another line, or leave (True)."""
        await self._hear(self._voice.own(shut.closing.prompt) if new else (), cut=False)
        if shut.leads_out:
            return await self._sent_elsewhere(shut.closing)
        if shut.to is not None:
            await self._voice.do(self._voice.call.set_variable("HL_QUEUE", shut.to))
            await self._enter(shut.to)
            return False
        messages = Messages(self._voice, self._ports, self._interaction, self._caller)
        message = shut.closing.then == "message" and await messages.simply(engine.MESSAGE_S, self._queue, {})
        await self._leave("message" if message else "closed", "goodbye")
        return True

    async def _sent_elsewhere(self, closing: Closing) -> bool:
        """The dialplan dials; should nobody answer there, it brings the caller back. False: there is no reason now."""
        answer = self._ports.steer(self._interaction)
        self._ports.submit(ElsewhereAsked(interaction=self._interaction, channel=self._voice.call.channel))
        try:
            if await self._voice.call.within(answer, STEER_S) != "elsewhere":
                return False
        except TimeoutError:
            log.warning("call %s: no answer from the core about another site", self._interaction)
            return False
        address, shown = closing.site, ""
        if not address:
            address, shown = f"{closing.number}@trunk-{self._site.outgoing.trunk}", self._site.shown
        await self._voice.do(self._voice.call.set_variable("HL_ELSEWHERE", address))
        await self._voice.do(self._voice.call.set_variable("HL_SHOWN", shown))
        await self._voice.do(self._voice.call.set_variable("HL_DONE", "elsewhere"))
        return True
