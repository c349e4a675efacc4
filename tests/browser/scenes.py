"""What a desk is shown, scene by scene: the same structs the server sends, filled with a day at a broadband company."""

import time

import msgspec
from msgspec import structs

from cti.core.events import Why
from cti.core.ids import (
    AgentId,
    CustomerId,
    IdentifierId,
    InteractionId,
    Ms,
    OfferId,
    OutcomeId,
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.site import CLOSINGS, OutcomeKind, Reason
from cti.store.views import (
    AgentNote,
    Answer,
    CallLine,
    CaseLine,
    Entry,
    Person,
    Pop,
    PromiseLine,
    Station,
)
from cti.web.views import (
    AgentTile,
    CallView,
    ClosedView,
    ClosingView,
    ConsultView,
    DeskView,
    GivenTo,
    MeView,
    NoticeView,
    ParkedView,
    PhoneView,
    QueueView,
    WaitView,
)

ANA = AgentId("ana")
CALL = InteractionId("c-1764000000-42")
OFFER = OfferId(f"{CALL}.1")
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    return int(time.time() * 1000)


def ms(ago: int) -> Ms:
    """The moment so many ms ago."""
    return Ms(now() - ago)


REASONS = (
    Reason(id=ReasonId("lunch"), name={"en": "Lunch", "zh-Hans": "午餐", "zh-Hant": "午膳"}),
    Reason(id=ReasonId("training"), name={"en": "Training", "zh-Hans": "培训", "zh-Hant": "培訓"}),
    Reason(id=ReasonId("meeting"), name={"en": "Team talk", "zh-Hans": "组会", "zh-Hant": "組會"}),
)
OUTCOMES = (
    OutcomeKind(
        id=OutcomeId("solved"), name={"en": "Solved now", "zh-Hans": "已解决", "zh-Hant": "已解決"}, closes=True
    ),
    OutcomeKind(id=OutcomeId("engineer"), name={"en": "Engineer", "zh-Hans": "派工程师", "zh-Hant": "派工程師"}),
    OutcomeKind(id=OutcomeId("follow"), name={"en": "Call back", "zh-Hans": "需回拨", "zh-Hant": "需回電"}),
)


def queues() -> tuple[QueueView, ...]:
    def queue(name: str, en: str, hans: str, hant: str, waiting: int, longest: int | None, ready: int) -> QueueView:
        return QueueView(
            id=QueueId(name),
            name={"en": en, "zh-Hans": hans, "zh-Hant": hant},
            waiting=waiting,
            longest_since=None if longest is None else ms(longest),
            limit_s=120,
            ready=ready,
            wait=None if ready else WaitView(low=Ms(65_000), middle=Ms(131_000), high=Ms(239_000), least=1, most=4),
            told=0 if ready else 214,
            kept=0 if ready else 188,
        )

    return (
        queue("support-en", "Support EN", "技术支持 · 英语", "技術支援 · 英語", 3, 134_000, 0),
        queue("support-yue", "Support 粵", "技术支持 · 粤语", "技術支援 · 廣東話", 1, 22_000, 1),
        queue("billing", "Billing", "账单", "帳單", 0, None, 2),
    )


def me(state: str, since: int = 4 * MINUTE + 12_000, reason: str | None = None, until: int | None = None) -> MeView:
    return MeView(
        agent=ANA,
        name="Ana Lindqvist",
        nickname="Ana",
        work_number="8001",
        role="agent",
        state=state,
        reason=reason,
        since=ms(since),
        until=None if until is None else Ms(now() + until),
        next_reason=None,
        phones=(PhoneView(phone=Phone("ana-web"), reachable=True),),
    )


def eleanor() -> Person:
    timeline = (
        Entry(
            id="w1",
            kind="search",
            at=ms(40 * MINUTE),
            title="",
            text="“red light router storm”, then read “What the lights mean”",
            mark="nothing_found",
        ),
        Entry(
            id="mail-0123456789abcdef01234567",
            kind="mail",
            at=ms(DAY),
            title="Still no connection upstairs",
            text="“I was told it would work after the reset. It worked for two hours…”",
            mark="no_reply",
        ),
        Entry(
            id="h1",
            kind="chat",
            at=ms(4 * DAY),
            title="",
            agent="Bo Tan",
            lasted=Ms(11 * MINUTE),
            text="Line tested, router reset. Came back after two hours",
            solved=False,
        ),
        Entry(
            id="s1",
            kind="sms",
            at=ms(4 * DAY + MINUTE),
            title="Link to the chat’s summary",
            inbound=False,
            text="“Thanks, will try.”",
        ),
        Entry(
            id="c1",
            kind="call",
            at=ms(12 * DAY),
            title="",
            agent="Ana Lindqvist",
            lasted=Ms(362_000),
            text="Moved to Fibre 500, same price for a year",
            solved=True,
        ),
        Entry(id="o1", kind="order", at=ms(13 * DAY), title="Fibre 500", text="Order 88120, delivered"),
        Entry(
            id="c2",
            kind="call",
            at=ms(40 * DAY),
            title="",
            agent="Bo Tan",
            lasted=Ms(95_000),
            waited=Ms(31_000),
            path=({"en": "Billing", "zh-Hans": "账单", "zh-Hant": "帳單"}, {"en": "Payment"}),
            solved=None,
        ),
    )
    return Person(
        customer=CustomerId("k-1"),
        name="Eleanor Whitcombe",
        language="en",
        tier="Gold",
        tags=("Fibre 500", "Works from home", "Likes short answers"),
        calls=9,
        of_calls=11,
        recent=3,
        counts={"call": 8, "mail": 6, "chat": 3, "search": 4, "visit": 1, "sms": 1},
        timeline=timeline,
        cases=(
            CaseLine(
                id="4827",
                title="No internet since Friday",
                state="open",
                opened=ms(4 * DAY),
                owner=ANA,
                due=ms(-DAY),
                priority=1,
            ),
        ),
        promises=(
            PromiseLine(
                id="p1",
                what="engineer confirmed",
                due=Ms(now() + 2 * HOUR - 100_000),
                made=ms(9 * HOUR),
                by=ANA,
                case="4827",
            ),
        ),
        rail=(
            Station(kind="search", title="red light router", detail="nothing_found", at=ms(40 * MINUTE), bad=True),
            Station(kind="mail", title="Mail without answer", detail="no_reply", at=ms(DAY), bad=True),
        ),
        answers=(
            answer(
                "power-cut",
                "Red light after a power cut or storm",
                "Reset the fibre box, not the router: 40 s",
                "search",
            ),
            answer("visit", "Book or move an engineer’s visit", "Mornings or afternoons, from tomorrow on", "case"),
            answer("credit", "Credit for days without service", "One thirtieth of the month for each full day", "menu"),
        ),
    )


def answer(article: str, title: str, summary: str, why: str, language: str = "en") -> Answer:
    return Answer(article=article, version=3, title=title, summary=summary, why=why, language=language)


def daniel() -> Person:
    return Person(customer=CustomerId("k-2"), name="Daniel Whitcombe", language="en", calls=2, of_calls=11)


def meiling() -> Person:
    """A caller from the mainland: names and texts in Chinese."""
    return Person(
        customer=CustomerId("k-3"),
        name="陈美玲",
        language="zh-Hans",
        tier="金卡",
        tags=("光纤 500M", "居家办公"),
        calls=4,
        of_calls=4,
        recent=2,
        counts={"call": 4, "mail": 2, "search": 1},
        timeline=(
            Entry(
                id="z1",
                kind="search",
                at=ms(30 * MINUTE),
                title="",
                text="“路由器 红灯 打雷”，随后阅读《指示灯说明》",
                language="zh-Hans",
                mark="nothing_found",
            ),
            Entry(
                id="z2",
                kind="mail",
                at=ms(DAY),
                title="楼上还是没有网络",
                text="“上次说重置后就好了，结果只好了两个小时……”",
                language="zh-Hans",
                mark="no_reply",
            ),
        ),
        cases=(CaseLine(id="4830", title="周五打雷后一直无法上网", state="open", opened=ms(4 * DAY), owner=ANA),),
        promises=(
            PromiseLine(id="p3", what="确认上门工程师", due=Ms(now() + HOUR), made=ms(HOUR), by=ANA, case="4830"),
        ),
        rail=(Station(kind="search", title="路由器 红灯 打雷", detail="nothing_found", at=ms(30 * MINUTE), bad=True),),
        answers=(
            answer("power-cut", "停电或打雷后路由器亮红灯", "只重置光猫，约 40 秒", "search", "zh-Hans"),
            answer("visit", "预约或更改上门时间", "明天起，上午或下午", "case", "zh-Hans"),
        ),
    )


VISITOR = Person(
    customer=CustomerId("device:9f2c"),
    name="",
    recent=1,
    counts={"search": 1},
    timeline=(Entry(id="web-1", kind="search", at=ms(MINUTE), title="router moved house", mark="nothing_found"),),
    rail=(Station(kind="search", title="router moved house", detail="nothing_found", at=ms(MINUTE), bad=True),),
)
"""Somebody who searched on the help site a minute ago and calls from there."""


def pop(*people: Person, display: str = "+44 7700 900143", known: bool = True) -> Pop:
    identifier = IdentifierId("tel:9f2c") if known else None
    how = "number" if known and people else ""
    return Pop(identifier=identifier, display=display, people=people, how=how, shared=len(people))


WHY = (
    Why(code="skills", agent=ANA, args={"internet": 8, "english": 9}),
    Why(code="idle", agent=ANA, args={"ms": 252_000}),
    Why(code="skipped_state", agent=AgentId("bo"), args={"state": "wrap_up", "ms": 12_000}),
)


def call(phase: str, since: int, until: int | None = None, connected: int | None = None, **more: object) -> CallView:
    fields: dict[str, object] = {
        "interaction": CALL,
        "phase": phase,
        "offer": OFFER if phase in ("offered", "ringing") else None,
        "until": None if until is None else Ms(now() + until),
        "queue": QueueId("support-en"),
        "number": "0800000123",
        "language": "en",
        "arrived": ms(since + 190_000),
        "waited": Ms(134_000),
        "since": ms(since),
        "connected": None if connected is None else ms(connected),
        "path": ({"en": "Internet", "zh-Hans": "上网", "zh-Hant": "上網"}, {"en": "No line"}),
        "why": WHY,
        "judged": None,
    }
    return CallView(**{**fields, **more})  # type: ignore[arg-type]


def desk(
    mine: MeView, at: CallView | None = None, shown: Pop | None = None, notices: tuple[NoticeView, ...] = ()
) -> DeskView:
    return DeskView(
        me=mine,
        queues=queues(),
        call=at,
        pop=shown,
        notices=notices,
        reasons=REASONS,
        outcomes=OUTCOMES,
        asterisk=True,
    )


def scene(name: str) -> DeskView:
    """A desk in one of its states, as of this moment."""
    both = pop(eleanor(), daniel())
    match name:
        case "ready":
            return desk(me("ready"))
        case "supervisor":
            first, *rest = queues()
            evacuation = ClosedView(closing=CLOSINGS[1].id, name=CLOSINGS[1].name, by=ANA, since=ms(HOUR))
            ways = tuple(ClosingView(id=each.id, name=each.name, waiting=each.waiting) for each in CLOSINGS)
            closed = (msgspec.structs.replace(first, closed=evacuation), *rest)
            return msgspec.structs.replace(desk(me("ready")), queues=closed, closings=ways)
        case "not_ready":
            return desk(me("not_ready", 12 * MINUTE, "lunch"))
        case "rona":
            missed = NoticeView(id=OFFER, kind="rona", at=ms(20_000), interaction=CALL)
            return desk(me("not_ready", 20_000, "rona"), notices=(missed,))
        case "ringing":
            return desk(me("reserved", 4_000), call("ringing", 4_000, 11_000), both)
        case "offered":
            return desk(me("reserved", 1_000), call("offered", 1_000, 14_000), both)
        case "ringing_zh":
            at = call("ringing", 4_000, 11_000, language="cmn", path=({"zh-Hans": "宽带"}, {"zh-Hans": "无法上网"}))
            return desk(me("reserved", 4_000), at, pop(meiling(), display="138 0013 8000"))
        case "ringing_unknown":
            return desk(me("reserved", 4_000), call("ringing", 4_000, 11_000, path=(), waited=Ms(0)), pop())
        case "ringing_withheld":
            at = call("ringing", 4_000, 11_000, path=(), language=None)
            return desk(me("reserved", 4_000), at, pop(display="", known=False))
        case "ringing_page":
            at = call("ringing", 4_000, 11_000, path=(), language=None)
            return desk(
                me("reserved", 4_000), at, Pop(identifier=IdentifierId("device:9f2c"), display="", people=(VISITOR,))
            )
        case "ringing_given":
            at = call("ringing", 4_000, 11_000, waited=Ms(3_000), given_by=AgentId("bo"))
            return desk(me("reserved", 4_000), at, both)
        case "given":
            note = AgentNote(agent=AgentId("bo"), name="Bo Tan", text="Red light since Friday; box was reset once.")
            at = call("talking", 7_000, connected=7_000, given_by=AgentId("bo"))
            return desk(me("talking", 7_000), at, structs.replace(both, notes=(note,)))
        case "given_away":
            at = call(
                "wrap_up", 4_000, 26_000, connected=94_000, given_to=GivenTo(agent=None, queue=QueueId("billing"))
            )
            return desk(me("wrap_up", 4_000, until=26_000), at, both)
        case "given_back":
            notice = NoticeView(
                id=f"{CALL}.9", kind="transfer_failed", at=ms(4_000), interaction=CALL, agent=AgentId("bo")
            )
            return desk(me("reserved", 4_000), call("ringing", 4_000, 11_000), both, notices=(notice,))
        case "dialling":
            at = call("dialling", 4_000, path=(), direction="out", waited=Ms(0))
            return desk(me("reserved", 4_000), at, both)
        case "busy":
            at = call("wrap_up", 4_000, 26_000, path=(), direction="out", waited=Ms(0), missed="busy")
            return desk(me("wrap_up", 4_000, until=26_000), at, both)
        case "ringing_early":
            return desk(me("reserved", 1_000), call("ringing", 1_000, 14_000), None)
        case "talking":
            return desk(me("talking", 107_000), call("talking", 107_000, connected=107_000), both)
        case "asking" | "speaking" | "conference" | "alone":
            aside = None if name == "conference" else ms(100_000)
            consult = ConsultView(
                step=name, asker=ANA, colleague=AgentId("bo"), queue=None, since=ms(20_000), aside=aside
            )
            return desk(me("talking", 107_000), call("talking", 107_000, connected=107_000, consult=consult), both)
        case "held":
            return desk(me("talking", 107_000), call("held", 12_000, connected=107_000), both)
        case "parked":
            at = call("wrap_up", 16_000, 24_000, connected=294_000)
            return structs.replace(desk(me("wrap_up", 16_000, until=24_000), at, both), parked=parked_callers())
        case "others_parked":
            return structs.replace(desk(me("ready")), parked=parked_callers())
        case "wrap":
            at = call("wrap_up", 16_000, 24_000, connected=294_000, judged=True)
            return desk(me("wrap_up", 16_000, until=24_000), at, both)
    raise KeyError(name)


def parked_callers() -> tuple[ParkedView, ...]:
    """A colleague's, and the caller of `CALL`."""
    return (
        ParkedView(
            interaction=InteractionId("c-9"),
            queue=QueueId("billing"),
            by=AgentId("bo"),
            since=ms(95_000),
            until=ms(-25_000),
            language="yue",
            display="+852 9123 4567",
        ),
        ParkedView(
            interaction=CALL,
            queue=QueueId("support"),
            by=ANA,
            since=ms(16_000),
            until=ms(-104_000),
            language="en",
            name="Eleanor Whitcombe",
            display="+44 7700 900143",
        ),
    )


def ending_wrap(left: int) -> DeskView:
    """A wrap-up that ends by itself in so many ms."""
    at = call("wrap_up", 16_000, left, connected=294_000)
    return desk(me("wrap_up", 16_000, until=left), at, pop(eleanor()))


def calls() -> tuple[CallLine, ...]:
    """What this agent did today."""

    def line(number: int, name: str, outcome: str | None, talked: int, solved: bool | None, note: str) -> CallLine:
        return CallLine(
            interaction=InteractionId(f"c-{number}"),
            at=ms(number * 17 * MINUTE),
            number="0800000123",
            display="+44 7700 900201",
            language="en",
            queue=QueueId("support-en"),
            agent=ANA,
            state="answered",
            waited=Ms(18_000),
            talked=Ms(talked),
            path=({"en": "Internet"},),
            outcome=None if outcome is None else OutcomeId(outcome),
            solved=solved,
            customer=CustomerId(f"k-{number}") if name else None,
            customer_name=name,
            note=note,
        )

    return (
        line(1, "Amara Obi", "solved", 252_000, True, "Line moves on 2 Dec; letter promised and sent"),
        line(2, "林嘉欣", "solved", 121_000, True, "已重置光猫，指示灯转绿"),
        line(3, "", None, 40_000, None, ""),
        line(4, "Marcus Bell", "follow", 431_000, False, "Billing did not apply the credit. Back with Billing"),
        line(5, "Ingrid Sol", "solved", 200_000, None, "Article sent; two blocks added"),
    )


def tiles() -> tuple[AgentTile, ...]:
    def tile(agent: str, name: str, state: str, since: int, reason: str | None = None) -> AgentTile:
        return AgentTile(
            agent=AgentId(agent), name=name, work_number="8002", state=state, reason=reason, since=ms(since)
        )

    return (
        tile("ana", "Ana Lindqvist", "ready", 252_000),
        tile("bo", "Bo Tan", "talking", 331_000),
        tile("siman", "陳思敏", "talking", 127_000),
        tile("samir", "Samir Aziz", "ready", 52_000),
        tile("nadia", "Nadia Kerr", "wrap_up", 31_000),
        tile("jon", "Jon Ek", "not_ready", 760_000, "lunch"),
        tile("uma", "Uma Rao", "signed_out", 0),
    )
