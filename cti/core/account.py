"""Why a caller waited so long: the wait as stretches of time, each with what stood in the way, read off the journal.

A fold of the facts of one call and of the agents' states beside them. The stretches follow each other without a hole,
so they come to the wait exactly; one of less than a second is counted to its neighbour.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from cti.core import events as e
from cti.core.agent import AWAY, AgentState
from cti.core.apply import apply
from cti.core.closings import ousted
from cti.core.events import Record
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.queue import asked_for, can_ring, without
from cti.core.requirement import Needed, Requirement, first_stage, shortfall, stage_at
from cti.core.site import Agent
from cti.core.world import Interaction, World

BACKGROUND: tuple[type[e.Event], ...] = (
    e.AgentStateSet,
    e.DeskAnswers,
    e.DeskSeen,
    e.QueueTaken,
    e.QueueClosed,
    e.QueueReopened,
    e.AsteriskSeen,
    e.AsteriskLost,
    e.BridgeStarted,
    e.SiteInForce,
    e.Offered,
)
"""What is needed of others."""

_SHORT = 1000
_WAITS = (State.WAITING, State.OFFERED, State.PARKED)

Code = Literal["nobody", "ring", "busy", "rang", "kept", "others", "closed", "elsewhere", "parked", "exchange_away"]


class Stretch(Struct, frozen=True, kw_only=True):
    """A part of a wait, and why it was not yet over.

    `code` and its `args`: `nobody` at work can serve them (`skill` that nobody has as `needs` says; empty: each is had
    by some, all by nobody); `ring` (those at work may from `after_s` on: the same, too); `busy` (all `agents` who can
    serve them, who meanwhile took `others`); `rang` (`agent` was called; `how` it ended, as in `OfferEnded`, or
    `answered`); `kept` (for `agent`, `as` in `Queued`); `others` (came first although some were free); `closed`
    (`closing`); `elsewhere` (another site was called); `parked` (by `agent`); `exchange_away`.
    """

    begins: Ms
    ends: Ms
    code: Code
    queue: QueueId | None = None
    agent: AgentId | None = None
    args: dict[str, int | str] = {}


def account(interaction: InteractionId, records: Iterable[Record], until: Ms) -> tuple[Stretch, ...]:
    """The waits of a call up to `until`, from its own records and the `BACKGROUND`, in order."""
    walk = _Walk(interaction)
    for record in records:
        walk.see(record.at, record.event)
    walk.pass_to(until)
    return tuple(_without_short(walk.stretches))


class _Walk:
    def __init__(self, interaction: InteractionId) -> None:
        self.stretches: list[Stretch] = []
        self._id = interaction
        self._world = World(asterisk=True)
        self._at = Ms(0)

    def see(self, at: Ms, event: e.Event) -> None:
        """One fact; what was true until then is counted first."""
        self.pass_to(at)
        own = getattr(event, "interaction", None) == self._id
        if isinstance(event, e.Offered) and not own:
            self._taken(event.agent)
            return
        if own and isinstance(event, e.Connected | e.InteractionEnded) and event.from_file:
            self._ended_at(event.waited)
        if own and isinstance(event, e.OfferEnded):
            self._ended(event.how)
        elif own and isinstance(event, e.Connected):
            self._ended("answered")
        if own or isinstance(event, BACKGROUND):
            apply(self._world, event, at)

    def pass_to(self, until: Ms) -> None:
        """Count the time up to here, broken where a ring opens or a caller is kept no longer."""
        it = self._world.interactions.get(self._id)
        begin = self._at
        self._at = until
        if it is None or it.state not in _WAITS or it.elsewhere == "served":
            return
        begin = max(begin, it.waits_since)
        asked = asked_for(self._world, it)
        edges = [it.since + stage.after for stage in asked.stages] + [it.kept_until]
        for end in sorted({Ms(edge) for edge in edges if begin < edge < until} | {until}):
            if end > begin:
                self._count(self._why(it, asked, begin, end))
            begin = end

    def _count(self, found: Stretch) -> None:
        last = self.stretches[-1] if self.stretches else None
        if last is None or last.ends != found.begins or not _same(last, found):
            self.stretches.append(found)
            return
        args = dict(last.args)
        if found.code == "busy":
            args["agents"] = max(int(args["agents"]), int(found.args["agents"]))
        self.stretches[-1] = msgspec.structs.replace(last, ends=found.ends, args=args)

    def _why(self, it: Interaction, asked: Requirement, begins: Ms, ends: Ms) -> Stretch:
        world = self._world
        closing = ousted(world, it)

        def found(code: Code, agent: AgentId | None = None, **args: int | str) -> Stretch:
            return Stretch(begins=begins, ends=ends, code=code, queue=it.queue, agent=agent, args=args)

        if it.elsewhere == "sent":
            return found("elsewhere")
        if it.park is not None:
            return found("parked", it.park.by)
        if it.offer is not None:
            return found("rang", it.offer.agent, how="")
        if closing is not None:
            return found("closed", closing=closing.id)
        if not world.asterisk:
            return found("exchange_away")
        if it.preferred is not None and begins < it.kept_until and self._at_work(it.preferred):
            return found("kept", it.preferred, **{"as": it.preferred_as})
        team = self._team(asked.queue)
        stage = asked.stages[stage_at(asked, begins - it.since)]
        able = [one for one in team if shortfall(one.skills, stage.needed) is None]
        if not able:
            skill, needs = _missing(team, stage.needed)
            later = [asked.stages[n].after for one in team if (n := first_stage(one.skills, asked)) is not None]
            if later:
                return found("ring", skill=skill, needs=needs, after_s=min(later) // 1000)
            return found("nobody", skill=skill, needs=needs)
        if any(world.agents[one.id].state is AgentState.READY for one in able):
            return found("others")
        return found("busy", agents=len(able), others=0)

    def _at_work(self, agent: AgentId) -> bool:
        now = self._world.agents.get(agent)
        rings = now is not None and (now.desk_silent is None or can_ring(self._world, now))
        return now is not None and now.state not in AWAY and rings

    def _team(self, queue: QueueId) -> list[Agent]:
        """Everybody at work who takes this queue's calls."""
        agents = self._world.site.agents if self._world.site is not None else ()
        return [
            one
            for one in agents
            if self._at_work(one.id) and queue not in without(self._world, self._world.agents[one.id])
        ]

    def _taken(self, agent: AgentId) -> None:
        """An agent was offered somebody else while this caller waited."""
        it = self._world.interactions.get(self._id)
        profile = self._world.profile(agent)
        last = self.stretches[-1] if self.stretches else None
        if it is None or it.state is not State.WAITING or profile is None or last is None or last.code != "busy":
            return
        asked = asked_for(self._world, it)
        if shortfall(profile.skills, asked.stages[stage_at(asked, self._at - it.since)].needed) is None:
            args = {**last.args, "others": int(last.args["others"]) + 1}
            self.stretches[-1] = msgspec.structs.replace(last, args=args)

    def _ended_at(self, waited: Ms) -> None:
        """The wait ended while we were away: what was counted beyond that was none."""
        it = self._world.interactions.get(self._id)
        if it is not None and it.state in _WAITS:
            end = Ms(it.waits_since + waited)
            cut = (msgspec.structs.replace(one, ends=min(one.ends, end)) for one in self.stretches)
            self.stretches = [one for one in cut if one.begins < one.ends]

    def _ended(self, how: str) -> None:
        last = self.stretches[-1] if self.stretches else None
        if last is not None and last.code == "rang":
            self.stretches[-1] = msgspec.structs.replace(last, args={"how": how})


def _missing(team: Iterable[Agent], needed: Needed) -> tuple[str, int]:
    """A skill that nobody of them has as is needed; empty: some have each."""
    people = list(team)
    for skill, level in needed:
        if not any(one.skills.get(skill, 0) >= level for one in people):
            return skill, level
    return "", 0


def _same(one: Stretch, other: Stretch) -> bool:
    if (one.code, one.queue, one.agent) != (other.code, other.queue, other.agent):
        return False
    return one.code in ("busy", "rang") or one.args == other.args


def _without_short(stretches: list[Stretch]) -> list[Stretch]:
    """Each under a second is given to the one before, or after it; two alike that meet by it are one."""
    found: list[Stretch] = []
    owed: Ms | None = None
    for one in stretches:
        this = one
        if owed is not None:
            this, owed = msgspec.structs.replace(one, begins=owed), None
        meets = found and found[-1].ends == this.begins
        if this.ends - this.begins < _SHORT and len(stretches) > 1 and this.code != "rang":
            if meets:
                found[-1] = msgspec.structs.replace(found[-1], ends=this.ends)
            else:
                owed = this.begins
        elif meets and this.code != "rang" and _same(found[-1], this):
            found[-1] = msgspec.structs.replace(found[-1], ends=this.ends)
        else:
            found.append(this)
    return found
