"""The AGI protocol without a socket: bytes in any split become `Environment`, `Reply`, `HungUp` or `Garbage`.

Asterisk sends an environment (`agi_name: value` lines and an empty line), then one reply for each of our
commands, and a line `HANGUP` whenever the channel is leaving. Source: `res_agi.c` of Asterisk 22
(`setup_env`, `run_agi`, `parse_args`, and the handlers of the commands we send).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from cti.text import decode

ENVIRONMENT_LIMIT = 32 * 1024
"""Bytes. Asterisk's own environment is about 700 bytes, and each argument adds its text."""

LINE_LIMIT = 64 * 1024
"""Bytes of one reply, usage text included."""

COMMAND_LIMIT = 2047
"""Bytes with the line end: Asterisk before 2025-07 reads a command into 2 KB and cuts the rest into a second one."""


_DIGITS = 18
_CODES = frozenset(map(str, range(128)))


class Reply(Struct, frozen=True):
    """What Asterisk answered to one command."""

    code: int
    """200 success, 510 unknown command, 511 not on a dead channel, 520 wrong usage; 0: the call left unanswered."""
    result: str = ""
    """As sent: a number for most commands, digits for GET DATA."""
    data: str = ""
    """What stood in parentheses (`timeout`, `hangup`, a variable's value); for codes other than 200, the message."""
    endpos: int | None = None
    """Samples played or recorded, where the command says it."""
    hung_up: bool = False
    """The channel left us during this command: hung up, or taken into a bridge. Only AMI tells which."""

    @property
    def ok(self) -> bool:
        """The command was understood and the call is still with us."""
        return self.code == 200 and not self.hung_up

    @property
    def key(self) -> str:
        """The key that ended STREAM FILE, WAIT FOR DIGIT or RECORD FILE; empty: none."""
        code = self.result
        return chr(int(code)) if code in _CODES and code != "0" else ""


LEFT = Reply(0, "-1", "hangup", None, True)
"""Stands for the answer of a command that the call did not live to see."""


class HungUp(Struct, frozen=True):
    """A line `HANGUP`: the channel is leaving. It comes on a pull into a bridge too."""


class Garbage(Struct, frozen=True):
    """Bytes no Asterisk would send; the connection is of no use any more."""

    what: str


@dataclass(frozen=True, slots=True)
class Environment:
    """What Asterisk says about the call. Values are the caller's words: take identity from `args` and AMI."""

    values: dict[str, str] = field(default_factory=dict)
    """Without the `agi_` in front."""

    @property
    def script(self) -> str:
        """The path of the `agi://` address, such as `call`."""
        return self.values.get("network_script", "")

    @property
    def args(self) -> tuple[str, ...]:
        """What the dialplan passed after the address."""
        return tuple(self._args())

    def _args(self) -> Iterator[str]:
        n = 1
        while (value := self.values.get(f"arg_{n}")) is not None:
            yield value
            n += 1


Event = Environment | Reply | HungUp | Garbage

_SUCCESS = re.compile(
    rb"200 result=(\S*)(?: \((.*?)\)(?= endpos=|$)|(?= endpos=|$| ))(?: endpos=(\d{1,18}))?", re.DOTALL
)
_CODE = re.compile(rb"([1-9]\d\d)([ -])(.*)", re.DOTALL)


_NAMES = """
    network network_script request channel language type uniqueid version callerid calleridname callingpres callingani2
    callington callingtns dnid rdnis context extension priority enhanced accountcode threadid
"""
_ORDER = {name: place for place, name in enumerate(_NAMES.split())}
"""As `setup_env` writes them; `arg_1`... follow."""
_REQUIRED = _ORDER.keys() - {"network", "network_script"}


class Wire:
    """One connection's incoming half. Feed it bytes; it never raises, whatever they are.

    An environment is strict, for a caller's number may hold a line end (`%0a` in a From header, seen on Asterisk 22.10)
    and with it lines of the caller's own: an `agi_arg_1` that names somebody else's call, or the empty line that ends
    it all. Asterisk keeps at most 80 bytes of each value. So a name sent twice or out of Asterisk's order, or an end
    before every name was there, is refused: what a forger would have to write does not fit.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._environment: dict[str, str] | None = {}
        self._size = 0
        self._place = -1
        self._usage: list[bytes] = []
        self._broken = False
        self._between = False
        """The environment is over and no line is half read."""

    def reply(self, data: bytes) -> Reply | None:
        """The fast path: the reply, if these bytes are one plain successful reply and no more; else feed them."""
        if not self._between:
            return None
        known = _PLAIN_REPLIES.get(data)
        if known is not None:
            return known
        head, _, tail = data.partition(b" endpos=")
        result = _PLAIN_RESULTS.get(head)
        samples = tail[:-1]
        if result is None or not samples.isdigit() or tail[-1:] != b"\n" or len(tail) > _DIGITS:
            return None
        return Reply(200, result, "", int(samples))

    def feed(self, data: bytes) -> list[Event]:
        """What these bytes complete, in order; nothing more after a `Garbage`."""
        events = self._feed(data)
        self._between = self._environment is None and not (self._rest or self._usage or self._broken)
        return events

    def _feed(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        if self._broken:
            return events
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            event = self._line(line) if self._environment is None else self._environment_line(line)
            if event is not None:
                events.append(event)
                if isinstance(event, Garbage):
                    break
        else:
            if len(self._rest) > LINE_LIMIT:
                events.append(Garbage(f"a line of more than {LINE_LIMIT} bytes"))
        if events and isinstance(events[-1], Garbage):
            self._broken, self._rest = True, b""
        return events

    def _environment_line(self, line: bytes) -> Event | None:
        assert self._environment is not None
        self._size += len(line) + 1
        if self._size > ENVIRONMENT_LIMIT:
            return Garbage(f"an environment of more than {ENVIRONMENT_LIMIT} bytes")
        if not line:
            values, self._environment = self._environment, None
            return Environment(values) if values.keys() >= _REQUIRED else Garbage("an environment that is cut short")
        if line == b"HANGUP":
            return HungUp()
        raw_name, colon, value = line.partition(b":")
        if not colon or not raw_name.startswith(b"agi_"):
            # The rest of a value with a line end in it; but nobody's environment begins so.
            return None if self._environment else Garbage(f"not an AGI environment: {line[:60]!r}")
        name = decode(raw_name[4:])
        place = _ORDER.get(name, len(_ORDER))
        if name in self._environment or place < self._place:
            return Garbage(f"agi_{name[:20]} twice or out of order: forged lines in a caller's number or name")
        self._place = place
        self._environment[name] = decode(value.removeprefix(b" "))
        return None

    def _line(self, line: bytes) -> Event | None:
        if line == b"HANGUP":
            return HungUp()
        if self._usage:
            return self._usage_line(line)
        if line.startswith(b"200 result="):
            return _success(line)
        match = _CODE.fullmatch(line)
        if match is None:
            return Garbage(f"not an AGI reply: {line[:60]!r}")
        code, mark, text = match.groups()
        if code == b"100":
            return None
        if mark == b"-":
            self._usage, self._size = [line], 0
            return None
        return _refusal(int(code), text)

    def _usage_line(self, line: bytes) -> Event | None:
        """A 520 of several lines: `520-...`, the usage text, `520 End of proper usage.`"""
        first = self._usage[0]
        if line.startswith(first[:3] + b" "):
            text = b"\n".join([first[4:], *self._usage[1:]])
            self._usage = []
            return _refusal(int(first[:3]), text)
        self._usage.append(line)
        self._size += len(line) + 1
        if self._size > LINE_LIMIT:
            return Garbage(f"a usage text of more than {LINE_LIMIT} bytes")
        return None


def _success(line: bytes) -> Reply:
    rest = line[11:]
    if rest.isdigit():
        return Reply(200, rest.decode())
    match = _SUCCESS.match(line)
    if match is None:
        return Reply(200, decode(rest))
    result, data, endpos = match.groups()
    # A failed write of RECORD FILE is a -1 too, and the call is still there.
    return Reply(
        200,
        decode(result),
        decode(data or b""),
        None if endpos is None else int(endpos),
        result == b"-1" and data != b"writefile",
    )


# What most commands answer all day long: 0, 1, or the code of a key.
_PLAIN_RESULTS = {b"200 result=%d" % code: str(code) for code in range(128)}
_PLAIN_REPLIES = {line + b"\n": Reply(200, result) for line, result in _PLAIN_RESULTS.items()}


def _refusal(code: int, text: bytes) -> Reply:
    return Reply(code, "", decode(text), None, code == 511)


class CommandTooLong(ValueError):
    """Asterisk would cut this command in two."""


def command(verb: str, *words: str | int) -> bytes:
    """One command line: `verb` as it is, each word quoted so that `parse_args` gives it back unchanged.

    Line ends and NUL inside a word become spaces, for they would end the command.

    Raises:
        CommandTooLong: more than `COMMAND_LIMIT` bytes.
    """
    raw = " ".join([verb, *map(_word, words)]).encode("utf-8", "surrogateescape") + b"\n"
    if len(raw) > COMMAND_LIMIT:
        raise CommandTooLong(f"{verb} with {len(raw)} bytes (Asterisk takes {COMMAND_LIMIT})")
    return raw


_ENDS = {0: " ", 10: " ", 13: " "}
_PLAIN = re.compile(r"[\w/.,:+*#@&=|~-]+", re.ASCII)


def _word(word: str | int) -> str:
    if isinstance(word, int):
        return str(word)
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.translate(_ENDS).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
