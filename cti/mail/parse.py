"""One mail, from bytes to what a person would say it is. Pure; survives what mailers and attackers send.

The standard parser finds the parts (with the `compat32` policy, which never refuses); everything in them is decoded
here: charsets that lie, headers in raw bytes, transfer encodings nobody has heard of. What was odd is told in
`Mail.problems`, in words for people; only what is no mail at all is refused.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from hashlib import blake2b, sha256
from itertools import islice

from msgspec import Struct

from cti.core.ids import Ms
from cti.mail import body, calendar, charsets, tnef
from cti.mail.automatic import auto
from cti.mail.headers import Address, Headers, mended
from cti.mail.threading import subject_key

TEXT_LIMIT = 200_000
"""Characters kept of a mail's text; the rest is said to be left out."""
_DEPTH = 30
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_PARTS = 500
_PARAMETERS = 10_000
"""Characters looked at for a part's parameters."""
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_MULTIPART = re.compile(rb"\ncontent-type:\s*multipart/", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")


class _Part(Message):
    """A part that gives its body as it came: `get_payload` would decode raw bytes by a label that may lie."""

    _payload: object  # the standard class keeps it here and offers no other way

    def raw(self) -> bytes:
        """The body before any decoding; empty for one made of parts."""
        body = self._payload
        return body.encode("utf-8", "surrogateescape") if isinstance(body, str) else b""


class MailError(Exception):
    """This is no mail; the text says why."""


class Attachment(Struct, frozen=True):
    """What came with a mail. `name` is safe to use as a file's name; `digest` is SHA-256 in hex."""

    name: str
    type: str
    body: bytes
    digest: str


class Mail(Struct, frozen=True, kw_only=True):
    """A mail as people see it."""

    key: str
    """The same for every copy of this mail, whatever way it came; another for any other."""
    message_id: str
    """Without brackets; empty when it has none."""
    references: tuple[str, ...]
    """Ids it answers, oldest first."""
    sender: Address | None
    to: tuple[Address, ...]
    """To and Cc."""
    date: Ms | None
    """None: it has none that can be true."""
    subject: str
    subject_key: str
    text: str
    """What was written."""
    quoted: str
    """What was only quoted, and the signature."""
    attachments: tuple[Attachment, ...]
    auto: str
    """`bounce`, `auto_reply`, `receipt`, `list`, `loop`, `spam`; empty: a person wrote it."""
    language: str | None
    problems: tuple[str, ...]


def parse(raw: bytes) -> Mail:
    """Read a mail. Raises `MailError` if this is none."""
    problems: list[str] = []
    raw = _without_envelope(raw)
    message = _message(raw, problems)
    headers = Headers(message, _charset(message, 0))
    if not any(headers.get(name) for name in ("from", "to", "subject", "date", "message-id", "received")):
        raise MailError("no From, To, Subject, Date or Message-ID: this is no mail")
    parts = _Parts(problems)
    parts.walk(message, 0)
    written, quoted = body.fold(parts.text()[: 3 * TEXT_LIMIT])
    if len(written) > TEXT_LIMIT:
        problems.append(f"the text is {len(written)} characters long; {TEXT_LIMIT} were kept")
    sender = next(iter(headers.addresses("from") or headers.addresses("sender") or headers.addresses("reply-to")), None)
    if sender is None:
        problems.append("nobody can be read as its sender")
    date = headers.date(problems)
    subject = headers.text("subject")
    message_id = next(iter(headers.ids("message-id")), "")
    if not message_id:
        problems.append("it has no Message-ID")
    digest = blake2b(digest_size=20)
    for piece in (message_id, sender.mail if sender else "", subject, " ".join(written.split()), *parts.digests()):
        digest.update(piece.encode("utf-8", "replace") + b"\0")
    if not message_id:
        digest.update(str(date).encode())
    return Mail(
        key=digest.hexdigest(),
        message_id=message_id,
        references=tuple(dict.fromkeys((*headers.ids("references"), *headers.ids("in-reply-to")))),
        sender=sender,
        to=(*headers.addresses("to"), *headers.addresses("cc")),
        date=date,
        subject=subject,
        subject_key=subject_key(subject),
        text=written[:TEXT_LIMIT],
        quoted=quoted[:TEXT_LIMIT],
        attachments=tuple(parts.attachments),
        auto=auto(headers, _parameter(message, "report-type").lower(), subject, sender),
        language=body.language(f"{subject}\n{written}"),
        problems=tuple(dict.fromkeys(problems)),
    )


def _without_envelope(raw: bytes) -> bytes:
    """Without what some programs put before a mail: blank lines, a byte order mark, an mbox `From ` line."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return raw


def _message(raw: bytes, problems: list[str]) -> Message:
    raw = mended(raw)
    parser = BytesParser(_Part, policy=compat32)
    try:
        # The standard parser would find out only after a second of work.
        if len(_MULTIPART.findall(raw)) > _PARTS:
            raise RecursionError
        return parser.parsebytes(raw)
    except RecursionError:
        problems.append("parts within parts without end: the text is shown as it came")
        return parser.parsebytes(raw, headersonly=True)


def _charset(part: Message, depth: int) -> str | None:
    """What the mail's first text says it is written in."""
    for leaf in islice(_leaves(part, depth), 5):
        if _type(leaf).startswith("text/") and (label := _parameter(leaf, "charset")):
            return label
    return None


class _Parts:
    """Walks the parts of a mail: text to show, and everything else as attachments. Nothing is dropped but doubles."""

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems
        self._texts: list[str] = []
        self._invitation = ""
        self.attachments: list[Attachment] = []
        self._count = 0

    def text(self) -> str:
        """All shown text, in order."""
        return "\n\n".join(text for text in self._texts if text) or self._invitation

    def digests(self) -> Iterator[str]:
        """The attachments' hashes."""
        return (attachment.digest for attachment in self.attachments)

    def walk(self, part: Message, depth: int) -> None:
        """Take one part, or the parts in it."""
        self._count += 1
        if depth > _DEPTH or self._count > _PARTS:
            self._problems.append("parts within parts without end: only the first were read")
            return
        kind = _type(part)
        payload = part.get_payload()
        if isinstance(payload, list) and kind.startswith("multipart/"):
            children = [child for child in payload if isinstance(child, Message)]
            if kind == "multipart/alternative":
                children = self._alternatives(children)
            for child in children:
                self.walk(child, depth + 1)
        elif isinstance(payload, list) and kind == "message/delivery-status":
            self._attach(part, b"\n".join(_source(child) for child in payload), kind)
        elif isinstance(payload, list):
            for enclosed in payload:
                self._attach(part, _source(enclosed), kind)
        else:
            self._leaf(part, kind)

    def _leaf(self, part: Message, kind: str) -> None:
        data = _payload(part, self._problems)
        if kind.startswith("multipart/"):
            self._problems.append("its parts can't be told apart: shown as it came")
            kind = "text/plain"
        attached = _disposition(part) == "attachment" or bool(_parameter(part, "filename") or _parameter(part, "name"))
        if kind in ("text/plain", "text/html", "text", "text/enriched") and not attached:
            self._texts.append(self._shown(part, kind, data))
        else:
            if kind == "text/calendar" and not self._invitation:
                self._invitation = calendar.words(charsets.decode(data, _parameter(part, "charset")))
            self._attach(part, data, kind)

    def _shown(self, part: Message, kind: str, data: bytes) -> str:
        label = _parameter(part, "charset")
        html = kind == "text/html"
        if html and not label and (meta := _META.search(data[:4096])):
            label = meta[1].decode("ascii", "replace")
        text = charsets.decode(data, label).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        if "\ufffd" in text:
            self._problems.append("some characters can't be read")
        if html:
            return body.html_text(text)
        if _parameter(part, "format").lower() == "flowed":
            text = body.unflow(text, _parameter(part, "delsp").lower() == "yes")
        return text.strip()

    def _alternatives(self, children: list[Message]) -> list[Message]:
        """Of the same thing said several times: plain text if there is any, else the richest; other kinds all stay."""
        texts = [child for child in children if _type(child).startswith("text/") and not _is_attached(child)]
        plain = [child for child in texts if _type(child) == "text/plain" and _payload(child, []).strip()]
        html = [child for child in texts if _type(child) == "text/html"]
        chosen = (plain or html or texts)[:1]
        richer = [child for child in children if _type(child).startswith("multipart/")]
        if plain:
            # HTML with its pictures: the pictures stay, the text is there already.
            richer = [leaf for child in richer for leaf in _leaves(child, 0) if not _type(leaf).startswith("text/")]
        calendars = [child for child in children if child not in texts and not _type(child).startswith("multipart/")]
        return chosen + (richer if plain or not chosen else richer[:1] or []) + calendars

    def _attach(self, part: Message, data: bytes, kind: str) -> None:
        name = _parameter(part, "filename") or _parameter(part, "name")
        if kind == "message/rfc822" and not name:
            name = "mail.eml"
        if not name:
            extension = re.sub(r"[^a-z0-9]", "", kind.partition("/")[2].rpartition("-")[2])[:8]
            name = {
                "ms-tnef": "winmail.dat",
                "calendar": "invitation.ics",
                "delivery-status": "delivery-status.txt",
            }.get(kind.partition("/")[2], f"part-{self._count}.{extension or 'bin'}")
        if kind in _TNEF or name.casefold() == "winmail.dat":
            packed = tnef.files(data)
            for inner, content in packed[:_PARTS]:
                self._add(inner or "unnamed", "application/octet-stream", content)
            if packed:
                return
            self._problems.append("nothing could be taken out of Outlook's winmail.dat; it is kept as it is")
        self._add(name, kind, data)

    def _add(self, name: str, kind: str, data: bytes) -> None:
        self.attachments.append(Attachment(safe_name(name), kind, data, sha256(data).hexdigest()))


def safe_name(name: str) -> str:
    """A file name that can do no harm anywhere: no path, no control, no tricks of direction, not too long."""
    name = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    if len(name) > 120:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[:100]}.{extension[:16]}" if dot else name[:120]
    return name or "unnamed"


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    payload: object = part.get_payload()
    if isinstance(payload, list) and _type(part).startswith("multipart/") and depth < _DEPTH:
        for child in payload:
            yield from _leaves(child, depth + 1)
    else:
        yield part


def _is_attached(part: Message) -> bool:
    return _disposition(part) == "attachment" or bool(_parameter(part, "filename"))


def _type(part: Message) -> str:
    raw = charsets.words(str(_first(part, "content-type") or part.get_default_type()))
    found = re.match(r"\s*([\w.+-]+/[\w.+-]+|text\b)", raw)
    return found[1].lower() if found else "text/plain"


def _disposition(part: Message) -> str:
    found = re.match(r"\s*([\w-]+)", str(_first(part, "content-disposition") or ""))
    return found[1].lower() if found else ""


def _first(part: Message, name: str) -> str | None:
    for field, value in part.raw_items():
        if len(field) >= len(name) and field.strip().lower() == name:
            return str(value)
    return None


def _parameter(part: Message, name: str) -> str:
    """A parameter of Content-Type or Content-Disposition, by RFC 2231 or any of the ways people do it wrong."""
    for header in ("content-disposition", "content-type"):
        raw = _first(part, header)
        if raw is None:
            continue
        raw = raw[:_PARAMETERS]
        if ";" not in raw:
            continue
        raw = re.sub(r"[\r\n]+[ \t]*", " ", raw)
        pieces: dict[int, tuple[bool, str]] = {}
        pattern = rf"(?:^|;)\s*{name}(\*(\d+))?(\*)?\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)"
        for found in re.finditer(pattern, raw, re.IGNORECASE):
            value = found[4].strip()
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value.strip('"'))
            pieces.setdefault(int(found[2] or 0), (bool(found[3]), value))
        if pieces:
            return _joined([pieces[n] for n in sorted(pieces)])
    return ""


def _joined(pieces: list[tuple[bool, str]]) -> str:
    if not pieces[0][0]:
        return charsets.words("".join(value for _, value in pieces))
    charset, _, rest = pieces[0][1].partition("'")
    values = [(True, rest.partition("'")[2] if "'" in rest else pieces[0][1]), *pieces[1:]]
    data = b"".join(
        quopri.decodestring(value.replace("=", "=3D").replace("%", "=").encode("utf-8", "surrogateescape"))
        if encoded
        else value.encode("utf-8", "surrogateescape")
        for encoded, value in values
    )
    return charsets.decode(data, charset)


def _payload(part: Message, problems: list[str]) -> bytes:
    data = part.raw() if isinstance(part, _Part) else b""
    named = re.match(r"[\s\"']*([\w-]+)", str(_first(part, "content-transfer-encoding") or ""))
    encoding = named[1].lower() if named else ""
    if encoding == "base64":
        decoded = charsets.base64_bytes(data)
        # Plain text under a false label: reading it as base64 would leave rubbish.
        return data if data.strip() and len(decoded) * 2 < len(data.strip()) else decoded
    if encoding in ("quoted-printable", "quotedprintable", "qp"):
        return quopri.decodestring(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(data, problems)
    return data


def _uudecoded(data: bytes, problems: list[str]) -> bytes:
    made = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() == b"end":
            break
        try:
            made.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad wrongly; the length in the first byte says how much of the line is meant.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                made.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                problems.append("a line of an attachment can't be decoded")
    return b"".join(made)


def _source(child: object) -> bytes:
    if not isinstance(child, Message):
        return str(child).encode("utf-8", "surrogateescape")
    try:
        return child.as_bytes(policy=compat32.clone(max_line_length=0))
    except (UnicodeError, LookupError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return "\n".join(f"{name}: {value}" for name, value in child.raw_items()).encode("utf-8", "surrogateescape")
