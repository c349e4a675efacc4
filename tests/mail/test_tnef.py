"""Outlook's winmail.dat, packed here byte by byte: its files come out; damage never hurts."""

import struct
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from cti.mail.parse import parse
from cti.mail.tnef import files


def attribute(level: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def packed(*attachments: tuple[str, str, bytes]) -> bytes:
    """(short name, long name, bytes) as Outlook writes them."""
    made = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    for short, long, body in attachments:
        made += attribute(2, 0x00069002, b"\0" * 14)
        made += attribute(2, 0x0006800F, body) + attribute(2, 0x00018010, short.encode("gbk") + b"\0")
        if long:
            name = (long + "\0").encode("utf-16-le")
            properties = struct.pack("<III", 1, 0x3707001F, 1) + struct.pack("<I", len(name)) + name
            made += attribute(2, 0x00069005, properties)
    return made


FILES = (("BILL~1.PDF", "账单 2026年11月.pdf", b"%PDF-1.7 bill"), ("红灯.jpg", "", b"\xff\xd8 picture"))


def test_files_come_out_with_their_long_names() -> None:
    assert files(packed(*FILES)) == [("账单 2026年11月.pdf", b"%PDF-1.7 bill"), ("红灯.jpg", b"\xff\xd8 picture")]
    assert files(packed()) == []


def test_in_a_mail_they_are_attachments_as_any_other() -> None:
    def sent(body: bytes) -> bytes:
        return (
            b"From: li@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n"
            b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n\r\n' + b64encode(body)
        )

    mail = parse(sent(packed(("..\\evil.exe", "", b"MZ"), *FILES)))
    assert [one.name for one in mail.attachments] == ["evil.exe", "账单 2026年11月.pdf", "红灯.jpg"]
    damaged = parse(sent(packed(*FILES)[:40]))
    assert [one.name for one in damaged.attachments] == ["winmail.dat"]
    assert any("winmail.dat" in problem for problem in damaged.problems)


@given(st.binary(max_size=200), st.integers(0, 300))
def test_damage_never_hurts(noise: bytes, at: int) -> None:
    whole = packed(*FILES)
    files(whole[:at] + noise + whole[at:])
    files(whole[:6] + noise)
