"""AMI clients that follow a stream of calls: `python -m benchmarks.ami_contenders NAME PORT`.

Each acts on the same kinds of event and keeps what it needs of each. Prints the seconds from asking for the stream to
its last event, its CPU seconds, and a digest of what it understood.
"""

import asyncio
import hashlib
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import uvloop

from benchmarks.child import say
from cti.ami.link import Address, AmiLink
from cti.ami.translate import KINDS
from cti.core.inputs import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelReached,
    ChannelStarted,
    ChannelUp,
    HangupRequested,
    HoldChanged,
    Input,
    PhoneReachable,
)

END = "the-last-one"
_STALL_S = 1.0
NAMES = sorted(kind.decode() for kind in KINDS)
Fact = tuple[str, ...]


def digest(facts: Sequence[Fact]) -> str:
    """One value for everything understood, in order."""
    return hashlib.sha256("\n".join("|".join(fact) for fact in facts).encode()).hexdigest()


def fact_of_input(said: Input) -> Fact | None:
    """What the bridge's own inputs say, comparable with `fact_of_event`."""
    if isinstance(said, ChannelStarted):
        return "started", said.channel, said.name, said.interaction or ""
    if isinstance(said, ChannelUp):
        return "up", said.channel
    if isinstance(said, ChannelReached):
        return "reached", said.channel
    if isinstance(said, BridgeEntered):
        return "entered", said.channel, said.bridge
    if isinstance(said, BridgeLeft):
        return "left", said.channel, said.bridge
    if isinstance(said, HangupRequested):
        return "ending", said.channel
    if isinstance(said, ChannelGone):
        return "gone", said.channel, str(said.cause)
    if isinstance(said, HoldChanged):
        return "held" if said.held else "resumed", said.channel
    if isinstance(said, PhoneReachable):
        return "phone", said.phone, str(said.reachable)
    return None


def fact_of_event(event: Any, get: Callable[[Any, str], Any]) -> Fact | None:
    """The same from a peer's message; `get(event, header)` reads one header, or a list where it repeats."""
    name, channel = get(event, "Event"), get(event, "Uniqueid")
    if name == "Newstate":
        return ("up", channel) if get(event, "ChannelState") == "6" else None
    if name == "DialState":
        return ("reached", get(event, "DestUniqueid")) if get(event, "DialStatus") == "PROGRESS" else None
    if name == "Newchannel":
        variables = dict(pair.split("=", 1) for pair in get(event, "ChanVariable"))
        return "started", channel, get(event, "Channel"), variables["HL_ID"]
    if name in ("BridgeEnter", "BridgeLeave"):
        return "entered" if name == "BridgeEnter" else "left", channel, get(event, "BridgeUniqueid")
    if name == "PeerStatus":
        return "phone", get(event, "Peer").removeprefix("PJSIP/"), str(get(event, "PeerStatus") == "Reachable")
    if name == "Hangup":
        return "gone", channel, get(event, "Cause")
    return {"Hold": "held", "Unhold": "resumed"}.get(name, "ending"), channel


async def ours(port: int) -> None:
    """The bridge's link as it runs: every byte becomes inputs for the core."""
    inputs: list[Input] = []
    over = asyncio.Event()

    def submit(said: Input) -> None:
        inputs.append(said)
        if isinstance(said, PhoneReachable) and said.phone == END:
            over.set()

    link = AmiLink(Address("127.0.0.1", port, "bench", "bench"), submit)
    owner = asyncio.create_task(link.run())
    await link.wait_up()
    inputs.clear()
    start, used = time.perf_counter(), time.process_time()
    asked = asyncio.create_task(link.action("UserEvent", {"UserEvent": "go"}))
    await over.wait()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    await asked
    owner.cancel()
    facts = [fact for said in inputs if (fact := fact_of_input(said)) is not None]
    say({"seconds": seconds, "cpu": cpu, "facts": len(facts), "digest": digest(facts)})


async def panoramisk(port: int) -> None:
    """panoramisk's Manager with a callback for each kind, as its documentation shows it."""
    from panoramisk import Manager

    facts: list[Fact] = []
    over = asyncio.Event()

    def heard(_: Any, event: Any) -> None:
        fact = fact_of_event(event, lambda message, header: message.get(header))
        if fact is not None:
            facts.append(fact)
            if fact[1] == END:
                over.set()

    manager = Manager(host="127.0.0.1", port=port, username="bench", secret="bench", ping_delay=3600)
    manager.loop = asyncio.get_running_loop()
    for name in NAMES:
        manager.register_event(name, heard)
    await manager.connect()
    await asyncio.sleep(0)  # its own callback has sent the Login by now
    await manager.authenticated_future
    start, used = time.perf_counter(), time.process_time()
    manager.send_action({"Action": "UserEvent", "UserEvent": "go"})
    await over.wait()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    manager.close()
    say({"seconds": seconds, "cpu": cpu, "facts": len(facts), "digest": digest(facts)})


def pyst2(port: int) -> None:
    """pyst2's threaded manager with a callback for each kind."""
    from asterisk.manager import Manager

    facts: list[Fact] = []
    over = threading.Event()

    def heard(event: Any, _: Any) -> None:
        fact = fact_of_event(
            event, lambda message, header: message.name if header == "Event" else message.get_header(header)
        )
        if fact is not None:
            facts.append(fact)
            if fact[1] == END:
                over.set()

    manager = Manager()
    for name in NAMES:
        manager.register_event(name, heard)
    with warnings.catch_warnings(action="ignore"):
        manager.connect("127.0.0.1", port)
        manager.login("bench", "bench")
    start, used = time.perf_counter(), time.process_time()
    request = {"Action": "UserEvent", "UserEvent": "go"}
    threading.Thread(target=manager.send_action, args=(request,), daemon=True).start()
    before = -1
    while not over.wait(_STALL_S) and len(facts) > before:
        before = len(facts)
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    if over.is_set():
        say({"seconds": seconds, "cpu": cpu, "facts": len(facts), "digest": digest(facts)})
    else:
        # `has_key` of Python 2 at the first ChanVariable header; the thread dies and nobody hears of it.
        say({"failed": f"falls silent after {len(facts)} events: a ChanVariable header ends its reader"})
    os._exit(0)  # its threads never end


CONTENDERS: dict[str, Callable[[int], None]] = {
    "hotline": lambda port: uvloop.run(ours(port)),
    "hotline on the stock loop": lambda port: asyncio.run(ours(port)),
    "panoramisk": lambda port: asyncio.run(panoramisk(port)),
    "panoramisk on uvloop": lambda port: uvloop.run(panoramisk(port)),
    "pyst2": pyst2,
}


def main() -> None:
    """Follow the stream as one contender."""
    CONTENDERS[sys.argv[1]](int(sys.argv[2]))


if __name__ == "__main__":
    main()
