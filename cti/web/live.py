"""Live screens: a snapshot of a view, then numbered changes of whole fields.

Viewers of the same thing share a room: all wallboards one, all tabs of one agent's desk another. A change is
compared, encoded and framed once per room. What belongs to an agent's own call leaves in the very turn of the loop
in which its record was committed; queues, tiles and counters are gathered for at most 50 ms.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from cti.core.apply import apply
from cti.core.consult import call_of
from cti.core.events import Event, Record
from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.core.world import World
from cti.store.views import DuePromise
from cti.web import parked, project, promised, reserved, text_views
from cti.web.notices import Notices
from cti.web.ports import Loop, Pops
from cti.web.project import Part
from cti.web.pulse import Pulse
from cti.web.views import Beat, Change, DeskView, Snapshot, WallboardView

GATHER_S = 0.05
BEAT_S = 1.0
BACKLOG = 256 * 1024
"""Bytes a viewer may be behind before changes are left out and a snapshot takes their place."""
BEHIND_MS = 15_000
"""A viewer that takes in nothing for so long is cut off; the screen connects anew."""

_ERASED = 50
"""So many of those who were erased last are told: a page that has stood open for longer asks, and finds nobody."""

_encode = msgspec.json.Encoder().encode
V = TypeVar("V", bound=DeskView | WallboardView)


def frame(payload: bytes) -> bytes:
    """A whole, unmasked text message (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Wire(Protocol):
    """What of a transport is used: written to at once, never waited for."""

    def write(self, data: bytes) -> None: ...

    def get_write_buffer_size(self) -> int: ...

    def abort(self) -> None: ...


class Viewer:
    """One connected screen."""

    def __init__(self, wire: Wire, window: str = "") -> None:
        self.window = window
        """Of the browser's, by the page's own word."""
        self._wire = wire
        self._behind: Ms | None = None

    def send(self, data: bytes, now: Ms) -> None:
        """Send a frame, unless this viewer is behind: then a snapshot follows when it has caught up."""
        if self._behind is not None:
            return
        self._wire.write(data)
        if self._wire.get_write_buffer_size() > BACKLOG:
            self._behind = now

    def caught_up(self, now: Ms) -> bool:
        """Whether one that was behind needs its snapshot now. Cuts off one that takes in nothing at all."""
        if self._behind is None:
            return False
        if self._wire.get_write_buffer_size() == 0:
            self._behind = None
            return True
        if now - self._behind > BEHIND_MS:
            self._wire.abort()
        return False


class Room(Generic[V]):
    """Everybody who sees the same view, and that view as they have it."""

    def __init__(self, view: V) -> None:
        self.view = view
        self.seq = 0
        self.viewers: set[Viewer] = set()


AnyRoom = Room[DeskView] | Room[WallboardView]


class Live:
    """The rooms. Made before the first input is taken; `on_records` is called with every committed batch."""

    def __init__(self, loop: Loop, pops: Pops, epoch: str) -> None:
        self.epoch = epoch
        self.resyncs = 0
        """How often a slow viewer was given a snapshot instead of changes."""
        self._loop = loop
        self._pops = pops
        # A fold of our own: the loop's world is ahead of the disk, and no screen may show what a crash could undo.
        self._world = msgspec.msgpack.decode(msgspec.msgpack.encode(loop.world), type=World)
        self._notices = Notices(self._world)
        self._usual: tuple[float, ...] = ()
        self._due: Sequence[DuePromise] = ()
        self._due_in_all = 0
        self._erased: tuple[CustomerId, ...] = ()
        self._desks: dict[AgentId, Room[DeskView]] = {}
        self._wall: Room[WallboardView] | None = None
        self._queues = project.queues(self._world)
        self._gathered: set[Part] = set()
        self._flush: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self.pulse = Pulse(loop)

    # --- what happened

    def on_records(self, records: Sequence[Record]) -> None:
        """Show a committed batch: the desks it is about now, everything else within `GATHER_S`."""
        urgent: set[AgentId] = set()
        for record in records:
            apply(self._world, record.event, record.at)
        for record in records:
            parts = project.TOUCHES[type(record.event)]
            if isinstance(record.event, reserved.OfLeg):
                offered = reserved.of_leg(self._world, record.event)
                if offered is None:
                    continue
                urgent.add(offered[1].agent)
                urgent.update(self._showing(offered[0].id))
            if Part.SITE in parts or Part.PARKED in parts:
                urgent.update(self._desks)
            elif Part.OWN in parts:
                urgent.update(self._concerned(record.event))
            if (noticed := self._notices.fold(record)) is not None:
                urgent.add(noticed)
            self._gathered |= parts
        for agent in urgent:
            self._show_own(agent)
        self._gathered -= {Part.OWN, Part.PARKED}
        self._gather()

    def pop_changed(self, interaction: InteractionId) -> None:
        """The pop of an interaction came, or is another now."""
        everybody = interaction in self._world.parked
        for agent, room in self._desks.items():
            if room.viewers and (everybody or interaction in project.on_desk(self._world, agent)):
                self._show_own(agent)

    def usual(self, half_hours: tuple[float, ...]) -> None:
        """What is usual on this weekday, from history."""
        self._usual = half_hours
        self._gathered.add(Part.TODAY)
        self._gather()

    def promised(self, due: Sequence[DuePromise], in_all: int) -> None:
        """Everybody's open promises of the next hours, by due time, as the history has them now, and how many."""
        self._due, self._due_in_all = due, in_all
        now = self._loop.now()
        for agent, room in self._desks.items():
            if room.viewers:
                mine = promised.reminders(self._world, agent, due, now)
                self._change(room, {"promises": mine} if differs(room.view.promises, mine) else {})
        if self._wall is not None and self._wall.viewers:
            made = {"promises": promised.tiles(due, now), "promises_in_all": in_all}
            self._change(
                self._wall,
                {name: value for name, value in made.items() if differs(getattr(self._wall.view, name), value)},
            )

    def erased(self, customers: Sequence[str]) -> None:
        """Somebody was erased: no desk shows them any more."""
        self._erased = (*self._erased, *map(CustomerId, customers))[-_ERASED:]
        for room in self._desks.values():
            if room.viewers:
                self._change(room, {"erased": self._erased})

    def put_away(self, agent: AgentId, notice: str) -> bool:
        """An agent has read a notice. False: there is no such notice."""
        found = self._notices.put_away(agent, notice)
        self._show_own(agent)
        return found

    # --- viewers

    def join_desk(self, agent: AgentId, viewer: Viewer) -> Room[DeskView]:
        """Show an agent's desk to one more viewer, beginning with a snapshot."""
        room = self._desks.get(agent)
        if room is None:
            room = self._desks[agent] = Room(self.desk(agent))
        elif not room.viewers:
            self._renew(room, self.desk(agent))
        self.pulse.join(agent, viewer)
        return self._join(room, viewer)

    def join_wallboard(self, viewer: Viewer) -> Room[WallboardView]:
        """Show the wallboard to one more viewer, beginning with a snapshot."""
        if self._wall is None:
            self._wall = Room(self.wallboard())
        elif not self._wall.viewers:
            self._renew(self._wall, self.wallboard())
        return self._join(self._wall, viewer)

    def leave(self, room: AnyRoom, viewer: Viewer) -> None:
        """A viewer is gone."""
        room.viewers.discard(viewer)
        if isinstance(room.view, DeskView):
            self.pulse.leave(room.view.me.agent, viewer)

    def resync(self, room: AnyRoom, viewer: Viewer) -> None:
        """Send a snapshot in place of whatever a viewer missed."""
        now = self._loop.now()
        viewer.send(self._snapshot(room.view, room.seq, now), now)

    def desk(self, agent: AgentId) -> DeskView:
        """An agent's desk as of the last commit."""
        mine = promised.reminders(self._world, agent, self._due, self._loop.now())
        made = project.desk(self._world, agent, self._pops, self._notices.of(agent), mine)
        return msgspec.structs.replace(made, erased=self._erased)

    def wallboard(self) -> WallboardView:
        """The wallboard as of the last commit."""
        tiles = promised.tiles(self._due, self._loop.now())
        return project.wallboard(self._world, self._usual, tiles, self._due_in_all)

    @property
    def viewers(self) -> dict[str, int]:
        """How many screens are connected, by kind."""
        return {
            "desk": sum(len(room.viewers) for room in self._desks.values()),
            "wallboard": len(self._wall.viewers) if self._wall else 0,
        }

    # --- time

    async def run(self, late: Callable[[float], None]) -> None:
        """Beat for ever. `late` hears by how many seconds each beat was late: the lag of the loop."""
        clock = asyncio.get_running_loop()
        due = clock.time()
        while True:
            due = max(due + BEAT_S, clock.time())
            await asyncio.sleep(due - clock.time())
            late(clock.time() - due)
            self.tick()

    def tick(self) -> None:
        """One second's work: beats to screens, snapshots to those who caught up, desks that fell silent."""
        now = self._loop.now()
        for room in self._rooms():
            beat = _beat(room, now)
            for viewer in tuple(room.viewers):
                if viewer.caught_up(now):
                    self.resyncs += 1
                    viewer.send(self._snapshot(room.view, room.seq, now), now)
                else:
                    viewer.send(beat, now)
        self.pulse.tick()

    # --- inside

    def _rooms(self) -> Iterable[AnyRoom]:
        yield from (room for room in self._desks.values() if room.viewers)
        if self._wall is not None:
            yield self._wall

    def _join(self, room: Room[V], viewer: Viewer) -> Room[V]:
        now = self._loop.now()
        viewer.send(self._snapshot(room.view, room.seq, now), now)
        room.viewers.add(viewer)
        return room

    def _snapshot(self, view: DeskView | WallboardView, seq: int, now: Ms) -> bytes:
        fields = msgspec.structs.asdict(view)
        return frame(_encode(Snapshot(epoch=self.epoch, seq=seq, now=now, view=fields)))

    def _concerned(self, event: Event) -> Iterable[AgentId]:
        """Whose desks an event may change."""
        agent = getattr(event, "agent", None)
        if agent is not None:
            yield agent
        interaction = getattr(event, "interaction", None)
        if interaction is not None:
            yield from self._showing(interaction)
        phone = getattr(event, "phone", None)
        if phone is not None and (owner := self._world.owner(phone)) is not None:
            yield owner

    def _showing(self, interaction: InteractionId) -> Iterable[AgentId]:
        """On whose desks a call is."""
        for agent, room in self._desks.items():
            shown = room.view.call
            if shown is not None and shown.interaction == call_of(interaction):
                yield agent

    def _show_own(self, agent: AgentId) -> None:
        room = self._desks.get(agent)
        if room is None or not room.viewers:
            return
        world = self._world
        interaction = project.of_agent(world, agent)
        old = room.view
        made: dict[str, object] = {
            "me": project.me(world, agent),
            "call": project.call(world, agent),
            "pop": self._pops.get(interaction) if interaction is not None else None,
            "notices": self._notices.of(agent),
            "work": text_views.work(world, agent, self._pops),
            "parked": parked.shown(world, agent, self._pops),
            "closings": project.closings(world, agent),
            "incidents": project.incidents(world, agent),
        }
        changed = {name: value for name, value in made.items() if differs(getattr(old, name), value)}
        self._change(room, changed)
        offer = room.view.call.offer if room.view.call is not None else None
        if offer is not None and (old.call is None or old.call.offer != offer):
            # It is shown in a page, maybe in none that still lives: the answer tells.
            now = self._loop.now()
            for viewer in room.viewers:
                viewer.send(_beat(room, now), now)
            self.pulse.urgent(agent, room.seq)

    def _gather(self) -> None:
        """See to it that what was gathered is sent: at once after a quiet time, else `GATHER_S` after the last."""
        if not self._gathered or self._flush is not None:
            return
        clock = asyncio.get_running_loop()
        self._flush = clock.call_at(max(clock.time(), self._flushed + GATHER_S), self.flush)

    def flush(self) -> None:
        """Send what was gathered to all screens."""
        if self._flush is not None:
            self._flush.cancel()
        self._flush = None
        self._flushed = asyncio.get_running_loop().time()
        parts, self._gathered = self._gathered, set()
        if not any(room.viewers for room in self._rooms()):
            return  # whoever comes begins with a snapshot
        world = self._world
        if Part.LINE in parts:
            queues = project.queues(world)
            if queues != self._queues:
                self._queues = queues
        if parts & {Part.LINE, Part.SITE, Part.LINK}:
            self._flush_desks(parts)
        if self._wall is not None and self._wall.viewers:
            self._flush_wall(self._wall, parts)

    def _flush_desks(self, parts: set[Part]) -> None:
        site = self._world.site
        made: dict[str, object] = {}
        if Part.LINE in parts:
            made["queues"] = self._queues
        if Part.LINK in parts:
            made["asterisk"] = self._world.asterisk
        if Part.SITE in parts and site is not None:
            made |= {"reasons": site.reasons, "outcomes": site.outcomes}
        once = {name: msgspec.Raw(_encode(value)) for name, value in made.items()}
        for room in self._desks.values():
            if room.viewers:
                changed = {n: value for n, value in made.items() if differs(getattr(room.view, n), value)}
                self._change(room, changed, {name: once[name] for name in changed})

    def _flush_wall(self, room: Room[WallboardView], parts: set[Part]) -> None:
        world, site = self._world, self._world.site
        made: dict[str, object] = {}
        if Part.LINE in parts:
            waiting, longest, queue = project.line_total(world)
            made |= {"queues": self._queues, "waiting": waiting, "longest_since": longest, "longest_queue": queue}
        if Part.AGENTS in parts:
            made["agents"] = project.tiles(world)
        if Part.TODAY in parts:
            made["today"] = project.today(world, self._usual)
        if Part.LINK in parts:
            made["asterisk"] = world.asterisk
        if Part.SITE in parts and site is not None:
            made |= {"site": site.name, "zone": site.zone, "reasons": site.reasons}
        self._change(room, {name: value for name, value in made.items() if differs(getattr(room.view, name), value)})

    def _renew(self, room: Room[V], view: V) -> None:
        if room.view != view:
            room.view = view
            room.seq += 1

    def _change(self, room: Room[V], changed: dict[str, object], encoded: dict[str, msgspec.Raw] | None = None) -> None:
        """Number a change and send it to a room. `encoded`: the same values, when several rooms share them."""
        if not changed:
            return
        now = self._loop.now()
        room.view = msgspec.structs.replace(room.view, **changed)
        room.seq += 1
        data = frame(_encode(Change(seq=room.seq, now=now, set=dict(encoded or changed))))
        for viewer in room.viewers:
            viewer.send(data, now)


def _beat(room: AnyRoom, now: Ms) -> bytes:
    return frame(_encode(Beat(seq=room.seq, now=now)))


def differs(old: object, new: object) -> bool:
    """Most fields are the very same object, which is known without looking inside."""
    return old is not new and old != new
