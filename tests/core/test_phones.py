"""Which of an agent's phones ring, and which the plain queue may ring when we are away."""

import pytest

from cti.core.ids import AgentId, Phone, ReasonId
from cti.core.inputs import AgentNotReady, PhoneReachable
from tests.core.play import Play

BO = AgentId("bo")
DESK, WEB = Phone("bo-desk"), Phone("bo-web")


class Phones:
    """Bo's two phones, and what the plain queue was told of them last."""

    def __init__(self, *there: Phone) -> None:
        self.play = Play()
        for phone in (DESK, WEB):
            self.said(PhoneReachable(phone=phone, reachable=phone in there))
        self.play.table("0 | bo ready | bo ready")

    def said(self, what: PhoneReachable | AgentNotReady) -> None:
        self.play.say(what)

    def rung(self) -> set[Phone]:
        """Whose leg the latest offer has asked for."""
        return {leg.phone for leg in self.play.rings[-1].legs}

    def plain(self) -> list[bool]:
        """What the plain queue was told, wish by wish; the same for both phones."""
        return [each.ready for each in self.play.plain if each.agent == BO and each.phone == DESK]


CALL = """
    2 | A calls         |
    2 | A asks support  | queued A support; offered A bo; bo reserved; RING bo for A
"""


@pytest.mark.parametrize(
    ("there", "rings"), [((DESK,), {DESK}), ((WEB,), {WEB}), ((DESK, WEB), {DESK, WEB}), ((), {DESK, WEB})]
)
def test_a_phone_that_is_not_there_is_not_rung_unless_none_seems_to_be(
    there: tuple[Phone, ...], rings: set[Phone]
) -> None:
    phones = Phones(*there)
    phones.play.table(CALL)
    assert phones.rung() == rings


def test_the_plain_queue_sees_by_itself_that_the_only_phone_is_in_use() -> None:
    phones = Phones(DESK)
    before = phones.plain()
    phones.play.table(CALL)
    assert phones.plain() == before
    # A second phone would ring in the middle of the call.
    phones.said(PhoneReachable(phone=WEB, reachable=True))
    assert phones.plain() == [*before, False]
    phones.said(PhoneReachable(phone=WEB, reachable=False))
    assert phones.plain() == [*before, False, True]
    # Nor is anybody rung after the call who wants a break then.
    phones.said(AgentNotReady(agent=BO, reason=ReasonId("break")))
    assert phones.plain() == [*before, False, True, False]


def test_of_two_phones_neither_is_left_to_the_plain_queue_during_a_call() -> None:
    phones = Phones(DESK, WEB)
    before = phones.plain()
    phones.play.table(CALL)
    assert phones.plain() == [*before, False]
