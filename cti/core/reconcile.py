"""What Asterisk holds against what we believe: after every (re)connect ours is mended, and each repair journaled.

Talking calls are never touched. Only callers who stand unbridged in the fallback queue are taken over. Callers and
talks we never heard of are learnt of here, too (`meanwhile`).
"""

from cti.core import calls, consult, meanwhile, outward, staff, talks, transfer
from cti.core import events as e
from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.channels import adopt, answered, gone, met, rings
from cti.core.commands import TakeOver
from cti.core.ids import ChannelId, InteractionId, Ms
from cti.core.inputs import ChannelNow
from cti.core.interaction import Signal, State
from cti.core.talks import Detail
from cti.core.turn import Turn
from cti.core.world import Interaction

RESTARTED = 2_000
"""Start times this far apart are two Asterisks: it reports whole seconds."""


def reconcile(turn: Turn, said: i.AsteriskUp) -> None:
    """Mend the world by a snapshot of every channel."""
    held = {channel.channel: channel for channel in said.channels}
    if turn.world.booted and abs(said.booted - turn.world.booted) > RESTARTED:
        turn.emit(e.Repaired(what="Asterisk was restarted: its calls are over"))
        _bury(turn, {})
    _bury(turn, held)
    for channel in said.channels:
        meanwhile.found(turn, channel)
    for channel in said.channels:
        _align(turn, channel)
    for it in list(turn.world.interactions.values()):
        _check(turn, it, held)
    for agent in list(turn.world.agents.values()):
        if agent.state in (AgentState.RESERVED, AgentState.TALKING) and not _has_work(turn, agent.interaction):
            turn.emit(e.Repaired(what="agent was busy with nothing", agent=agent.id))
            calls.agent_free(turn, agent.id)
    turn.emit(e.AsteriskSeen(booted=said.booted))
    for agent in turn.world.agents.values():
        staff.fallback(turn, agent)


def _bury(turn: Turn, held: dict[ChannelId, ChannelNow]) -> None:
    """End everything whose channel is not there any more. A leg asked for but never seen is no fault of the agent's."""
    for leg in list(turn.world.legs.values()):
        if leg.channel in held or leg.channel not in turn.world.legs:
            continue
        it = turn.world.interactions.get(leg.interaction)
        if not leg.started and it is not None and it.offer is not None and leg.channel in it.offer.legs:
            turn.emit(e.Repaired(what="an offer was never rung", interaction=it.id))
            talks.end_offer(turn, it, "withdrawn")
            # Not rung: it may turn out that they never left the talk with who gave them away.
            transfer.refused(turn, it, "withdrawn", ring=False)
            outward.not_begun(turn, it)
            turn.emit(e.LegGone(channel=leg.channel, cause=0))
            continue
        turn.emit(e.Repaired(what="a channel ended unseen", interaction=leg.interaction))
        turn.unseen = True
        gone(turn, leg.channel, 0)
        turn.unseen = False


def _align(turn: Turn, channel: ChannelNow) -> None:
    leg = turn.world.legs.get(channel.channel)
    if leg is None and channel.interaction in turn.world.interactions:
        leg = adopt(turn, channel.channel, channel.name, InteractionId(channel.interaction or ""))
    if leg is not None:
        if not leg.started:
            turn.emit(e.LegStarted(channel=leg.channel, interaction=leg.interaction, phone=leg.phone))
        if channel.ringing:
            rings(turn, leg)
        if channel.up and not leg.up:
            turn.emit(e.LegUp(channel=leg.channel))
        if channel.bridge != leg.bridge:
            turn.emit(e.LegBridged(channel=leg.channel, bridge=channel.bridge))
    caller = leg is None or leg.phone is None
    if caller and channel.interaction and channel.bridge is None and channel.application == "Queue":
        turn.wish(TakeOver(interaction=channel.interaction, channel=channel.channel))


def _check(turn: Turn, it: Interaction, held: dict[ChannelId, ChannelNow]) -> None:
    """One interaction against its channels as they are now."""
    if it.state is State.ENDED or it.about is not None:
        return
    if not it.channel:
        for leg in list(turn.world.legs.values()):
            if leg.interaction == it.id and leg.up:
                answered(turn, leg)
        return
    if it.channel not in held:
        turn.emit(e.Repaired(what="the caller had gone unseen", interaction=it.id))
        calls.signal(turn, it, Signal.CALLER_GONE, Detail(by="unknown"))
        return
    if it.state is State.TALKING:
        if consult.beside(turn.world, it):
            consult.look_anew(turn, it)
        caller = turn.world.legs.get(it.channel)
        agent = turn.world.legs.get(it.agent_channel) if it.agent_channel is not None else None
        if it.joined and caller is not None and consult.still_two(turn, it, caller.bridge):
            return
        if caller is None or agent is None or caller.bridge is None or caller.bridge != agent.bridge:
            turn.emit(e.Repaired(what="the talk had ended unseen", interaction=it.id))
            calls.signal(turn, it, Signal.PARTED, Detail(by="unknown"))
    elif it.state is State.OUTSIDE:
        caller = turn.world.legs.get(it.channel)
        there = turn.world.legs.get(it.outside) if it.outside is not None else None
        if caller is None or there is None or caller.bridge is None or caller.bridge != there.bridge:
            turn.emit(e.Repaired(what="the talk outside had ended unseen", interaction=it.id))
            calls.signal(turn, it, Signal.PARTED, Detail(by="unknown"))
    else:
        turn.when = _rung(turn, it, held)
        met(turn, it)
        turn.when = turn.now
        caller = turn.world.legs.get(it.channel)
        if caller is not None and caller.bridge is not None:
            calls.served_elsewhere(turn, it)


def _rung(turn: Turn, it: Interaction, held: dict[ChannelId, ChannelNow]) -> Ms:
    """When the phone began to ring that may be in a talk with this caller now: the end of the wait, nearly."""
    legs = [leg for leg in turn.world.legs.values() if leg.phone is not None and leg.interaction == it.id]
    return Ms(turn.now - max((held[leg.channel].age for leg in legs if leg.bridge and leg.channel in held), default=0))


def _has_work(turn: Turn, interaction: InteractionId | None) -> bool:
    it = turn.world.interactions.get(interaction) if interaction is not None else None
    return it is not None and it.state in (State.OFFERED, State.DIALLING, State.TALKING, State.ASIDE)
