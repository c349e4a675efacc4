"""What ended while we were away: Asterisk writes channel events to a CSV file (CEL) whether or not we listen.

A line is type, epoch seconds with microseconds, uniqueid, account code, linkedid, channel, extra (JSON; a HANGUP's
holds the cause); see `asterisk-conf/cel_custom.conf.j2`.
"""

import csv
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from cti.core.channels import phone_of
from cti.core.ids import ChannelId, InteractionId, Ms
from cti.core.inputs import AsteriskUp, EndedMeanwhile, ServedMeanwhile
from cti.core.world import World

TAIL = 8 * 1024 * 1024
"""So many bytes of the file's end are read: over ten thousand calls, far more than a restart can miss."""


Rows = Sequence[list[str]]


def read(path: Path) -> Rows:
    """The whole lines of the file's end; none if there is no file. Takes tenths of a second: not for the event loop."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return ()
    return [row for row in csv.reader(lines) if len(row) >= 7]


def ended(rows: Rows, channels: Container[ChannelId]) -> Iterator[EndedMeanwhile]:
    """The ends of those of `channels` that the file knows of, oldest first."""
    for row in rows:
        if row[0] == "HANGUP" and ChannelId(row[2]) in channels and (read := _details(row)) is not None:
            at, extra = read
            cause = extra.get("hangupcause", 0)
            yield EndedMeanwhile(channel=ChannelId(row[2]), at=at, cause=cause if isinstance(cause, int) else 0)


def still_there(up: AsteriskUp, ended: Iterable[EndedMeanwhile]) -> AsteriskUp:
    """The snapshot without channels that the file saw end a moment later: told again, they would be new callers."""
    over = {each.channel for each in ended}
    return structs.replace(up, channels=tuple(each for each in up.channels if each.channel not in over))


class _Met(Struct):
    """A caller whom the world believes in no talk, in a bridge."""

    interaction: InteractionId
    at: Ms
    phone: str = ""
    """Channel name of who was in it, too."""


def served(rows: Rows, world: World) -> list[ServedMeanwhile]:
    """Whole talks of callers who, as far as the world knows, still wait: they went by while we were away."""
    callers = {it.channel: it.id for it in world.interactions.values() if it.connected is None}
    bridges: dict[str, dict[str, str]] = {}
    """Bridge -> channel -> name of everybody in it."""
    met: dict[str, _Met] = {}
    found: list[ServedMeanwhile] = []
    for row in rows if callers else ():
        if row[0] not in ("BRIDGE_ENTER", "BRIDGE_EXIT") or (read := _details(row)) is None:
            continue
        at, extra = read
        bridge, channel = str(extra.get("bridge_id", "")), row[2]
        there = bridges.setdefault(bridge, {})
        if row[0] == "BRIDGE_ENTER":
            there[channel] = row[5]
            if channel in callers:
                met[bridge] = _Met(callers[ChannelId(channel)], at)
            if bridge in met:
                others = (name for one, name in there.items() if one not in callers)
                met[bridge].phone = met[bridge].phone or next(others, "")
            continue
        there.pop(channel, None)
        if (talk := met.pop(bridge, None)) is not None:
            phone = phone_of(talk.phone)
            agent = world.owner(phone) if phone is not None else None
            if agent is not None:
                talked = Ms(max(0, at - talk.at))
                found.append(ServedMeanwhile(interaction=talk.interaction, agent=agent, talked=talked, ended=at))
    return found


def _details(row: list[str]) -> tuple[Ms, Mapping[str, object]] | None:
    """Time and details of a line; None for a damaged one (reconcile sees a missing channel all the same)."""
    try:
        at, extra = Ms(round(float(row[1]) * 1000)), json.loads(row[6])
    except ValueError:
        return None
    return (at, extra) if isinstance(extra, dict) else None
