"""Every table is in the reference, and no table that is not there."""

import re
from pathlib import Path

from cti.store.tables import metadata

REFERENCE = (Path(__file__).parents[2] / "docs/reference/history.md").read_text("utf-8")


def test_every_table_is_documented() -> None:
    rows = re.findall(r"^\| (`[^|]*) \|", REFERENCE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(metadata.tables)
