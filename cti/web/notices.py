"""What an agent must be told until they put it away: a fold of the records, kept per agent."""

from cti.core import agent as agents
from cti.core import events as e
from cti.core.consult import call_of
from cti.core.dialling import NOT_REACHED
from cti.core.ids import AgentId
from cti.core.world import World
from cti.web.views import NoticeView

_QUIET = frozenset({"cancelled", "merged", "machine"})
"""Ends of a call to the outside that its agent has brought about or need not know."""
_CONSULTS = {
    "rona": "consult_failed",
    "declined": "consult_failed",
    "unreachable": "consult_failed",
    "silent": "consult_failed",
    "caller_gone": "consult_caller_gone",
    **dict.fromkeys((*(NOT_REACHED - {"cancelled"}), "lost"), "consult_failed"),
}
_MISSED = frozenset({agents.RONA, agents.UNREACHABLE, "silent"})
"""Ends of an offer that the agent may not have seen."""
_CUT = {"unknown": "call_lost", "phone": "phone_dead"}
"""Who ended a talk, where the agent may wonder."""
_KEPT = 10
"""For one agent; older ones fall out."""


class Notices:
    """Notices of all agents. A restart begins with what the world still shows of them."""

    def __init__(self, world: World) -> None:
        self._of: dict[AgentId, tuple[NoticeView, ...]] = {}
        for now in world.agents.values():
            if now.reason in (agents.RONA, agents.UNREACHABLE):
                self._add(now.id, NoticeView(id=f"{now.id}.{now.since}", kind=str(now.reason), at=now.since))

    def of(self, agent: AgentId) -> tuple[NoticeView, ...]:
        """Oldest first."""
        return self._of.get(agent, ())

    def fold(self, record: e.Record) -> AgentId | None:
        """Take a record in; whose notices changed by it."""
        event = record.event
        if isinstance(event, e.OfferEnded) and event.how in _MISSED:
            call = call_of(event.interaction)
            notice = NoticeView(id=event.offer, kind=event.how, at=record.at, interaction=call)
        elif isinstance(event, e.TalkEnded) and event.by in _CUT:
            notice = NoticeView(
                id=f"{event.interaction}.{record.seq}",
                kind=_CUT[event.by],
                at=record.at,
                interaction=event.interaction,
            )
        elif isinstance(event, e.TransferFailed) and event.how != "recalled":
            notice = NoticeView(
                id=f"{event.interaction}.{record.seq}",
                kind="transfer_failed",
                at=record.at,
                interaction=event.interaction,
                agent=event.to,
                how=event.how,
            )
        elif isinstance(event, e.DialEnded) and event.agent is not None and event.purpose == "callback":
            if event.how in _QUIET:
                return None
            notice = NoticeView(
                id=event.channel or f"{event.interaction}.{record.seq}",
                kind="not_reached",
                at=record.at,
                interaction=event.interaction,
                how=event.how,
            )
            self._add(event.agent, notice)
            return event.agent
        elif isinstance(event, e.ParkEnded) and event.how == "caller_gone":
            notice = NoticeView(
                id=f"{event.interaction}.{record.seq}", kind="parked_gone", at=record.at, interaction=event.interaction
            )
        elif isinstance(event, e.RecordingFailed):
            notice = NoticeView(
                id=f"{event.interaction}.{record.seq}",
                kind="recording_failed",
                at=record.at,
                interaction=event.interaction,
            )
        elif isinstance(event, e.ConsultEnded) and event.how in _CONSULTS:
            notice = NoticeView(
                id=f"{event.consult}.{record.seq}",
                kind=_CONSULTS[event.how],
                at=record.at,
                interaction=event.interaction,
                agent=event.to,
                how=event.how if event.how in NOT_REACHED else "",
            )
        else:
            return None
        self._add(event.agent, notice)
        return event.agent

    def put_away(self, agent: AgentId, notice: str) -> bool:
        """False: there is no such notice."""
        before = self.of(agent)
        self._of[agent] = tuple(n for n in before if n.id != notice)
        return len(self._of[agent]) != len(before)

    def _add(self, agent: AgentId, notice: NoticeView) -> None:
        self._of[agent] = (*(n for n in self.of(agent) if n.id != notice.id), notice)[-_KEPT:]
