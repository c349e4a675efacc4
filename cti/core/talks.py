"""What calls are made of, for all that happens to them: a place in line, an offer's end, a talk's end."""

from cti.core import events as e
from cti.core.agent import AWAY, AgentState
from cti.core.commands import HangUp, Steer
from cti.core.ids import AgentId, ChannelId, IdentifierId, Language, Ms, QueueId, SkillId
from cti.core.interaction import State
from cti.core.site import Texts
from cti.core.staff import release, wrap_up
from cti.core.turn import Turn
from cti.core.world import Interaction, Leg

ELSEWHERE = 26
"""Q.850 "non-selected user clearing": a phone shows no missed call for it."""
NORMAL = 16
BUSY = 17
RANG_LONG = 19
REFUSED = frozenset({17, 21})
"""Q.850 user busy, call rejected: the agent's phone said no."""
NO_ANSWER = frozenset({18, 19})
_CANCELLED = frozenset({"withdrawn", "caller_gone", "over"})
"""Ends of a consultation by which a number outside rings no longer."""


class Detail:
    """What comes with a signal; each signal uses some of it."""

    def __init__(
        self,
        *,
        channel: ChannelId | None = None,
        leg: Leg | None = None,
        how: str = "",
        language: Language | None = None,
        label: Texts | None = None,
        queue: QueueId | None = None,
        skills: dict[SkillId, int] | None = None,
        priority: int = 0,
        tier: str = "",
        tier_minutes: int = 0,
        agent: AgentId | None = None,
        wanted: dict[str, AgentId] | None = None,
        yes: bool = False,
        by: str = "unknown",
        to: IdentifierId | None = None,
        at: Ms | None = None,
        instead_of: Interaction | None = None,
        ms: int = 0,
        solved: bool | None = None,
    ) -> None:
        self.channel = channel
        self.leg = leg
        self.how = how
        self.language = language
        self.label = label or {}
        self.queue = queue
        self.skills = skills or {}
        self.priority = priority
        self.tier = tier
        self.tier_minutes = tier_minutes
        self.agent = agent
        self.wanted = wanted or {}
        self.yes = yes
        self.by = by
        self.to = to
        self.at = at
        self.instead_of = instead_of
        self.ms = Ms(ms)
        self.solved = solved


def enter_line(turn: Turn, it: Interaction, d: Detail, again: bool) -> None:
    """In line for what is asked for; `again`: with the place they have."""
    if d.queue is None:
        return
    old = d.instead_of
    since = it.since if again else old.since if old is not None else turn.now
    preferred, preferred_as, keep_s = _preferred(turn, d)
    turn.emit(
        e.Queued(
            interaction=it.id,
            queue=d.queue,
            skills=d.skills,
            priority=d.priority,
            language=d.language,
            since=since,
            again=again,
            preferred=preferred,
            preferred_as=preferred_as,
            kept_until=Ms(since + keep_s * 1000) if keep_s else Ms(0),
            instead_of=old.id if old is not None else None,
            tier=d.tier,
            tier_minutes=d.tier_minutes,
        )
    )


def _preferred(turn: Turn, d: Detail) -> tuple[AgentId | None, str, int]:
    """For whom the queue keeps the caller, as what, for how many seconds: the first who is at work, else the first."""
    queue = turn.world.queue(d.queue)
    wanted = [
        (agent, name, keep_s)
        for name, keep_s in (queue.kept_s if queue is not None else {}).items()
        if keep_s and (agent := d.wanted.get(name)) is not None and turn.world.profile(agent) is not None
    ]
    at_work = (one for one in wanted if (now := turn.world.agents.get(one[0])) is not None and now.state not in AWAY)
    return next(at_work, wanted[0] if wanted else (None, "", 0))


def line_up(
    turn: Turn, it: Interaction, agent: AgentId | None = None, preferred_as: str = "", *, keep: int = 0
) -> None:
    """Back in line where they were, asking for the same; `agent` is being offered them, or has them kept so long."""
    if it.queue is None:
        return
    turn.emit(
        e.Queued(
            interaction=it.id,
            queue=it.queue,
            skills=it.skills,
            priority=it.priority,
            language=it.language,
            since=it.since,
            again=True,
            preferred=agent,
            preferred_as=preferred_as,
            kept_until=Ms(turn.now + keep) if agent is not None else Ms(0),
        )
    )


def end_offer(turn: Turn, it: Interaction, how: str, spare: ChannelId | None = None) -> None:
    """The standing offer is over without a talk: legs (but `spare`) are hung up, the agent released."""
    offer = it.offer
    if offer is None:
        return
    turn.emit(e.OfferEnded(interaction=it.id, offer=offer.id, agent=offer.agent, how=how))
    cause = NORMAL if how in ("rona", "declined", "unreachable") else ELSEWHERE
    hang_up_legs(turn, offer.legs, cause, spare)
    release(turn, offer.agent, how)


def hang_up_legs(turn: Turn, legs: list[ChannelId], cause: int, spare: ChannelId | None = None) -> None:
    """Wish away every leg that still exists."""
    for channel in legs:
        if channel != spare and channel in turn.world.legs:
            turn.wish(HangUp(channel=channel, cause=cause))


def end_talk(turn: Turn, it: Interaction, d: Detail) -> None:
    """Caller and agent are apart: the agent's leg is hung up, and the agent wraps up."""
    if it.agent is None or it.connected is None:
        return
    end_consult(turn, it, "caller_gone" if leaving(turn, it) else "over")
    agent_channel = it.agent_channel
    talked = Ms(max(0, turn.when - it.connected))
    by, away = _ended_by(turn, it, d), turn.when != turn.now
    turn.emit(e.TalkEnded(interaction=it.id, agent=it.agent, talked=talked, by=by, from_file=away))
    if agent_channel is not None and agent_channel in turn.world.legs:
        turn.wish(HangUp(channel=agent_channel, cause=NORMAL))
    agent = turn.world.agents.get(it.agent)
    if agent is not None and agent.interaction == it.id:
        queue = turn.world.queue(it.queue)
        wrap_up(turn, agent, it.id, queue.wrap_up_s if queue else 30)


def end_consult(turn: Turn, call: Interaction, how: str) -> None:
    """The consultation about this call is over: its colleague's legs are hung up, and who talked wraps up."""
    consult = turn.world.consult(call)
    if consult is None:
        return
    end_offer(turn, consult, "caller_gone" if how == "caller_gone" else "withdrawn")
    legs = [leg.channel for leg in turn.world.legs.values() if leg.interaction == consult.id]
    consult_ended(turn, call, consult, how)
    hang_up_legs(turn, legs, NORMAL if consult.agent is not None or consult.asked is not None else ELSEWHERE)
    colleague = turn.world.agents.get(consult.agent) if consult.agent is not None else None
    if colleague is not None and colleague.interaction == call.id and colleague.state is AgentState.TALKING:
        queue = turn.world.queue(consult.queue)
        wrap_up(turn, colleague, call.id, queue.wrap_up_s if queue else 30)


def consult_ended(turn: Turn, call: Interaction, consult: Interaction, how: str) -> None:
    """The fact alone: what it means for the colleague is told beside it."""
    asker = consult.given_by
    if consult.state is State.PASSING and consult.outside is not None and how != "given":
        came = "cancelled" if how in _CANCELLED else how
        turn.emit(
            e.DialEnded(interaction=consult.id, channel=consult.outside, agent=asker, how=came, purpose="consult")
        )
    if asker is not None:
        turn.emit(
            e.ConsultEnded(
                interaction=call.id,
                consult=consult.id,
                agent=asker,
                to=consult.agent or consult.given_to,
                how=how,
                talked=Ms(max(0, turn.when - consult.connected)) if consult.connected is not None else Ms(0),
            )
        )
    if consult.channel != call.agent_channel and consult.channel in turn.world.legs:
        # The second line of the agent's phone has nothing to stay for.
        turn.wish(HangUp(channel=consult.channel, cause=NORMAL))


def cut_off(turn: Turn, it: Interaction) -> bool:
    """Whether it is the agent's phone that failed a caller, who is still there."""
    agent = turn.world.legs.get(it.agent_channel) if it.agent_channel is not None else None
    return it.direction == "in" and agent is not None and agent.dead and not leaving(turn, it)


def _ended_by(turn: Turn, it: Interaction, d: Detail) -> str:
    if d.by in ("transfer", "park"):
        return d.by
    if turn.unseen:
        return "unknown"
    if leaving(turn, it):
        return "caller"
    agent = turn.world.legs.get(it.agent_channel) if it.agent_channel is not None else None
    if agent is None or agent.ending:
        return "phone" if cut_off(turn, it) else "agent"
    return d.by


def leaving(turn: Turn, it: Interaction) -> bool:
    """Whether the caller has gone, or is about to."""
    caller = turn.world.legs.get(it.channel)
    return caller is None or caller.ending


def steer(turn: Turn, it: Interaction, d: Detail, to: str) -> None:
    """Tell the session that asked where the caller goes: `survey`, `wait` or `goodbye`."""
    turn.wish(Steer(interaction=it.id, channel=d.channel or it.channel, to=to))
