"""A robot's voice: one RTP stream, a tone out, keys, and counters of what comes in."""

import asyncio
import secrets
from collections.abc import Callable

from cti.robots import sound

FRAME_S = sound.SAMPLES / 8000


class Media(asyncio.DatagramProtocol):
    """One RTP stream: a tone out, counters in."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.port = 0
        self.packets = 0
        """Audio packets received."""
        self.sent = 0
        """Audio packets sent."""
        self.loud = 0
        """Of those, with something to hear."""
        self.first_loud: float | None = None
        """Loop time of the first of those."""
        self.started = 0.0
        self.on_audio: Callable[[bytes], None] | None = None
        """Called with every audio packet."""
        self.keys = ""
        """Keys pressed by the other side."""
        self._key_stamp = -1
        self.silent = False
        """Send nothing."""
        self._transport: asyncio.DatagramTransport | None = None
        self._to: tuple[str, int] | None = None
        self._task: asyncio.Task[None] | None = None
        self._sequence = secrets.randbelow(30000)
        self._stamp = secrets.randbelow(1 << 30)
        self._source = secrets.randbits(31)
        self.frame = sound.tone()
        """Twenty milliseconds of what it says, again and again."""
        self._keys: list[bytes] = []
        self._listeners: list[tuple[int, asyncio.Future[None]]] = []

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, 0))
        self.port = self._transport.get_extra_info("sockname")[1]

    def send_to(self, where: tuple[str, int] | None) -> None:
        """Begin (or go on) sending there."""
        self._to = where
        if self._task is None and where is not None:
            self.started = asyncio.get_running_loop().time()
            self._task = asyncio.get_running_loop().create_task(self._speak())

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._transport is not None and not self._transport.is_closing():
            if self._keys:
                self._send(self._keys.pop(0))
            elif not self.silent:
                self._send(sound.packet(self._sequence, self._stamp, self._source, self.frame))
                self._sequence += 1
                self.sent += 1
            self._stamp += sound.SAMPLES
            due = max(due + FRAME_S, loop.time() - 0.1)
            await asyncio.sleep(max(0, due - loop.time()))

    async def press(self, key: str) -> None:
        packets = sound.key_packets(key, self._sequence, self._stamp, self._source)
        self._sequence += len(packets)
        self._keys.extend(packets)
        await asyncio.sleep(FRAME_S * len(packets))

    async def hears(self, packets: int) -> None:
        """Return when so many packets with something to hear have come in all."""
        heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners.append((packets, heard))
        self._tell()
        await heard

    def _tell(self) -> None:
        for packets, heard in self._listeners:
            if self.loud >= packets and not heard.done():
                heard.set_result(None)
        self._listeners = [(packets, heard) for packets, heard in self._listeners if not heard.done()]

    def _send(self, data: bytes) -> None:
        if self._transport is not None and self._to is not None:
            self._transport.sendto(data, self._to)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if sound.is_audio(data):
            self.packets += 1
            if self.on_audio is not None:
                self.on_audio(data)
            if sound.heard(data):
                self.loud += 1
                if self.first_loud is None:
                    self.first_loud = asyncio.get_running_loop().time()
                self._tell()
        elif (key := sound.pressed(data)) is not None and key[0] != self._key_stamp:
            self._key_stamp = key[0]
            self.keys += key[1]

    def error_received(self, exc: Exception) -> None:
        """The other side's port is closed already; that is how calls end."""

    def stop(self) -> None:
        """Say nothing more; what still comes is taken."""
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        self.stop()
        if self._transport is not None:
            self._transport.close()
