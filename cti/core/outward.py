"""Calls that agents make, and what follows when who is called is not reached: at first their own phone rings."""

from cti.core import callbacks
from cti.core import events as e
from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.dialling import dial, drop, full, may_begin
from cti.core.ids import ChannelId
from cti.core.offers import offer_to
from cti.core.staff import settle, wrap_up
from cti.core.talks import ELSEWHERE, NORMAL, Detail, end_offer, end_talk, hang_up_legs, line_up
from cti.core.turn import Turn
from cti.core.world import Interaction


def call_asked(turn: Turn, said: i.CallAsked) -> None:
    """The agent is reserved at once, so that nothing else is offered to them; a wrap-up ends by it."""
    world = turn.world
    agent, site = world.agents.get(said.agent), world.site
    if agent is None or site is None or said.interaction in world.interactions:
        return
    if may_begin(world, agent.id, turn.now):
        return
    turn.emit(
        e.InteractionOpened(
            interaction=said.interaction,
            channel_kind="call",
            channel=ChannelId(""),
            number=site.shown,
            caller=said.to,
            language=None,
            direction="out",
            queue=site.outgoing.queue or site.queues[0].id,
        )
    )
    settle(turn, agent)
    offer_to(turn, world.interactions[said.interaction], agent.id, ())


def picked_up(turn: Turn, it: Interaction, d: Detail) -> None:
    """The agent is on the line. Of two phones the first does, before anybody outside is called."""
    offer, leg = it.offer, d.leg
    to = it.callback.to if it.callback is not None else it.caller
    if it.channel or offer is None or leg is None or leg.offer != offer.id or to is None:
        return
    if full(turn.world):
        # As many as are allowed talk already: soon again. Or the site has stopped calling anybody.
        site = turn.world.site
        _missed(turn, it, "lost" if site is not None and site.calls_out else "not_allowed")
        return
    hang_up_legs(turn, offer.legs, ELSEWHERE, spare=leg.channel)
    dial(turn, it, to, "call" if it.callback is None else "callback", agent=offer.agent, target=leg.channel)


def answered(turn: Turn, it: Interaction, d: Detail) -> None:
    """Called before any agent is on the line: they wait for one now, at the head by their old time. Told by AMI or by
    their session, whichever is first."""
    ours = d.leg.channel if d.leg is not None else d.channel
    if it.offer is None and it.callback is not None and ours == it.channel:
        line_up(turn, it)


def not_reached(turn: Turn, it: Interaction, d: Detail) -> None:
    """Busy, no answer and so on; the agent is released."""
    _missed(turn, it, d.how or "no_answer")


def cancel(turn: Turn, it: Interaction, d: Detail) -> None:
    """The agent hung up while it rang. Where nobody saw that, we were away, or Asterisk died: no doing of theirs."""
    _missed(turn, it, "lost" if turn.unseen else "cancelled")


def _missed(turn: Turn, it: Interaction, how: str) -> None:
    drop(turn, it.channel)
    agent = it.offer.agent if it.offer is not None else None
    purpose = "call" if it.callback is None else "callback"
    turn.emit(e.DialEnded(interaction=it.id, channel=it.channel, agent=agent, how=how, purpose=purpose))
    if it.callback is not None:
        end_offer(turn, it, "declined" if how == "cancelled" else "not_reached")
        callbacks.again(turn, it, how)
    else:
        _write_down(turn, it)
        turn.emit(e.InteractionEnded(interaction=it.id, how="not_reached", queue=it.queue))


def _write_down(turn: Turn, it: Interaction) -> None:
    """An agent's own call is theirs to wrap up, reached or not."""
    offer = it.offer
    if offer is None:
        return
    turn.emit(e.OfferEnded(interaction=it.id, offer=offer.id, agent=offer.agent, how="not_reached"))
    hang_up_legs(turn, offer.legs, NORMAL)
    agent, queue = turn.world.agents.get(offer.agent), turn.world.queue(it.queue)
    if agent is not None and agent.state is AgentState.RESERVED:
        wrap_up(turn, agent, it.id, queue.wrap_up_s if queue else 30)


def not_begun(turn: Turn, it: Interaction) -> None:
    """The agent's own phone was not answered: nobody outside has been called."""
    if it.direction == "out" and it.connected is None and it.offer is None:
        turn.emit(e.InteractionEnded(interaction=it.id, how="not_reached", queue=it.queue))


def call_later(turn: Turn, it: Interaction, d: Detail) -> None:
    """A machine answered a callback: the talk was none."""
    if it.called_back is None or d.agent != it.agent:
        return
    if it.parted is None:
        end_talk(turn, it, Detail(by="agent"))
    drop(turn, it.channel)
    turn.emit(e.DialEnded(interaction=it.id, channel=it.channel, agent=it.agent, how="machine", purpose="callback"))
    callbacks.again(turn, it, "machine")
