"""What Outlook packs into `winmail.dat` (TNEF, Microsoft's MS-OXTNEF): the attached files. Pure; never fails."""

import struct
from collections.abc import Iterator

from cti.mail.charsets import decode

_SIGNATURE = struct.pack("<I", 0x223E9F78)
_RENDERING, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME = ((b"\x1f\x00\x07\x37", "utf-16-le"), (b"\x1e\x00\x07\x37", "gb18030"))
"""PR_ATTACH_LONG_FILENAME as Unicode and in the sender's own charset, in front of count, length and text."""


def files(data: bytes) -> list[tuple[str, bytes]]:
    """(name, bytes) of every file packed in it; none when it is damaged, or holds none."""
    found: list[tuple[str, bytes]] = []
    title = long_name = ""
    body: bytes | None = None
    for kind, value in _attributes(data):
        if kind == _RENDERING:  # each attachment begins with one
            if body is not None:
                found.append((long_name or title, body))
            title, long_name, body = "", "", None
        elif kind == _TITLE:
            title = decode(value.rstrip(b"\0"), None)
        elif kind == _DATA:
            body = value
        elif kind == _PROPERTIES:
            long_name = _long_name(value)
    if body is not None:
        found.append((long_name or title, body))
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not data.startswith(_SIGNATURE):
        return
    at = 6  # signature and key
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<xHxxI", data, at)
        end = at + 9 + length
        if end > len(data):
            return
        yield kind, data[at + 9 : end]
        at = end + 2  # checksum


def _long_name(properties: bytes) -> str:
    for tag, charset in _LONG_NAME:
        at = properties.find(tag)
        if at >= 0 and at + 12 <= len(properties):
            (length,) = struct.unpack_from("<I", properties, at + 8)
            return decode(properties[at + 12 : at + 12 + min(length, 1000)], charset).split("\0")[0]
    return ""
