"""What agents do at their desks. Everything here is an input to the one inbox; what came of it is seen over `/live`."""

from typing import Any

from cti.core.agent import AgentState
from cti.core.consult import beside, step_of
from cti.core.ids import AgentId, InteractionId, OfferId, QueueId
from cti.core.inputs import (
    AgentNotReady,
    AgentReady,
    ConsultAsked,
    ConsultEnds,
    HangUpAsked,
    OfferDeclined,
    RecallAsked,
    TransferAsked,
    WrapUpDone,
    WrapUpExtended,
)
from cti.core.interaction import State
from cti.core.queue import available
from cti.web.api_calls import CallsApi
from cti.web.bodies import AgentStateAsk, Consult, ConsultThen, Done, Extend, NoWork, Transfer, WrapUp
from cti.web.call import Call
from cti.web.live import Live
from cti.web.ports import Loop
from cti.web.problems import Refusal, missing
from cti.web.records import Records
from cti.web.views import WallboardView


class AgentsApi:
    """One's own state, one's own call, and the wallboard."""

    def __init__(self, loop: Loop, live: Live, records: Records, calls: CallsApi) -> None:
        self._loop = loop
        self._calls = calls
        self._live = live
        self._records = records

    async def set_state(self, call: Call[AgentStateAsk, None]) -> Done:
        ask = call.body
        if ask.state == "ready":
            self._loop.submit(AgentReady(agent=call.agent))
            return Done()
        site = self._loop.world.site
        known = {reason.id for reason in site.reasons} if site else set()
        if ask.reason is None or (ask.reason not in known and ask.reason != "away"):
            raise Refusal(
                422,
                "no-such-reason",
                "Not ready needs a reason the site knows.",
                f"One of: {', '.join(sorted({*known, 'away'}))}.",
                where="$.reason",
            )
        self._loop.submit(AgentNotReady(agent=call.agent, reason=ask.reason))
        return Done()

    async def decline(self, call: Call[None, None]) -> Done:
        offer = OfferId(call.path["id"])
        found = self._loop.world.offer(offer)
        if found is None or found[1].agent != call.agent:
            raise Refusal(
                409, "no-offer", "This offer no longer stands, or is not yours.", "Nothing: the desk shows what is."
            )
        self._loop.submit(OfferDeclined(agent=call.agent, offer=offer))
        return Done()

    async def hang_up(self, call: Call[None, None]) -> Done:
        interaction = self._own(call)
        self._loop.submit(HangUpAsked(agent=call.agent, interaction=interaction))
        return Done()

    async def transfer(self, call: Call[Transfer, None]) -> Done:
        """Refused while nothing has been done to the call; what happens after that is told over `/live`."""
        interaction = self._own(call)
        ask = call.body
        if sum(target is not None for target in (ask.agent, ask.queue, ask.number)) != 1:
            raise Refusal(
                422, "one-target", "A transfer is to one colleague, one queue or one number.", "Give one of the three."
            )
        self._target(ask.agent, ask.queue)
        it = self._loop.world.interactions[interaction]
        if it.state is not State.TALKING or it.agent != call.agent:
            raise Refusal(409, "not-talking", "There is no talk to transfer.", "Nothing: the desk shows what is.", "id")
        self._connected()
        outside = self._calls.allowed(call.agent, ask.number) if ask.number is not None else None
        self._loop.submit(
            TransferAsked(agent=call.agent, interaction=interaction, to=ask.agent, queue=ask.queue, outside=outside)
        )
        return Done()

    async def consult(self, call: Call[Consult, None]) -> Done:
        """Of a caller one talks with, or has set aside when nobody came."""
        interaction = self._own(call)
        ask = call.body
        if sum(target is not None for target in (ask.agent, ask.queue, ask.number)) != 1:
            raise Refusal(
                422,
                "one-target",
                "A consultation is with one colleague, one queue or one number.",
                "Give one of the three.",
            )
        self._target(ask.agent, ask.queue)
        world = self._loop.world
        it = world.interactions[interaction]
        if it.state not in (State.TALKING, State.ASIDE) or it.agent != call.agent or it.consult is not None:
            raise Refusal(
                409, "not-talking", "There is no talk to set aside.", "Nothing: the desk shows what is.", "id"
            )
        leg = world.legs.get(it.agent_channel) if it.agent_channel is not None else None
        if leg is None or leg.offer is None:
            raise Refusal(
                409,
                "no-way-back",
                "This talk goes over a phone that could not be brought back to the caller.",
                "Transfer the caller, or ask the colleague another way.",
            )
        self._connected()
        outside = self._calls.allowed(call.agent, ask.number) if ask.number is not None else None
        self._loop.submit(
            ConsultAsked(agent=call.agent, interaction=interaction, to=ask.agent, queue=ask.queue, outside=outside)
        )
        return Done()

    async def consult_then(self, call: Call[ConsultThen, None]) -> Done:
        """What becomes of it, by who asked."""
        interaction = self._own(call)
        it = self._loop.world.interactions[interaction]
        if it.agent != call.agent or step_of(self._loop.world, it) is None:
            raise Refusal(409, "no-consultation", "You ask nobody.", "Nothing: the desk shows what is.", "id")
        if call.body.then == "join" and beside(self._loop.world, it):
            raise Refusal(
                409, "phone-joins", "Your phone asks on a line of its own.", "Let it join the two: its conference key."
            )
        self._connected()
        self._loop.submit(ConsultEnds(agent=call.agent, interaction=interaction, how=call.body.then))
        return Done()

    def _target(self, agent: AgentId | None, queue: QueueId | None) -> None:
        """Whom or what the site has, and who is free."""
        world = self._loop.world
        if queue is not None and world.queue(queue) is None:
            raise Refusal(
                422, "no-such-queue", "The site has no such queue.", "Take one from the desk's view.", where="$.queue"
            )
        now = world.agents.get(agent) if agent is not None else None
        if agent is not None and (now is None or not available(world, now)):
            raise Refusal(
                409,
                "not-free",
                "This colleague can't take a call now.",
                "Choose somebody who is ready, or a queue; the talk goes on.",
                where="$.agent",
            )

    def _connected(self) -> None:
        if not self._loop.world.asterisk:
            raise Refusal(
                409, "asterisk-away", "The exchange is away.", "Wait until it is back; the talk goes on meanwhile."
            )

    async def recall(self, call: Call[None, None]) -> Done:
        """Of a caller whom one gave away and nobody has answered yet."""
        interaction = InteractionId(call.path["id"])
        it = self._loop.world.interactions.get(interaction)
        if it is None or it.given_by != call.agent or it.state not in (State.WAITING, State.OFFERED, State.PASSING):
            raise Refusal(409, "answered", "This caller is not yours to take back.", "Nothing: the desk shows what is.")
        self._loop.submit(RecallAsked(agent=call.agent, interaction=interaction))
        return Done()

    async def wrap_up(self, call: Call[WrapUp, None]) -> Done:
        """The note and the customer are kept first, also when the wrap-up has ended by itself meanwhile."""
        interaction, ask = InteractionId(call.path["id"]), call.body
        site = self._loop.world.site
        if ask.outcome is not None and ask.outcome not in {o.id for o in (site.outcomes if site else ())}:
            raise Refusal(
                422,
                "no-such-outcome",
                "The site has no such outcome.",
                "Take one from the desk's view.",
                where="$.outcome",
            )
        await self._records.keep(call.who, interaction, ask.note, ask.customer)
        now = self._loop.world.agents.get(call.agent)
        if now is not None and now.interaction == interaction and now.state is not AgentState.WRAP_UP:
            raise Refusal(409, "not-in-wrap-up", "The call goes on; the note is kept.", "Hang up first, then wrap up.")
        self._loop.submit(WrapUpDone(agent=call.agent, interaction=interaction, outcome=ask.outcome, ready=ask.ready))
        return Done()

    async def extend(self, call: Call[Extend, None]) -> Done:
        now = self._loop.world.agents.get(call.agent)
        if now is None or now.state is not AgentState.WRAP_UP:
            raise Refusal(409, "not-in-wrap-up", "There is no wrap-up to extend.", "Nothing: it is over.")
        self._loop.submit(WrapUpExtended(agent=call.agent, by_s=call.body.by_s))
        return Done()

    async def why(self, call: Call[None, None]) -> NoWork:
        now = self._loop.now()
        text = self._loop.text.why_no_work(call.agent, now)
        return NoWork(why=self._loop.routing.why_no_work(call.agent, now), text=text)

    async def put_away(self, call: Call[None, None]) -> Done:
        if not self._live.put_away(call.agent, call.path["id"]):
            raise missing("notice", call.path["id"])
        return Done()

    async def wallboard(self, call: Call[None, None]) -> WallboardView:
        return self._live.wallboard()

    def _own(self, call: Call[Any, None]) -> InteractionId:
        """The interaction in the address, if it is on this agent's own desk."""
        interaction = InteractionId(call.path["id"])
        now = self._loop.world.agents.get(call.agent)
        if now is None or now.interaction != interaction:
            raise Refusal(409, "not-yours", "This call is not on your desk.", "Nothing: the desk shows what is.", "id")
        return interaction
