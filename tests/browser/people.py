"""Who is whose, and what a call is about, as the pretended server tells it."""

from cti.core.ids import CustomerId, IdentifierId
from cti.store.views import (
    CaseLine,
    CaseSuggestion,
    CustomerHit,
    Evidence,
    IdentifierLine,
    Identity,
    MergeLine,
    MergePreview,
    MergeSide,
    Suggestion,
)
from tests.browser import scenes


def identity() -> Identity:
    """How Eleanor is known, whom she was merged with, and who may be her, too."""
    tel = IdentifierLine(
        id=IdentifierId("tel:1"),
        kind="tel",
        display="+44 7700 900143",
        source="crm",
        first_seen=scenes.ms(200 * scenes.DAY),
        last_seen=scenes.ms(scenes.DAY),
        confidence=83,
        shared=1,
    )
    mail = CustomerHit(
        customer=CustomerId("mail:2"), name="", detail="ellie@mail.example", last=scenes.ms(2 * scenes.DAY)
    )
    written = Evidence(kind="written", what="+44 7700 900143", source="mail", at=scenes.ms(2 * scenes.DAY))
    return Identity(
        customer=CustomerId("k-1"),
        identifiers=(tel,),
        merges=(MergeLine(id="3", gone="web-7", name="E. Whitcombe", at=scenes.ms(9 * scenes.DAY), by="ana"),),
        suggestions=(Suggestion(other=mail, evidence=(written,)),),
    )


def preview() -> MergePreview:
    """What a merge with the mails would give."""

    def side(name: str, contacts: int, *identifiers: str) -> MergeSide:
        return MergeSide(
            customer=CustomerId("k-1"),
            name=name,
            language="en",
            tier="",
            tags=(),
            identifiers=identifiers,
            counts={"call": contacts},
            cases=1,
            promises=0,
        )

    tel, mail = "+44 7700 900143", "ellie@mail.example"
    return MergePreview(
        kept=side("Eleanor Whitcombe", 14, tel),
        gone=side("", 3, mail),
        together=side("Eleanor Whitcombe", 17, tel, mail),
    )


def looks_like() -> tuple[CaseSuggestion, ...]:
    """The open case, and one that was closed on Monday."""
    first = scenes.eleanor().cases[0]
    opened, closed = scenes.ms(30 * scenes.DAY), scenes.ms(3 * scenes.DAY)
    bill = CaseLine(id="4711", title="Bill too high", state="closed", opened=opened, closed=closed, solved=True)
    return (
        CaseSuggestion(case=first, words=("internet", "light"), reopens=False),
        CaseSuggestion(case=bill, words=("bill", "fibre"), reopens=True),
    )
