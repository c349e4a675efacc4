"""A caller given to a number outside: they stay with us, with music, until somebody there answers."""

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import TakeOver
from cti.core.dialling import barred, dial, drop
from cti.core.ids import Ms
from cti.core.queue import available
from cti.core.talks import Detail, end_talk, leaving
from cti.core.transfer import give_back
from cti.core.turn import Turn
from cti.core.world import Interaction


def give_outside(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge at once, as with every transfer; what is not allowed is no reason to end the talk."""
    by, world = it.agent, turn.world
    if by is None or d.to is None or leaving(turn, it):
        return
    if barred(world, by, turn.now):
        turn.emit(e.TransferFailed(interaction=it.id, agent=by, to=None, how="not_allowed"))
        return
    turn.emit(e.Transferred(interaction=it.id, agent=by, outside=d.to))
    turn.wish(TakeOver(interaction=it.id, channel=it.channel))
    end_talk(turn, it, Detail(by="transfer"))
    dial(turn, it, d.to, "transfer", agent=by, target=it.channel)


def connect(turn: Turn, it: Interaction, d: Detail) -> None:
    """Somebody there answered, and Asterisk bridged them."""
    if d.leg is not None and it.given_by is not None:
        waited = Ms(max(0, turn.when - (it.parted or turn.when)))
        turn.emit(e.ConnectedOutside(interaction=it.id, agent=it.given_by, channel=d.leg.channel, waited=waited))


def end(turn: Turn, it: Interaction, d: Detail) -> None:
    """The talk outside is over; the caller is asked what now."""
    channel = it.outside
    if channel is None:
        return
    drop(turn, channel)
    talked = Ms(max(0, turn.when - (it.connected or turn.when)))
    turn.emit(e.OutsideEnded(interaction=it.id, channel=channel, talked=talked))


def pass_back(turn: Turn, it: Interaction, d: Detail) -> None:
    """Nobody there, or the agent takes them back: to who gave them, or in line. Nobody is dropped."""
    by = turn.world.agents.get(it.given_by) if it.given_by is not None else None
    if by is None:
        return
    recalled = d.agent is not None
    if recalled and (d.agent != by.id or not (by.interaction == it.id or available(turn.world, by))):
        return
    wraps = by.state is AgentState.WRAP_UP and by.next_reason is None
    if recalled and not (wraps or available(turn.world, by)):
        return
    how = d.how or "no_answer"
    stop(turn, it, "cancelled" if recalled else how)
    give_back(turn, it, by.id, None, "recalled" if recalled else how, turn.world.asterisk)


def stop(turn: Turn, it: Interaction, how: str) -> None:
    """It rings outside no longer."""
    if it.outside is not None:
        drop(turn, it.outside)
        turn.emit(e.DialEnded(interaction=it.id, channel=it.outside, agent=it.given_by, how=how, purpose="transfer"))
