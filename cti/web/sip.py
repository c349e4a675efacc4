"""Which SIP messages of a browser may pass to Asterisk. Pure: text in, a verdict out.

Asterisk checks passwords; this makes sure that one signed-in person, or one guest, can't even try as somebody else,
nor dial what the page they came by does not offer. What is not plainly well-formed is refused, for two parsers that
read one message differently are how such checks are walked around.
"""

import re
from collections import OrderedDict
from enum import Enum

from msgspec import Struct

LONGEST = 65_536
_DIALOGS = 64
"""Call-IDs remembered for one connection."""

_COMPACT = {"f": "from", "t": "to", "i": "call-id", "l": "content-length", "v": "via", "m": "contact", "r": "refer-to"}
_ONCE = frozenset({"from", "to", "call-id", "cseq", "content-length", "max-forwards"})
_NAME = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+\Z")
_URI = re.compile(r"sips?:(?:([^@;?<>\s:]+)@)?([^@;?<>\s]+)(@?)", re.IGNORECASE)
_TAG = re.compile(r";\s*tag\s*=\s*[^;\s]", re.IGNORECASE)
_USERNAME = re.compile(r'\busername\s*=\s*(?:"([^"]*)"|([^,\s]+))', re.IGNORECASE)
_REQUEST = re.compile(r"([A-Z]+) (\S+) SIP/2\.0\Z")
_STATUS = re.compile(r"SIP/2\.0 [1-6]\d\d(?: .*)?\Z")

GUEST_METHODS = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK"})
AGENT_METHODS = GUEST_METHODS | {"REGISTER", "REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE"}


class Malformed(ValueError):
    """Not a SIP message we care to understand."""


class Message(Struct, frozen=True, kw_only=True):
    """The parts of a message that decide."""

    method: str
    """Of a request; empty: this is a response."""
    target: str
    """User part of the request's URI."""
    headers: dict[str, tuple[str, ...]]
    """By long name in lower case."""

    def one(self, name: str) -> str:
        """The value of a header that stands once; empty: it is absent."""
        return self.headers.get(name, ("",))[0]


def parse(text: str) -> Message:
    """Read one whole message (RFC 3261, section 7). Raises Malformed."""
    head, blank, body = text.partition("\r\n\r\n")
    if not blank or len(text) > LONGEST or "\0" in text:
        raise Malformed("no end of headers, too long, or with a NUL")
    first, *lines = head.split("\r\n")
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t").lower()
        if not colon or not _NAME.match(name) or "\r" in value or "\n" in value:
            raise Malformed("a header line that is none, or a folded one")
        name = _COMPACT.get(name, name)
        headers[name] = (*headers.get(name, ()), value.strip())
    if any(len(headers.get(name, ())) > 1 for name in _ONCE):
        raise Malformed("a header that must stand once stands twice")
    length = headers.get("content-length", ("0",))[0]
    if not length.isascii() or not length.isdigit() or int(length) != len(body.encode()):
        raise Malformed("the body is not as long as it says")
    request = _REQUEST.match(first)
    if request is None:
        if not _STATUS.match(first):
            raise Malformed("neither a request nor a response")
        return Message(method="", target="", headers=headers)
    if headers.get("cseq", ("",))[0].split()[1:] != [request[1]]:
        raise Malformed("CSeq names another method")
    return Message(method=request[1], target=user_of(request[2]), headers=headers)


def user_of(value: str) -> str:
    """The user part of the one SIP URI in a header's value or request line; empty: none, or not plainly one."""
    found = _URI.findall(value)
    return found[0][0] if len(found) == 1 and not found[0][2] else ""


class Verdict(Enum):
    PASS = "pass"
    REFUSE = "refuse"
    """Answer it ourselves: 403."""
    DROP = "drop"
    """Say nothing: a response or ACK has no answer."""


class Gate:
    """What one connection may send. `user`: whom it may be; `numbers`: what a guest may dial (None: an agent)."""

    def __init__(self, user: str, numbers: frozenset[str] | None) -> None:
        self.called = False
        """Whether a call was let through."""
        self._user = user
        self._numbers = numbers
        self._dialogs: OrderedDict[str, None] = OrderedDict()

    def heard(self, text: str) -> None:
        """Note a message from Asterisk: its dialogs may be answered."""
        try:
            self._remember(parse(text).one("call-id"))
        except Malformed:
            return

    def judge(self, message: Message) -> Verdict:
        """Whether a message from the browser may pass."""
        call = message.one("call-id")
        if not message.method:
            return Verdict.PASS if call in self._dialogs else Verdict.DROP
        if not self._may(message, call):
            return Verdict.DROP if message.method == "ACK" else Verdict.REFUSE
        self._remember(call)
        if message.method == "INVITE":
            self.called = True
        return Verdict.PASS

    def _may(self, message: Message, call: str) -> bool:
        methods = AGENT_METHODS if self._numbers is None else GUEST_METHODS
        if not call or message.method not in methods or not self._own_credentials(message):
            return False
        inside = bool(_TAG.search(message.one("to"))) and message.method != "REGISTER"
        if inside or message.method in ("CANCEL", "ACK"):
            return call in self._dialogs
        if user_of(message.one("from")) != self._user:
            return False
        if message.method == "REGISTER":
            return user_of(message.one("to")) == self._user
        return self._numbers is None or (message.method == "INVITE" and message.target in self._numbers)

    def _own_credentials(self, message: Message) -> bool:
        """Asterisk may take the name in the credentials for the caller's, so it must be the same."""
        for name in ("authorization", "proxy-authorization"):
            for value in message.headers.get(name, ()):
                names = [quoted or plain for quoted, plain in _USERNAME.findall(value)]
                if names != [self._user]:
                    return False
        return not any(
            name in message.headers for name in ("p-asserted-identity", "p-preferred-identity", "remote-party-id")
        )

    def _remember(self, call: str) -> None:
        if call:
            self._dialogs[call] = None
            self._dialogs.move_to_end(call)
            if len(self._dialogs) > _DIALOGS:
                self._dialogs.popitem(last=False)


def forbidden(message: Message) -> str:
    """A 403 in answer to a request (RFC 3261, section 8.2.6)."""
    to = message.one("to")
    lines = ["SIP/2.0 403 Not allowed from here"]
    lines += [f"Via: {via}" for via in message.headers.get("via", ())]
    lines += [
        f"From: {message.one('from')}",
        f"To: {to if _TAG.search(to) else f'{to};tag=hotline'}",
        f"Call-ID: {message.one('call-id')}",
        f"CSeq: {message.one('cseq')}",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""])
