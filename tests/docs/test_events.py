"""Every event and every field of it is in the reference."""

import re
import typing
from pathlib import Path

import msgspec
import pytest

from cti.core import events

REFERENCE = Path(__file__).parents[2] / "docs/reference/events.md"
ROWS = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", REFERENCE.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("event", typing.get_args(events.Event), ids=lambda event: event.__name__)
def test_an_event_is_documented_with_its_fields(event: type[msgspec.Struct]) -> None:
    assert event.__name__ in ROWS, f"docs/reference/events.md says nothing of {event.__name__}"
    assert re.findall(r"`(\w+)`", ROWS[event.__name__]) == [field.name for field in msgspec.structs.fields(event)]


def test_nothing_is_documented_that_is_not_there() -> None:
    assert set(ROWS) == {event.__name__ for event in typing.get_args(events.Event)}
