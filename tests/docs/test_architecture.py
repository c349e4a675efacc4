"""The drawn tables are the code's."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_state_tables_are_drawn_from_the_code() -> None:
    spec = importlib.util.spec_from_file_location("draw", DOCS / "draw.py")
    assert spec is not None
    assert spec.loader is not None
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    page = draw.PAGE.read_text()
    assert draw.drawn(page) == page, "run python docs/draw.py"
    assert "put in line" in page
