"""An AMI server that does what a test says."""

import asyncio
import re
from collections.abc import Callable

from benchmarks.ami_server import answer
from benchmarks.ami_stream import BANNER

Request = dict[str, list[str]]
_HEADER = re.compile(r"^([^:\r\n]+): ([^\r\n]*)", re.MULTILINE)


class ScriptedAmi:
    """Answers as Asterisk does, unless `answers` has another answer for an action (None: silence)."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, Callable[[Request], bytes] | None] = {}
        self.connections = 0
        self.port = 0
        self._ends: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self._news = asyncio.Condition()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut everybody off and listen no more."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Close every connection."""
        for end in self._ends:
            end.close()
        self._ends.clear()

    def send(self, data: bytes) -> None:
        """Say this to everybody."""
        for end in self._ends:
            end.write(data)

    def asked(self, name: str) -> list[Request]:
        return [request for request in self.requests if request["Action"] == [name]]

    async def until_asked(self, name: str, times: int = 1) -> list[Request]:
        """Wait for so many of these actions."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.asked(name)) >= times)
        return self.asked(name)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._ends.append(writer)
        writer.write(BANNER)
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                request: Request = {}
                for name, value in _HEADER.findall(raw.decode()):
                    request.setdefault(name, []).append(value)
                self.requests.append(request)
                name = request["Action"][0]
                if name not in self.answers:
                    writer.write(answer(raw))
                elif (own := self.answers[name]) is not None:
                    writer.write(own(request))
                async with self._news:
                    self._news.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def ident(request: Request) -> str:
    """The request's ActionID header."""
    return f"ActionID: {request['ActionID'][0]}"
