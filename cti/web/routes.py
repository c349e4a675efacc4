"""The one table of routes. OpenAPI, the checks of roles, the documents' test and the server itself are made from it."""

from dataclasses import dataclass

from msgspec import Struct

from cti.ingest.report import ReadAgain
from cti.simulate.report import DayReport
from cti.store.erase import Erased
from cti.store.identity_views import Identity, MergePreview
from cti.store.views import About, AgentDay, CallLine, CaseLine, CaseView, Person, PieceLine, Pop, PromiseLine
from cti.web import aside_bodies as ab
from cti.web import bodies as b
from cti.web import call_bodies, visit_bodies
from cti.web import incident_bodies as ib
from cti.web import people_bodies as p
from cti.web.api_agents import AgentsApi
from cti.web.api_aside import AsideApi
from cti.web.api_calls import CallsApi
from cti.web.api_cases import CasesApi
from cti.web.api_erase import ErasingApi
from cti.web.api_guest import GuestApi
from cti.web.api_history import HistoryApi
from cti.web.api_incidents import IncidentsApi
from cti.web.api_kb import KbApi
from cti.web.api_line import LineApi
from cti.web.api_parking import ParkingApi
from cti.web.api_people import KnowingApi, PeopleApi
from cti.web.api_process import ProcessApi
from cti.web.api_queues import QueuesApi
from cti.web.api_recording import RecordingApi
from cti.web.api_reports import ReportsApi
from cti.web.api_session import SIP_PATH, SessionApi
from cti.web.api_text import TextApi
from cti.web.api_visits import VisitsApi
from cti.web.api_website import WebsiteApi
from cti.web.api_work import WorkApi
from cti.web.call import Handler, Route, Socket
from cti.web.report_bodies import DayQuery, Waits
from cti.web.views import WallboardView

API = "/api/v1"
_OF_PAGES = 64 * 1024
"""What a browser sends while it leaves a page is no longer (Fetch standard, keepalive)."""


@dataclass(frozen=True, slots=True)
class Apis:
    """The handlers by subject, and the two sockets."""

    session: SessionApi
    agents: AgentsApi
    calls: CallsApi
    parking: ParkingApi
    recording: RecordingApi
    line: LineApi
    queues: QueuesApi
    incidents: IncidentsApi
    history: HistoryApi
    erasing: ErasingApi
    aside: AsideApi
    reports: ReportsApi
    people: PeopleApi
    knowing: KnowingApi
    cases: CasesApi
    work: WorkApi
    text: TextApi
    kb: KbApi
    guest: GuestApi
    visits: VisitsApi
    website: WebsiteApi
    process: ProcessApi
    live: Socket
    sip: Socket


def table(apis: Apis) -> tuple[Route, ...]:
    """Every route there is."""
    return (
        *_session(apis.session),
        *_agents(apis.agents, apis.line, apis.parking),
        *_recording(apis.recording, apis.text),
        *_calls(apis.calls),
        *_queues(apis.queues),
        *_incidents(apis.incidents),
        *_text(apis.text),
        *_history(apis),
        *_erasing(apis.erasing),
        *_aside(apis.aside),
        *_people(apis.people),
        *_knowing(apis.knowing),
        *_cases(apis.cases),
        *_open(apis),
        *_process(apis),
    )


def _session(api: SessionApi) -> tuple[Route, ...]:
    return (
        _post("/session", api.sign_in, "Sign in; sets the session's cookie", b.Me, ask=b.SignIn, role=None),
        _get("/session", api.me, "Who is signed in", b.Me),
        _delete("/session", api.sign_out, "Sign out"),
        _post("/session/password", api.change_password, "Change one's own password", b.Done, ask=b.NewPassword),
        _get("/phone", api.phone, "What the browser's phone registers with", b.BrowserPhone),
        _post("/phone/release", api.release_phone, "Have one's browser phone in another window", b.Done),
        _get("/tokens", api.tokens, "API tokens: one's own, or everybody's for administrators", b.Tokens),
        _post(
            "/tokens", api.make_token, "Make an API token for programs; it is shown once", b.MadeToken, ask=b.NewToken
        ),
        _delete("/tokens/{id}", api.drop_token, "Take an API token away"),
    )


def _recording(api: RecordingApi, text: TextApi) -> tuple[Route, ...]:
    return (
        _post("/interactions/{id}/recording/pause", api.pause, "Keep silence in the recording of one's talk", b.Done),
        _post("/interactions/{id}/recording/resume", api.resume, "Record one's talk again", b.Done),
        _get("/interactions/{id}/recording", text.recording, "The recording of a call's talks; takes `Range`", None),
    )


def _agents(api: AgentsApi, line: LineApi, parking: ParkingApi) -> tuple[Route, ...]:
    return (
        _post("/agent/state", api.set_state, "Say that one is ready or not", b.Done, ask=b.AgentStateAsk),
        _get("/agent/why", api.why, "Why one gets no calls", b.NoWork),
        _post("/agent/wrap-up/extend", api.extend, "Take more time for the wrap-up", b.Done, ask=b.Extend),
        _delete("/agent/notices/{id}", api.put_away, "Put a notice away"),
        _post("/offers/{id}/decline", api.decline, "Decline the offer on one's desk", b.Done),
        _post("/interactions/{id}/hangup", api.hang_up, "Hang up the call on one's desk", b.Done),
        _post(
            "/interactions/{id}/transfer",
            api.transfer,
            "Give the caller on one's desk to a colleague, a queue or a number",
            b.Done,
            ask=b.Transfer,
        ),
        _post(
            "/interactions/{id}/park",
            parking.park,
            "Park the caller on one's desk: music, for anybody to fetch",
            b.Done,
        ),
        _post("/interactions/{id}/fetch", parking.fetch, "Fetch a parked caller: one's phone rings for them", b.Done),
        _delete("/interactions/{id}/transfer", api.recall, "Take a caller back whom one gave away and nobody answered"),
        _post(
            "/interactions/{id}/consult",
            api.consult,
            "Set the caller on one's desk aside and ask a colleague, a queue or a number first",
            b.Done,
            ask=b.Consult,
        ),
        _post(
            "/interactions/{id}/consult/then",
            api.consult_then,
            "Take the caller back, hand them over, or let all three talk",
            b.Done,
            ask=b.ConsultThen,
        ),
        _post(
            "/interactions/{id}/wrap-up",
            api.wrap_up,
            "Say what came of a call, and end the wrap-up",
            b.Done,
            ask=b.WrapUp,
        ),
        _get("/line", line.line, "Who and what waits, next first", b.Line, role="supervisor"),
        _post(
            "/interactions/{id}/priority",
            line.set_priority,
            "Put a caller or a piece of text work that waits ahead, or take that back",
            b.Done,
            ask=b.Priority,
            role="supervisor",
        ),
        _get("/wallboard", api.wallboard, "The wallboard as of now", WallboardView, role="viewer"),
    )


def _calls(api: CallsApi) -> tuple[Route, ...]:
    return (
        _post(
            "/calls",
            api.call,
            "Call a number outside: one's own phone rings first",
            call_bodies.NewCallMade,
            ask=call_bodies.NewCall,
        ),
        _post("/interactions/{id}/machine", api.machine, "Say that a machine answered one's callback", b.Done),
        _get("/abandoned", api.abandoned, "Callers who left and were not served since", call_bodies.AbandonedList),
        _post(
            "/abandoned/{id}/handled",
            api.handled,
            "Say that one has seen to a caller who left",
            b.Done,
            ask=call_bodies.Handled,
        ),
    )


def _queues(api: QueuesApi) -> tuple[Route, ...]:
    return (
        _post(
            "/queues/close", api.close, "Close queues by hand, or all of them", b.Done, b.CloseQueues, role="supervisor"
        ),
        _post(
            "/agent/queues/{id}", api.choose, "Opt out of a queue, or take its calls again", b.Done, ask=b.QueueTakes
        ),
        _post("/queues/open", api.open, "Open queues closed by hand", b.Done, b.OpenQueues, role="supervisor"),
    )


def _incidents(api: IncidentsApi) -> tuple[Route, ...]:
    return (
        _get("/incidents", api.ways, "What callers can be told of", ib.IncidentWays, role="supervisor"),
        _post("/incidents", api.tell, "Tell callers of a known incident", b.Done, ib.TellCallers, role="supervisor"),
        Route(
            method="POST",
            path=f"{API}/incidents/sentences",
            handler=api.keep_sentence,
            role="supervisor",
            summary="Keep a sentence recorded for callers",
            ask=ib.KeepSentence,
            reply=ib.KeptSentence,
            longest=1024 * 1024,
        ),
        _post(
            "/incidents/sentences/phone",
            api.dictate,
            "Speak a sentence for callers into one's telephone, which rings",
            ib.Dictated,
            ib.Dictate,
            role="supervisor",
        ),
        _get(
            "/incidents/sentences/phone/{id}",
            api.dictated,
            "How far a sentence spoken into the telephone is",
            ib.Dictated,
            role="supervisor",
        ),
        _post("/incidents/over", api.tell_no_more, "The incident is over", b.Done, ib.TellNoMore, role="supervisor"),
    )


def _text(api: TextApi) -> tuple[Route, ...]:
    return (
        _get("/work/{id}", api.piece, "One piece of text work, such as a message left", PieceLine),
        _get("/work/{id}/pop", api.pop, "Who left the piece on one's desk", Pop),
        _get("/work/{id}/recording", api.recording, "The recording of a message; takes `Range`", None),
        _post("/work/{id}/open", api.open, "Open a piece on one's desk", b.Done),
        _post("/work/{id}/decline", api.decline, "Leave an unopened piece to others", b.Done),
        _post("/work/{id}/back", api.back, "Put a piece back in line", b.Done),
        _post("/work/{id}/give", api.give, "Give a piece to a colleague or a queue", b.Done, ask=b.Transfer),
        _post("/work/{id}/later", api.later, "Keep a piece for later", b.Done, ask=b.KeepPiece),
        _post("/work/{id}/done", api.done, "Say what came of a piece, and end it", b.Done, ask=b.FinishPiece),
    )


def _history(apis: Apis) -> tuple[Route, ...]:
    api, work = apis.history, apis.work
    return (
        _get("/interactions", api.interactions, "Calls, newest first", b.Calls, query=b.CallsQuery),
        _get("/agent/today", api.agent_day, "What one did today", AgentDay),
        _get("/interactions/{id}", api.interaction, "One call", CallLine),
        _get("/interactions/{id}/messages", api.messages, "The mails of a thread", b.Messages),
        _post(
            "/interactions/{id}/note",
            api.note,
            "Keep a note about a call; again replaces one's own",
            b.Done,
            ask=b.NoteAsk,
        ),
        _post("/interactions/{id}/customer", api.confirm, "Say whose call it was", b.Done, ask=b.ConfirmCustomer),
        _get("/attachments/{hash}", api.attachment, "A mail's attachment, as a download", None),
        _get("/why/{interaction}", api.why, "Why a call went where it went", b.Story),
        _get("/interactions/{id}/wait", api.waits, "Why a caller waited so long", Waits, role="supervisor"),
        _get(
            "/reports/day",
            apis.reports.day,
            "What a day came to, by queue and half hour",
            DayReport,
            query=DayQuery,
            role="supervisor",
        ),
        _get("/customers/{id}", api.customer, "One customer", Person),
        _get(
            "/customers/{id}/timeline",
            api.timeline,
            "All contacts of a customer",
            b.TimelinePage,
            query=b.TimelineQuery,
        ),
        _get("/promises", work.promises, "What one has promised and not yet kept", p.Promises),
        _get("/promises/due", work.due, "Everybody's open promises, by due time", p.DuePromises, role="supervisor"),
        _post("/promises", work.promise, "Promise something to a customer", PromiseLine, ask=p.NewPromise),
        _post("/promises/{id}/end", work.end_promise, "A promise was kept, or is withdrawn", b.Done, ask=p.PromiseEnd),
        _get("/search", apis.kb.everything, "Search customers and answers", b.Found, query=b.SearchQuery),
    )


def _erasing(api: ErasingApi) -> tuple[Route, ...]:
    return (
        _get("/customers/{id}/export", api.export, "Everything about one person, as a zip", None, role="administrator"),
        _get("/customers/{id}/erasure", api.preview, "What erasing one would take", p.Erasure, role="administrator"),
        Route(
            method="DELETE",
            path=f"{API}/customers/{{id}}",
            handler=api.erase,
            role="administrator",
            summary="Erase one person",
            query=p.EraseQuery,
            reply=Erased,
        ),
    )


def _aside(api: AsideApi) -> tuple[Route, ...]:
    return (
        _get("/mails/aside", api.mails, "Mails that no person wrote", ab.AsideMails, query=ab.AsideQuery),
        _post("/mails/{id}/person", api.from_person, "Say that a person wrote a mail set aside", b.Done),
        _get(
            "/unread",
            api.unread,
            "What could not be read, and why",
            ab.UnreadList,
            query=ab.UnreadQuery,
            role="administrator",
        ),
        _get("/unread/again", api.again, "How far it is with reading it once more", ReadAgain, role="administrator"),
        _get("/unread/{id}", api.body, "The bytes of what could not be read", None, role="administrator"),
        _delete("/unread/{id}", api.forget, "Throw away what could not be read", role="administrator"),
        _post("/unread/again", api.read_again, "Read it once more", ReadAgain, role="administrator"),
    )


def _cases(api: CasesApi) -> tuple[Route, ...]:
    return (
        _get("/interactions/{id}/cases", api.suggested, "Cases that a contact looks like", p.CaseSuggestions),
        _post("/interactions/{id}/case", api.put, "Say that a contact is about a case", b.Done, ask=p.IntoCase),
        _get("/cases", api.mine, "One's own open cases, what is due next first", p.CaseList),
        _post("/cases", api.open, "Open a case", CaseLine, ask=p.NewCase),
        _get("/cases/{id}", api.case, "One case, with all contacts about it", CaseView),
        _post("/cases/{id}", api.change, "Change a case", b.Done, ask=p.CaseChange),
        Route(
            method="POST",
            path=f"{API}/cases/{{id}}/close",
            handler=api.close,
            role="agent",
            summary="Close a case",
            query=p.CloseQuery,
            reply=b.Done,
        ),
        _post("/cases/{id}/reopen", api.reopen, "Open a closed case again", b.Done),
        _post("/cases/{id}/merge", api.merge, "Make one case of two", p.CaseMoved, ask=p.CaseMergeAsk),
        _post("/case-moves/{id}/undo", api.undo, "Take a merge or a split of cases back", p.CaseMoved),
        _post("/cases/{id}/split", api.split, "Give contacts a case of their own", CaseLine, ask=p.CaseSplit),
    )


def _people(api: PeopleApi) -> tuple[Route, ...]:
    return (
        _get("/customers/{id}/identity", api.identity, "How a customer is known, and who may be the same", Identity),
        _get("/customers/{id}/merge", api.preview, "What a merge would make of two", MergePreview, query=p.OtherQuery),
        _post("/customers/{id}/merge", api.merge, "Say that another is the same person", p.Merged, ask=p.MergeAsk),
        _post("/customers/{id}/apart", api.tell_apart, "Say that another is another person", b.Done, ask=p.MergeAsk),
        _post("/merges/{id}/undo", api.undo, "Take a merge back", b.Done),
        _post("/customers/{id}/identifiers", api.link, "Say that a number or address is theirs", b.Done, ask=p.LinkAsk),
        _delete("/customers/{id}/identifiers/{identifier}", api.unlink, "Say that it is not theirs"),
        _post("/customers/{id}/pin", api.set_pin, "Set a customer's PIN for calls", b.Done, ask=p.PinAsk),
        _delete("/customers/{id}/pin", api.remove_pin, "Take a customer's PIN away"),
    )


def _knowing(api: KnowingApi) -> tuple[Route, ...]:
    return (
        _get("/customers/{id}/about", api.about, "What is known of a customer, and how they are best reached", About),
        _post("/customers/{id}", api.change, "Say which language or tier a customer has", b.Done, ask=p.CustomerChange),
        _post("/customers/{id}/wishes", api.wish, "Keep how a customer wants to be reached", b.Done, ask=p.WishAsk),
        _post("/customers/{id}/tags", api.tag, "Give a customer a tag", b.Done, ask=p.TagAsk),
        _delete("/customers/{id}/tags/{tag}", api.untag, "Take a tag from a customer"),
    )


def _open(apis: Apis) -> tuple[Route, ...]:
    """For the help site: anybody."""
    kb, guest, visits = apis.kb, apis.guest, apis.visits
    return (
        _get("/kb/search", kb.search, "Search the answers", b.ArticleHits, query=b.SearchQuery, role=None),
        _get("/kb/articles/{id}", kb.article, "One article", b.ArticleView, query=b.LanguageQuery, role=None),
        _get("/kb/hot", kb.hot, "What is asked most", b.ArticleHits, query=b.LanguageQuery, role=None),
        _post("/visits/search", visits.searched, "Tell what a visitor searched", b.Done, ask=b.VisitSearch, role=None),
        _post(
            "/visits/judgement",
            visits.judged,
            "Tell whether an answer solved it",
            b.Done,
            ask=b.VisitJudgement,
            role=None,
        ),
        Route(
            method="POST",
            path=f"{API}/website/visits",
            role=None,
            summary="Tell what was done on a web site of the site's own (`hotline.js`)",
            handler=apis.website.told,
            ask=visit_bodies.VisitTold,
            reply=visit_bodies.VisitTaken,
            pages=True,
            longest=_OF_PAGES,
        ),
        _get("/site", guest.site, "What anybody may know of the site", b.PublicSite, role=None),
        _post(
            "/guest/call",
            guest.call,
            "Borrow a phone for a call from the page",
            b.GuestCall,
            ask=b.GuestCallAsk,
            role=None,
        ),
        _delete("/guest/call", guest.end, "Give the borrowed phone back (header X-Guest)", role=None),
    )


def _process(apis: Apis) -> tuple[Route, ...]:
    api = apis.process
    return (
        Route(
            method="GET",
            path=f"{API}/live",
            role="viewer",
            summary="A live view over WebSocket: `?view=desk` or `?view=wallboard`",
            socket=apis.live,
        ),
        Route(
            method="GET",
            path=SIP_PATH,
            role=None,
            summary="SIP over WebSocket to the exchange: for agents by session, for guests by `?guest=TOKEN`",
            socket=apis.sip,
        ),
        _get("/openapi.json", api.openapi, "This API as OpenAPI 3.1", None, role=None),
        Route(method="GET", path="/metrics", role="supervisor", summary="Figures for Prometheus", handler=api.metrics),
        Route(
            method="GET",
            path="/healthz",
            role=None,
            summary="Whether everything runs: 200, or 503",
            handler=api.health,
            reply=b.Health,
        ),
    )


def _get(
    path: str,
    handler: Handler,
    summary: str,
    reply: type[Struct] | None,
    query: type[Struct] | None = None,
    role: b.Role | None = "agent",
) -> Route:
    return Route(method="GET", path=API + path, handler=handler, summary=summary, reply=reply, query=query, role=role)


def _post(
    path: str,
    handler: Handler,
    summary: str,
    reply: type[Struct],
    ask: type[Struct] | None = None,
    role: b.Role | None = "agent",
) -> Route:
    return Route(method="POST", path=API + path, handler=handler, summary=summary, reply=reply, ask=ask, role=role)


def _delete(path: str, handler: Handler, summary: str, role: b.Role | None = "agent") -> Route:
    return Route(method="DELETE", path=API + path, handler=handler, summary=summary, reply=b.Done, role=role)
