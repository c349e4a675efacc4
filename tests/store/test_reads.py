"""What is read out of what people wrote."""

import pytest

from cti.store.reads import is_call


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("Call back about the router", True),
        ("call her back, she is in until five", True),
        ("Callback", True),
        ("I'll phone you back", True),
        ("回电", True),
        ("给客户回电：账单", True),
        ("覆電，講返張單", True),
        ("Call the engineer", False),
        ("Have the engineer call back", False),
        ("Engineer confirmed", False),
        ("callbackend is down", False),
        ("查回电记录", False),
        ("", False),
    ],
)
def test_only_what_is_surely_a_call_is_told_as_one(what: str, call: bool) -> None:
    assert is_call(what) == call
