"""An agent's own phone calls a colleague: on a second line, about the caller whom the first one holds.

It is a consultation like the desk's (`consult`), but for where its parts stand: the caller stays in the bridge with the
first line, and the second is the consultation's `channel`. When the phone transfers (REFER with Replaces, RFC 3891),
Asterisk puts the caller and the colleague into one bridge by itself, and that is how the core sees it. Agents without a
caller have nothing to ask about: such a call is refused.
"""

from cti.core import events as e
from cti.core import inputs as i
from cti.core.channels import phone_of
from cti.core.commands import DirectPhone
from cti.core.consult import consult_name
from cti.core.events import Why
from cti.core.ids import AgentId
from cti.core.interaction import State
from cti.core.offers import offer_to
from cti.core.queue import available
from cti.core.talks import leaving
from cti.core.transfer import who_has
from cti.core.turn import Turn
from cti.core.world import Interaction


def dialled(turn: Turn, said: i.ColleagueDialled) -> None:
    """Let the colleague's phones ring, or say why not; whatever else becomes of it, the caller stays where they are."""
    world = turn.world
    phone = phone_of(said.name)
    agent = world.owner(phone) if phone is not None else None
    call = _held_by(turn, agent)
    to = who_has(world, said.dialled)
    colleague = world.agents.get(to) if to is not None else None
    if call is None or agent is None or call.agent_channel == said.channel or said.channel in world.gone:
        turn.wish(DirectPhone(channel=said.channel, to="not_now"))
    elif colleague is None:
        turn.wish(DirectPhone(channel=said.channel, to="nobody"))
    elif not available(world, colleague):
        turn.emit(e.TransferFailed(interaction=call.id, agent=agent, to=to, how="not_free"))
        turn.wish(DirectPhone(channel=said.channel, to="busy"))
    else:
        if said.channel not in world.legs:
            turn.emit(e.LegStarted(channel=said.channel, interaction=call.id, phone=phone))
        name = consult_name(call)
        turn.emit(
            e.ConsultBegun(
                interaction=call.id,
                consult=name,
                agent=agent,
                agent_channel=said.channel,
                to=colleague.id,
                by_phone=True,
            )
        )
        turn.wish(DirectPhone(channel=said.channel, to="ask", interaction=call.id))
        why = Why(code="preferred", agent=colleague.id, args={"as": "consult"})
        offer_to(turn, world.interactions[name], colleague.id, (why,))


def _held_by(turn: Turn, agent: AgentId | None) -> Interaction | None:
    """The talk about which this agent can ask somebody now."""
    world = turn.world
    now = world.agents.get(agent) if agent is not None else None
    call = world.interactions.get(now.interaction) if now is not None and now.interaction is not None else None
    if call is None or call.agent != agent or call.state is not State.TALKING or call.consult is not None:
        return None
    return call if world.asterisk and call.agent_channel in world.legs and not leaving(turn, call) else None
