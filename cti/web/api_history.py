"""Past calls, mails and customers, and why a call went where it went."""

from collections.abc import Sequence

from cti.core import events as e
from cti.core.account import account
from cti.core.events import Why
from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.core.reasons import ahead, facts
from cti.core.routing import Routing
from cti.core.site import Texts, in_all
from cti.core.text_routing import TextRouting
from cti.store.lists import Only
from cti.store.views import AgentDay, CallLine, Person
from cti.web.bodies import (
    Calls,
    CallsQuery,
    ConfirmCustomer,
    Done,
    Messages,
    NoteAsk,
    Story,
    StoryLine,
    TimelinePage,
    TimelineQuery,
)
from cti.web.call import Call, Sent
from cti.web.ports import History, Loop
from cti.web.problems import bad_place, missing
from cti.web.records import Records
from cti.web.report_bodies import Waits

_TOLD = (
    e.InteractionOpened,
    e.CallerReattached,
    e.LanguageSet,
    e.CallerKnown,
    e.FlowPosition,
    e.Queued,
    e.PriorityRaised,
    e.HelpGiven,
    e.Overflowed,
    e.TurnedAway,
    e.WayOffered,
    e.SentElsewhere,
    e.ServedElsewhere,
    e.CameBack,
    e.Offered,
    e.OfferEnded,
    e.Connected,
    e.Held,
    e.Resumed,
    e.AgentMoved,
    e.TalkEnded,
    e.Transferred,
    e.TransferFailed,
    e.CallbackBooked,
    e.PlaceKept,
    e.CallbackPutOff,
    e.Dialled,
    e.DialEnded,
    e.CallbackMerged,
    e.CallbackMissed,
    e.ConnectedOutside,
    e.OutsideEnded,
    e.AnswerHeard,
    e.MessageLeft,
    e.ConsultBegun,
    e.ConsultAnswered,
    e.ConsultReached,
    e.ConferenceBegun,
    e.ConsultEnded,
    e.CallerRejoined,
    e.OfferMoved,
    e.OutsideMoved,
    e.Parked,
    e.ParkEnded,
    e.RecordingBegun,
    e.RecordingPaused,
    e.RecordingResumed,
    e.RecordingFailed,
    e.SurveyOpened,
    e.Judged,
    e.WrappedUp,
    e.InteractionEnded,
    e.PieceArrived,
    e.PieceQueued,
    e.PieceRaised,
    e.PieceOffered,
    e.PieceTaken,
    e.PieceKept,
    e.PieceGiven,
    e.PieceEnded,
    e.Repaired,
)
"""Events a story is told by; the others are about channels."""


class HistoryApi:
    """What is known of calls and customers."""

    def __init__(self, loop: Loop, history: History, records: Records) -> None:
        self._loop = loop
        self._history = history
        self._records = records

    async def interaction(self, call: Call[None, None]) -> CallLine:
        interaction = InteractionId(call.path["id"])
        line = await self._history.call(interaction)
        if line is None:
            raise missing("interaction", interaction)
        return line

    async def interactions(self, call: Call[None, CallsQuery]) -> Calls:
        query = call.query
        try:
            lines, after = await self._history.calls(query.before, query.limit, query.agent, query.customer)
        except ValueError as error:
            raise bad_place(error) from None
        return Calls(calls=tuple(lines), next=after)

    async def agent_day(self, call: Call[None, None]) -> AgentDay:
        return await self._history.agent_day(call.agent)

    async def messages(self, call: Call[None, None]) -> Messages:
        found = await self._history.messages(call.path["id"])
        if not found:
            raise missing("thread", call.path["id"])
        return Messages(messages=tuple(found))

    async def attachment(self, call: Call[None, None]) -> Sent:
        """As bytes nobody's browser will run: always a download, whatever the sender called it."""
        body = await self._history.attachment(call.path["hash"])
        if body is None:
            raise missing("attachment", call.path["hash"])
        return Sent(body, content_type="application/octet-stream")

    async def note(self, call: Call[NoteAsk, None]) -> Done:
        await self._records.keep(call.who, InteractionId(call.path["id"]), call.body.note, None)
        return Done()

    async def confirm(self, call: Call[ConfirmCustomer, None]) -> Done:
        await self._records.confirm(call.who, InteractionId(call.path["id"]), call.body.customer)
        return Done()

    async def why(self, call: Call[None, None]) -> Story:
        interaction = InteractionId(call.path["interaction"])
        records = await self._history.story(interaction)
        if not records:
            raise missing("interaction", interaction)
        return story(interaction, records, self._loop.routing, self._loop.text, self._loop.now())

    async def waits(self, call: Call[None, None]) -> Waits:
        interaction = InteractionId(call.path["id"])
        records = await self._history.beside(interaction)
        if not records:
            raise missing("interaction", interaction)
        asked = [
            record.event
            for record in records
            if isinstance(record.event, e.Queued) and record.event.interaction == interaction and record.event.tier
        ]
        return Waits(
            interaction=interaction,
            stretches=account(interaction, records, self._loop.now()),
            ahead=ahead(asked[-1].tier, asked[-1].tier_minutes) if asked else (),
        )

    async def customer(self, call: Call[None, None]) -> Person:
        customer = CustomerId(call.path["id"])
        person = await self._history.customer(customer)
        if person is None:
            raise missing("customer", customer)
        return person

    async def timeline(self, call: Call[None, TimelineQuery]) -> TimelinePage:
        query = call.query
        customer = CustomerId(call.path["id"])
        try:
            entries, after = await self._history.timeline(customer, query.before, query.limit, _only(query))
        except ValueError as error:
            raise bad_place(error) from None
        if not entries and await self._history.customer(customer) is None:
            raise missing("customer", customer)
        return TimelinePage(entries=tuple(entries), next=after)


def _only(query: TimelineQuery) -> Only:
    return Only(
        words=query.q.strip(),
        kinds=tuple(filter(None, (query.kind or "").split(","))),
        since=query.since,
        until=query.until,
        queue=query.queue or "",
        solved=query.solved,
        case=query.case,
    )


def story(
    interaction: InteractionId, records: Sequence[e.Record], routing: Routing, text: TextRouting, now: Ms
) -> Story:
    """What became of a call or a piece of text work so far. `routing`, `text`: as of now, for one that still waits."""
    return Story(
        interaction=interaction,
        lines=tuple(told(record) for record in records if isinstance(record.event, _TOLD)),
        waits=routing.why_waiting(interaction, now) or text.why_waiting(interaction, now),
    )


def told(record: e.Record) -> StoryLine:
    """A record as a line of a call's story."""
    event = record.event
    agent: AgentId | None = getattr(event, "agent", None)
    detail, chosen = "", Texts()
    match event:
        case e.InteractionOpened():
            detail = event.number
        case e.LanguageSet():
            detail = event.language
        case e.FlowPosition():
            detail, chosen = event.position, in_all(event.label)
        case e.OfferEnded() | e.InteractionEnded() | e.DialEnded() | e.CallerKnown():
            detail = event.how
        case e.PriorityRaised():
            agent, detail = event.by, str(event.raised)
        case e.HelpGiven():
            detail = str(event.minutes)
        case e.MessageLeft():
            detail = str(event.ms)
        case e.AnswerHeard():
            detail = event.article
        case e.Overflowed() | e.TurnedAway():
            detail = event.why
        case e.WayOffered():
            detail = event.what
        case e.CameBack():
            detail = "in_line" if event.in_line else "turned_away"
        case e.Queued():
            agent, detail = event.preferred, event.preferred_as
        case e.TalkEnded():
            detail = event.by
        case e.Transferred():
            detail = event.to or ""
        case e.TransferFailed():
            agent, detail = event.to, event.how
        case e.Dialled():
            detail = event.purpose
        case e.CallbackMissed():
            agent, detail = event.owner, str(event.tries)
        case e.CallbackMerged():
            detail = event.into
        case e.ConsultBegun():
            detail = event.to or ""
        case e.ParkEnded():
            agent, detail = event.by or event.agent, event.how
        case e.ConsultEnded():
            agent, detail = event.to, event.how
        case e.Judged():
            detail = "solved" if event.solved else "not solved"
        case e.WrappedUp():
            detail = event.outcome or ""
        case e.PieceArrived():
            detail = str(event.length)
        case e.PieceQueued():
            detail = event.how or event.preferred_as
            agent = event.agent if event.how else event.preferred
        case e.PieceRaised():
            agent, detail = event.by, str(event.raised)
        case e.PieceKept():
            detail = str(event.until)
        case e.PieceGiven():
            detail = event.to or ""
        case e.PieceEnded():
            detail = event.outcome or ""
        case e.Repaired():
            detail = event.what
        case _:
            pass
    return StoryLine(
        from_file=getattr(event, "from_file", False),
        at=record.at,
        kind=type(event).__name__,
        agent=agent,
        queue=getattr(event, "queue", None),
        detail=detail,
        chosen=chosen,
        why=_facts(event),
    )


def _facts(event: e.Event) -> tuple[Why, ...]:
    """What the story says beneath an event."""
    match event:
        case e.Offered() | e.PieceOffered():
            return facts(event.grounds, event.why)
        case e.Queued() | e.PieceQueued():
            return ahead(event.tier, event.tier_minutes)
        case _:
            return ()
