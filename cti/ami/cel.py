"""What ended while we were away: Asterisk writes channel events to a CSV file (CEL) whether or not we listen.

A line is type, epoch seconds with microseconds, uniqueid, account code, linkedid, channel, extra (JSON; a HANGUP's
holds the cause); see `asterisk-conf/cel_custom.conf.j2`.
"""

import csv
import json
from collections.abc import Container, Iterator
from pathlib import Path

from cti.core.ids import ChannelId, Ms
from cti.core.inputs import EndedMeanwhile

TAIL = 8 * 1024 * 1024
"""So many bytes of the file's end are read: over ten thousand calls, far more than a restart can miss."""


def ended(path: Path, channels: Container[ChannelId]) -> Iterator[EndedMeanwhile]:
    """The ends of those of `channels` that the file knows of, oldest first. No file: nothing ended."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return
    for row in csv.reader(lines):
        if len(row) >= 7 and row[0] == "HANGUP" and ChannelId(row[2]) in channels:
            found = _read(row)
            if found is not None:
                yield found


def _read(row: list[str]) -> EndedMeanwhile | None:
    """One HANGUP line; None for a damaged one (reconcile sees the missing channel all the same)."""
    try:
        at = Ms(round(float(row[1]) * 1000))
        cause = int(json.loads(row[6]).get("hangupcause", 0))
    except (ValueError, AttributeError, TypeError):
        return None
    return EndedMeanwhile(channel=ChannelId(row[2]), at=at, cause=cause)
