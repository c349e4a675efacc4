"""Key presses as capture files, which sipp plays (its own `play_dtmf` sends no valid RFC 4733)."""

import struct
from pathlib import Path

from cti.robots import sound

_FILE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_ETHERNET = bytes(12) + b"\x08\x00"
_STEP_US = 20_000


def write_press(path: Path, key: str, stamp: int) -> None:
    """One press of `key`. `stamp` tells presses apart: a phone ignores a second one with the same (RTP time units)."""
    with path.open("wb") as file:
        file.write(_FILE)
        for n, packet in enumerate(sound.key_packets(key, (stamp // sound.SAMPLES) & 0xFFFF, stamp, 0x484F544C)):
            frame = _ETHERNET + _udp(packet)
            file.write(struct.pack("<IIII", 0, n * _STEP_US, len(frame), len(frame)) + frame)


def _udp(payload: bytes) -> bytes:
    """IPv4 and UDP headers as sipp wants to find them; it puts its own addresses and ports in."""
    length = 8 + len(payload)
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001)
    return ip + struct.pack("!HHHH", 4000, 4000, length, 0) + payload
