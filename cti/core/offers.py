"""Offers: what the router has decided becomes a reservation, a pop and a phone that rings."""

from cti.core import callbacks
from cti.core.agent import AgentState
from cti.core.commands import Leg, RingAgent
from cti.core.dialling import dial, full
from cti.core.estimate import spoken
from cti.core.events import CallbackPutOff, Grounds, Offered, Why
from cti.core.ids import AgentId, ChannelId, Ms, OfferId, QueueId
from cti.core.interaction import State
from cti.core.outlook import Outlook
from cti.core.reasons import ahead
from cti.core.routing import Routing
from cti.core.staff import put
from cti.core.turn import Turn
from cti.core.waiting import Match
from cti.core.world import Interaction

TO_ANSWER = 15_000
"""So long a customer's phone rings until it is answered."""
ONE_AT_A_TIME = 10_000
"""So long a customer's phone may ring before another one's does."""


def offer(turn: Turn, routing: Routing) -> None:
    """Offer everything that can be offered now."""
    while matches := routing.matches(turn.now):
        for match in matches:
            _offer(turn, match, routing)
        if not any(callbacks.put_back(turn.world, match.interaction) for match in matches):
            return


def _offer(turn: Turn, match: Match, routing: Routing) -> None:
    interaction = turn.world.interactions[match.interaction]
    if callbacks.at_turn(interaction):
        _call_first(turn, interaction, match.agent, routing)
        return
    offer_to(
        turn,
        interaction,
        match.agent,
        ahead(interaction.tier, interaction.tier_minutes) + routing.busy(match, turn.now),
        match.grounds,
    )


def _call_first(turn: Turn, it: Interaction, agent: AgentId, routing: Routing) -> None:
    """Their turn has come and their phone rings first: one of a queue at a time, or one free agent would have the whole
    line called. The agent stays free."""
    callback, site = it.callback, turn.world.site
    if site is None or not site.calls_out:
        callbacks.miss(turn, it)
        routing.refresh((agent,), (it.id,), ())
        return
    if callback is None:
        return
    if _rings(turn, it) or full(turn.world):
        turn.emit(CallbackPutOff(interaction=it.id, until=Ms(turn.now + ONE_AT_A_TIME)))
    else:
        dial(turn, it, callback.to, "callback")
    routing.refresh((agent,), (it.id,), ())


def call_ahead(turn: Turn, it: Interaction) -> None:
    """Call somebody before their turn: it may come while their phone rings, and is as likely as not to come within the
    queue's lead. By an estimate that is not good enough to be told to callers nobody is called before it is their turn.
    """
    world, callback, site = turn.world, it.callback, turn.world.site
    if callback is None or site is None or not site.calls_out or callbacks.lead_at(world, it) is None:
        return
    prospect, pace = Outlook(world).of(it.id, turn.now), world.paces.get(it.queue or QueueId(""))
    if prospect is None or spoken(prospect.estimate, pace.score if pace is not None else None) is None:
        return
    near = prospect.estimate.low <= TO_ANSWER and prospect.estimate.middle <= callbacks.lead(world, it)
    if near and not _rings(turn, it) and not full(world):
        dial(turn, it, callback.to, "callback")


def _rings(turn: Turn, it: Interaction) -> bool:
    """Whether somebody of the same queue is being called."""
    others = (turn.world.interactions[name] for name in turn.world.callbacks)
    return any(other.state is State.DIALLING and other.queue == it.queue for other in others)


def offer_to(
    turn: Turn,
    interaction: Interaction,
    to: AgentId,
    why: tuple[Why, ...],
    grounds: Grounds | None = None,
    *,
    asked: bool = False,
) -> None:
    """Reserve this agent, who is free, for this interaction, which is in line, and let their phones ring.

    `asked`: the agent asked for this very call.
    """
    world, call = turn.world, turn.world.call(interaction)
    agent = world.agents[to]
    profile = world.profile(to)
    if profile is None:
        raise LookupError(f"agent {to} is not of the site")
    queue = world.queue(interaction.queue)
    ring_s = queue.ring_s if queue else 15
    name = OfferId(f"{call.id}.{call.offers + 1}")
    # A phone that is not there costs Asterisk a channel and an end. Whether it is there is a hint: when none seems to
    # be, all are tried.
    there = [phone for phone in profile.phones if world.phones.get(phone, True)] or profile.phones
    legs = {ChannelId(f"{name}.{n}"): phone for n, phone in enumerate(there)}
    until = Ms(turn.now + ring_s * 1000)
    own = asked or (interaction.direction == "out" and interaction.connected is None)
    turn.emit(
        Offered(
            interaction=interaction.id,
            offer=name,
            agent=agent.id,
            legs=legs,
            until=until,
            why=why,
            grounds=grounds,
        )
    )
    put(turn, agent, AgentState.RESERVED, interaction=call.id, until=until)
    turn.wish(
        RingAgent(
            offer=name,
            interaction=call.id,
            caller=call.channel or None,
            agent=agent.id,
            legs=tuple(Leg(phone=phone, channel=channel) for channel, phone in legs.items()),
            timeout_s=ring_s + 5,
            language=interaction.language or (world.site.default_language if world.site else None),
            # Who asked for a call need not take it as well; with a phone on the desk they may want to choose.
            auto_answer=profile.auto_answer or (own and not profile.desk_phone),
            asker=interaction.channel if call is not interaction else None,
        )
    )
