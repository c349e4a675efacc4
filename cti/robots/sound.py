"""What robots say: G.711 frames, silence's opposite, and key presses (RFC 4733)."""

import math
import struct
from itertools import pairwise

SAMPLES = 160
"""Twenty milliseconds."""

SILENCE = b"\xff" * SAMPLES

KEYS = "0123456789*#"
_PAYLOAD_ULAW = 0
_PAYLOAD_KEYS = 101


def ulaw(sample: int) -> int:
    """One 16-bit sample as G.711 mu-law."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return 0xFF & ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F)


def tone(hertz: int = 400, loud: int = 8000) -> bytes:
    """A frame of a tone that repeats without a click (`hertz` a multiple of 50)."""
    return bytes(ulaw(round(loud * math.sin(math.tau * hertz * n / 8000))) for n in range(SAMPLES))


def packet(sequence: int, stamp: int, source: int, payload: bytes) -> bytes:
    """An RTP packet of audio (RFC 3550)."""
    return struct.pack("!BBHII", 0x80, _PAYLOAD_ULAW, sequence & 0xFFFF, stamp & 0xFFFFFFFF, source) + payload


def key_packets(key: str, sequence: int, stamp: int, source: int, frames: int = 4) -> list[bytes]:
    """The packets of one key press: `frames` of 20 ms, the end said three times."""
    event = KEYS.index(key)
    packets = []
    for n in range(frames + 3):
        end = n >= frames
        length = SAMPLES * min(n + 1, frames)
        kind = _PAYLOAD_KEYS | (0x80 if n == 0 else 0)
        head = struct.pack("!BBHII", 0x80, kind, (sequence + n) & 0xFFFF, stamp & 0xFFFFFFFF, source)
        packets.append(head + struct.pack("!BBH", event, 0x8A if end else 0x0A, length))
    return packets


def is_audio(data: bytes) -> bool:
    """Whether a datagram is an RTP packet of G.711 mu-law."""
    return len(data) > 12 and data[0] >> 6 == 2 and data[1] & 0x7F == _PAYLOAD_ULAW


def heard(data: bytes) -> bool:
    """Whether an audio packet holds anything but silence (0xFF and 0x7F are mu-law's zeros; a little noise is none)."""
    return sum(1 for byte in data[12:] if byte & 0x7F < 0x60) > SAMPLES // 10


def crossings(data: bytes) -> int:
    """How often an audio packet's wave crosses zero: 40 Hz of a pure tone for each (a frame is a 50th of a second)."""
    signs = [byte >> 7 for byte in data[12:]]
    return sum(1 for one, two in pairwise(signs) if one != two)


def pressed(data: bytes) -> tuple[int, str] | None:
    """The time stamp and the key of a key press's packet; the same stamp means the same press."""
    if len(data) < 16 or data[0] >> 6 != 2 or data[1] & 0x7F != _PAYLOAD_KEYS or data[12] >= len(KEYS):
        return None
    return int.from_bytes(data[4:8], "big"), KEYS[data[12]]
