"""AMI: how many events a second a client gets through over loopback, acting on the kinds a contact centre acts on.

Ours is the whole way from the socket to the core's inputs, by the link the bridge runs. The peers do the same work with
their own means, and everybody must understand the same.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.ami_contenders import CONTENDERS
from benchmarks.ami_stream import BANNER, call
from benchmarks.child import child
from benchmarks.frame import Figure, Options, Report, Stopwatch, interleave
from cti.ami.translate import KINDS, translate
from cti.ami.wire import Decoder

EVENTS = 100_000
QUICK_EVENTS = 5_300


def run(options: Options) -> Report:
    """Measure every contender; the goal is ten times panoramisk's events a second, the same at every split."""
    watch = Stopwatch()
    with child("ami_server", QUICK_EVENTS if options.quick else EVENTS) as server:
        about = server.read()
        contenders = {name: partial(_measure, name, about["port"]) for name in CONTENDERS}
        rows = interleave(options.rounds, contenders)
    for row in rows.values():
        row["events_s"] = None if row["seconds"] is None else about["events"] / row["seconds"]
        row["cpu_us"] = None if row["cpu"] is None else row["cpu"] / about["events"] * 1e6
    ours, theirs = rows["hotline"], rows["panoramisk"]
    different = sum(row["digest"] not in (ours["digest"], None) for row in rows.values())
    figures = (
        Figure("events per second, times panoramisk", ours["events_s"] / theirs["events_s"], "x", 10),
        Figure("events per second", ours["events_s"], "1/s"),
        Figure("CPU per event", ours["cpu_us"], "us", None, "lower"),
        Figure("contenders that understood something else", different, "", 0, "lower"),
        Figure("splits of the stream with another result", other_splits(), "", 0, "lower"),
    )
    return Report("ami", watch.seconds, figures, tuple(_row(name, row, theirs) for name, row in rows.items()))


def other_splits() -> int:
    """Events of a call cut in two at every byte, and into pieces of some small sizes: how many cuts change a thing."""
    data = BANNER + b"".join(call(0)[::4])
    whole = _understood([data])
    cuts = [[data[:at], data[at:]] for at in range(1, len(data))]
    cuts += [[data[at : at + size] for at in range(0, len(data), size)] for size in (1, 2, 3, 5, 7, 64, 1448, 4096)]
    return sum(_understood(cut) != whole for cut in cuts)


def _understood(pieces: list[bytes]) -> list[object]:
    decoder = Decoder(KINDS.keys())
    return [translate(message) for piece in pieces for message in decoder.feed(piece)]


def _row(name: str, row: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    speed = row["events_s"]
    times = None if speed is None else speed / base["events_s"]
    return {"name": name, "events_s": speed, "x panoramisk": times, "cpu_us": row["cpu_us"], "note": row["note"]}


def _measure(name: str, port: int) -> dict[str, Any]:
    """One run of one client, in a fresh process."""
    nothing = {"seconds": None, "cpu": None, "facts": None, "digest": None}
    try:
        with child("ami_contenders", name, port) as client:
            found = client.read()
    except (RuntimeError, OSError) as problem:
        return {**nothing, "note": f"did not run: {problem}"[:120]}
    if "failed" in found:
        return {**nothing, "note": found["failed"]}
    return {**found, "note": ""}
