"""Encrypted files: any part of them read, and nothing of them when anything about them was changed."""

import os
from io import BytesIO

import pytest

from cti.setup.keys import Key, KeyRing
from cti.store.sealed import CHUNK, Opened, SealedError, key_of, open_bytes, seal_bytes

KEY = Key(made="2026-11-24T00:00:00+00:00", secret="0f" * 32)
OTHER = Key(made="2026-11-25T00:00:00+00:00", secret="f0" * 32)
RING = KeyRing((KEY, OTHER))
HEAD = 33
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 77)


@pytest.mark.parametrize("size", SIZES)
def test_any_part_of_any_length_is_what_was_sealed(size: int) -> None:
    plain = os.urandom(size)
    sealed = seal_bytes(KEY, "c-1.wav", plain)
    assert plain[:50] not in sealed or size < 8
    assert key_of(sealed) == KEY.id
    assert open_bytes(RING, "c-1.wav", sealed) == plain
    opened = Opened(RING, "c-1.wav", BytesIO(sealed))
    assert opened.size == size
    edges = [0, 1, 44, CHUNK - 1, CHUNK, CHUNK + 1, size - 1, size, size + 9]
    for start in filter(lambda at: at >= 0, edges):
        for count in (0, 1, 100, CHUNK, 3 * CHUNK):
            assert opened.read(start, count) == plain[start : start + count]


def test_the_same_twice_looks_different() -> None:
    assert seal_bytes(KEY, "a", b"the same") != seal_bytes(KEY, "a", b"the same")


@pytest.mark.parametrize("size", SIZES)
def test_cut_anywhere_it_can_t_be_opened(size: int) -> None:
    sealed = seal_bytes(KEY, "a", bytes(size))
    cuts = {0, 1, HEAD - 1, HEAD, HEAD + 15, HEAD + CHUNK, HEAD + CHUNK + 16, HEAD + 2 * (CHUNK + 16), len(sealed) - 1}
    for cut in (at for at in cuts if at < len(sealed)):
        with pytest.raises(SealedError):
            Opened(RING, "a", BytesIO(sealed[:cut]))


def test_one_changed_bit_anywhere_is_noticed_when_it_is_read() -> None:
    sealed = seal_bytes(KEY, "a", bytes(2 * CHUNK + 5))
    for at in (0, 8, 12, 20, HEAD, HEAD + 70, HEAD + CHUNK + 3, HEAD + CHUNK + 16 + 9, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealedError):
            open_bytes(RING, "a", bytes(changed))


def test_chunks_can_t_be_moved_left_out_or_put_behind() -> None:
    one, two, three = (
        seal_bytes(KEY, "a", bytes(3 * CHUNK))[HEAD + n * (CHUNK + 16) : HEAD + (n + 1) * (CHUNK + 16)]
        for n in range(3)
    )
    head = seal_bytes(KEY, "a", b"")[:HEAD]
    for body in ((two, one, three), (one, three), (one, two), (one, two, three, three)):
        with pytest.raises(SealedError):
            open_bytes(RING, "a", head + b"".join(body))


def test_another_name_or_another_key_opens_nothing() -> None:
    sealed = seal_bytes(KEY, "attachment 1", b"secret")
    with pytest.raises(SealedError, match="another one"):
        open_bytes(RING, "attachment 2", sealed)
    with pytest.raises(SealedError, match=f"key {KEY.id}, which is not in the key file"):
        open_bytes(KeyRing((OTHER,)), "attachment 1", sealed)
    with pytest.raises(SealedError, match="no encrypted file"):
        open_bytes(RING, "attachment 1", b"RIFF" * 20)
