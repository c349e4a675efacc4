"""Writes the state tables into `architecture.md` from the code's own tables: `python docs/draw.py`."""

import re
from pathlib import Path

from cti.core import agent, consult_table, interaction, piece, recorded

PAGE = Path(__file__).with_name("architecture.md")


def _table(corner: str, rows: dict[str, dict[str, str]]) -> str:
    columns = list(next(iter(rows.values())))
    lines = [f"| {corner} | " + " | ".join(columns) + " |", "|" + " --- |" * (len(columns) + 1)]
    lines += [
        f"| **{name}** | " + " | ".join(cells[column] for column in columns) + " |" for name, cells in rows.items()
    ]
    return "\n".join(lines)


def interactions() -> str:
    """Signals down, states across; a dash where nothing follows, with why."""
    rows: dict[str, dict[str, str]] = {}
    for signal in interaction.Signal:
        rows[signal.value] = {
            state.value: _cell(
                interaction.TABLE[state][signal], isinstance(interaction.TABLE[state][signal], interaction.No)
            )
            for state in interaction.State
        }
    return _table("what happens", rows)


def agents() -> str:
    rows: dict[str, dict[str, str]] = {}
    for signal in agent.AgentSignal:
        rows[signal.value] = {
            state.value: _cell(agent.TABLE[state][signal], isinstance(agent.TABLE[state][signal], agent.AgentNo))
            for state in agent.AgentState
        }
    return _table("an agent", rows)


def pieces() -> str:
    rows: dict[str, dict[str, str]] = {}
    for signal in piece.PieceSignal:
        rows[signal.value] = {
            state.value: _cell(piece.TABLE[state][signal], isinstance(piece.TABLE[state][signal], piece.PieceNo))
            for state in piece.PieceState
        }
    return _table("what happens", rows)


def consultations() -> str:
    rows: dict[str, dict[str, str]] = {}
    for happening in consult_table.Happening:
        cells = {step: consult_table.TABLE[step][happening] for step in consult_table.Step}
        rows[happening.value] = {
            step.value: _cell(action, isinstance(action, consult_table.No)) for step, action in cells.items()
        }
    return _table("what happens", rows)


def recordings() -> str:
    rows: dict[str, dict[str, str]] = {}
    for heard in recorded.Heard:
        cells = {state: recorded.TABLE[state][heard] for state in recorded.Recorded}
        rows[heard.value] = {
            state.value: _cell(action, isinstance(action, recorded.RecordedNo)) for state, action in cells.items()
        }
    return _table("what happens", rows)


def _cell(action: str, refused: bool) -> str:
    return f"– *{action}*" if refused else str(action)


def drawn(page: str) -> str:
    """The page with its tables as they are in the code now."""
    drawings = (
        ("interactions", interactions()),
        ("agents", agents()),
        ("pieces", pieces()),
        ("consultations", consultations()),
        ("recordings", recordings()),
    )
    for name, table in drawings:
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        page = re.sub(f"{begin}.*?{end}", lambda _, b=begin, t=table, e=end: f"{b}\n{t}\n{e}", page, flags=re.S)
    return page


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
