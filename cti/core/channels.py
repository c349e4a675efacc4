"""Asterisk's channels: what they do, and what that means to interactions.

A channel is gone only when AMI says Hangup for its Uniqueid. AMI orders events per channel only, so nothing here
relies on the order of two channels' events.
"""

from collections.abc import Callable
from typing import Any

from cti.core import calls, consult, staff, talks
from cti.core import events as e
from cti.core import inputs as i
from cti.core.commands import HangUp
from cti.core.consult_table import Happening
from cti.core.dialling import how_ended
from cti.core.ids import ChannelId, InteractionId, Phone
from cti.core.interaction import Signal, State
from cti.core.offers import offer_to
from cti.core.talks import ELSEWHERE, NO_ANSWER, NORMAL, REFUSED, Detail
from cti.core.turn import Turn
from cti.core.vanishing import begun_anew
from cti.core.world import Interaction, Leg

_TALKS = (State.TALKING, State.ASIDE)


def phone_of(name: str) -> Phone | None:
    """The endpoint of a channel name such as `PJSIP/ana-web-0000002a`."""
    technology, _, rest = name.partition("/")
    return Phone(rest.rpartition("-")[0]) if technology == "PJSIP" and "-" in rest else None


def _asterisk_down(turn: Turn, said: i.AsteriskDown) -> None:
    if turn.world.asterisk:
        turn.emit(e.AsteriskLost())


def _channel_started(turn: Turn, said: i.ChannelStarted) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is not None:
        if not leg.started:
            turn.emit(e.LegStarted(channel=said.channel, interaction=leg.interaction, phone=leg.phone))
            if _too_late(turn, leg):
                turn.wish(HangUp(channel=said.channel, cause=ELSEWHERE))
    elif said.interaction in turn.world.interactions:
        adopt(turn, said.channel, said.name, InteractionId(said.interaction or ""))
    elif (it := _talk_of(turn, said.name)) is not None:
        adopt(turn, said.channel, said.name, it.id)


def _too_late(turn: Turn, leg: Leg) -> bool:
    """A phone, or a number outside, that Asterisk had yet to ring when its offer or call ended: the hang-up found no
    channel then."""
    it = turn.world.interactions.get(leg.interaction)
    if it is None or (leg.offer is None and not leg.outside):
        return it is None
    both = (it, turn.world.consult(it))
    if leg.outside:
        return not any(one is not None and leg.channel in (one.channel, one.outside) for one in both)
    return not any(
        one is not None and (leg.channel == one.agent_channel or (one.offer is not None and one.offer.id == leg.offer))
        for one in both
    )


def adopt(turn: Turn, channel: ChannelId, name: str, interaction: InteractionId) -> Leg | None:
    """A known interaction's channel that we did not start: the caller's own, or a phone the fallback queue rang."""
    it = turn.world.interactions[interaction]
    phone = None if channel == it.channel else phone_of(name)
    if phone is None and channel != it.channel:
        return None
    if phone is not None and turn.world.owner(phone) is None:
        return None
    turn.emit(e.LegStarted(channel=channel, interaction=interaction, phone=phone))
    return turn.world.legs[channel]


def _channel_ringing(turn: Turn, said: i.ChannelRinging) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is not None:
        rings(turn, leg)


def rings(turn: Turn, leg: Leg) -> None:
    """An agent's phone has said that it rings."""
    if leg.offer is not None and leg.started and not (leg.rings or leg.up or leg.ending):
        turn.emit(e.LegRinging(channel=leg.channel))


def _channel_reached(turn: Turn, said: i.ChannelReached) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is not None and leg.rings_by is not None:
        turn.emit(e.LegReached(channel=said.channel))


def _channel_up(turn: Turn, said: i.ChannelUp) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is not None and not leg.up:
        turn.emit(e.LegUp(channel=said.channel))
        answered(turn, leg)


def answered(turn: Turn, leg: Leg) -> None:
    """A phone of ours, or one outside that we called: what comes next when no bridge does by itself."""
    it = turn.world.interactions.get(leg.interaction)
    if it is None:
        return
    if leg.phone is not None and it.offer is not None and leg.offer == it.offer.id:
        calls.signal(turn, it, Signal.PICKED_UP, Detail(leg=leg))
    elif leg.outside and leg.channel == it.channel:
        calls.signal(turn, it, Signal.ANSWERED, Detail(leg=leg))


def _bridge_entered(turn: Turn, said: i.BridgeEntered) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is None:
        known = said.interaction if said.interaction in turn.world.interactions else _taken_over(turn, said)
        leg = adopt(turn, said.channel, said.name, known) if known is not None else None
    if leg is None:
        return
    turn.emit(e.LegBridged(channel=said.channel, bridge=said.bridge))
    it = turn.world.interactions.get(leg.interaction)
    if it is not None and leg.channel == it.channel and not leg.ending:
        calls.served_elsewhere(turn, it)
    if leg.ending or it is None:
        _ghost(turn, leg)
        return
    if it.state in _TALKS and it.agent is not None and _taken_over(turn, said) == it.id:
        if leg.channel != it.agent_channel:
            turn.emit(e.AgentMoved(interaction=it.id, agent=it.agent, agent_channel=leg.channel))
        if it.state is State.TALKING:
            return
    met(turn, it)


def _talk_of(turn: Turn, name: str) -> Interaction | None:
    """The talk of the agent whose phone this channel belongs to."""
    phone = phone_of(name)
    owner = turn.world.owner(phone) if phone is not None else None
    agent = turn.world.agents.get(owner) if owner is not None else None
    it = turn.world.interactions.get(agent.interaction) if agent is not None and agent.interaction is not None else None
    return it if it is not None and it.agent == owner and it.state in (*_TALKS, State.AFTER) else None


def _taken_over(turn: Turn, said: i.BridgeEntered) -> InteractionId | None:
    """
    The talk an agent's own phone came back to. A desk that was loaded anew calls with `Replaces` (RFC 3891): Asterisk
    puts the new channel into the old one's place. Such a channel carries nothing of ours; whose phone it is and whose
    bridge it entered tell the rest.
    """
    it = _talk_of(turn, said.name)
    consulted = turn.world.consult(it) if it is not None else None
    others = (it.channel if it is not None else None, consulted.agent_channel if consulted is not None else None)
    legs = [leg for leg in (turn.world.legs.get(other) for other in others if other is not None) if leg is not None]
    return it.id if it is not None and any(leg.bridge == said.bridge for leg in legs) else None


def _being_taken_over(turn: Turn, it: Interaction, leaving: Leg) -> bool:
    """
    Whether the agent's leg may be making room for another: AMI shows the old one leave before the new one enters. If
    none enters, the old leg's end follows at once and ends the talk.
    """
    caller = turn.world.legs.get(it.channel)
    if leaving.phone is None or leaving.ending or caller is None or caller.ending:
        return False
    own = (leg for leg in turn.world.legs.values() if leg is not leaving and leg.interaction == it.id)
    return any(leg.phone is not None and turn.world.owner(leg.phone) == it.agent for leg in own)


def _ghost(turn: Turn, leg: Leg) -> None:
    """It had been told to hang up, or belongs to nothing any more, and yet it entered a bridge."""
    turn.emit(e.Repaired(what="ghost hung up", interaction=leg.interaction))
    turn.wish(HangUp(channel=leg.channel, cause=ELSEWHERE))
    if leg.phone is None:
        alone = [other.channel for other in turn.world.legs.values() if other.phone and other.bridge == leg.bridge]
        talks.hang_up_legs(turn, alone, ELSEWHERE)


def met(turn: Turn, it: Interaction) -> None:
    """If the caller and an agent's leg stand in one bridge, the talk has begun."""
    it = turn.world.call(it)
    caller = turn.world.legs.get(it.channel)
    if consult.step_of(turn.world, it) is not None and not _elsewhere(turn, it):
        if caller is not None and caller.ending and caller.bridge is not None and not consult.beside(turn.world, it):
            _ghost(turn, caller)
        else:
            consult.look(turn, it)
        return
    if caller is None or caller.bridge is None:
        return
    for leg in list(turn.world.legs.values()):
        if leg.phone is not None and leg.interaction == it.id and leg.bridge == caller.bridge:
            if caller.ending:
                _ghost(turn, caller)
            else:
                calls.signal(turn, it, Signal.MET, Detail(leg=leg))
            return
    outside = turn.world.legs.get(it.outside) if it.outside is not None else None
    if outside is not None and outside.bridge == caller.bridge:
        calls.signal(turn, it, Signal.OUTSIDE_MET, Detail(leg=outside))


def _elsewhere(turn: Turn, it: Interaction) -> bool:
    """Whether somebody else has the caller who is set aside: the plain queue gave them away while we were not there."""
    caller = turn.world.legs.get(it.channel)
    if it.state is not State.ASIDE or caller is None or caller.bridge is None:
        return False
    inside = [leg for leg in turn.world.legs.values() if leg.bridge == caller.bridge and leg.phone is not None]
    if any(leg.interaction == it.id and leg.channel != it.agent_channel for leg in inside) and not any(
        leg.channel == it.agent_channel for leg in inside
    ):
        talks.end_talk(turn, it, Detail(by="unknown"))
        return True
    return False


def _bridge_left(turn: Turn, said: i.BridgeLeft) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is None or leg.bridge is None:
        return
    turn.emit(e.LegBridged(channel=said.channel, bridge=None))
    it = turn.world.interactions.get(leg.interaction)
    if it is None:
        return
    if it.about is None and it.state is State.OUTSIDE and said.channel in (it.channel, it.outside):
        calls.signal(turn, it, Signal.PARTED, Detail())
    call = turn.world.call(it)
    if consult.beside(turn.world, call):
        # A phone that transfers: it may be the colleague to whom the caller goes, or the agent's end, which follows.
        return
    replaced = said.channel == call.agent_channel and _being_taken_over(turn, call, leg)
    if call.joined and not replaced and consult.parted(turn, call, said.channel):
        return
    if it.about is not None or it.state is not State.TALKING or said.channel not in (it.channel, it.agent_channel):
        return
    if not _being_taken_over(turn, it, leg):
        # A caller's own hang-up is asked for on their channel before it leaves, so whoever left without is the agent's
        # doing: the end of the agent's leg, of which AMI has not told yet, or a transfer by the agent's phone.
        calls.signal(turn, it, Signal.PARTED, Detail(by="agent"))


def _hangup_requested(turn: Turn, said: i.HangupRequested) -> None:
    leg = turn.world.legs.get(said.channel)
    if leg is not None and not leg.ending:
        turn.emit(e.LegEnding(channel=said.channel, dead=said.dead))


def expire(turn: Turn, leg: Leg) -> None:
    """
    Ask again for a hang-up that was lost: one that comes while the bridge plays a prompt (`call-recorded`) is read by
    the player, and the channel sleeps on (Asterisk's `bridge_builtin_interval_features.c`, `limits_interval_playback`).
    """
    if turn.world.asterisk and leg.ask_again is not None and leg.ask_again <= turn.now:
        turn.emit(e.LegEnding(channel=leg.channel))
        turn.wish(HangUp(channel=leg.channel, cause=NORMAL))


def unheard(turn: Turn, leg: Leg) -> None:
    """A phone has said nothing, or is gone. Where none of the offer is there, nobody hears it: another agent. Of one
    that held a caller the line ends, as if no voice came from there."""
    if turn.world.asterisk and leg.back_by is not None and leg.back_by <= turn.now:
        turn.emit(e.LegEnding(channel=leg.channel, dead=True))
        turn.wish(HangUp(channel=leg.channel, cause=NORMAL))
        return
    it = turn.world.interactions.get(leg.interaction)
    if not turn.world.asterisk or it is None or it.offer is None or leg.offer != it.offer.id:
        return
    legs = [turn.world.legs[one] for one in it.offer.legs if one in turn.world.legs]
    if all(one.rings_by is not None and one.rings_by <= turn.now for one in legs):
        calls.signal(turn, it, Signal.LEG_LOST, Detail(how="unreachable", by="agent"))


def _phone_seen(turn: Turn, said: i.PhoneReachable) -> None:
    back = said.reachable and turn.world.phones.get(said.phone) is False
    staff.phone_seen(turn, said)
    it = begun_anew(turn.world, said.phone) if back else None
    if it is None or it.offer is None:
        return
    offer, agent = it.offer, turn.world.agents[it.offer.agent]
    if agent.next_reason is not None:
        calls.signal(turn, it, Signal.LEG_LOST, Detail(how="silent"))
    else:
        talks.end_offer(turn, it, "withdrawn")
        offer_to(turn, it, agent.id, offer.why, offer.grounds)


def _channel_gone(turn: Turn, said: i.ChannelGone) -> None:
    gone(turn, said.channel, said.cause)


def _ended_meanwhile(turn: Turn, said: i.EndedMeanwhile) -> None:
    turn.when = min(turn.now, said.at)
    gone(turn, said.channel, said.cause)


def gone(turn: Turn, channel: ChannelId, cause: int, how: str = "") -> None:
    """A channel is no more: the only proof of an end. `how`: of one to the outside, where it is known."""
    leg = turn.world.legs.get(channel)
    turn.emit(e.LegGone(channel=channel, cause=cause))
    it = turn.world.interactions.get(leg.interaction) if leg is not None else None
    if leg is None or it is None:
        return
    if leg.phone is None and channel == it.channel:
        calls.signal(turn, it, Signal.CALLER_GONE, Detail(by="caller", how=how or how_ended(leg, cause)))
        others = [other.channel for other in turn.world.legs.values() if other.interaction == it.id]
        talks.hang_up_legs(turn, others, ELSEWHERE)
    elif it.about is not None and it.state is State.PASSING and channel == it.outside:
        consult.signal(turn, turn.world.call(it), Happening.REFUSED, how or how_ended(leg, cause))
    elif it.about is None and channel == it.outside:
        calls.signal(turn, it, Signal.OUTSIDE_LOST, Detail(how=how or how_ended(leg, cause)))
    elif it.about is not None and channel == it.agent_channel:
        consult.signal(turn, turn.world.call(it), Happening.COLLEAGUE_LEFT)
    elif consult.beside(turn.world, it) and channel == turn.world.interactions[it.consult or it.id].channel:
        consult.signal(turn, it, Happening.LINE_LEFT)
    elif channel == it.agent_channel and (it.joined or consult.beside(turn.world, it)):
        consult.signal(turn, it, Happening.AGENT_LEFT)
    elif channel == it.agent_channel or (it.offer is not None and _last_leg(turn, it, channel)):
        calls.signal(turn, it, Signal.LEG_LOST, Detail(how=_why_lost(turn, it, leg, cause), by="agent"))


def _last_leg(turn: Turn, it: Interaction, channel: ChannelId) -> bool:
    legs = it.offer.legs if it.offer is not None else []
    return channel in legs and not any(other in turn.world.legs for other in legs)


def _why_lost(turn: Turn, it: Interaction, leg: Leg, cause: int) -> str:
    caller = turn.world.legs.get(it.channel)
    if it.channel and (caller is None or caller.ending):
        # The agent picked up for somebody who was leaving: no fault of theirs.
        return "caller_gone"
    if turn.unseen:
        return "withdrawn"
    if leg.up or cause in REFUSED:
        return "declined"
    return "rona" if cause in NO_ANSWER else "unreachable"


def _hold(turn: Turn, said: i.HoldChanged) -> None:
    leg = turn.world.legs.get(said.channel)
    it = turn.world.interactions.get(leg.interaction) if leg is not None else None
    if it is not None and said.channel == it.agent_channel:
        calls.signal(turn, it, Signal.HOLD, Detail(yes=said.held))


def _ring_failed(turn: Turn, said: i.RingFailed) -> None:
    """Only for a leg that never was; one that was ends with its Hangup."""
    leg = turn.world.legs.get(said.channel)
    if leg is not None and not leg.started:
        gone(turn, said.channel, 20, said.how)


HANDLERS: dict[type[i.Input], Callable[[Turn, Any], None]] = {
    i.AsteriskDown: _asterisk_down,
    i.ChannelStarted: _channel_started,
    i.ChannelRinging: _channel_ringing,
    i.ChannelReached: _channel_reached,
    i.ChannelUp: _channel_up,
    i.BridgeEntered: _bridge_entered,
    i.BridgeLeft: _bridge_left,
    i.HangupRequested: _hangup_requested,
    i.ChannelGone: _channel_gone,
    i.EndedMeanwhile: _ended_meanwhile,
    i.HoldChanged: _hold,
    i.RingFailed: _ring_failed,
    i.PhoneReachable: _phone_seen,
}
