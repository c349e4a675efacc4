"""FastAGI servers, each playing the same flow: `python -m benchmarks.agi_contenders NAME COMMANDS`.

Prints its port and the CPU seconds of its start, serves until stdin closes, then prints the CPU seconds in all.
"""

import asyncio
import io
import os
import socketserver
import sys
from collections.abc import Callable
from typing import Any, cast

import uvloop

from benchmarks.child import say
from cti.agi.server import AgiCall, AgiServer

FILE = "hotline/en/please-wait-a-moment"


def commands(count: int) -> list[str]:
    """The flow, `count` commands long."""
    middle = ("STREAM FILE hotline/en/please-wait-a-moment 0123456789 0", "WAIT FOR DIGIT 3000")
    return ["ANSWER", *(middle[k % 2] for k in range(count - 3)), "SET VARIABLE HL_DONE bye", "HANGUP"]


async def ours(count: int) -> None:
    """The bridge's own server, with the typed helpers a session uses."""

    async def session(call: AgiCall) -> None:
        await call.answer()
        for k in range(count - 3):
            if k % 2:
                await call.wait_for_digit(3000)
            else:
                await call.stream_file(FILE, "0123456789")
        await call.set_variable("HL_DONE", "bye")
        await call.hangup()

    server = AgiServer(session)
    _ready(await server.start("127.0.0.1", 0))
    await _until_told()
    await server.close()


async def panoramisk(count: int) -> None:
    """panoramisk's `fast_agi.Application` as its documentation shows it."""
    from panoramisk import fast_agi

    flow = commands(count)

    async def session(request: Any) -> None:
        for command in flow:
            await request.send_command(command)

    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route("call", session)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0)
    _ready(server.sockets[0].getsockname()[1])
    await _until_told()
    server.close()


def pyst2(count: int) -> None:
    """pyst2's `AGI` in a forking server: as shipped its `fastagi` imports a module of Python 2.

    It speaks text on byte streams and logs every line to stderr, so it gets text streams and a stderr that is a file.
    """
    from asterisk.agi import AGI

    flow = commands(count)
    quiet = open(os.devnull, "w")  # noqa: SIM115

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = io.TextIOWrapper(cast(io.BufferedReader, self.rfile), encoding="utf-8", newline="\n")
            out = io.TextIOWrapper(
                cast(io.BufferedWriter, self.wfile), encoding="utf-8", newline="\n", write_through=True
            )
            call = AGI(stdin=lines, stdout=out, stderr=quiet)
            for command in flow:
                call.execute(command)

    class Server(socketserver.ForkingTCPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        server.timeout = 0.2
        _ready(server.server_address[1])
        os.set_blocking(sys.stdin.fileno(), False)
        while sys.stdin.buffer.read(1) != b"":
            server.handle_request()
        server.server_close()


def _ready(port: int) -> None:
    say({"port": port, "cpu": _cpu()})


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


async def _until_told() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


CONTENDERS: dict[str, Callable[[int], None]] = {
    "hotline": lambda count: uvloop.run(ours(count)),
    "hotline on the stock loop": lambda count: asyncio.run(ours(count)),
    "panoramisk": lambda count: asyncio.run(panoramisk(count)),
    "panoramisk on uvloop": lambda count: uvloop.run(panoramisk(count)),
    "pyst2": pyst2,
}


def main() -> None:
    """Serve as one contender."""
    name, count = sys.argv[1], int(sys.argv[2])
    CONTENDERS[name](count)
    say({"cpu": _cpu()})


if __name__ == "__main__":
    main()
