"""Calls to the outside, and the list of callers who left before anybody had them."""

from secrets import token_hex

from cti.core.ids import OUTWARD, AgentId, IdentifierId, InteractionId
from cti.core.inputs import CallAsked, MachineAnswered
from cti.core.interaction import State
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.call_bodies import AbandonedList, Handled, NewCall, NewCallMade
from cti.web.ports import Accounts, History, Loop, Numbers
from cti.web.problems import Refusal, missing

_WHY = {
    "off": (403, "This site calls no numbers outside.", "An administrator can allow it: [outgoing] in site.toml."),
    "not_allowed": (403, "This number, or calling outside at all, is not allowed.", "Ask a supervisor."),
    "wrong_number": (422, "That is no telephone number.", "Write it with its country code, such as +852 2800 0000."),
    "asterisk_away": (409, "The exchange is away.", "Wait until it is back."),
    "at_once": (429, "As many calls to the outside as are allowed are under way.", "Try again in a moment."),
    "per_hour": (429, "You have dialled as many numbers as are allowed in an hour.", "Wait, or ask a supervisor."),
    "quiet": (403, "Nobody is called during quiet hours.", "Call when they are over."),
    "busy": (409, "You are not free for a call.", "Say that you are ready, or finish what is on your desk."),
    "no_phone": (409, "You have no phone that can ring.", "Open the desk, or switch your telephone on."),
}
_UNWANTED = {
    "never": "They have asked not to be called.",
    "not_now": "They have asked to be called at other times.",
    "quiet": "It is a time at which people want quiet.",
}


class CallsApi:
    """Click to call. Who called is in the audit log; the number stays with the interaction, where erasing finds it."""

    def __init__(self, loop: Loop, history: History, accounts: Accounts, numbers: Numbers) -> None:
        self._loop = loop
        self._history = history
        self._accounts = accounts
        self._numbers = numbers

    async def call(self, call: Call[NewCall, None]) -> Sent:
        why = self._numbers.in_the_way(call.agent)
        if why:
            raise refused(why)
        to = self._named(call.body.number)
        if unwanted := await self._unwanted(to):
            if not call.body.anyway:
                raise Refusal(
                    428, f"call-unwanted-{unwanted.replace('_', '-')}", _UNWANTED[unwanted], "Write, or call anyway."
                )
            await self._accounts.note(call.agent, "called_anyway", about=to, detail=unwanted)
        interaction = InteractionId(f"{OUTWARD}{self._loop.now()}-{token_hex(4)}")
        await self._accounts.note(call.agent, "called_out", about=interaction)
        self._loop.submit(CallAsked(agent=call.agent, interaction=interaction, to=to))
        return Sent(NewCallMade(interaction=interaction), status=201)

    def allowed(self, agent: AgentId, number: str) -> IdentifierId:
        """Whom a number names, if this agent may have it called for a transfer. Raises Refusal."""
        why = self._numbers.in_the_way_of_transfers(agent)
        if why:
            raise refused(why)
        return self._named(number)

    async def machine(self, call: Call[None, None]) -> Done:
        """Of a callback that is on one's desk."""
        interaction = InteractionId(call.path["id"])
        it = self._loop.world.interactions.get(interaction)
        mine = it is not None and (it.offer.agent if it.offer is not None else it.agent) == call.agent
        if it is None or not mine or it.state not in (State.TALKING, State.DIALLING):
            raise Refusal(409, "not-talking", "There is no callback on your desk.", "Nothing: the desk shows what is.")
        if it.callback is None and it.called_back is None:
            raise Refusal(
                409, "no-callback", "This customer is not to be called back.", "Say it in the wrap-up instead.", "id"
            )
        self._loop.submit(MachineAnswered(agent=call.agent, interaction=interaction))
        return Done()

    async def abandoned(self, call: Call[None, None]) -> AbandonedList:
        return AbandonedList(callers=tuple(await self._history.abandoned()))

    async def handled(self, call: Call[Handled, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        agent = call.agent if call.body.done else None
        if not await self._history.handle_abandoned(interaction, agent):
            raise missing("abandoned call", interaction)
        return Done()

    async def _unwanted(self, to: IdentifierId) -> str:
        """Why they should not be called now; empty: nothing. Raises Refusal where nobody may be."""
        site = self._loop.world.site
        if site is None:
            return ""
        why = await self._history.knowing.unwanted(to, site)
        if why == "quiet" and site.quiet.refuse:
            raise refused(why)
        return why

    def _named(self, number: str) -> IdentifierId:
        to, why = self._numbers.name(number)
        if to is None:
            raise refused(why)
        return to


def refused(why: str) -> Refusal:
    """Why nobody is called, in words."""
    status, title, todo = _WHY[why]
    return Refusal(status, f"call-{why.replace('_', '-')}", title, todo)
