"""Who works when: groups of a scenario made into agents and their shifts."""

from collections import Counter
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from cti.core.ids import AgentId, Ms
from cti.core.site import Agent, Site, Skills
from cti.simulate.load import Break, Shift

HALF_HOUR = 30 * 60 * 1000
Between = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class StaffError(Exception):
    """A group can't be; the text says why."""


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """A break of so many minutes, begun by one after the other within a span of the day."""

    minutes: Annotated[int, Meta(ge=1)]
    between: Between


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Agents with the same skills and hours. Exactly one of `count`, `staff` and `agents` says who."""

    name: str
    skills: Skills = {}
    """With `agents`: instead of those of the site, if any are given."""
    count: Annotated[int, Meta(ge=0)] = 0
    staff: tuple[Annotated[int, Meta(ge=0)], ...] = ()
    """How many in each half hour, from the begin on."""
    agents: tuple[AgentId, ...] = ()
    """Agents of the site."""
    works: tuple[Between, ...] = ()
    """None: from the begin until nobody is left in line. Not with `staff`."""
    breaks: tuple[Pause, ...] = ()


def staffed(site: Site, groups: tuple[Group, ...], begins: Ms, ends: Ms) -> tuple[tuple[Agent, ...], tuple[Shift, ...]]:
    """The agents of these groups and their shifts; no group: everybody of the site, all the time."""
    if not groups:
        return site.agents, tuple(Shift(agent.id, begins) for agent in site.agents)
    agents: list[Agent] = []
    shifts: list[Shift] = []
    for group in groups:
        members = _members(site, group, len(agents))
        agents += members
        for place, agent in enumerate(members):
            for start, end in _spans(group, place, site.zone, begins, ends):
                rests = _breaks(group, place, len(members), site.zone, begins)
                within = tuple(rest for rest in rests if start <= rest.at and (end is None or rest.at < end))
                shifts.append(Shift(agent.id, start, end, within))
    twice = sorted(agent for agent, times in Counter(agent.id for agent in agents).items() if times > 1)
    if twice:
        raise StaffError(f"In two groups: {', '.join(twice)}.")
    return tuple(agents), tuple(shifts)


def _members(site: Site, group: Group, before: int) -> list[Agent]:
    said = [name for name in ("count", "staff", "agents") if getattr(group, name)]
    if len(said) != 1:
        raise StaffError(f"Group {group.name!r} needs one of count, staff and agents.")
    if group.staff and group.works:
        raise StaffError(f"Group {group.name!r}: staff says by half hour when they work; take works away.")
    if group.agents:
        known = {agent.id: agent for agent in site.agents}
        missing = [agent for agent in group.agents if agent not in known]
        if missing:
            raise StaffError(f"Group {group.name!r}: the site has no agent {missing[0]!r}.")
        own = [known[agent] for agent in group.agents]
        return [msgspec.structs.replace(agent, skills=group.skills) for agent in own] if group.skills else own
    count = group.count or max(group.staff)
    return [
        Agent(
            id=AgentId(f"{group.name}-{number:03}"),
            name=f"{group.name} {number}",
            work_number=str(before + number),
            skills=group.skills,
        )
        for number in range(1, count + 1)
    ]


def _spans(group: Group, place: int, zone: str, begins: Ms, ends: Ms) -> list[tuple[Ms, Ms | None]]:
    """When the member at that place of the group works."""
    if group.staff:
        spans: list[tuple[Ms, Ms | None]] = []
        start: Ms | None = None
        for slot, wanted in enumerate((*group.staff, 0)):
            at = Ms(begins + slot * HALF_HOUR)
            if place < wanted and start is None:
                start = at
            elif place >= wanted and start is not None:
                spans.append((start, at))
                start = None
        return spans
    if group.works:
        found = [(_at(begins, clock, zone), _at(begins, clock, zone, 1)) for clock in group.works]
        if any(start >= end for start, end in found):
            raise StaffError(f"Group {group.name!r}: a span of works ends before it begins.")
        return list(found)
    return [(begins, None)]


def _breaks(group: Group, place: int, of: int, zone: str, begins: Ms) -> list[Break]:
    rests: list[Break] = []
    for pause in group.breaks:
        first, last = _at(begins, pause.between, zone), _at(begins, pause.between, zone, 1)
        lasts = pause.minutes * 60_000
        room = max(0, last - lasts - first)
        rests.append(Break(Ms(first + room * place // max(1, of - 1)), Ms(lasts)))
    return sorted(rests, key=lambda rest: rest.at)


def _at(begins: Ms, between: str, zone: str, end: int = 0) -> Ms:
    """The begin (or end) of `HH:MM-HH:MM` on the local day of `begins`."""
    hours, minutes = (int(part) for part in between.split("-")[end].split(":"))
    midnight = datetime.fromtimestamp(begins / 1000, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    wall = midnight.replace(hour=hours % 24, minute=minutes)
    return Ms(round(wall.timestamp() * 1000) + (24 * 3_600_000 if hours == 24 else 0))
