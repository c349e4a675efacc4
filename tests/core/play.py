"""Plays a scenario written as a table a caller could read, and says what came of it.

A row is `seconds | what happens | what must come of it`; the third column lists facts and wishes in order, with `;`.
A row whose third column is `-` must bring nothing about; one left empty is not looked at.
"""

from collections.abc import Callable

import msgspec

from cti.core import commands as c
from cti.core import events as e
from cti.core import inputs as i
from cti.core import text_inputs as text
from cti.core.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    ClosingId,
    IdentifierId,
    IncidentId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    OutcomeId,
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.index import Index
from cti.core.site import Outgoing
from cti.core.switchboard import step
from cti.core.world import World
from tests.core.places import site

START = Ms(1_800_000_000_000)


class Play:
    """A world, and words for what happens in it."""

    def __init__(self) -> None:
        self.world = World()
        self.index = Index(self.world)
        self.now = START
        self.records: list[tuple[Ms, e.Event]] = []
        self.rings: list[c.RingAgent] = []
        self.greetings: list[c.Greet] = []
        self.plain: list[c.FallbackMember] = []
        """What the plain queue was told."""
        self.say(i.SiteLoaded(site=site()))
        self.say(i.AsteriskUp(channels=(), booted=Ms(1)))
        for agent in ("ana", "bo"):
            self.say(i.AgentSignedIn(agent=AgentId(agent)))
            self.say(i.DeskConnected(agent=AgentId(agent)))

    def say(self, said: i.Input) -> list[str]:
        outcome = step(self.world, said, self.now, self.index)
        self.records.extend((self.now, event) for event in outcome.events)
        self.rings += [command for command in outcome.commands if isinstance(command, c.RingAgent)]
        self.greetings += [command for command in outcome.commands if isinstance(command, c.Greet)]
        self.plain += [command for command in outcome.commands if isinstance(command, c.FallbackMember)]
        words = [w for event in outcome.events if (w := fact(event))]
        return words + [w for command in outcome.commands if (w := wish(command))]

    def table(self, rows: str) -> None:
        """Play every row; fails with the row that went otherwise."""
        for row in rows.strip().splitlines():
            if not row.strip() or row.strip().startswith("#"):
                continue
            at, what, expected = (part.strip() for part in (row + "|").split("|")[:3])
            self.now = Ms(START + round(float(at) * 1000))
            came = self.say(self.understand(what))
            if expected:
                wanted = [] if expected == "-" else [part.strip() for part in expected.split(";")]
                assert came == wanted, f"row {row.strip()!r}: {'; '.join(came) or '-'}"

    def understand(self, what: str) -> i.Input:
        who, verb, *rest = what.split()
        return self._seen() if verb == "comes-back" else _VERBS[verb](who, rest)

    def _seen(self) -> i.Input:
        """The same Asterisk with every channel as we left it."""
        return i.AsteriskUp(
            channels=tuple(
                i.ChannelNow(
                    channel=leg.channel,
                    name=f"PJSIP/{leg.phone or 'trunk'}-1",
                    interaction=leg.interaction,
                    up=leg.up,
                    ringing=leg.phone is not None and not leg.up,
                    bridge=leg.bridge,
                )
                for leg in self.world.legs.values()
                if leg.started
            ),
            booted=Ms(1),
        )


def _channel(who: str) -> ChannelId:
    """`A` is a caller's channel, `A.1` the first offer's first leg (`A.1.1` its second), `A.t1` the first leg to the
    outside."""
    if ".t" in who or who.count(".") == 2:
        return ChannelId(who)
    return ChannelId(f"{who}.0" if "." in who else f"ch-{who}")


def _message(call: str) -> InteractionId:
    """`A` is the message left in that call."""
    return InteractionId(f"{call}-message")


_VERBS: dict[str, Callable[[str, list[str]], i.Input]] = {
    "calls": lambda w, r: i.CallArrived(
        interaction=InteractionId(w),
        channel=_channel(w),
        number="28000000",
        caller=IdentifierId(r[0]) if r else None,
    ),
    "returns-by": lambda w, r: i.CallArrived(
        interaction=InteractionId(w), channel=_channel(r[0]), number="28000000", caller=None
    ),
    "asks": lambda w, r: i.RouteAsked(
        interaction=InteractionId(w),
        queue=QueueId(r[0]),
        language=Language(r[1]) if len(r) > 1 else None,
        last_agent=AgentId(r[2]) if len(r) > 2 else None,
        case_owner=AgentId(r[3]) if len(r) > 3 else None,
        promised=AgentId(r[4]) if len(r) > 4 else None,
        tier=r[5] if len(r) > 5 else "",
    ),
    "goes-elsewhere": lambda w, r: i.ElsewhereAsked(interaction=InteractionId(w), channel=_channel(w)),
    "hears": lambda w, r: i.WaitSaid(
        interaction=InteractionId(w), place=int(r[0]), least=int(r[1]), most=int(r[2]), agents=2, why=""
    ),
    "chooses": lambda w, r: i.FlowMoved(interaction=InteractionId(w), position=r[0], label={"en": r[0]}),
    "starts": lambda w, r: i.ChannelStarted(
        channel=_channel(w), name=f"PJSIP/{r[0] if r else 'x'}-1", interaction=None
    ),
    "enters": lambda w, r: i.BridgeEntered(
        channel=_channel(w), bridge=BridgeId(r[0]), name=f"PJSIP/{r[1]}-1" if len(r) > 1 else ""
    ),
    "leaves": lambda w, r: i.BridgeLeft(channel=_channel(w), bridge=BridgeId(r[0])),
    "rings": lambda w, r: i.ChannelRinging(channel=_channel(w)),
    "unregisters": lambda w, r: i.PhoneReachable(phone=Phone(w), reachable=False),
    "registers": lambda w, r: i.PhoneReachable(phone=Phone(w), reachable=True),
    "reached": lambda w, r: i.ChannelReached(channel=_channel(w)),
    "up": lambda w, r: i.ChannelUp(channel=_channel(w)),
    "ending": lambda w, r: i.HangupRequested(channel=_channel(w), dead=r == ["dead"]),
    "gone": lambda w, r: i.ChannelGone(channel=_channel(w), cause=int(r[0]) if r else 16),
    "ended-at": lambda w, r: i.EndedMeanwhile(channel=_channel(w), at=Ms(START + int(r[0]) * 1000), cause=16),
    "fails": lambda w, r: i.RingFailed(offer=OfferId(w), channel=_channel(w), reason="3"),
    "ends": lambda w, r: i.FlowEnded(interaction=InteractionId(w), how=r[0]),
    "records": lambda w, r: i.MessageSent(
        interaction=InteractionId(w),
        ms=Ms(int(r[0])),
        sent=r[1:2] == ["sent"],
        caller=None,
        queue=QueueId(r[2] if len(r) > 2 else "support"),
        skills={},
        language=None,
        wanted=dict(zip(("promised", "case_owner", "last_agent"), map(AgentId, r[3:]), strict=False)),
    ),
    "listens": lambda w, r: i.ArticleHeard(
        interaction=InteractionId(w), article=r[0], solved={"yes": True, "no": False}.get(r[1])
    ),
    "hurries": lambda w, r: i.HelpAsked(interaction=InteractionId(w)),
    "waits-for": lambda w, r: i.WaitForAsked(
        interaction=InteractionId(w), agent=AgentId(r[0]) if r[0] != "anybody" else None
    ),
    "keys": lambda w, r: i.CallerRecognised(
        interaction=InteractionId(w), account=IdentifierId(f"account:{r[0]}"), how=r[1]
    ),
    "opens": lambda w, r: text.PieceOpened(agent=AgentId(w), piece=_message(r[0])),
    "leaves-it": lambda w, r: text.PieceDeclined(agent=AgentId(w), piece=_message(r[0])),
    "puts-back": lambda w, r: text.PiecePutBack(agent=AgentId(w), piece=_message(r[0])),
    "passes-on": lambda w, r: text.PieceGivenAway(
        agent=AgentId(w), piece=_message(r[0]), **{r[1]: (AgentId if r[1] == "to" else QueueId)(r[2])}
    ),
    "keeps": lambda w, r: text.PiecePutOff(agent=AgentId(w), piece=_message(r[0]), until=Ms(START + int(r[1]) * 1000)),
    "finishes": lambda w, r: text.PieceFinished(
        agent=AgentId(w), piece=_message(r[0]), outcome=OutcomeId(r[1]) if len(r) > 1 else None
    ),
    "after": lambda w, r: i.AfterReached(interaction=InteractionId(w), channel=_channel(w)),
    "sent-to": lambda w, r: i.SentAway(interaction=InteractionId(w), channel=_channel(w), dialled=r[0]),
    "answers": lambda w, r: i.SurveyAnswered(interaction=InteractionId(w), solved=r[0] == "yes"),
    "holds": lambda w, r: i.HoldChanged(channel=_channel(w), held=True),
    "resumes": lambda w, r: i.HoldChanged(channel=_channel(w), held=False),
    "ready": lambda w, r: i.AgentReady(agent=AgentId(w)),
    "not-ready": lambda w, r: i.AgentNotReady(agent=AgentId(w), reason=ReasonId(r[0])),
    "signs-out": lambda w, r: i.AgentSignedOut(agent=AgentId(w)),
    "takes": lambda w, r: i.QueueChosen(agent=AgentId(w), queue=QueueId(r[0]), takes=True),
    "leaves-out": lambda w, r: i.QueueChosen(agent=AgentId(w), queue=QueueId(r[0]), takes=False),
    "desk-silent": lambda w, r: i.DeskSilent(agent=AgentId(w)),
    "desk-lost": lambda w, r: i.DeskLost(agent=AgentId(w)),
    "desk-back": lambda w, r: i.DeskConnected(agent=AgentId(w)),
    "declines": lambda w, r: i.OfferDeclined(agent=AgentId(w), offer=OfferId(r[0])),
    "hangs-up": lambda w, r: i.HangUpAsked(agent=AgentId(w), interaction=InteractionId(r[0])),
    "gives": lambda w, r: i.TransferAsked(
        agent=AgentId(w),
        interaction=InteractionId(r[0]),
        **{r[1]: {"to": AgentId, "queue": QueueId, "outside": IdentifierId}[r[1]](r[2])},
    ),
    "dials": lambda w, r: i.CallAsked(agent=AgentId(w), interaction=InteractionId(r[0]), to=IdentifierId(r[1])),
    "machine": lambda w, r: i.MachineAnswered(agent=AgentId(w), interaction=InteractionId(r[0])),
    "wants-callback": lambda w, r: i.CallbackAsked(
        interaction=InteractionId(w),
        to=IdentifierId(r[0]) if r and r[0] != "-" else None,
        at=Ms(START + int(r[1]) * 1000) if len(r) > 1 else None,
    ),
    "refused": lambda w, r: i.RingFailed(offer=None, channel=_channel(w), reason="x", how=r[0]),
    "consults": lambda w, r: i.ConsultAsked(
        agent=AgentId(w),
        interaction=InteractionId(r[0]),
        **{r[1]: {"to": AgentId, "queue": QueueId, "outside": IdentifierId}[r[1]](r[2])},
    ),
    "wants": lambda w, r: i.ConsultEnds(agent=AgentId(w), interaction=InteractionId(r[1]), how=r[0]),
    "phones": lambda w, r: i.ColleagueDialled(
        channel=_channel(r[0]), name=f"PJSIP/{w}-1", dialled=r[1] if len(r) > 1 else ""
    ),
    "parks": lambda w, r: i.ParkAsked(agent=AgentId(w), interaction=InteractionId(r[0])),
    "recorded": lambda w, r: i.RecordingStarted(channel=_channel(w)),
    "muted": lambda w, r: i.RecordingMuted(channel=_channel(w), muted=True),
    "unmuted": lambda w, r: i.RecordingMuted(channel=_channel(w), muted=False),
    "unkept": lambda w, r: i.RecordingLost(interaction=InteractionId(w)),
    "pauses": lambda w, r: i.PauseAsked(agent=AgentId(w), interaction=InteractionId(r[0]), pause=True),
    "goes-on": lambda w, r: i.PauseAsked(agent=AgentId(w), interaction=InteractionId(r[0]), pause=False),
    "takes-back": lambda w, r: i.RecallAsked(agent=AgentId(w), interaction=InteractionId(r[0])),
    "wraps-up": lambda w, r: i.WrapUpDone(agent=AgentId(w), interaction=InteractionId(r[0]), outcome=None),
    "extends": lambda w, r: i.WrapUpExtended(agent=AgentId(w), by_s=int(r[0])),
    "passes": lambda w, r: i.Wake(),
    "message-ahead": lambda w, r: i.PrioritySet(interaction=_message(w), raised=int(r[0]), by=AgentId("eve")),
    "ahead": lambda w, r: i.PrioritySet(interaction=InteractionId(w), raised=int(r[0]), by=AgentId("eve")),
    "closes": lambda w, r: i.QueueSwitched(queue=QueueId(r[0]), closing=ClosingId(r[1]), by=AgentId(w)),
    "tells": lambda w, r: i.IncidentSwitched(
        incident=IncidentId(r[1]),
        queue=None if r[0] == "all" else QueueId(r[0]),
        until=Ms(START + int(r[2]) * 1000),
        by=AgentId(w),
    ),
    "hears-incident": lambda w, r: i.IncidentSaid(interaction=InteractionId(w), incident=IncidentId(r[0]), since=START),
    "tells-no-more": lambda w, r: i.IncidentSwitched(
        incident=None, queue=None if r[0] == "all" else QueueId(r[0]), until=START, by=AgentId(w)
    ),
    "reopens": lambda w, r: i.QueueSwitched(queue=QueueId(r[0]), closing=None, by=AgentId(w)),
    "stops-calling": lambda w, r: i.SiteLoaded(site=msgspec.structs.replace(site(), outgoing=Outgoing())),
    "restarts": lambda w, r: i.Started(),
    "reboots": lambda w, r: i.AsteriskUp(channels=(), booted=Ms(3_600_000)),
    "was-served": lambda w, r: i.ServedMeanwhile(
        interaction=InteractionId(w),
        agent=AgentId(r[0]),
        talked=Ms(int(r[1]) * 1000),
        ended=Ms(START + int(r[2]) * 1000) if len(r) > 2 else None,
    ),
    "drops": lambda w, r: i.AsteriskDown(),
}


def fact(event: e.Event) -> str:
    """A fact in short words; empty for those a scenario doesn't tell (legs, positions)."""
    match event:
        case e.InteractionOpened():
            return f"opened {event.interaction}"
        case e.Queued():
            return f"{'requeued' if event.again else 'queued'} {event.interaction} {event.queue}"
        case e.PriorityRaised():
            return f"raised {event.interaction} {event.raised} by {event.by}"
        case e.HelpGiven():
            return f"helped {event.interaction} {event.minutes}"
        case e.MessageSpoken():
            return f"spoken {event.interaction} {event.ms}"
        case e.MessageLeft():
            return f"message {event.interaction} {event.ms} {event.queue}"
        case e.AnswerHeard():
            return f"heard {event.interaction} {event.article} {event.solved}"
        case e.FlowFinished():
            return f"left {event.interaction} {event.how}{f' after {event.waited // 1000}' if event.queue else ''}"
        case e.Overflowed():
            return f"overflowed {event.interaction} {event.why} after {event.waited // 1000}"
        case e.TurnedAway():
            return f"turned-away {event.interaction} {event.closing} {event.why} after {event.waited // 1000}"
        case e.WayOffered():
            return f"invited {event.interaction} {event.what} {event.why} after {event.waited // 1000}"
        case e.SentElsewhere():
            return f"sent-elsewhere {event.interaction} {event.closing}"
        case e.ServedElsewhere():
            return f"served-elsewhere {event.interaction} after {event.waited // 1000}"
        case e.CameBack():
            return f"came-back {event.interaction} {'in line' if event.in_line else 'turned away'}"
        case e.QueueTaken():
            return f"{event.agent} {'takes' if event.takes else 'leaves-out'} {event.queue}"
        case e.QueueClosed():
            return f"closed {event.queue} {event.closing} by {event.by}"
        case e.IncidentSet():
            return (
                f"told-of {event.queue or 'all'} {event.incident} until {(event.until - START) // 1000} by {event.by}"
            )
        case e.IncidentLifted():
            return f"told-no-more {event.queue or 'all'} by {event.by}"
        case e.QueueReopened():
            return f"reopened {event.queue} by {event.by}"
        case e.Offered():
            return f"offered {event.interaction} {event.agent}"
        case e.OfferEnded():
            return f"offer-ended {event.interaction} {event.agent} {event.how}"
        case e.Connected():
            return f"connected {event.interaction} {event.agent} after {event.waited // 1000}"
        case e.TalkEnded():
            return f"talked {event.interaction} {event.talked // 1000} ended-by {event.by}"
        case e.Transferred():
            return f"transferred {event.interaction} to {event.to or event.queue or event.outside or 'nobody'}"
        case e.TransferFailed():
            return f"transfer-failed {event.interaction} {event.to or 'nobody'} {event.how}"
        case e.CallbackBooked():
            return f"booked {event.interaction} {event.to}"
        case e.PlaceKept():
            return f"kept {event.interaction}"
        case e.CallbackDue():
            return f"due {event.interaction}"
        case e.CallbackPutOff():
            return f"put-off {event.interaction} {(event.until - START) // 1000}"
        case e.Dialled():
            return f"dialled {event.interaction} {event.to} {event.purpose}"
        case e.DialEnded():
            return f"dial-ended {event.interaction} {event.how}"
        case e.CallbackMerged():
            return f"merged {event.interaction} into {event.into}"
        case e.CallbackMissed():
            return f"missed {event.interaction} {event.tries} owner {event.owner}"
        case e.ConnectedOutside():
            return f"connected-outside {event.interaction} after {event.waited // 1000}"
        case e.OutsideEnded():
            return f"talked-outside {event.interaction} {event.talked // 1000}"
        case e.ConsultBegun():
            asked = event.to or event.queue or event.outside
            return f"consult {event.interaction} {asked}{' by phone' if event.by_phone else ''}"
        case e.ConsultAnswered():
            return f"consulted {event.interaction} {event.agent}"
        case e.ConsultReached():
            return f"reached {event.interaction} {event.channel}"
        case e.OutsideMoved():
            return f"moved-outside {event.interaction} {event.channel}"
        case e.ConferenceBegun():
            return f"conference {event.interaction}"
        case e.ConsultEnded():
            return f"consult-ended {event.interaction} {event.to or 'nobody'} {event.how} after {event.talked // 1000}"
        case e.CallerRejoined():
            return f"rejoined {event.interaction} {event.agent}"
        case e.OfferMoved():
            return f"moved-to {event.interaction} {event.agent}{' talking' if event.talking else ''}"
        case e.Parked():
            return f"parked {event.interaction} {event.agent} until {(event.until - START) // 1000}"
        case e.ParkEnded():
            by = f" {event.by}" if event.by else ""
            return f"unparked {event.interaction} {event.how}{by} after {event.parked // 1000}"
        case e.RecordingBegun():
            return f"recording {event.interaction}"
        case e.RecordingPaused():
            return f"paused {event.interaction}"
        case e.RecordingResumed():
            return f"resumed-recording {event.interaction}"
        case e.RecordingFailed():
            return f"unrecorded {event.interaction} {event.agent}"
        case e.InteractionEnded():
            return f"ended {event.interaction} {event.how}"
        case e.AgentStateSet():
            return f"{event.agent} {event.state}{' ' + event.reason if event.reason else ''}"
        case e.DeskAnswers():
            return f"{event.agent} {'answers' if event.answers else 'silent'}"
        case e.NotReadyNext():
            return f"{event.agent} next {event.reason}"
        case e.Judged():
            return f"judged {event.interaction} {'yes' if event.solved else 'no'}"
        case e.PieceQueued():
            return f"{event.how} {event.piece} {event.queue}" if event.how else ""
        case e.PieceRaised():
            return f"raised {event.piece} {event.raised} by {event.by}"
        case e.PieceOffered():
            return f"shown {event.piece} {event.agent}"
        case e.PieceTaken():
            return (
                f"{'taken' if event.first else 'taken-again'} {event.piece} {event.agent} after {event.waited // 1000}"
            )
        case e.PieceKept():
            return f"kept {event.piece} {event.agent}"
        case e.PieceGiven():
            return f"given {event.piece} to {event.to or event.queue}"
        case e.PieceEnded():
            return f"ended {event.piece} {event.how} {event.outcome or '-'}"
        case e.TextPaused():
            return f"{event.agent} {'asked-again' if event.until is None else 'paused'}"
        case e.AgentMoved():
            return f"moved {event.interaction} {event.agent}"
        case e.Held() | e.Resumed():
            return f"{type(event).__name__.lower()} {event.interaction}"
        case e.WrappedUp():
            return f"wrapped {event.interaction}"
        case e.Repaired():
            return f"repaired: {event.what}"
        case _:
            return ""


def wish(command: c.Command) -> str:
    match command:
        case c.RingAgent():
            return f"RING {command.agent} for {command.interaction}{' with ' + command.asker if command.asker else ''}"
        case c.RingOutside():
            then = f" then {command.then}" if command.then else ""
            return f"DIAL {command.to} for {command.target or 'nobody'}{then}"
        case c.HangUp():
            return f"HANGUP {command.channel} {command.cause}"
        case c.Steer():
            return f"STEER {command.interaction} {command.to}"
        case c.DirectPhone():
            return f"PHONE {command.channel} {command.to}"
        case c.TakeOver():
            return f"TAKE-OVER {command.channel}"
        case c.SetAside():
            return f"ASIDE {command.caller} {command.agent_channel}"
        case c.MoveAsker():
            return f"MOVE {command.channel} {command.to}"
        case c.Join():
            return f"JOIN {command.caller} {command.agent_channel} {command.colleague_channel}"
        case c.PauseRecording():
            return f"{'MUTE' if command.pause else 'UNMUTE'} {command.channel}"
        case c.FallbackMember() | c.Greet():
            return ""
