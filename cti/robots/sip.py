"""SIP messages as far as a robot needs them (RFC 3261): parse, build, digest. No sockets here.

This is a test peer, not a telephone: UDP only, one dialog a call, no retransmission timers of its own beyond a repeated
200 (Asterisk on the same machine loses nothing).
"""

import hashlib
import re
from urllib.parse import quote

from msgspec import Struct


class Message(Struct, frozen=True):
    """A request (`method`) or a response (`status`)."""

    method: str
    uri: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first header of that name (full names only), empty when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    @property
    def call_id(self) -> str:
        return self.header("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        number, _, method = self.header("CSeq").partition(" ")
        return (int(number) if number.isdigit() else 0, method.strip())


def parse(data: bytes) -> Message | None:
    """A message, or None for keep-alives and noise."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = tuple((n.strip(), v.strip()) for n, sep, v in (line.partition(":") for line in lines) if sep)
    if first.startswith("SIP/2.0 "):
        code = first.split(" ", 2)[1]
        return Message("", "", int(code), headers, body) if code.isdigit() else None
    words = first.split(" ")
    if len(words) != 3 or words[2] != "SIP/2.0":
        return None
    return Message(words[0], words[1], 0, headers, body)


def build(first: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """First line, headers and body as they go over the wire; Content-Length is added."""
    lines = [first, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def answer(request: Message, status: str, tag: str, more: list[tuple[str, str]] | None = None, body: str = "") -> bytes:
    """A response to `request`; `tag` marks our side of the dialog."""
    headers = [("Via", via) for via in request.all("Via")]
    headers += [("Record-Route", route) for route in request.all("Record-Route")]
    to = request.header("To")
    headers.append(("From", request.header("From")))
    headers.append(("To", to if ";tag=" in to or status.startswith("100") else f"{to};tag={tag}"))
    headers += [("Call-ID", request.call_id), ("CSeq", request.header("CSeq"))]
    return build(f"SIP/2.0 {status}", headers + (more or []), body)


def digest(challenge: str, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization value for a challenge (RFC 2617, MD5, with and without qop)."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge.partition(" ")[2]))
    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    one = _md5(f"{user}:{realm}:{password}")
    two = _md5(f"{method}:{uri}")
    parts = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "opaque" in given:
        parts += f', opaque="{given["opaque"]}"'
    if "qop" in given:
        count, own = "00000001", _md5(nonce)[:16]
        response = _md5(f"{one}:{nonce}:{count}:{own}:auth:{two}")
        return f'{parts}, qop=auth, nc={count}, cnonce="{own}", response="{response}"'
    return f'{parts}, response="{_md5(f"{one}:{nonce}:{two}")}"'


def _md5(text: str) -> str:
    # MD5 is what the protocol asks for; nothing is kept secret by it here.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def replacing(call_id: str, ours: str, theirs: str) -> str:
    """Where a REFER leads that has a dialog of this phone taken over (RFC 3891); `ours` and `theirs` have tags."""
    tags = [address.partition(";tag=")[2].partition(";")[0] for address in (theirs, ours)]
    value = quote(f"{call_id};to-tag={tags[0]};from-tag={tags[1]}", safe="")
    return f"<{theirs.partition('<')[2].partition('>')[0]}?Replaces={value}>"


def sdp(address: str, port: int) -> str:
    """An offer or answer of G.711 and RFC 4733 keys."""
    return (
        f"v=0\r\no=robot 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        "a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def media(body: str) -> tuple[str, int] | None:
    """Where the other side wants its audio."""
    where = re.search(r"^c=IN IP4 (\S+)", body, re.M)
    port = re.search(r"^m=audio (\d+)", body, re.M)
    return (where.group(1), int(port.group(1))) if where and port else None
