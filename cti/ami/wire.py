"""The AMI protocol without a socket: bytes in any split become lazy `Message`s that keep their bytes.

A contact centre reads a dozen of the hundreds of kinds of event, and three of their twenty headers. So nothing is
parsed before somebody asks: a message is a slice of the stream, a header is found in it by a search, and events of
other kinds cost one look at their name. Source for what Asterisk writes: `main/manager.c`, `main/manager_channels.c`.

Every message ends with an empty line and every line with CR LF; a lone CR or LF belongs to the value it stands in.
That is all a reader can rely on: a caller can put CR LF into `CallerIDNum` (a From of `1%0d%0a%0d%0aEvent%3a...`,
seen on Asterisk 22.10), so what looks like an event may be a caller's words. `translate` tells them apart.
"""

import re
from collections import deque
from collections.abc import Iterator, Set
from functools import cache

from msgspec import Struct

from cti.text import decode

MESSAGE_LIMIT = 256 * 1024
"""Bytes of one message; longer ones are dropped and reported."""

_NAME_LIMIT = 64
_HEAD = 32
_KNOWN_LIMIT = 1024
_END = b"\r\n\r\n"


class Message(Struct, frozen=True):
    """One event or response. Header names are matched exactly, for Asterisk never changes their case."""

    kind: bytes
    """The event's name; empty for a response."""
    raw: bytes
    """All of it, without the empty line at the end."""

    def get(self, header: str) -> str | None:
        """The first value of `header` as sent."""
        raw = self.raw
        key = _key(header)
        at = raw.find(key)
        if at < 0:
            first = key[2:]
            return decode(raw[len(first) :].partition(b"\r\n")[0]) if raw.startswith(first) else None
        start = at + len(key)
        end = raw.find(b"\r\n", start)
        return decode(raw[start:] if end < 0 else raw[start:end])

    def all(self, header: str) -> list[str]:
        """Every value of a header that repeats."""
        name = header.encode() + b": "
        return [decode(line[len(name) :]) for line in self.raw.split(b"\r\n") if line.startswith(name)]

    def text(self, header: str) -> str | None:
        """The value with C escapes undone where Asterisk writes them.

        It escapes the names of a channel and the value of a VarSet, but the very same name in QueueEntry or
        OriginateResponse comes raw. A channel's names are known by the `ChannelStateDesc` beside them.
        """
        value = self.get(header)
        if value is None or "\\" not in value:
            return value
        for name in ("CallerIDName", "ConnectedLineName"):
            if header.endswith(name):
                beside = header.removesuffix(name) + "ChannelStateDesc"
                return undo_escapes(value) if self.get(beside) is not None else value
        return undo_escapes(value) if header == "Value" and self.kind == b"VarSet" else value

    def variables(self) -> dict[str, str]:
        """What `channelvars` of manager.conf adds: the channel's variables, empty ones left out."""
        pairs = (line.partition("=") for line in self.all("ChanVariable"))
        return {name: undo_escapes(value) for name, _, value in pairs if value}

    def headers(self) -> Iterator[tuple[str, str]]:
        """All headers in order, for people and tests."""
        for line in self.raw.split(b"\r\n"):
            name, colon, value = line.partition(b": ")
            if colon:
                yield decode(name), decode(value)


@cache
def _key(header: str) -> bytes:
    return b"\r\n%b: " % header.encode()


class Strange(Struct, frozen=True):
    """Something no Asterisk should have sent; kept for people, never acted on."""

    why: str
    raw: bytes
    """Its beginning."""


class Decoder:
    """Cuts the stream into messages. Feed it bytes; it never raises, whatever they are."""

    def __init__(self, wanted: Set[bytes]) -> None:
        """`wanted`: names of the events to deliver; responses always are."""
        self.banner: str | None = None
        """What Asterisk called itself, such as `Asterisk Call Manager/11.0.0`."""
        self.skipped = 0
        """Events nobody wanted."""
        self.strange: deque[Strange] = deque(maxlen=32)
        """The latest strange ones, and `strange_count` of all."""
        self.strange_count = 0
        self._rest = b""
        self._wanted = frozenset(wanted)
        # How a message begins -> its name if it is wanted, None if not. Learned, for Asterisk's list grows by the year.
        self._heads: dict[bytes, bytes | None] = {}

    def feed(self, data: bytes) -> list[Message]:
        """The messages these bytes complete, in order."""
        blocks = (self._rest + data).split(_END) if self._rest else data.split(_END)
        if self.banner is None and not self._take_banner(blocks):
            return []
        self._rest = blocks.pop()
        if len(self._rest) > MESSAGE_LIMIT + 4:
            # Too long to be kept, still too long to be taken, and its end still found.
            self._rest = self._rest[: MESSAGE_LIMIT + 1] + b"~" + self._rest[-3:]
        heads = self._heads.get
        left = [block for block in blocks if heads(block[:_HEAD], block) is not None]
        self.skipped += len(blocks) - len(left)
        messages: list[Message] = []
        for block in left:
            name = heads(block[:_HEAD])
            if name is not None and len(block) <= MESSAGE_LIMIT:
                messages.append(Message(name, block))
            else:
                message = self._other(block)
                if message is not None:
                    messages.append(message)
        return messages

    def report(self, why: str, raw: bytes) -> None:
        """Keep and count something strange."""
        self.strange_count += 1
        self.strange.append(Strange(why, raw[:200]))

    def _take_banner(self, blocks: list[bytes]) -> bool:
        """The first line stands alone. False: it isn't complete yet."""
        line, end, rest = blocks[0].partition(b"\r\n")
        if not end and len(blocks) == 1 and len(line) <= 1024:
            self._rest = line
            return False
        self.banner = decode(line[:200])
        if line.startswith(b"Asterisk Call Manager/"):
            blocks[0] = rest
        else:
            self.report("not an AMI banner", line)
        return True

    def _other(self, block: bytes) -> Message | None:
        """A response, an event met for the first time, or something strange."""
        while block.startswith(b"\r\n"):
            block = block[2:]
        if not block:
            return None
        if len(block) > MESSAGE_LIMIT:
            self.report("too long", block)
            return None
        first = block.partition(b"\r\n")[0]
        if first.startswith(b"Response: "):
            return Message(b"", block)
        name = first[7:]
        if not first.startswith(b"Event: ") or not name or len(name) > _NAME_LIMIT:
            self.report("neither an event nor a response", block)
            return None
        wanted = name in self._wanted
        if len(first) + 2 <= _HEAD and len(self._heads) < _KNOWN_LIMIT:
            self._heads[block[:_HEAD]] = name if wanted else None
        if wanted:
            return Message(name, block)
        self.skipped += 1
        return None


def clean(value: str) -> str:
    """A value as it may stand in an action: a line end in it would start a header of its own."""
    return value.translate(_ENDS).encode("utf-8", "replace").decode()


_ENDS = {0: None, 10: " ", 13: " "}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def undo_escapes(value: str) -> str:
    """The inverse of Asterisk's `ast_escape_c`."""
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), value)
