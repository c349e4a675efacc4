"""The state tables are complete, and everything they name exists."""

from typing import get_args

from cti.core import agent, apply, calls, consult, consult_table, piece, pieces, recorded, recording, switchboard
from cti.core.events import Event
from cti.core.inputs import Input
from cti.core.interaction import TABLE, Do, No, Signal, State


def test_every_state_and_signal_of_an_interaction_is_decided() -> None:
    for state in State:
        assert set(TABLE[state]) == set(Signal), state


def test_every_action_is_used_and_done() -> None:
    named = {action for row in TABLE.values() for action in row.values()}
    assert {action for action in named if isinstance(action, Do)} == set(Do) == set(calls._ACTIONS)
    assert {action for action in named if isinstance(action, No)} == set(No)


def test_every_step_and_happening_of_a_consultation_is_decided_and_done() -> None:
    for step in consult_table.Step:
        assert set(consult_table.TABLE[step]) == set(consult_table.Happening), step
    named = {action for row in consult_table.TABLE.values() for action in row.values()}
    assert (
        {action for action in named if isinstance(action, consult_table.Do)}
        == set(consult_table.Do)
        == set(consult._ACTIONS)
    )
    assert {action for action in named if isinstance(action, consult_table.No)} == set(consult_table.No)


def test_every_state_and_signal_of_an_agent_is_decided() -> None:
    for state in agent.AgentState:
        assert set(agent.TABLE[state]) == set(agent.AgentSignal), state


def test_every_state_and_signal_of_text_work_is_decided() -> None:
    for state in piece.PieceState:
        assert set(piece.TABLE[state]) == set(piece.PieceSignal), state
    named = {action for row in piece.TABLE.values() for action in row.values()}
    assert {action for action in named if isinstance(action, piece.PieceDo)} == set(pieces._ACTIONS)
    assert set(pieces._ACTIONS) == set(piece.PieceDo)
    assert {action for action in named if isinstance(action, piece.PieceNo)} == set(piece.PieceNo)


def test_everything_that_can_happen_to_a_recording_is_decided_and_done() -> None:
    for state in recorded.Recorded:
        assert set(recorded.TABLE[state]) == set(recorded.Heard), state
    named = {action for row in recorded.TABLE.values() for action in row.values()}
    assert {action for action in named if isinstance(action, recorded.Then)} == set(recorded.Then)
    assert set(recording._ACTIONS) == set(recorded.Then)


def test_every_input_is_taken_and_every_event_folded() -> None:
    assert set(switchboard._HANDLERS) == set(get_args(Input))
    assert set(apply._FOLDS) == set(get_args(Event))
