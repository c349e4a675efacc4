"""Numbers outside are called: whether that may be, over which leg, and what it means that one ended.

A number is an id here. Whether the site allows it is for the shell to say, which knows it.
"""

from typing import Literal

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import HangUp, RingOutside
from cti.core.ids import AgentId, ChannelId, IdentifierId, Ms
from cti.core.talks import NORMAL
from cti.core.turn import Turn
from cti.core.world import Interaction, Leg, World

HOUR = 60 * 60 * 1000
GRACE = 10_000
"""So much later than Asterisk we give a leg up ourselves."""

_HOW = {
    **dict.fromkeys((1, 2, 3, 22, 28), "wrong_number"),
    17: "busy",
    **dict.fromkeys((16, 18, 19, 26, 102), "no_answer"),
    21: "refused",
    **dict.fromkeys((34, 38, 41, 42, 44, 47), "congestion"),
}
"""Q.850 causes of a leg that was not answered. 16 and 26 are ours: it rang long enough."""


NOT_REACHED = frozenset(
    {"busy", "no_answer", "refused", "wrong_number", "congestion", "unreachable", "not_allowed", "cancelled"}
)
"""How a call to the outside can come to nothing, as history keeps it of agents' own calls."""


Purpose = Literal["call", "callback", "transfer", "consult"]
_ROLES: dict[Purpose, Literal["customer", "outsider", "asked"]] = {
    "call": "customer",
    "callback": "customer",
    "transfer": "outsider",
    "consult": "asked",
}


def barred(world: World, agent: AgentId, now: Ms) -> str:
    """Why this agent can't call a number outside now; empty: nothing is in the way.

    `off` (the site calls nobody), `not_allowed`, `asterisk_away`, `at_once` (as many as may be), `per_hour`.
    """
    site, profile, known = world.site, world.profile(agent), world.agents.get(agent)
    if site is None or profile is None or known is None or not site.calls_out:
        return "off"
    if not site.may_call(profile):
        return "not_allowed"
    if full(world):
        return "at_once" if world.asterisk else "asterisk_away"
    return "per_hour" if sum(now - at < HOUR for at in known.dialled) >= site.outgoing.per_hour else ""


def full(world: World) -> bool:
    """Whether nobody more can be called now."""
    site = world.site
    if site is None or not site.calls_out or not world.asterisk:
        return True
    return world.outside >= site.outgoing.at_once


def may_begin(world: World, agent: AgentId, now: Ms) -> str:
    """The same, and whether the agent is free for it: `busy`, `no_phone`."""
    known, profile = world.agents.get(agent), world.profile(agent)
    why = barred(world, agent, now)
    if why or known is None or profile is None:
        return why
    if known.state not in (AgentState.READY, AgentState.WRAP_UP):
        return "busy"
    return "" if known.desk or profile.desk_phone else "no_phone"


def dial(
    turn: Turn,
    it: Interaction,
    to: IdentifierId,
    purpose: Purpose,
    *,
    agent: AgentId | None = None,
    target: ChannelId | None = None,
) -> None:
    """Call a number for an interaction; who answers is bridged with `target`. The site must call out."""
    site, call = turn.world.site, turn.world.call(it)
    if site is None:
        return
    channel = ChannelId(f"{call.id}.t{call.dials + 1}")
    ring_s, queue = site.outgoing.ring_s, turn.world.queue(it.queue)
    turn.emit(
        e.Dialled(
            interaction=it.id,
            channel=channel,
            to=to,
            purpose=purpose,
            agent=agent,
            agent_channel=target if purpose in ("call", "callback") else None,
            until=Ms(turn.now + ring_s * 1000 + GRACE),
        )
    )
    turn.wish(
        RingOutside(
            interaction=call.id,
            channel=channel,
            to=to,
            role=_ROLES[purpose],
            target=target,
            number=site.shown,
            trunk=site.outgoing.trunk,
            language=it.language or site.default_language,
            timeout_s=ring_s,
            then=call.channel if call is not it else None,
            record=_ROLES[purpose] == "customer" and queue is not None and queue.record,
        )
    )


def how_ended(leg: Leg, cause: int) -> str:
    """What the end of a leg to the outside means, as in `DialEnded`."""
    if leg.up:
        return "refused"
    if not cause:
        return "no_answer" if leg.started else "lost"
    return _HOW.get(cause, "unreachable")


def drop(turn: Turn, channel: ChannelId | None) -> None:
    """Hang a leg to the outside up, if it is still there."""
    if channel is not None and channel in turn.world.legs:
        turn.wish(HangUp(channel=channel, cause=NORMAL))
