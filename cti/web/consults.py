"""Consultations as screens show them. Pure."""

from cti.core.consult import step_of
from cti.core.consult_table import Step
from cti.core.ids import AgentId
from cti.core.world import AgentNow, Interaction, World
from cti.web.reserved import rings
from cti.web.views import ConsultView


def consultation(world: World, call: Interaction) -> ConsultView | None:
    """The consultation about a call, as both agents see it."""
    step, consult = step_of(world, call), world.consult(call)
    if step is None or call.agent is None:
        return None
    if consult is None:
        since = call.aside or call.opened
        return ConsultView(step=step, asker=call.agent, colleague=None, queue=None, since=since, aside=call.aside)
    offered = consult.offer.agent if consult.offer is not None else consult.given_to
    return ConsultView(
        step=_SHOWN.get(step, step),
        asker=call.agent,
        colleague=consult.agent or offered,
        queue=consult.queue if consult.given_to is None and consult.asked is None else None,
        outside=consult.asked is not None,
        rings=consult.agent is None and rings(world, consult.offer),
        since=consult.connected or consult.opened,
        aside=call.aside,
        by_phone=step in _SHOWN,
    )


_SHOWN = {Step.ASKING_BESIDE: Step.ASKING, Step.SPEAKING_BESIDE: Step.SPEAKING}


def consults_with(world: World, now: AgentNow) -> AgentId | None:
    """With whom an agent talks about the call they both have."""
    call = world.interactions.get(now.interaction) if now.interaction is not None else None
    consult = world.consult(call) if call is not None else None
    if call is None or consult is None or consult.agent is None:
        return None
    return {call.agent: consult.agent, consult.agent: call.agent}.get(now.id)
