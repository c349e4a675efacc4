"""Who is whose, and what a call is about, as the pretended server tells it."""

from msgspec.structs import replace

from cti.core.ids import AgentId, CustomerId, IdentifierId
from cti.store.erase import Erased
from cti.store.identity_views import (
    Evidence,
    IdentifierLine,
    Identity,
    MergeLine,
    MergePreview,
    MergeSide,
    PinLine,
    Suggestion,
)
from cti.store.reach import Way
from cti.store.views import (
    About,
    CaseLine,
    CaseMove,
    CaseSuggestion,
    CaseView,
    CustomerHit,
    DuePromise,
    Facts,
    Tag,
    Wishes,
)
from cti.web.people_bodies import CaseList, Erasure
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
        pin=PinLine(since=scenes.ms(30 * scenes.DAY), by="ana", locked=False),
    )


def about() -> About:
    """Eleanor in short: best reached on Tuesdays by SMS, who wants no mail."""
    return About(
        customer=CustomerId("k-1"),
        language="en",
        tier="gold",
        tags=(Tag(tag="Works nights", source="agent:ana"),),
        wishes=Wishes(
            never=("mail",), begins=540, ends=1080, note="Hard of hearing", by=AgentId("ana"), at=scenes.ms(0)
        ),
        ways=(
            Way(channel="sms", weekday=1, hour=9, answered=8, tries=10, chance=76, own=True),
            Way(channel="call", answered=41, tries=100, chance=41, own=False),
        ),
        unwanted="quiet",
        facts=Facts(
            since=scenes.ms(400 * scenes.DAY),
            contacts=14,
            last=scenes.eleanor().timeline[0],
            unsolved=1,
            judged=3,
            cases=1,
            cases_late=0,
            promises=1,
            promises_late=0,
            next_promise=scenes.ms(-3600_000),
        ),
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


EXPORT = b"PK\5\6" + bytes(18)
"""Everything about nobody: an empty zip."""


def erasure(talking: int = 0, waiting: int = 0) -> Erasure:
    """What would go with Eleanor."""
    goes = Erased(
        customer="k-1",
        members=("k-1", "web-7"),
        identifiers=2,
        shared=1,
        interactions=14,
        messages=3,
        attachments=1,
        kept=0,
        files=2,
        cases=2,
        open_cases=1,
        promises=1,
        open_promises=1,
    )
    return Erasure(goes=goes, mark="m-1", talking=talking, waiting=waiting)


def looks_like() -> tuple[CaseSuggestion, ...]:
    """The open case, and one that was closed on Monday."""
    first = scenes.eleanor().cases[0]
    opened, closed = scenes.ms(30 * scenes.DAY), scenes.ms(3 * scenes.DAY)
    bill = CaseLine(id="4711", title="Bill too high", state="closed", opened=opened, closed=closed, solved=True)
    return (
        CaseSuggestion(case=first, words=("internet", "light"), reopens=False),
        CaseSuggestion(case=bill, words=("bill", "fibre"), reopens=True),
    )


def own_cases() -> CaseList:
    """Ana's: one is late."""
    first = scenes.eleanor().cases[0]
    late = CaseLine(id="4790", title="合同续约", state="waiting", opened=scenes.ms(9 * scenes.DAY), owner="ana")
    return CaseList(cases=(replace(late, due=scenes.ms(scenes.HOUR)), first))


def promised(by: str, left: int) -> DuePromise:
    """To Eleanor, by `by`, due in `left` milliseconds."""
    return DuePromise(
        id=f"p-{by}",
        what="send the new bill",
        due=scenes.ms(-left),
        made=scenes.ms(scenes.DAY),
        by=AgentId(by),
        customer=CustomerId("k-1"),
        name="Eleanor Whitcombe",
    )


def case() -> CaseView:
    """Eleanor's, made one with another yesterday."""
    who = scenes.eleanor()
    move = CaseMove(
        id="5", how="merge", other="4711", title="Router", contacts=2, at=scenes.ms(scenes.DAY), by=AgentId("ana")
    )
    return CaseView(
        case=who.cases[0],
        customer=CustomerId("k-1"),
        name="Eleanor Whitcombe",
        entries=who.timeline[:3],
        promises=who.promises,
        moves=(move,),
    )
