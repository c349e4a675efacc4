"""A caller is parked: with music, in nobody's hands, and whoever sees their queue can fetch them.

For a set time (`park_s` of their queue). Then they are offered to who parked them. Is that one not free for them, or
does not answer, they are in line, with a place as old as their first wait.
"""

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import TakeOver
from cti.core.ids import AgentId, Ms
from cti.core.queue import available, served_by
from cti.core.staff import free, settle
from cti.core.talks import Detail, end_talk, leaving, line_up
from cti.core.transfer import hand_over
from cti.core.turn import Turn
from cti.core.world import Interaction, World


def sees(world: World, agent: AgentId, it: Interaction) -> bool:
    """Whether an agent is shown a parked caller and may fetch them: one's own, one's queues'; supervisors all."""
    profile, queue = world.profile(agent), world.queue(it.queue)
    if profile is None or it.park is None:
        return False
    return it.park.by == agent or profile.role != "agent" or (queue is not None and served_by(profile, queue))


def may_fetch(world: World, agent: AgentId, it: Interaction) -> str:
    """Why an agent can't fetch a parked caller now; empty: nothing is in the way.

    `not_seen`, `asterisk_away`, `busy`, `no_phone`.
    """
    known, profile = world.agents.get(agent), world.profile(agent)
    if known is None or profile is None or not sees(world, agent, it):
        return "not_seen"
    if not world.asterisk:
        return "asterisk_away"
    if known.state not in (AgentState.READY, AgentState.WRAP_UP):
        return "busy"
    return "" if known.desk or profile.desk_phone else "no_phone"


def park(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge at once, as with a transfer; the agent wraps up."""
    by, queue = it.agent, turn.world.queue(it.queue)
    if by is None or queue is None or not queue.park_s or not turn.world.asterisk or leaving(turn, it):
        return
    # Before the hang-up: the agent's end would send the caller to the survey's context first.
    turn.wish(TakeOver(interaction=it.id, channel=it.channel))
    end_talk(turn, it, Detail(by="park"))
    turn.emit(e.Parked(interaction=it.id, agent=by, until=Ms(turn.now + queue.park_s * 1000)))


def fetch(turn: Turn, it: Interaction, d: Detail) -> None:
    """Offered to who fetches them, past the line; a wrap-up of theirs is over by it."""
    agent = turn.world.agents.get(d.agent) if d.agent is not None else None
    if agent is None or may_fetch(turn.world, agent.id, it) or leaving(turn, it):
        return
    stop(turn, it, "fetched", agent.id)
    if agent.interaction != it.id:
        settle(turn, agent)
    hand_over(turn, it, agent.id, "fetched", asked=True)


def give_back(turn: Turn, it: Interaction, d: Detail) -> None:
    """Long enough: to who parked them, if free or still wrapping this call up, else in line."""
    if it.park is None or turn.now < it.park.until:
        return
    agent = turn.world.agents.get(it.park.by)
    stop(turn, it, "over")
    if agent is not None and agent.state is AgentState.WRAP_UP and agent.interaction == it.id:
        free(turn, agent)
    if agent is not None and turn.world.asterisk and available(turn.world, agent) and not leaving(turn, it):
        hand_over(turn, it, agent.id, "parked")
    else:
        line_up(turn, it)


def stop(turn: Turn, it: Interaction, how: str, by: AgentId | None = None) -> None:
    """They are parked no longer, if they were."""
    park = it.park
    if park is not None:
        parked = Ms(max(0, turn.when - park.at))
        turn.emit(e.ParkEnded(interaction=it.id, agent=park.by, how=how, by=by, parked=parked))
