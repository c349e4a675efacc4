"""A call in the timeline can be heard as long as its recording is there."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from cti.core.ids import Ms
from cti.store.talks import marked
from cti.store.views import Entry

CALL = Entry(id="c-1", kind="call", at=Ms(5), title="", agent="Ana", lasted=Ms(60_000))


@pytest.mark.parametrize("name", ["c-1.talks.wav", "c-1.talks.wav.sealed"])
def test_a_call_whose_talks_are_kept_is_marked_however_they_are_kept(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"RIFF")
    others = (replace(CALL, id="c-2"), replace(CALL, kind="message"), replace(CALL, lasted=None))
    assert [entry.recorded for entry in marked(tmp_path, (CALL, *others))] == [True, False, False, False]


def test_of_an_erased_recording_of_the_message_left_in_a_call_and_without_a_folder_nothing_is_marked(
    tmp_path: Path,
) -> None:
    (tmp_path / "c-1.wav").write_bytes(b"RIFF")
    (tmp_path / "c-1.talks.wav.sealed.unfinished").write_bytes(b"RIFF")
    assert marked(tmp_path, (CALL,)) == marked(tmp_path / "none", (CALL,)) == marked(None, (CALL,)) == (CALL,)
