"""A caller's session: from the pick-up through the flow to the wait, and after a talk to the goodbye.

Asterisk asks `/call` for a caller who is new or comes back to us, `/after` for one who is out of a bridge, `/transfer`
for one whom the agent's phone sent away. The session tells the core what happens and does what the flow engine or the
core says; it decides nothing itself and keeps nothing: killed at any point, the next one goes on where the journal says
the caller was.

Nothing here waits for a disk. Between a key and the next command stands only the flow engine (microseconds): Asterisk
drops keys pressed between two commands that are more than about 100 ms apart. When an agent's leg pulls the caller out,
the command returns `hung_up` and the server closes the socket: the session just ends, with `CallGone`.
"""

import logging
from collections.abc import Awaitable

from cti.agi.known import known
from cti.agi.ports import Ports
from cti.agi.server import AgiCall, CallGone
from cti.agi.wire import Reply
from cti.core.closings import Shut
from cti.core.ids import AgentId, ClosingId, IdentifierId, InteractionId, Language, Ms, QueueId, SkillId
from cti.core.inputs import (
    AfterReached,
    CallArrived,
    ElsewhereAsked,
    FlowEnded,
    FlowMoved,
    LanguageChosen,
    RouteAsked,
    SentAway,
    ServedMeanwhile,
    SurveyAnswered,
    WaitSaid,
)
from cti.core.site import Queue
from cti.store.views import CallerFacts
from ivr import engine, say, sounds
from ivr.engine import Piece
from ivr.facts import Facts
from ivr.flow import KEYS, Flow

log = logging.getLogger(__name__)

FACTS_S = 0.15
"""A caller's history that takes longer than this is not waited for."""

STEER_S = 1.0
"""The core answers in milliseconds; one that does not must not hold a caller who wants to go."""

ANSWER_MS = 5000
"""For a key in the survey."""

SPOKEN_MS = 1500
"""A recording shorter than this is no message. (Of one that silence ended, Asterisk leaves a second of silence.)"""

SILENCE_S = 5
"""Silence that ends a message."""

POSITION_EVERY_S = 30
"""When the queue is no longer in the site."""

LOOK_MS = 5000
"""So often it is looked whether a queue was closed under those in its line."""

NEVER_S = 3600
"""How long music plays on in a queue whose `position_every_s` is 0."""


class Sessions:
    """The handler of `AgiServer`: one coroutine for each of Asterisk's questions."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def __call__(self, call: AgiCall) -> None:
        """Serve one connection to its end."""
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
                log.warning("AGI call for '%s': there are only 'call', 'after' and 'transfer'", other)


class Session:
    """One caller's channel while it is in our hands."""

    def __init__(self, call: AgiCall, ports: Ports, interaction: InteractionId, number: str) -> None:
        self._call = call
        self._ports = ports
        self._interaction = interaction
        self._number = number
        self._site = ports.site()
        self._prompts = ports.prompts()
        self._flow = self._dialled()
        self._language: Language | None = None
        self._told = ""
        """The language the dialplan knows of."""

    # --- the two entries

    async def call(self) -> None:
        """A new caller goes through the flow; one who comes back goes on where the world says."""
        known = self._ports.resume(self._interaction)
        if known is None:
            await self._begin()
            return
        self._language = known.language
        identifier = self._identify()
        self._arrived(identifier, known.language)
        match known.state:
            case "waiting" | "offered":
                await self._say_language()
                await self._answer()
                if known.queue is not None:
                    # A transfer may have changed it since the dialplan was told.
                    await self._do(self._call.set_variable("HL_QUEUE", known.queue))
                await self.wait(known.queue)
            case "flow":
                facts = await self._facts(identifier)
                default = self._site.default_language
                step = engine.resume(
                    self._ports.flows(), self._flow, known.position, known.language, default, self._known(facts)
                )
                await self._lead(step, facts)
            case "ended":
                await self._answer()
                await self._say_and_leave(self._own("goodbye"))
            case _:
                # A talk that ended while nobody looked.
                await self._answer()
                if await self._ask_core() == "wait":
                    await self.wait(known.queue)

    async def after(self) -> None:
        """Out of a bridge: the core says whether to ask for a judgement, to go back in line, or goodbye."""
        known = self._ports.resume(self._interaction)
        served = self._served()
        if known is None and served is None:
            # Nobody here knows anything of this call.
            await self._say_and_leave(self._own("goodbye"))
            return
        if known is None:
            self._arrived(self._identify(), None)
        else:
            self._language = known.language
        if served is not None:
            self._ports.submit(served)
        if await self._ask_core() == "wait":
            # The dialplan brings the caller to `/call`, which knows the place.
            await self._do(self._call.set_variable("HL_DONE", "wait"))

    async def sent_away(self, dialled: str) -> None:
        """The agent's phone transferred the caller by itself: the core gives them on, `/call` lets them wait."""
        if self._ports.resume(self._interaction) is not None:
            answer = self._ports.steer(self._interaction)
            self._ports.submit(SentAway(interaction=self._interaction, channel=self._call.channel, dialled=dialled))
            try:
                await self._call.within(answer, STEER_S)
            except TimeoutError:
                log.warning("call %s: no answer from the core about a phone's transfer", self._interaction)
        await self._do(self._call.set_variable("HL_DONE", "wait"))

    async def _begin(self) -> None:
        identifier = self._identify()
        facts = CallerFacts(identifier=identifier)
        try:
            facts = await self._facts(identifier)
        finally:
            # Also when the caller is gone already: even the shortest call leaves a line in history.
            self._language = Language(facts.language) if facts.language else None
            self._arrived(identifier, self._language)
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
        return self._ports.identify(self._call.caller_number, self._call.channel_name)

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
        """The flow of the number that was dialled."""
        flows = self._ports.flows().flows
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
            match step.do:
                case engine.Connect() as do:
                    await self._connect(do, answered, facts)
                    return
                case engine.Finish() as do:
                    if not answered:
                        await self._answer()
                    self._ports.submit(FlowEnded(interaction=self._interaction, how=do.how))
                    await self._say_and_leave(do.pieces)
                    return
            if not answered:
                await self._answer()
                answered = True
            if self._language is not None:
                await self._say_language()
            happened = await self._hear(step.do) if isinstance(step.do, engine.Hear) else await self._record(step.do)
            step = engine.step(step.caller, happened, self._known(facts))

    def _tell(self, step: engine.Step) -> None:
        if step.chosen is not None:
            self._language = Language(step.chosen)
            self._ports.submit(LanguageChosen(interaction=self._interaction, language=self._language))
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
                language=self._language,
                last_agent=facts.last_agent,
                case_owner=facts.case_owner,
                promised=facts.promised,
                tier=facts.tier,
            )
        )
        if not answered:
            await self._answer()
        await self._say_language()
        queue = QueueId(do.queue)
        shut = self._ports.doors().shut.get(queue)
        if shut is not None and shut.to is not None:
            queue = shut.to  # where the core puts them; the words are among the pieces
        await self._do(self._call.set_variable("HL_QUEUE", queue))
        await self._hear(engine.Hear(do.pieces))
        await self.wait(queue, entering=True, told=shut.closing.id if shut is not None else None)

    async def _record(self, do: engine.Record) -> engine.Recorded:
        file = self._ports.message_file(self._interaction)
        reply = await self._call.record_file(file, "wav", "#", do.most_s * 1000, silence_s=SILENCE_S)
        kept = reply.endpos is not None and reply.endpos >= SPOKEN_MS * 8
        if reply.hung_up:
            # Most people hang up when they have said what they wanted: the message is good.
            if kept:
                self._ports.submit(FlowEnded(interaction=self._interaction, how="message"))
            raise CallGone
        return engine.Recorded(kept)

    # --- the wait

    async def wait(self, queue: QueueId | None, *, entering: bool = False, told: ClosingId | None = None) -> None:
        """Music, and now and then the place and what is left of the wait, until the agent's leg takes the caller away.

        A connection waits for none of it, and a key pressed while something is said cuts that. `told`: the closing
        that they have heard of. Ends by itself only for a caller whose queue was closed and who goes to no other.
        """
        found = self._queue(queue)
        every_s = found.position_every_s if found is not None else POSITION_EVERY_S
        music = found.music if found is not None else "default"
        if entering and every_s:
            await self._hear(engine.Hear(self._wait_pieces()))
        playing = False
        while True:
            if not playing:
                await self._do(self._call.set_music(True, music))
                playing = True
            due = self._ports.now() + (every_s or NEVER_S) * 1000
            while (left := due - self._ports.now()) > 0:
                shut = self._ports.turned(self._interaction)
                if shut is not None and (shut.to is None or shut.closing.id != told):
                    await self._do(self._call.set_music(False))
                    if shut.closing.id != told:
                        await self._hear(engine.Hear(self._own(shut.closing.prompt), cut=False))
                    told = shut.closing.id
                    if shut.to is not None:
                        await self._do(self._call.set_variable("HL_QUEUE", shut.to))
                    elif await self._turn_away(shut):
                        return
                    await self._do(self._call.set_music(True, music))
                await self._do(self._call.wait_for_digit(min(left, LOOK_MS)))
            pieces = self._wait_pieces() if every_s else ()
            if pieces:
                await self._do(self._call.set_music(False))
                playing = False
                await self._hear(engine.Hear(pieces))

    async def _turn_away(self, shut: Shut) -> bool:
        """The words are said; to the other site, or a message if there can be one, and goodbye. False: they stay."""
        if shut.site:
            return await self._send_elsewhere(shut.site)
        message = shut.closing.then == "message" and (await self._record(engine.Record(engine.MESSAGE_S))).kept
        self._ports.submit(FlowEnded(interaction=self._interaction, how="message" if message else "closed"))
        await self._say_and_leave(self._own("goodbye"))
        return True

    async def _send_elsewhere(self, address: str) -> bool:
        """The dialplan dials; should nobody answer there, it brings the caller back to `/call`."""
        answer = self._ports.steer(self._interaction)
        self._ports.submit(ElsewhereAsked(interaction=self._interaction, channel=self._call.channel))
        try:
            if await self._call.within(answer, STEER_S) != "elsewhere":
                return False
        except TimeoutError:
            log.warning("call %s: no answer from the core about another site", self._interaction)
            return False
        await self._do(self._call.set_variable("HL_ELSEWHERE", address))
        await self._do(self._call.set_variable("HL_DONE", "elsewhere"))
        return True

    def _queue(self, queue: QueueId | None) -> Queue | None:
        return next((one for one in self._site.queues if one.id == queue), None)

    def _wait_pieces(self) -> tuple[Piece, ...]:
        """What there is to say about the wait, if anything is; the core is told that it is said."""
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
        language = engine.spoken(self._flow, self._language, self._site.default_language)
        prompts = say.position(new.place, language)
        if new.why:
            prompts = (*prompts, f"wait-{new.why}")
        if new.least is not None:
            prompts = (*prompts, *say.wait(new.least, new.most, language))
        return tuple(Piece(language, prompt) for prompt in prompts)

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
            await self._say_and_leave(self._own("goodbye"))
        return to

    async def _survey(self) -> None:
        again: tuple[Piece, ...] = ()
        for _ in range(2):
            heard = await self._hear(engine.Hear((*again, *self._own("survey")), ANSWER_MS))
            if heard.keys in ("1", "2"):
                self._ports.submit(SurveyAnswered(interaction=self._interaction, solved=heard.keys == "1"))
                await self._hear(engine.Hear(self._own("survey-thanks")))
                return
            again = self._own("wrong-key" if heard.keys else "no-key")

    # --- small parts

    def _own(self, prompt: str) -> tuple[Piece, ...]:
        return (Piece(engine.spoken(self._flow, self._language, self._site.default_language), prompt),)

    async def _hear(self, do: engine.Hear) -> engine.Heard:
        """Say the pieces and wait for a key, as `Hear` asks."""
        keys = ""
        for piece in do.pieces:
            file = sounds.sound(piece.language, piece.prompt)
            if file not in self._prompts:
                log.error("prompt %s is missing. Run: hotline ivr prompts", file)
                continue
            reply = await self._do(self._call.stream_file(file, KEYS))
            while reply.key:
                keys += reply.key
                if do.cut:
                    return engine.Heard(keys)
                # Not to be cut: go on where the key stopped it.
                reply = await self._do(self._call.stream_file(file, KEYS, reply.endpos or 0))
        if keys or not do.wait_ms:
            return engine.Heard(keys)
        reply = await self._do(self._call.wait_for_digit(do.wait_ms))
        return engine.Heard(reply.key)

    async def _answer(self) -> None:
        await self._do(self._call.answer())

    async def _say_language(self) -> None:
        """For the dialplan, should it have to speak in our place."""
        language = engine.spoken(self._flow, self._language, self._site.default_language)
        if language != self._told:
            self._told = language
            await self._do(self._call.set_variable("HL_LANGUAGE", language))

    async def _say_and_leave(self, pieces: tuple[Piece, ...]) -> None:
        await self._hear(engine.Hear(pieces, cut=False))
        await self._do(self._call.set_variable("HL_DONE", "bye"))

    async def _do(self, asked: Awaitable[Reply]) -> Reply:
        """One command. A refused one ends the session, and the dialplan comes back: never a loop of refusals."""
        reply = await asked
        if reply.hung_up:
            raise CallGone
        if not reply.ok:
            raise RuntimeError(f"Asterisk refused a command: {reply.code} {reply.data}")
        return reply


def _seconds(text: str) -> Ms:
    """Whole seconds as the dialplan counts them; nonsense is none."""
    return Ms(int(text) * 1000 if text.isascii() and text.isdigit() else 0)
