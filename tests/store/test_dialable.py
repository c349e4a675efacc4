"""Which numbers may be called, in every form they are written."""

import pytest

from cti.core.site import Outgoing
from cti.store.dialable import barred, doubtful
from cti.store.identity import normal_phone

RULES = Outgoing(trunk="t", allow=("+852", "+4420", "1823"), premium=("+4484",))


@pytest.mark.parametrize(
    ("dialled", "why"),
    [
        ("9123 4567", ""),
        ("+852 9123-4567", ""),
        ("００852 9123 4567", "not_allowed"),
        ("001 852 9123 4567", ""),
        ("+44 20 7946 0958", ""),
        ("+44 7700 900143", "not_allowed"),
        ("1823", ""),
        ("999", "not_allowed"),
        ("112", "not_allowed"),
        ("*43", "not_allowed"),
    ],
)
def test_a_number_is_called_only_where_the_site_says_so(dialled: str, why: str) -> None:
    value = normal_phone(dialled, "HK")
    assert value is not None
    assert barred(value, RULES) == why


def test_costly_numbers_need_more_than_their_country() -> None:
    everything = Outgoing(trunk="t", allow=("+44",))
    assert barred("+449098790000", everything) == "not_allowed"
    assert barred("+448431234567", everything) == "not_allowed"
    assert barred("+448431234567", Outgoing(trunk="t", allow=("+44",), premium=("+44843",))) == ""


def test_nothing_is_called_where_nothing_is_said() -> None:
    assert barred("+85291234567", Outgoing()) == "not_allowed"


@pytest.mark.parametrize(
    ("dialled", "mistyped"),
    [
        ("9123 4567", False),
        ("1123 4567", True),
        ("+44 20 7946 0958", False),
        ("+1 212 155 0100", True),
        ("1823", False),
    ],
)
def test_a_number_that_nobody_has_is_doubted(dialled: str, mistyped: bool) -> None:
    value = normal_phone(dialled, "HK")
    assert value is not None
    assert doubtful(value) == mistyped
