"""Encrypted files: in chunks, so that an hour of voice takes no more memory than a minute, and any part can be read.

A sealed file is a head (magic, version, the key's id, a salt) and chunks of 64 KiB, each encrypted by AES-256-GCM with
a key of the file's own (HKDF-SHA256 of the key and the salt). A chunk's nonce is its number and whether it is the last
one, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, 2015): none can be changed, moved, left out or added unnoticed. Head and name are
authenticated with every chunk, so that no file can stand in for another.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cti.setup.keys import ID_BYTES, KEY_BYTES, Key, KeyRing

_MAGIC: Final = b"HLsealed\x01"
_SALT: Final = 16
_HEAD: Final = len(_MAGIC) + ID_BYTES + _SALT
CHUNK: Final = 65_536
"""Bytes of the plain file in a chunk."""
_TAG: Final = 16


class SealedError(Exception):
    """It can't be decrypted; the text says why."""


def seal(key: Key, name: str, plain: Iterator[bytes], into: BinaryIO) -> None:
    """Encrypt a file that comes in pieces of `CHUNK` bytes (the last may be shorter); reading it takes its `name`."""
    head = _MAGIC + bytes.fromhex(key.id) + os.urandom(_SALT)
    cipher, bound = _cipher(key, head), head + name.encode()
    into.write(head)
    piece: bytes | None = next(plain, b"")
    for n in count():
        if piece is None:
            return
        # Only what comes after it says whether it is the last one.
        after = next(plain, None)
        into.write(cipher.encrypt(_nonce(n, last=after is None), piece, bound))
        piece = after


class Opened:
    """A sealed file that is read: any part of it, each chunk checked. Its length is checked at once.

    Raises SealedError when it is cut, was changed, is another one, or its key is not there.
    """

    def __init__(self, ring: KeyRing, name: str, file: BinaryIO) -> None:
        self._file = file
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(_HEAD)
        id_ = key_of(head)
        key = ring.find(id_)
        if key is None:
            raise SealedError(f"it is encrypted with the key {id_}, which is not in the key file")
        self._cipher, self._bound = _cipher(key, head), head + name.encode()
        body = size - _HEAD
        self._chunks = max(1, -(-body // (CHUNK + _TAG)))
        self.size = body - self._chunks * _TAG
        """Bytes of the plain file."""
        if self.size < (self._chunks - 1) * CHUNK + (self._chunks > 1):
            raise SealedError("it was cut")
        # Whether it ends where it should: only the last chunk was encrypted as such.
        self._chunk(self._chunks - 1)

    def read(self, start: int, count: int) -> bytes:
        """Up to `count` bytes from `start` on; fewer only at the end."""
        stop = min(start + count, self.size)
        if start >= stop:
            return b""
        first = start // CHUNK
        found = b"".join(self._chunk(n) for n in range(first, (stop - 1) // CHUNK + 1))
        return found[start - first * CHUNK : stop - first * CHUNK]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _chunk(self, n: int) -> bytes:
        self._file.seek(_HEAD + n * (CHUNK + _TAG))
        try:
            return self._cipher.decrypt(
                _nonce(n, last=n == self._chunks - 1), self._file.read(CHUNK + _TAG), self._bound
            )
        except InvalidTag:
            raise SealedError("it was changed or cut, or it is another one than its name says") from None


def key_of(head: bytes) -> str:
    """The id of the key of a sealed file, by its first bytes. Raises SealedError when it is none."""
    if len(head) < _HEAD or not head.startswith(_MAGIC):
        raise SealedError("it is no encrypted file of Hotline's, or it was cut")
    return head[len(_MAGIC) : len(_MAGIC) + ID_BYTES].hex()


def head_of(file: BinaryIO) -> bytes:
    """What `key_of` wants to see."""
    return file.read(_HEAD)


def seal_bytes(key: Key, name: str, body: bytes) -> bytes:
    """`seal` of something short."""
    into = BytesIO()
    seal(key, name, pieces_of(BytesIO(body)), into)
    return into.getvalue()


def open_bytes(ring: KeyRing, name: str, body: bytes) -> bytes:
    """What was sealed by `seal_bytes`. Raises SealedError."""
    return b"".join(pieces(Opened(ring, name, BytesIO(body))))


def pieces(opened: Opened) -> Iterator[bytes]:
    """All of it, a chunk after the other. Raises SealedError."""
    for start in range(0, opened.size, CHUNK):
        yield opened.read(start, CHUNK)


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """A plain file as `seal` takes it."""
    return iter(lambda: file.read(CHUNK), b"")


def _cipher(key: Key, head: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt=head[-_SALT:], info=b"hotline sealed file").derive(key.raw)
    return AESGCM(derived)


def _nonce(n: int, *, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])
