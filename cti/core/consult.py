"""A colleague, or somebody outside, is asked about a call, who may then take it, join it or leave it: a consultation.

It is an interaction of its own (`about` the call), so that the router finds whom a queue has, and phones ring, decline
and don't answer as they do for callers; its `channel` is the leg of the agent who asks. The caller stays in our session
with music. Who is left alone by the other goes to the caller by the dialplan (`dialplans/leg.conf`, `hotline-consult`),
so nobody waits for us; the core sees who stands in one bridge with whom, and the table says what that means.

An agent's own phone asks in another way (`second_line`): it holds the caller and calls the colleague on a second line,
which is then the consultation's `channel`. The caller stays in the bridge with the first.

Of somebody outside, `asked` is the number and `outside` the leg; there is no offer, and no agent on the other end.
"""

from collections.abc import Callable

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import HangUp, Join, MoveAsker, SetAside
from cti.core.consult_table import TABLE, Do, Happening, No, Step
from cti.core.dialling import barred, dial
from cti.core.events import Why
from cti.core.ids import BridgeId, ChannelId, InteractionId, Ms, OfferId
from cti.core.interaction import State
from cti.core.offers import offer_to
from cti.core.queue import available
from cti.core.staff import put
from cti.core.talks import (
    BUSY,
    ELSEWHERE,
    NORMAL,
    RANG_LONG,
    Detail,
    consult_ended,
    end_consult,
    end_offer,
    end_talk,
    enter_line,
    hang_up_legs,
    leaving,
    line_up,
)
from cti.core.turn import Turn
from cti.core.world import AgentNow, Interaction, Leg, Offer, World

_ABOUT = "+"
"""Stands between the name of a call and the number of a consultation about it."""


def call_of(interaction: InteractionId) -> InteractionId:
    """The call that a consultation is about, by its name alone, also when it is over; any other's is its own."""
    return InteractionId(interaction.partition(_ABOUT)[0])


def consult_name(call: Interaction) -> InteractionId:
    """Of the next consultation about this call."""
    return InteractionId(f"{call.id}{_ABOUT}{call.offers + call.dials + 1}")


def step_of(world: World, call: Interaction) -> Step | None:
    """None: there is no consultation about this call."""
    consult = world.consult(call)
    if consult is None:
        return Step.ALONE if call.state is State.ASIDE else None
    if call.joined:
        return Step.JOINED
    if beside(world, call):
        return Step.SPEAKING_BESIDE if consult.state is State.TALKING else Step.ASKING_BESIDE
    return Step.SPEAKING if consult.state in (State.TALKING, State.OUTSIDE) else Step.ASKING


def beside(world: World, call: Interaction) -> bool:
    """Whether the agent's phone asks on a second line."""
    consult = world.consult(call)
    return consult is not None and consult.channel != call.agent_channel


def signal(turn: Turn, call: Interaction, what: Happening, how: str = "") -> None:
    """Something happened to the consultation about this call: look it up in the table and do it."""
    step = step_of(turn.world, call)
    action = TABLE[step][what] if step is not None else No.LATE
    if isinstance(action, Do):
        _ACTIONS[action](turn, call, how)


def ask(turn: Turn, call: Interaction, d: Detail) -> None:
    """Set the caller aside, and ask. An agent's leg that is not of our making has no way back and can't."""
    world, by, leg = turn.world, call.agent, turn.world.legs.get(call.agent_channel or call.channel)
    colleague = world.agents.get(d.agent) if d.agent is not None else None
    queue = call.queue if d.agent is not None or d.to is not None else d.queue
    if by is None or leg is None or leg.offer is None or call.consult is not None:
        return
    if not world.asterisk or world.queue(queue) is None or leaving(turn, call):
        return
    if d.agent is not None and (colleague is None or not available(world, colleague)):
        turn.emit(e.TransferFailed(interaction=call.id, agent=by, to=d.agent, how="not_free"))
        return
    if d.to is not None and barred(world, by, turn.now):
        turn.emit(e.TransferFailed(interaction=call.id, agent=by, to=None, how="not_allowed"))
        return
    name = consult_name(call)
    turn.emit(
        e.ConsultBegun(
            interaction=call.id,
            consult=name,
            agent=by,
            agent_channel=leg.channel,
            to=d.agent,
            queue=d.queue,
            outside=d.to,
        )
    )
    turn.wish(SetAside(interaction=call.id, caller=call.channel, agent_channel=leg.channel))
    if colleague is not None:
        why = Why(code="preferred", agent=colleague.id, args={"as": "consult"})
        offer_to(turn, world.interactions[name], colleague.id, (why,))
    elif d.to is not None:
        dial(turn, world.interactions[name], d.to, "consult", agent=by, target=leg.channel)


def go_on(turn: Turn, call: Interaction, d: Detail) -> None:
    """The call is set aside, and its agent's leg is gone or stands in a bridge with the caller."""
    signal(turn, call, Happening.AGENT_LEFT if d.leg is None else Happening.AGENT_HAS)


def look(turn: Turn, call: Interaction) -> None:
    """Who stands in one bridge with whom."""
    consult = turn.world.consult(call)
    colleagues = {leg.bridge for leg in _colleagues(turn.world, consult)}
    caller, agent = _bridge(turn.world, call.channel), _bridge(turn.world, call.agent_channel)
    if consult is not None and beside(turn.world, call):
        # For a moment the agent may still stand there, too: Asterisk brings the two together before it lets them go.
        if caller is not None and caller in colleagues and not leaving(turn, call):
            signal(turn, call, Happening.COLLEAGUE_HAS)
        elif _bridge(turn.world, consult.channel) in colleagues:
            signal(turn, call, Happening.MET)
    elif caller is not None and caller == agent:
        signal(turn, call, Happening.ALL_MET if caller in colleagues else Happening.AGENT_HAS)
    elif caller is not None and caller in colleagues:
        signal(turn, call, Happening.COLLEAGUE_HAS)
    elif agent is not None and agent in colleagues:
        signal(turn, call, Happening.MET)


def look_anew(turn: Turn, call: Interaction) -> None:
    """The same by a snapshot, of a phone that asks on a second line: is that gone, a colleague who stands in no bridge
    with the caller is not going to."""
    look(turn, call)
    consult = turn.world.consult(call)
    if consult is not None and consult.channel not in turn.world.legs:
        signal(turn, call, Happening.COLLEAGUE_LEFT)


def parted(turn: Turn, call: Interaction, channel: ChannelId) -> bool:
    """Somebody left the conference: whether the other two talk on."""
    if channel == call.channel:
        return False
    signal(turn, call, Happening.AGENT_LEFT if channel == call.agent_channel else Happening.COLLEAGUE_LEFT)
    return call.state is State.TALKING


def still_two(turn: Turn, call: Interaction, bridge: BridgeId | None) -> bool:
    """A conference, looked at anew: who is not in the caller's bridge has left it. Whether any agent is."""
    colleagues = {leg.bridge for leg in _colleagues(turn.world, turn.world.consult(call))}
    agent = _bridge(turn.world, call.agent_channel) == bridge
    if bridge is None or not (agent or bridge in colleagues):
        return False
    if not agent:
        signal(turn, call, Happening.AGENT_LEFT)
    elif bridge not in colleagues:
        signal(turn, call, Happening.COLLEAGUE_LEFT)
    return call.state is State.TALKING


def _bridge(world: World, channel: ChannelId | None) -> BridgeId | None:
    leg = world.legs.get(channel) if channel is not None else None
    return leg.bridge if leg is not None else None


def _colleagues(world: World, consult: Interaction | None) -> list[Leg]:
    """The colleague's legs that stand in a bridge."""
    if consult is None:
        return []
    return [leg for leg in world.legs.values() if leg.interaction == consult.id and leg.bridge is not None]


def _met(turn: Turn, call: Interaction, bridge: BridgeId | None) -> tuple[AgentNow, Leg] | None:
    """The colleague whose leg stands in this bridge. One who has another call by now is let go."""
    for leg in _colleagues(turn.world, turn.world.consult(call)):
        owner = turn.world.owner(leg.phone) if leg.phone is not None and leg.bridge == bridge else None
        agent = turn.world.agents.get(owner) if owner is not None else None
        if agent is None or agent.id == call.agent:
            continue
        if agent.interaction in (None, call.id) or agent.state is AgentState.WRAP_UP:
            return agent, leg
        turn.emit(e.Repaired(what="second call for a busy agent hung up", interaction=call.id, agent=agent.id))
        turn.wish(HangUp(channel=leg.channel, cause=ELSEWHERE))
    return None


def _speak(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None and consult.outside is not None:
        turn.emit(e.ConsultReached(interaction=call.id, consult=consult.id, channel=consult.outside))
        return
    found = _met(turn, call, _bridge(turn.world, consult.channel)) if consult is not None else None
    if consult is None or found is None:
        return
    agent, leg = found
    spare = _spare(turn, consult, agent, leg)
    turn.emit(e.ConsultAnswered(interaction=call.id, consult=consult.id, agent=agent.id, agent_channel=leg.channel))
    put(turn, agent, AgentState.TALKING, interaction=call.id)
    hang_up_legs(turn, spare, ELSEWHERE)


def _spare(turn: Turn, consult: Interaction, agent: AgentNow, leg: Leg) -> list[ChannelId]:
    """The other phones that rang for this agent; an offer to somebody else is over."""
    offer = consult.offer
    if offer is None:
        return []
    if offer.agent != agent.id:
        end_offer(turn, consult, "withdrawn", spare=leg.channel)
        return []
    return [channel for channel in offer.legs if channel != leg.channel]


def _confer(turn: Turn, call: Interaction, how: str) -> None:
    if call.consult is not None:
        turn.emit(e.ConferenceBegun(interaction=call.id, consult=call.consult))


def _fail(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None:
        consult_ended(turn, call, consult, how)
    _move(turn, call, "nobody")


def _withdraw(turn: Turn, call: Interaction, how: str) -> None:
    end_consult(turn, call, "withdrawn")
    _move(turn, call, "back")


def _bring_back(turn: Turn, call: Interaction, how: str) -> None:
    _move(turn, call, "back")


def _move(turn: Turn, call: Interaction, to: str) -> None:
    if call.agent_channel is not None:
        turn.wish(MoveAsker(channel=call.agent_channel, to=to))


def _rejoin(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    end_consult(turn, call, "left" if consult is not None and consult.connected is not None else "withdrawn")
    if call.agent is not None:
        turn.emit(e.CallerRejoined(interaction=call.id, agent=call.agent))


def _let_go(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None and consult.agent_channel is not None:
        turn.wish(HangUp(channel=consult.agent_channel, cause=NORMAL))


def _end(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    end_consult(turn, call, "left" if consult is not None and consult.connected is not None else "withdrawn")


def _engaged(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None:
        _hang_up_line(turn, call, how)
        consult_ended(turn, call, consult, how)


def _hang_up_line(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None:
        turn.wish(HangUp(channel=consult.channel, cause={"": NORMAL, "rona": RANG_LONG}.get(how, BUSY)))


def _hand_over(turn: Turn, call: Interaction, how: str) -> None:
    """The colleague's leg goes to the caller by itself when it is answered, or was."""
    consult = turn.world.consult(call)
    if consult is None or leaving(turn, call):
        end_talk(turn, call, Detail(by="agent"))
        return
    if consult.outside is not None:
        _give_outside(turn, call, consult)
        return
    offer, agent, channel = consult.offer, consult.agent, consult.agent_channel
    _give(turn, call, consult)
    leg = turn.world.legs.get(channel) if channel is not None else None
    queue = turn.world.queue(call.queue)
    if offer is not None:
        _reserve(turn, call, offer)
    elif agent is not None and leg is not None:
        until = Ms(turn.now + (queue.ring_s if queue is not None else 15) * 1000)
        fetching = Offer(id=leg.offer or OfferId(""), agent=agent, legs=[leg.channel], at=turn.now, until=until, why=())
        _reserve(turn, call, fetching, talking=True)


def _reserve(turn: Turn, call: Interaction, offer: Offer, *, talking: bool = False) -> None:
    turn.emit(
        e.OfferMoved(
            interaction=call.id,
            offer=offer.id,
            agent=offer.agent,
            legs=tuple(offer.legs),
            until=offer.until,
            talking=talking,
        )
    )
    put(turn, turn.world.agents[offer.agent], AgentState.RESERVED, interaction=call.id, until=offer.until)


def _give(turn: Turn, call: Interaction, consult: Interaction) -> None:
    """The agent who asked is out of it; the caller is in line for whoever was asked, with the old place."""
    to, by = consult.given_to, call.agent
    consult_ended(turn, call, consult, "given")
    if by is not None:
        turn.emit(e.Transferred(interaction=call.id, agent=by, to=to, queue=consult.queue if to is None else None))
    end_talk(turn, call, Detail(by="transfer"))
    asked = Detail(queue=consult.queue, skills=call.skills, priority=call.priority, language=call.language)
    enter_line(turn, call, asked, True)


def _give_outside(turn: Turn, call: Interaction, consult: Interaction) -> None:
    """The same for somebody outside: from here on it is a transfer there, and who does not answer gives them back."""
    by, to, channel = call.agent, consult.asked, consult.outside
    consult_ended(turn, call, consult, "given")
    if by is not None and channel is not None:
        turn.emit(e.Transferred(interaction=call.id, agent=by, outside=to))
        end_talk(turn, call, Detail(by="transfer"))
        turn.emit(e.OutsideMoved(interaction=call.id, agent=by, channel=channel))


def _take(turn: Turn, call: Interaction, how: str) -> None:
    consult, bridge = turn.world.consult(call), _bridge(turn.world, call.channel)
    if consult is not None and bridge is not None and bridge == _bridge(turn.world, consult.outside):
        _give_outside(turn, call, consult)
        if call.outside is not None and call.given_by is not None:
            turn.emit(e.ConnectedOutside(interaction=call.id, agent=call.given_by, channel=call.outside, waited=Ms(0)))
        return
    found = _met(turn, call, bridge) if bridge is not None else None
    if consult is None or found is None:
        end_talk(turn, call, Detail(by="agent"))
        return
    agent, leg = found
    spare = _spare(turn, consult, agent, leg)
    _give(turn, call, consult)
    turn.emit(
        e.Connected(
            interaction=call.id,
            agent=agent.id,
            offer=leg.offer,
            agent_channel=leg.channel,
            bridge=bridge or BridgeId(""),
            waited=Ms(0),
        )
    )
    put(turn, agent, AgentState.TALKING, interaction=call.id)
    hang_up_legs(turn, spare, ELSEWHERE)


def _join(turn: Turn, call: Interaction, how: str) -> None:
    consult = turn.world.consult(call)
    if consult is not None and consult.agent_channel is not None and call.agent_channel is not None:
        turn.wish(Join(caller=call.channel, agent_channel=call.agent_channel, colleague_channel=consult.agent_channel))


def _hang_up(turn: Turn, call: Interaction, how: str) -> None:
    if call.agent_channel is not None:
        turn.wish(HangUp(channel=call.agent_channel, cause=NORMAL))


def _line_up(turn: Turn, call: Interaction, how: str) -> None:
    gone = leaving(turn, call)
    end_talk(turn, call, Detail(by="agent"))
    if not gone:
        line_up(turn, call)


_ACTIONS: dict[Do, Callable[[Turn, Interaction, str], None]] = {
    Do.SPEAK: _speak,
    Do.CONFER: _confer,
    Do.FAIL: _fail,
    Do.WITHDRAW: _withdraw,
    Do.BRING_BACK: _bring_back,
    Do.REJOIN: _rejoin,
    Do.LET_GO: _let_go,
    Do.END: _end,
    Do.ENGAGED: _engaged,
    Do.HAND_OVER: _hand_over,
    Do.TAKE: _take,
    Do.JOIN: _join,
    Do.HANG_UP: _hang_up,
    Do.HANG_UP_LINE: _hang_up_line,
    Do.LINE_UP: _line_up,
}
