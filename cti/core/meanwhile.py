"""Calls the dialplan looked after by itself while we were away: learnt of late, counted once."""

from cti.core import events as e
from cti.core import inputs as i
from cti.core import talks
from cti.core.ids import BridgeId, ChannelId, Ms
from cti.core.inputs import ChannelNow
from cti.core.interaction import State
from cti.core.turn import Turn


def found(turn: Turn, channel: ChannelNow) -> None:
    """A caller who came while we were away. One who reached the fallback queue keeps the place of their arrival."""
    interaction = channel.interaction
    if not channel.number or interaction is None or interaction in turn.world.interactions:
        return
    turn.emit(e.Repaired(what="a caller came while we were away", interaction=interaction))
    turn.emit(
        e.InteractionOpened(
            interaction=interaction,
            channel_kind="call",
            channel=channel.channel,
            number=channel.number,
            caller=channel.caller,
            language=None,
        )
    )
    turn.emit(e.LegStarted(channel=channel.channel, interaction=interaction, phone=None))
    if turn.world.queue(channel.queue) is not None and channel.queue is not None:
        since = Ms(turn.now - channel.age)
        turn.emit(
            e.Queued(interaction=interaction, queue=channel.queue, skills={}, priority=0, language=None, since=since)
        )


def served(turn: Turn, said: i.ServedMeanwhile) -> None:
    """A whole talk went by unseen: into the books with it. One that we found under way is there already; nobody talks
    with who has hung up and is to be called back."""
    it = turn.world.interactions.get(said.interaction)
    if (
        it is None
        or not it.channel
        or it.connected is not None
        or it.state is State.ENDED
        or said.agent not in turn.world.agents
    ):
        return
    began = Ms((said.ended or turn.now) - said.talked)
    talks.end_offer(turn, it, "withdrawn")
    if it.queue is None and said.queue is not None:
        since = Ms(began - said.waited)
        turn.emit(
            e.Queued(interaction=it.id, queue=said.queue, skills={}, priority=0, language=it.language, since=since)
        )
    turn.emit(e.Repaired(what="a talk went by while we were away", interaction=it.id, agent=said.agent))
    turn.emit(
        e.Connected(
            interaction=it.id,
            agent=said.agent,
            offer=None,
            agent_channel=ChannelId(""),
            bridge=BridgeId(""),
            waited=Ms(max(0, began - it.waits_since)) if it.since else said.waited,
            from_file=said.ended is not None,
        )
    )
    turn.emit(
        e.TalkEnded(
            interaction=it.id,
            agent=said.agent,
            talked=said.talked,
            by="unknown",
            from_file=said.ended is not None,
        )
    )
