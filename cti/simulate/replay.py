"""A day of a journal made into a `Load`: the callers and agents of then, to be run again under other rules.

What the journal can't know is drawn, with a seed:

- How long somebody who was answered would have waited: patience is taken as exponential. Its mean is all waiting of the
  day over the number who gave up (the maximum likelihood estimate with those answered as censored; L. Brown et al.,
  Statistical Analysis of a Telephone Call Center, JASA 100, 2005). It has no memory, so the rest of it is added to the
  wait of then. Who gave up gives up after the same time again.
- How long somebody who gave up would have talked: as long as some caller of the same queue did.
"""

from collections.abc import Iterable
from random import Random

from msgspec import Struct, field

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.hours import day_of
from cti.core.ids import AgentId, InteractionId, Language, Ms, QueueId
from cti.core.site import Site
from cti.simulate.load import Break, Caller, Load, Shift


class ReplayError(Exception):
    """The journal has no such day, or nothing to replay in it."""


class _Call(Struct):
    """A call of that day."""

    asked: e.Queued
    language: Language | None
    left: Ms | None = None
    """How long it waited, to the answer or the giving up."""
    answered: bool = False
    answer: Ms = Ms(0)
    talked: Ms = Ms(0)
    wrap_up: Ms | None = None


class _Agent(Struct):
    """What an agent was at, since when, and the shift that goes on."""

    state: str = AgentState.SIGNED_OUT
    since: Ms = Ms(0)
    began: Ms | None = None
    breaks: list[Break] = field(default_factory=list)
    wraps: InteractionId | None = None


class Replay:
    """Follows a journal; `load` is one day of it."""

    def __init__(self, day: str) -> None:
        """`day`: an ISO date in the site's zone."""
        self.records: list[tuple[Ms, e.Event]] = []
        """The day's own, for a tally of what really happened; first what was in force when it began."""
        self._day = day
        self._site: Site | None = None
        self._span: tuple[Ms, Ms] | None = None
        self._last = Ms(0)
        self._languages: dict[InteractionId, Language | None] = {}
        self._offered: dict[InteractionId, Ms] = {}
        self._calls: dict[InteractionId, _Call] = {}
        self._agents: dict[AgentId, _Agent] = {}
        self._shifts: list[Shift] = []

    def follow(self, records: Iterable[e.Record]) -> None:
        """Read on, up to the end of the day; what was in force before has to come first."""
        for record in records:
            at, event = record.at, record.event
            if self._span is not None and at >= self._span[1]:
                return
            if isinstance(event, e.SiteInForce):
                self._site = event.site
            if self._span is None and self._site is not None:
                self._begin(self._site, at)
            if isinstance(event, e.AgentStateSet):
                self._agent(at, event)
            if self._span is not None:
                self._last = at
                self.records.append((at, event))
                self._call(at, event)

    def _begin(self, site: Site, at: Ms) -> None:
        """If this is the day: who was at work when it began is at work from its first moment."""
        day, begins, ends = day_of(site.zone, at)
        if day != self._day:
            return
        self._span = begins, ends
        self.records.append((begins, e.SiteInForce(site=site)))
        self._shifts.clear()
        for agent, now in self._agents.items():
            here = now.state != AgentState.SIGNED_OUT
            self._agents[agent] = _Agent(now.state, begins, begins if here else None)
            self.records.append((begins, e.AgentStateSet(agent=agent, state=now.state)))

    def _call(self, at: Ms, event: e.Event) -> None:
        if isinstance(event, e.InteractionOpened | e.LanguageSet):
            self._languages[event.interaction] = event.language
            return
        if isinstance(event, e.Queued):
            if not event.again:
                language = event.language or self._languages.get(event.interaction)
                self._calls[event.interaction] = _Call(event, language)
            return
        call = self._calls.get(InteractionId(getattr(event, "interaction", None) or ""))
        if call is None:
            return
        if isinstance(event, e.Offered):
            self._offered[event.interaction] = at
        elif isinstance(event, e.Connected) and call.left is None:
            call.left, call.answered = event.waited, True
            call.answer = Ms(at - self._offered.get(event.interaction, at))
        elif isinstance(event, e.TalkEnded):
            call.talked = Ms(call.talked + event.talked)
        elif isinstance(event, e.InteractionEnded) and call.left is None:
            call.left = Ms(at - call.asked.since)

    def _agent(self, at: Ms, event: e.AgentStateSet) -> None:
        now = self._agents.setdefault(event.agent, _Agent())
        if event.state == now.state:
            return
        if now.state == AgentState.WRAP_UP and now.wraps in self._calls:
            self._calls[now.wraps].wrap_up = Ms(at - now.since)
        if now.state == AgentState.NOT_READY:
            now.breaks.append(Break(now.since, Ms(at - now.since)))
        if now.began is None:
            now.began = at
        elif event.state == AgentState.SIGNED_OUT:
            self._shifts.append(Shift(event.agent, now.began, at, tuple(now.breaks)))
            now.began, now.breaks = None, []
        now.state, now.since = event.state, at
        now.wraps = event.interaction if event.state == AgentState.WRAP_UP else None

    def load(self, seed: int) -> Load:
        """The day, ready to be run. Raises ReplayError."""
        if self._site is None or self._span is None:
            raise ReplayError(f"The journal has nothing of {self._day}.")
        begins, ends = self._span[0], Ms(self._last + 1)
        chance = Random(f"{seed}/{self._day}")
        talks = self._talks()
        waited = sum(call.left or 0 for call in self._calls.values())
        left = sum(call.left is not None and not call.answered for call in self._calls.values())
        callers: list[Caller] = []
        for interaction, call in self._calls.items():
            patience = call.left
            if call.answered and patience is not None:
                patience = Ms(patience + round(chance.expovariate(left / waited))) if left and waited else None
            queue = call.asked.queue
            like = call if call.answered else chance.choice(talks.get(queue) or talks[None])
            callers.append(
                Caller(
                    id=interaction,
                    at=call.asked.since,
                    kind=queue,
                    queue=queue,
                    talk=like.talked,
                    wrap_up=like.wrap_up,
                    patience=patience,
                    answer=like.answer,
                    skills=call.asked.skills,
                    priority=call.asked.priority,
                    language=call.language,
                    last_agent=_kept(call.asked, "last_agent"),
                    case_owner=_kept(call.asked, "case_owner"),
                    promised=_kept(call.asked, "promised"),
                )
            )
        going = [
            Shift(agent, now.began, ends, tuple(now.breaks) + _unfinished(now, ends))
            for agent, now in self._agents.items()
            if now.began is not None
        ]
        shifts = sorted((*self._shifts, *going), key=lambda shift: (shift.begins, shift.agent))
        return Load(self._site, tuple(callers), tuple(shifts), begins, ends, begins)

    def _talks(self) -> dict[QueueId | None, list[_Call]]:
        """Those answered, by queue and (under None) all."""
        found: dict[QueueId | None, list[_Call]] = {}
        for call in self._calls.values():
            if call.answered:
                found.setdefault(call.asked.queue, []).append(call)
                found.setdefault(None, []).append(call)
        if not found:
            raise ReplayError(f"On {self._day} nobody was answered: there is nothing to go by.")
        return found


def _kept(asked: e.Queued, name: str) -> AgentId | None:
    """The agent the caller was kept for, if it was as that."""
    return asked.preferred if asked.preferred_as == name else None


def _unfinished(agent: _Agent, ends: Ms) -> tuple[Break, ...]:
    """The break that goes on at the end of what the journal knows."""
    return (Break(agent.since, Ms(ends - agent.since)),) if agent.state == AgentState.NOT_READY else ()
