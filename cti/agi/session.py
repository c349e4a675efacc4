"""A caller's session: from the pick-up through the flow to the wait, and after a talk to the goodbye.

Asterisk asks `/call` for a caller who is new or comes back to us, `/after` for one who is out of a bridge, `/transfer`
for one whom the agent's phone sent away, `/colleague` for an agent's phone that calls by itself, and `/dictation` for a
supervisor's that was rung for a sentence. The session tells the core what happens and does what the flow engine or the
core says; it decides nothing itself and keeps nothing: killed at any point, the next one goes on where the journal says
the caller was.

Nothing here waits for a disk. Between a key and the next command stands only the flow engine (microseconds): Asterisk
drops keys pressed between two commands that are more than about 100 ms apart. When an agent's leg pulls the caller out,
the command returns `hung_up` and the server closes the socket: the session just ends, with `CallGone`.
"""

import logging

from msgspec.structs import replace

from cti.agi.dictation import dictate
from cti.agi.incidents import Incidents
from cti.agi.known import known
from cti.agi.messages import Messages
from cti.agi.ports import Ports, Resume
from cti.agi.recording import RecordingNotice
from cti.agi.server import AgiCall, CallGone
from cti.agi.voice import Voice
from cti.agi.waiting import LOOK_MS, WaitingRoom
from cti.core.ids import HUSK, AgentId, ClosingId, IdentifierId, InteractionId, Language, Ms, QueueId, SkillId
from cti.core.inputs import (
    AfterReached,
    CallArrived,
    CallerRecognised,
    ColleagueDialled,
    FlowEnded,
    FlowMoved,
    LanguageChosen,
    RouteAsked,
    SentAway,
    ServedMeanwhile,
    SurveyAnswered,
)
from cti.store.views import CallerFacts, OpenPromise
from ivr import engine
from ivr.engine import Piece
from ivr.facts import Facts
from ivr.flow import Flow

log = logging.getLogger(__name__)

FACTS_S = 0.15
"""A caller's history that takes longer than this is not waited for."""

CLAIM_SLICES, CLAIM_MS = 20, 50
"""A look-up of what a caller has keyed that takes longer than all of these is not waited for. The caller is listened to
meanwhile: a key pressed ahead is not lost."""

STEER_S = 1.0
"""The core answers in milliseconds; one that does not must not hold a caller who wants to go."""

ANSWER_MS = 5000
"""For a key in the survey."""


class Sessions:
    """The handler of `AgiServer`: one coroutine for each of Asterisk's questions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, call: AgiCall) -> None:
        """Serve one connection to its end."""
        if call.channel_name.startswith(HUSK):
            # Bridge() took the caller just when the dialplan went on to us: what asks here is nobody.
            return
        if call.script == "colleague":
            await _direct(call, self._ports)
            return
        if call.script == "dictation":
            await dictate(call, self._ports, call.args[0] if call.args else "")
            return
        interaction = InteractionId(call.args[0] if call.args else "")
        if not interaction:
            log.warning("AGI call of channel %s without our id: check dialplans/caller.conf", call.channel)
            return
        number = call.args[1] if len(call.args) > 1 else ""
        session = Session(call, self._ports, interaction, number)
        match call.script:
            case "call":
                await session.call()
            case "after":
                await session.after()
            case "transfer":
                await session.sent_away(number)
            case other:
                log.warning("AGI call for '%s': there is no such way in", other)


class Session:
    """One caller's channel while it is in our hands."""

    def __init__(self, call: AgiCall, ports: Ports, interaction: InteractionId, number: str) -> None:
        self._call = call
        self._ports = ports
        self._interaction = interaction
        self._number = number
        self._site = ports.site()
        self._flow = self._dialled()
        self._voice = Voice(call, ports, self._flow, self._site.default_language)
        self._incidents = Incidents(self._voice, ports, interaction)
        self._caller: IdentifierId | None = None

    # --- the two entries

    async def call(self) -> None:
        """A new caller goes through the flow; one who comes back goes on where the world says."""
        known = self._ports.resume(self._interaction)
        if known is None:
            await self._begin()
            return
        self._voice.language = known.language
        self._incidents.heard(known.incidents)
        identifier = self._identify()
        self._arrived(identifier, known.language)
        match known.state:
            case "waiting" | "offered" | "dialling" | "passing":
                # Of who was called back before an agent is there, AMI may tell later that they have answered.
                await self._voice.say_language()
                await self._voice.answer()
                if known.queue is not None:
                    # A transfer may have changed it since the dialplan was told.
                    await self._voice.do(self._call.set_variable("HL_QUEUE", known.queue))
                await self._wait(known.queue, known)
            case "aside" | "parked":
                await self._voice.say_language()
                await self._voice.answer()
                await self._aside(known)
            case "flow":
                facts = await self._facts(known.account or identifier)
                default = self._site.default_language
                step = engine.resume(
                    self._ports.flows(), self._flow, known.position, known.language, default, self._known(facts)
                )
                await self._lead(step, facts)
            case "ended":
                await self._voice.answer()
                await self._voice.say_and_leave("goodbye")
            case _:
                # A talk that ended while nobody looked.
                await self._voice.answer()
                if await self._ask_core() == "wait":
                    await self._wait(known.queue, known)

    async def after(self) -> None:
        """Out of a bridge: the core says whether to ask for a judgement, to go back in line, or goodbye."""
        known = self._ports.resume(self._interaction)
        served = self._served()
        if known is None and served is None:
            # Nobody here knows anything of this call.
            await self._voice.say_and_leave("goodbye")
            return
        if known is None:
            self._arrived(self._identify(), None)
        else:
            self._voice.language = known.language
            await self._is_there(known)
        if served is not None:
            self._ports.submit(served)
        if await self._ask_core() == "wait":
            # The dialplan brings the caller to `/call`, which knows the place.
            await self._voice.do(self._call.set_variable("HL_DONE", "wait"))

    async def sent_away(self, dialled: str) -> None:
        """The agent's phone transferred the caller by itself: the core gives them on, `/call` lets them wait."""
        to = "wait"
        if (known := self._ports.resume(self._interaction)) is not None:
            await self._is_there(known)
            answer = self._ports.steer(self._interaction)
            self._ports.submit(SentAway(interaction=self._interaction, channel=self._call.channel, dialled=dialled))
            try:
                to = await self._call.within(answer, STEER_S)
            except TimeoutError:
                log.warning("call %s: no answer from the core about a phone's transfer", self._interaction)
                to = "wait"
        # A caller waits. Whom the core tells goodbye is no caller, and has no place in line.
        await self._voice.do(self._call.set_variable("HL_DONE", "bye" if to == "goodbye" else "wait"))

    async def _is_there(self, known: Resume) -> None:
        """Who asks while AMI says that they talk is out of that talk already, or was taken into it since they asked. A
        husk answers nothing, and must not end the talk."""
        if known.state in ("talking", "outside"):
            await self._voice.answer()

    async def _begin(self) -> None:
        identifier = self._identify()
        facts = CallerFacts(identifier=identifier)
        try:
            facts = await self._facts(identifier)
        finally:
            # Also when the caller is gone already: even the shortest call leaves a line in history.
            self._voice.language = Language(facts.language) if facts.language else None
            self._arrived(identifier, self._voice.language)
        default = self._site.default_language
        step = engine.begin(self._flow, facts.language, default, self._known(facts))
        await self._lead(step, facts)

    def _served(self) -> ServedMeanwhile | None:
        """What the dialplan knows of a talk that the fallback queue began."""
        agent, queue, waited, talked = (*self._call.args[2:], "", "", "", "")[:4]
        if not agent:
            return None
        return ServedMeanwhile(
            interaction=self._interaction,
            agent=AgentId(agent),
            queue=QueueId(queue),
            waited=_seconds(waited),
            talked=_seconds(talked),
        )

    def _identify(self) -> IdentifierId | None:
        self._caller = self._ports.identify(self._call.caller_number, self._call.channel_name)
        return self._caller

    def _arrived(self, caller: IdentifierId | None, language: Language | None) -> None:
        self._ports.submit(
            CallArrived(
                interaction=self._interaction,
                channel=self._call.channel,
                number=self._number,
                caller=caller,
                language=language,
            )
        )

    async def _facts(self, identifier: IdentifierId | None) -> CallerFacts:
        """The caller's history if it comes in time. The call goes on without it, whatever is wrong with it."""
        try:
            return await self._call.within(self._ports.facts(identifier), FACTS_S)
        except CallGone:
            raise
        except TimeoutError:
            log.warning("call %s: its caller's history took more than %d ms", self._interaction, FACTS_S * 1000)
        except Exception:
            log.exception("call %s: its caller's history could not be read", self._interaction)
        return CallerFacts(identifier=identifier)

    def _dialled(self) -> Flow:
        """The flow of the number that was dialled; of who is sent away by a phone, who hears none any more, any."""
        flows = self._ports.flows().flows
        if self._call.script == "transfer":
            return next(iter(flows.values()))
        named = next((one.flow for one in self._site.numbers if one.number == self._number), None)
        if named is None or named not in flows:
            log.error("number %s: its flow %r does not exist. Run: hotline ivr lint", self._number, named)
            return next(iter(flows.values()))
        return flows[named]

    def _known(self, facts: CallerFacts) -> Facts:
        return known(self._number, facts, self._ports.doors(), self._ports.now(), self._site.zone)

    # --- the flow

    async def _lead(self, step: engine.Step, facts: CallerFacts) -> None:
        """Do what the engine says until the caller is in line or the call is over."""
        answered = False
        while True:
            self._tell(step)
            step = self._with_incidents(step)
            match step.do:
                case engine.Connect() as do:
                    await self._connect(do, answered, facts)
                    return
                case engine.Finish() as do:
                    if not answered:
                        await self._voice.answer()
                    self._ports.submit(FlowEnded(interaction=self._interaction, how=do.how))
                    await self._voice.hear_and_leave(do.pieces)
                    return
            if not answered:
                await self._voice.answer()
                answered = True
            if self._voice.language is not None:
                await self._voice.say_language()
            happened: engine.Happened
            match step.do:
                case engine.Hear() as hear:
                    happened = await self._voice.hear(hear)
                case engine.Record() as record:
                    happened = await self._record(record, facts)
                case engine.LookUp() as claim:
                    happened, facts = await self._recognise(claim, facts)
            step = engine.step(step.caller, happened, self._known(facts))

    def _with_incidents(self, step: engine.Step) -> engine.Step:
        """Before the menu callers hear what is known of an incident, as soon as it is known in which language."""
        do = step.do
        queue = QueueId(do.queue) if isinstance(do, engine.Connect) else None
        if isinstance(do, engine.Record | engine.LookUp) or len({piece.language for piece in do.pieces}) > 1:
            return step
        pieces = self._incidents.new(queue)
        return replace(step, do=replace(do, pieces=(*pieces, *do.pieces))) if pieces else step

    def _tell(self, step: engine.Step) -> None:
        if step.chosen is not None:
            self._voice.language = Language(step.chosen)
            self._ports.submit(LanguageChosen(interaction=self._interaction, language=self._voice.language))
        for move in step.moves:
            # The position of a caller who is in line from now on is nobody's business: only the choice is.
            if move.label or not isinstance(step.do, engine.Connect):
                self._ports.submit(FlowMoved(interaction=self._interaction, position=move.position, label=move.label))

    async def _connect(self, do: engine.Connect, answered: bool, facts: CallerFacts) -> None:
        # The question to the core goes first: an agent may be free, and all that follows is cut by the connection.
        self._ports.submit(
            RouteAsked(
                interaction=self._interaction,
                queue=QueueId(do.queue),
                skills={SkillId(skill): level for skill, level in do.skills.items()},
                priority=do.priority,
                language=self._voice.language,
                last_agent=facts.last_agent,
                case_owner=facts.case_owner,
                promised=facts.promised,
                tier=facts.tier,
            )
        )
        queue = QueueId(do.queue)
        shut = self._ports.doors().shut.get(queue)
        if shut is not None and shut.to is not None:
            queue = shut.to  # where the core puts them; the words are among the pieces
        if (found := self._site.queue_by_id.get(queue)) is not None and found.record:
            # Now, for a phone that answers by itself is quicker than a word.
            await RecordingNotice(self._voice, self._ports, self._interaction, known=False).record()
        if not answered:
            await self._voice.answer()
        await self._voice.say_language()
        await self._voice.do(self._call.set_variable("HL_QUEUE", queue))
        heard = await self._voice.hear(engine.Hear(do.pieces))
        told = shut.closing.id if shut is not None else None
        await self._wait(queue, entering=True, told=told, pressed=heard.keys, promise=facts.promise)

    async def _recognise(self, do: engine.LookUp, facts: CallerFacts) -> tuple[engine.LookedUp, CallerFacts]:
        """What came of what was keyed, and what is known of the caller from now on. The digits go no further."""
        asked, keys = self._ports.recognise(do.account, do.pin), ""
        for _ in range(CLAIM_SLICES):
            keys += await self._voice.key(CLAIM_MS)
            if asked.done():
                break
        else:
            log.warning("call %s: an account took more than %d ms", self._interaction, CLAIM_SLICES * CLAIM_MS)
            return engine.LookedUp(None, keys), facts
        if (error := asked.exception()) is not None:
            log.error("call %s: an account could not be looked up", self._interaction, exc_info=error)
            return engine.LookedUp(None, keys), facts
        claim = asked.result()
        if claim.account is not None:
            self._ports.submit(CallerRecognised(interaction=self._interaction, account=claim.account, how=claim.how))
        return engine.LookedUp(claim.matched, keys), claim.facts or facts

    async def _record(self, do: engine.Record, facts: CallerFacts) -> engine.Recorded:
        queue = QueueId(do.queue) if do.queue is not None else None
        skills = {SkillId(skill): level for skill, level in do.skills.items()}
        messages = Messages(self._voice, self._ports, self._interaction, self._caller, facts)
        return engine.Recorded(await messages.simply(do.most_s, queue, skills))

    async def _wait(
        self,
        queue: QueueId | None,
        known: Resume | None = None,
        *,
        entering: bool = False,
        told: ClosingId | None = None,
        pressed: str = "",
        promise: OpenPromise | None = None,
    ) -> None:
        room = WaitingRoom(
            self._voice,
            self._ports,
            self._incidents,
            self._interaction,
            self._caller,
            helped=known is not None and known.helped,
            called_back=known is not None and known.called_back,
            recorded=known is not None and known.recorded,
            promise=promise,
        )
        await room.stay(queue, entering=entering, told=told, pressed=pressed)

    async def _aside(self, known: Resume) -> None:
        """Music, while the agent asks a colleague, or until somebody fetches whom they parked. Should all of them
        leave, or nobody come, the caller waits in line from here on."""
        queue = next((one for one in self._site.queues if one.id == known.queue), None)
        music = queue.music_for(self._voice.language) if queue is not None else "default"
        await self._voice.do(self._call.set_music(True, music))
        now: Resume | None = known
        while now is not None and now.state in ("aside", "parked"):
            await self._voice.do(self._call.wait_for_digit(LOOK_MS))
            now = self._ports.resume(self._interaction)
        await self._wait(now.queue if now is not None else known.queue, now)

    # --- after the talk

    async def _ask_core(self) -> str:
        """What the core wants after a talk. All but `wait` has been done when this returns."""
        answer = self._ports.steer(self._interaction)
        self._ports.submit(AfterReached(interaction=self._interaction, channel=self._call.channel))
        try:
            to = await self._call.within(answer, STEER_S)
        except TimeoutError:
            log.warning("call %s: no answer from the core after the talk, saying goodbye", self._interaction)
            to = "goodbye"
        if to != "wait":
            if to == "survey":
                await self._survey()
            await self._voice.say_and_leave("goodbye")
        return to

    async def _survey(self) -> None:
        again: tuple[Piece, ...] = ()
        for _ in range(2):
            heard = await self._voice.hear(engine.Hear((*again, *self._voice.own("survey")), ANSWER_MS))
            if heard.keys in ("1", "2"):
                self._ports.submit(SurveyAnswered(interaction=self._interaction, solved=heard.keys == "1"))
                await self._voice.hear(engine.Hear(self._voice.own("survey-thanks")))
                return
            again = self._voice.own("wrong-key" if heard.keys else "no-key")


async def _direct(call: AgiCall, ports: Ports) -> None:
    """An agent's phone calls by itself: whom, the core knows; the dialplan waits with it, or says why not."""
    answer = ports.direct(call.channel)
    dialled = call.args[0] if call.args else ""
    ports.submit(ColleagueDialled(channel=call.channel, name=call.channel_name, dialled=dialled))
    try:
        told = await call.within(answer, STEER_S)
    except TimeoutError:
        log.warning("phone %s: no answer from the core about whom it calls", call.channel_name)
        return
    finally:
        answer.cancel()
    if told.interaction is not None:
        await call.set_variable("HL_ID", told.interaction)
    await call.set_variable("HL_DONE", told.to)


def _seconds(text: str) -> Ms:
    """Whole seconds as the dialplan counts them; nonsense is none."""
    return Ms(int(text) * 1000 if text.isascii() and text.isdigit() else 0)
