"""The FastAGI server: one `asyncio.Protocol` for each call that drives the call's coroutine itself.

No Task, no stream and no Future stands between Asterisk's answer and the next command: the reply is sent straight
into the coroutine, and what it yields next is written (`docs/reference/benchmarks.md` says what this is worth). The
handler may also await any asyncio Future. There is no Task around it, so `asyncio.timeout` does not work in it:
`AgiCall.within` does.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import lru_cache
from types import coroutine
from typing import Any, TypeVar, cast

from cti.agi.wire import LEFT, Environment, HungUp, Reply, Wire, command
from cti.core.ids import ChannelId

log = logging.getLogger(__name__)

T = TypeVar("T")

_LAST_WORDS = 8
"""Commands a session may still try after its call left, each refused with `CallGone`, before it is ended by force."""


class CallGone(Exception):
    """A command for a call that is no longer with us. It may well go on in a bridge: only AMI knows."""


# The same few prompts and pauses all day long, and nothing of a caller's in them.
_prompt_command = lru_cache(maxsize=1024)(command)


@coroutine
def _ask(line: bytes) -> Generator[bytes, Reply, Reply]:
    return (yield line)


class AgiCall:
    """One caller's channel while it is in our hands. Commands are awaited one at a time.

    A command during which the call leaves returns a `Reply` with `hung_up`; every later one raises `CallGone`.
    The server logs any other exception of a handler once and closes, and the dialplan comes back by itself.
    """

    def __init__(self, environment: Environment, loop: asyncio.AbstractEventLoop) -> None:
        self.environment = environment
        self.gone = False
        """Hung up, pulled into a bridge, or the connection is lost."""
        self._loop = loop

    @property
    def script(self) -> str:
        """The path of the `agi://` address: `call` or `after`."""
        return self.environment.script

    @property
    def args(self) -> tuple[str, ...]:
        return self.environment.args

    @property
    def channel(self) -> ChannelId:
        return ChannelId(self.environment.values.get("uniqueid", ""))

    @property
    def channel_name(self) -> str:
        """Such as `PJSIP/guest-1-0000002a`."""
        return self.environment.values.get("channel", "")

    @property
    def caller_number(self) -> str:
        """As the network sent it; empty: withheld. Never to be trusted, only looked up."""
        number = self.environment.values.get("callerid", "")
        return "" if number == "unknown" else number

    def command(self, verb: str, *words: str | int) -> Awaitable[Reply]:
        """Send any AGI command; words are quoted.

        Raises:
            CommandTooLong: at once.
            CallGone: when awaited after the call left.
        """
        return _ask(command(verb, *words))

    def answer(self) -> Awaitable[Reply]:
        return self.command("ANSWER")

    def stream_file(self, file: str, keys: str = "", offset: int = 0) -> Awaitable[Reply]:
        """Play `file` (a path without suffix) from sample `offset`; any of `keys` cuts it and is in `Reply.key`.

        Asterisk answers -1 for a file it can't open, and nothing tells that from a hang-up: play only what exists.
        """
        return _ask(_prompt_command("STREAM FILE", file, keys, offset))

    def wait_for_digit(self, timeout_ms: int) -> Awaitable[Reply]:
        """Wait for one key (in `Reply.key`; empty: none came)."""
        return _ask(_prompt_command("WAIT FOR DIGIT", timeout_ms))

    def set_music(self, on: bool, music: str = "default") -> Awaitable[Reply]:
        """Start music on hold of class `music`, or stop it."""
        return self.command("SET MUSIC ON", music) if on else self.command("SET MUSIC OFF")

    def set_variable(self, name: str, value: str) -> Awaitable[Reply]:
        return self.command("SET VARIABLE", name, value)

    def get_variable(self, name: str) -> Awaitable[Reply]:
        """Its value is the reply's `data`."""
        return self.command("GET VARIABLE", name)

    def exec_(self, application: str, *arguments: str | int) -> Awaitable[Reply]:
        """Run a dialplan application; its arguments are joined by commas, so none may hold one."""
        return self.command("EXEC", application, ",".join(map(str, arguments)))

    def record_file(
        self, file: str, form: str, keys: str, timeout_ms: int, *, beep: bool = True, silence_s: int = 0
    ) -> Awaitable[Reply]:
        """Record until a key, the time or a silence. A reply with `hung_up` still means a good file."""
        options = (["BEEP"] if beep else []) + ([f"s={silence_s}"] if silence_s else [])
        return self.command("RECORD FILE", file, form, keys, timeout_ms, *options)

    def hangup(self) -> Awaitable[Reply]:
        return self.command("HANGUP")

    async def within(self, future: asyncio.Future[T], seconds: float) -> T:
        """The future's result if it comes in time; the future itself is left alone.

        Raises:
            TimeoutError: it did not.
            CallGone: the call left first.
        """
        woken: asyncio.Future[None] = self._loop.create_future()

        def wake(_: object = None) -> None:
            if not woken.done():
                woken.set_result(None)

        timer = self._loop.call_later(seconds, wake)
        future.add_done_callback(wake)
        try:
            await woken
        finally:
            timer.cancel()
            future.remove_done_callback(wake)
        if not future.done():
            raise TimeoutError
        return future.result()


Handler = Callable[[AgiCall], Coroutine[Any, Any, None]]


class _Session(asyncio.Protocol):
    """One connection: reads the environment, then feeds replies to the handler's coroutine and writes what it asks."""

    def __init__(self, server: "AgiServer") -> None:
        self._server = server
        self._wire = Wire()
        self._transport: asyncio.Transport
        self._loop: asyncio.AbstractEventLoop
        self._limit: asyncio.TimerHandle | None = None
        self._call: AgiCall | None = None
        self._handling: Coroutine[Any, Any, None] | None = None
        self._asked = False
        self._future: asyncio.Future[Any] | None = None
        self._refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport has the methods but not the class.
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()
        self._server.sessions.add(self)
        self._limit = self._loop.call_later(self._server.environment_s, self._too_slow)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        if self._asked:
            reply = self._wire.reply(data)
            if reply is not None:
                self._advance(reply)
                return
        for event in self._wire.feed(data):
            if isinstance(event, Reply):
                if not self._asked:
                    self._refuse(f"a reply nobody asked for: {event}")
                elif event.hung_up:
                    self._leave(event)
                else:
                    self._advance(event)
            elif isinstance(event, Environment):
                self._begin(event)
            elif isinstance(event, HungUp):
                self._leave(LEFT)
            else:
                self._refuse(event.what)

    def eof_received(self) -> None:
        self._leave(LEFT)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave(LEFT)
        self._server.forget(self)

    def close(self) -> None:
        """End this connection, as if Asterisk had."""
        self._leave(LEFT)

    def _begin(self, environment: Environment) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        self._call = AgiCall(environment, self._loop)
        self._handling = self._server.handler(self._call)
        self._advance(None)

    def _too_slow(self) -> None:
        self._limit = None
        self._refuse(f"no whole environment within {self._server.environment_s} s")

    def _refuse(self, why: str) -> None:
        # Somebody knocked who is no Asterisk (a probe, a scanner): worth a line, not a traceback.
        if not self._transport.is_closing():
            log.info("AGI connection from %s closed: %s", self._transport.get_extra_info("peername"), why)
        self._leave(LEFT)

    def _leave(self, reply: Reply) -> None:
        """The call is out of our hands. Close at once: a late close is what makes ghost calls."""
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        self._transport.abort()
        call = self._call
        if call is None or call.gone:
            return
        call.gone = True
        if self._asked:
            self._advance(reply)
        elif self._future is not None:
            self._future.remove_done_callback(self._resume)
            self._future = None
            self._advance(None, CallGone())

    def _resume(self, _: object = None) -> None:
        self._future = None
        self._advance(None)

    def _advance(self, value: Reply | None, error: BaseException | None = None) -> None:
        """Run the handler to its next wish and serve that."""
        handling, call = self._handling, self._call
        if handling is None or call is None:
            return
        self._asked = False
        while True:
            try:
                wish: object = handling.send(value) if error is None else handling.throw(error)
            except (StopIteration, CallGone):
                self._end()
                return
            except (Exception, asyncio.CancelledError):
                log.exception("call %s: its session failed", call.channel)
                self._end()
                return
            if type(wish) is bytes and not call.gone:
                self._asked = True
                self._transport.write(wish)
                return
            error = self._serve(wish)
            if error is None:
                return

    def _serve(self, wish: object) -> BaseException | None:
        """Do what the handler awaits, other than a command for a living call; what is returned is thrown into it."""
        if type(wish) is bytes:
            self._refused += 1
            return CallGone() if self._refused <= _LAST_WORDS else RuntimeError("commands for a call that is gone")
        if isinstance(wish, asyncio.Future):
            wish._asyncio_future_blocking = False
            self._future = wish
            wish.add_done_callback(self._resume)
            return None
        if wish is None:
            # asyncio.sleep(0)
            self._loop.call_soon(self._resume)
            return None
        return TypeError(f"an AGI session can await commands and futures, not {wish!r}")

    def _end(self) -> None:
        self._handling = None
        if self._call is not None:
            self._call.gone = True
        self._transport.close()


class AgiServer:
    """Listens for Asterisk's `AGI(agi://...)` and runs `handler` for each call."""

    def __init__(self, handler: Handler, *, environment_s: float = 5.0) -> None:
        """`environment_s`: how long a connection may take to say whose call it is."""
        self.handler = handler
        self.environment_s = environment_s
        self.sessions: set[_Session] = set()
        """Open connections, calls or not."""
        self._idle = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port.

        Raises:
            OSError: the address is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Session(self), host, port, backlog=1024)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop listening and let every call go: the dialplan takes it back."""
        if self._server is not None:
            self._server.close()
        for session in tuple(self.sessions):
            session.close()
        while self.sessions:
            self._idle.clear()
            await self._idle.wait()

    def forget(self, session: _Session) -> None:
        """A connection has ended."""
        self.sessions.discard(session)
        if not self.sessions:
            self._idle.set()
