"""The FastAGI server over real sockets, on both event loops."""

import asyncio
import logging
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

from benchmarks.agi_client import ENVIRONMENT
from cti.agi.server import AgiCall, AgiServer, CallGone, Handler
from cti.agi.wire import CommandTooLong, Reply
from tests.conftest import eventually

CALL = ENVIRONMENT.format(n=7).encode()

Serve = Callable[..., Awaitable["Running"]]


class Asterisk:
    """Asterisk's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def asked(self) -> bytes:
        """The next command; empty: the server has closed."""
        async with asyncio.timeout(10):
            return await self.reader.readline()

    async def talk(self, *turns: tuple[bytes, bytes]) -> None:
        """For each turn expect a command and answer it."""
        for command, reply in turns:
            assert await self.asked() == command + b"\n"
            self.send(reply + b"\n")

    async def closed(self) -> None:
        """The server closes, and sends nothing before it does."""
        assert await self.asked() == b""

    def reset(self) -> None:
        """Vanish without a word."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()


class Running:
    """A server, and calls to it."""

    def __init__(self, server: AgiServer, port: int) -> None:
        self.server = server
        self.port = port
        self.ends: list[Asterisk] = []

    async def connect(self, data: bytes = CALL) -> Asterisk:
        end = Asterisk(*await asyncio.open_connection("127.0.0.1", self.port))
        end.send(data)
        self.ends.append(end)
        return end

    async def idle(self) -> None:
        """Until no connection is left."""

        async def check() -> bool:
            return not self.server.sessions

        await eventually(check, "every connection closed")


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    running: list[Running] = []

    async def start(handler: Handler, **options: Any) -> Running:
        server = AgiServer(handler, **options)
        running.append(Running(server, await server.start("127.0.0.1", 0)))
        return running[-1]

    yield start
    for each in running:
        await each.server.close()
        for end in each.ends:
            end.writer.close()


def handler_of(*steps: Callable[[AgiCall], Awaitable[Any]], results: list[Any] | None = None) -> Handler:
    """A session of these steps."""

    async def handler(call: AgiCall) -> None:
        for step in steps:
            result = await step(call)
            if results is not None:
                results.append(result)

    return handler


async def test_each_helper_sends_its_command(serve: Serve) -> None:
    results: list[Reply] = []
    running = await serve(
        handler_of(
            lambda call: call.answer(),
            lambda call: call.stream_file("hotline/en/welcome", "123", 8000),
            lambda call: call.wait_for_digit(3000),
            lambda call: call.set_music(True, "calm"),
            lambda call: call.set_music(False),
            lambda call: call.set_variable("HL_NOTE", 'a "b" \\c\nd'),
            lambda call: call.exec_("Playback", "beep", "noanswer"),
            lambda call: call.record_file("/tmp/m", "wav", "#", 60000, silence_s=4),
            lambda call: call.hangup(),
            results=results,
        )
    )
    end = await running.connect()
    await end.talk(
        (b"ANSWER", b"200 result=0"),
        (b"STREAM FILE hotline/en/welcome 123 8000", b"200 result=49 endpos=9000"),
        (b"WAIT FOR DIGIT 3000", b"200 result=0"),
        (b"SET MUSIC ON calm", b"200 result=0"),
        (b"SET MUSIC OFF", b"200 result=0"),
        (b'SET VARIABLE HL_NOTE "a \\"b\\" \\\\c d"', b"200 result=1"),
        (b"EXEC Playback beep,noanswer", b"200 result=0"),
        (b"RECORD FILE /tmp/m wav # 60000 BEEP s=4", b"200 result=0 (timeout) endpos=480000"),
        (b"HANGUP", b"200 result=1"),
    )
    await end.closed()
    assert results[1] == Reply(200, "49", "", 9000)
    assert results[1].key == "1"


async def test_a_call_says_who_it_is(serve: Serve) -> None:
    about: list[object] = []

    async def handler(call: AgiCall) -> None:
        about.extend([call.script, call.args, call.channel, call.caller_number])

    end = await (await serve(handler)).connect()
    await end.closed()
    assert about == ["call", ("c-1795316288-7", "85230001000"), "1795316288.7", "85290000007"]


async def test_answers_in_single_bytes_are_the_same(serve: Serve) -> None:
    results: list[Reply] = []
    running = await serve(handler_of(lambda call: call.answer(), lambda call: call.answer(), results=results))
    end = await running.connect(b"")
    for at in range(len(CALL)):
        end.send(CALL[at : at + 1])
        await end.writer.drain()
    for _ in range(2):
        await end.asked()
        for byte in b"200 result=49 endpos=8\n":
            end.send(bytes([byte]))
            await asyncio.sleep(0)
    await end.closed()
    assert results == [Reply(200, "49", "", 8)] * 2


@pytest.mark.parametrize("last", [b"200 result=-1\n", b"HANGUP\n", b"511 Command Not Permitted on a dead channel\n"])
async def test_it_closes_at_once_when_the_call_leaves(serve: Serve, last: bytes) -> None:
    """Pitfalls 38, 41, and ghosts: the command's reply says it, every later command is refused, nothing is sent."""
    results: list[Any] = []

    async def handler(call: AgiCall) -> None:
        results.append((await call.stream_file("x")).hung_up)
        results.append(call.gone)
        try:
            await call.answer()
        finally:
            results.append("finished")

    running = await serve(handler)
    end = await running.connect()
    await end.asked()
    end.send(last)
    await end.closed()
    await running.idle()
    assert results == [True, True, "finished"]


@pytest.mark.parametrize("end_it", [lambda end: end.writer.close(), lambda end: end.reset()])
async def test_a_connection_that_is_cut_is_a_call_that_left(serve: Serve, end_it: Callable[[Asterisk], None]) -> None:
    results: list[Reply] = []
    running = await serve(handler_of(lambda call: call.wait_for_digit(9000), results=results))
    end = await running.connect()
    await end.asked()
    end_it(end)
    await running.idle()
    assert [reply.hung_up for reply in results] == [True]


async def test_a_hang_up_wakes_who_waits_for_something_else(serve: Serve) -> None:
    left = asyncio.Event()

    async def handler(call: AgiCall) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except CallGone:
            left.set()
            raise

    end = await (await serve(handler)).connect()
    end.send(b"HANGUP\n")
    await end.closed()
    assert left.is_set()


async def test_a_session_may_await_futures_and_sleep(serve: Serve) -> None:
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    results: list[object] = []

    async def handler(call: AgiCall) -> None:
        await call.answer()
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        with pytest.raises(TimeoutError):
            await call.within(future, 0.01)
        asyncio.get_running_loop().call_later(0.01, future.set_result, "survey")
        results.append(await call.within(future, 5))
        results.append(await call.within(future, 0))
        await call.hangup()

    end = await (await serve(handler)).connect()
    await end.talk((b"ANSWER", b"200 result=0"), (b"HANGUP", b"200 result=1"))
    await end.closed()
    assert results == ["survey", "survey"]


async def failing(call: AgiCall) -> None:
    raise ValueError("a bug in the flow")


async def cancelled(call: AgiCall) -> None:
    raise asyncio.CancelledError


async def too_long(call: AgiCall) -> None:
    with pytest.raises(CommandTooLong):
        await call.set_variable("X", "x" * 3000)
    raise ValueError("went on")


async def never_ending(call: AgiCall) -> None:
    while True:
        try:
            await call.answer()
        except CallGone:
            continue


async def foreign(call: AgiCall) -> None:
    class Odd:
        def __await__(self) -> Any:
            yield "something"

    await Odd()


@pytest.mark.parametrize("handler", [failing, cancelled, too_long, foreign])
async def test_a_failed_session_is_logged_once_and_the_dialplan_comes_back(
    serve: Serve, caplog: pytest.LogCaptureFixture, handler: Callable[[AgiCall], Coroutine[Any, Any, None]]
) -> None:
    caplog.set_level(logging.ERROR)
    end = await (await serve(handler)).connect()
    await end.closed()
    (record,) = caplog.records
    assert "1795316288.7" in record.getMessage()


async def test_a_session_that_will_not_end_is_ended(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    running = await serve(never_ending)
    end = await running.connect()
    await end.asked()
    end.writer.close()
    await running.idle()
    (record,) = caplog.records
    assert "session failed" in record.getMessage()


async def test_a_reply_nobody_asked_for_ends_the_connection(serve: Serve) -> None:
    """It would shift every later answer by one."""
    end = await (await serve(handler_of(lambda call: asyncio.sleep(5)))).connect()
    end.send(b"200 result=0\n")
    await end.closed()


async def test_a_slow_environment_is_given_up(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """Pitfall 39."""
    caplog.set_level(logging.ERROR)
    running = await serve(failing, environment_s=0.05)
    silent = await running.connect(b"")
    half = await running.connect(CALL[:100])
    await silent.closed()
    await half.closed()
    assert not caplog.records


async def test_a_thousand_half_open_or_cut_connections_harm_nobody(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Pitfalls 38, 39: probes, garbage, cuts at every place, resets; calls beside them go on unharmed."""
    caplog.set_level(logging.WARNING)

    async def session(call: AgiCall) -> None:
        for _ in range(20):
            await call.stream_file("hotline/en/welcome", "1")

    running = await serve(session, environment_s=1)
    hostile = (b"", CALL[:50], CALL[:-1], CALL, b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 500, b"\n", CALL + b"200 what\n")
    end = await running.connect()
    for n in range(1000):
        other = await running.connect(hostile[n % len(hostile)])
        if n % 3 == 0:
            other.writer.close()
        elif n % 3 == 1:
            other.reset()
        if n % 50 == 0:
            await end.talk((b"STREAM FILE hotline/en/welcome 1 0", b"200 result=0 endpos=1"))
    await end.closed()
    for other in running.ends:
        other.writer.close()
    await running.idle()
    assert not caplog.records


async def test_closing_the_server_lets_every_call_go(serve: Serve) -> None:
    running = await serve(handler_of(lambda call: call.wait_for_digit(9000)))
    ends = [await running.connect() for _ in range(5)]
    for end in ends:
        await end.asked()
    await running.server.close()
    for end in ends:
        await end.closed()
    with pytest.raises(OSError, match=r"Connect call failed|refused"):
        await running.connect()
    assert not running.server.sessions


def test_it_serves_on_uvloop_as_well() -> None:
    """uvloop's transports are of other classes."""
    import uvloop

    async def talk() -> bytes:
        server = AgiServer(handler_of(lambda call: call.answer()))
        port = await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(CALL)
        command = await reader.readline()
        writer.write(b"200 result=0\n")
        rest = await reader.read()
        writer.close()
        await server.close()
        return command + rest

    assert uvloop.run(talk()) == b"ANSWER\n"
