"""A caller given to a colleague or a queue by the agent, by the agent's phone, and taken back."""

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import TakeOver
from cti.core.consult import signal
from cti.core.consult_table import Happening
from cti.core.events import Why
from cti.core.ids import AgentId
from cti.core.offers import offer_to
from cti.core.queue import available
from cti.core.staff import free
from cti.core.talks import Detail, end_offer, end_talk, enter_line, leaving, line_up, steer
from cti.core.turn import Turn
from cti.core.world import Interaction, World


def refused(turn: Turn, it: Interaction, how: str, *, ring: bool = True) -> None:
    """An offer came to nothing: who was given to this very agent goes back; who asked only this agent hears so."""
    if it.about is None:
        take_back(turn, it, how, ring=ring)
    elif it.given_to is not None:
        signal(turn, turn.world.call(it), Happening.REFUSED, how)


def take_back(turn: Turn, it: Interaction, how: str, *, ring: bool = True) -> None:
    """The colleague did not take the caller, who goes back to who gave them away, else in the line of before.

    The giver's wrap-up is over by it: there is nothing to write down yet. `ring`: whether to offer them to the giver.
    """
    by, to = it.given_by, it.given_to
    if by is not None and to is not None:
        give_back(turn, it, by, to, how, ring)


def give_back(turn: Turn, it: Interaction, by: AgentId, to: AgentId | None, how: str, ring: bool) -> None:
    """`to` (None: nobody of ours) did not take the caller: back to `by`, as above."""
    turn.emit(e.TransferFailed(interaction=it.id, agent=by, to=to, how=how))
    giver = turn.world.agents.get(by)
    if giver is not None and giver.state is AgentState.WRAP_UP and giver.interaction == it.id:
        free(turn, giver)
    if ring and giver is not None and available(turn.world, giver) and not leaving(turn, it):
        hand_over(turn, it, giver.id, "transfer_back")
    else:
        line_up(turn, it)


def hand_over(turn: Turn, it: Interaction, agent: AgentId, preferred_as: str, *, asked: bool = False) -> None:
    """Offer them to this agent, who is free, past the line and whatever the queue asks for. `asked`: by that agent."""
    line_up(turn, it, agent, preferred_as)
    offer_to(turn, it, agent, (Why(code="preferred", agent=agent, args={"as": preferred_as}),), asked=asked)


def transfer(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge at once: the caller hears music in our session while others ring.

    A colleague who is no longer free is no reason to end the talk.
    """
    by, world = it.agent, turn.world
    colleague = world.agents.get(d.agent) if d.agent is not None else None
    queue = it.queue if d.agent is not None else d.queue
    if by is None or not world.asterisk or world.queue(queue) is None or leaving(turn, it):
        return
    if d.agent is not None and (colleague is None or not available(world, colleague)):
        turn.emit(e.TransferFailed(interaction=it.id, agent=by, to=d.agent, how="not_free"))
        return
    turn.emit(e.Transferred(interaction=it.id, agent=by, to=d.agent, queue=d.queue))
    # Before the hang-up: the agent's end would send the caller to the survey's context first.
    turn.wish(TakeOver(interaction=it.id, channel=it.channel))
    end_talk(turn, it, Detail(by="transfer"))
    if colleague is not None:
        hand_over(turn, it, colleague.id, "transfer")
    else:
        enter_line(turn, it, Detail(queue=queue, skills=it.skills, priority=it.priority, language=it.language), True)


def pass_on(turn: Turn, it: Interaction, d: Detail) -> None:
    """Asterisk has moved the caller already, whoever it was that the phone dialled: nobody there, then back."""
    by, world = it.agent, turn.world
    if it.connected is not None and it.parted is None:
        end_talk(turn, it, Detail(by="transfer"))
    if by is not None and world.queue(it.queue) is not None:
        colleague = world.agents.get(d.agent) if d.agent is not None else None
        turn.emit(e.Transferred(interaction=it.id, agent=by, to=d.agent))
        if colleague is not None and available(world, colleague) and world.asterisk and not leaving(turn, it):
            hand_over(turn, it, colleague.id, "transfer")
        else:
            give_back(turn, it, by, d.agent, "nobody" if colleague is None else "not_free", world.asterisk)
    steer(turn, it, d, "wait")


def who_has(world: World, work_number: str) -> AgentId | None:
    """The agent whom phones reach by this work number."""
    agents = world.site.agents if world.site is not None else ()
    return next((agent.id for agent in agents if agent.work_number == work_number), None)


def recall(turn: Turn, it: Interaction, d: Detail) -> None:
    """Only to somebody who is free for them: an agent with another call by now leaves them where they are."""
    giver = turn.world.agents.get(d.agent) if d.agent is not None else None
    if giver is None or giver.id != it.given_by or not turn.world.asterisk:
        return
    wraps = giver.state is AgentState.WRAP_UP and giver.interaction == it.id and giver.next_reason is None
    if wraps or available(turn.world, giver):
        end_offer(turn, it, "withdrawn")
        give_back(turn, it, giver.id, it.given_to, "recalled", True)
