"""`hotline why`: what happened to a call and why, read from the journal; for calls of today and of years ago."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from cti.commands import _options
from cti.core.account import Stretch, account
from cti.core.events import InteractionEnded, Record, Why
from cti.core.ids import AgentId, InteractionId, Ms
from cti.core.routing import Routing
from cti.core.site import Site, Texts
from cti.core.text_routing import TextRouting
from cti.loop import recover
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.database import Store, StoreError
from cti.store.days import beside
from cti.store.history import wall_clock
from cti.store.journal import Journal, JournalError
from cti.store.tables import calls, pieces
from cti.web.api_history import story
from cti.web.bodies import Story, StoryLine

_KEYED = {
    "pin": "keyed an account number and the right PIN",
    "account": "keyed an account number, without a PIN",
    "wrong_pin": "keyed an account number and a wrong PIN",
    "locked": "keyed an account number and a PIN, after too many wrong ones",
}
_ENDS = {
    "rona": "not answered",
    "declined": "declined",
    "unreachable": "no phone could ring",
    "silent": "the desk did not answer",
    "caller_gone": "the caller had gone",
    "withdrawn": "taken back",
    "not_free": "not free",
    "nobody": "nobody has that number",
    "recalled": "the caller was taken back",
    "left": "the colleague left",
    "given": "the caller was handed over",
    "over": "the call had moved on",
    "answered": "after a talk",
    "abandoned": "gave up waiting",
    "abandoned_again": "gave up waiting for the next agent",
    "left_menu": "left in the menu",
    "message": "left a message",
    "answer": "an article answered it",
    "flow": "the menu ended it",
    "elsewhere": "another site had them",
    "lost": "nobody knows how",
    "not_reached": "who was called was not reached",
    "callback_missed": "called back in vain",
    "merged": "the customer called again",
    "busy": "busy",
    "no_answer": "no answer",
    "refused": "refused",
    "wrong_number": "there is no such number",
    "congestion": "no line was free",
    "not_allowed": "may not be called",
    "machine": "an answering machine",
    "cancelled": "hung up while it rang",
}
_DIALLED = {
    "call": "a number outside is called",
    "callback": "the customer is called back",
    "transfer": "the number is called to which the caller was given",
    "consult": "the number is called that is asked",
}
_UNPARKED = {
    "fetched": "fetched",
    "over": "parked for as long as the queue allows",
    "met": "parked no longer: somebody has them",
    "caller_gone": "hung up while parked",
}
_PREFERRED = {
    "last_agent": "whom they talked with last",
    "case_owner": "whose their case is",
    "promised": "who had promised them something",
    "transfer": "to whom they were transferred",
    "transfer_back": "who had transferred them",
    "parked": "who had parked them",
    "fetched": "who fetches them",
}
_BY_POLICY = {
    "best_match": "others know more of what is asked for",
    "least_occupied": "others have worked a smaller share of their shift",
    "scarce_first": "left for callers whom fewer can serve",
}
_CHOSEN = {
    "last_agent": "talked with this caller last",
    "case_owner": "has this caller's case",
    "promised": "had promised this caller something",
    "transfer": "was given this caller by a colleague",
    "transfer_back": "had given this caller to a colleague, who did not take the call",
    "parked": "had parked this caller",
    "fetched": "fetched this caller, who was parked",
    "consult": "was asked by the agent who talks with this caller",
}
_OVERFLOWS = {
    "wait": "the wait grew too long",
    "estimate": "the wait would have been too long",
    "callers": "too many callers for those at work",
    "closed": "the queue they asked for was closed",
}
_OFFERS = {"callback": "a call back", "message": "to leave a message"}
_BACK = {
    "unopened": "{who} did not open it in time",
    "declined": "{who} left it to others",
    "called_away": "{who} had a call, or was not ready any more",
    "returned": "{who} put it back",
    "left": "{who} had gone",
    "later": "the time {who} kept it for has come",
    "given": "{who} gave it to this queue",
}
_LANGUAGES = {"cmn": "Mandarin", "yue": "Cantonese", "en": "English"}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "why",
        help="tell what happened to a call, and why it went to whom it went",
        description="Tells a call's story from the journal: where it waited, to whom it was offered and why, how it "
        "ended; for one that still waits, what keeps it. No hotline need run.",
    )
    parser.add_argument(
        "interaction",
        metavar="INTERACTION",
        nargs="?",
        help="the call's id, as the desk and the API show it (default: the newest call)",
    )
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: there is no such call."""
    settings = _options.settings(args)
    site = site_file.load(settings.site_file)
    interaction = args.interaction or newest(settings)
    found = told(settings, InteractionId(interaction)) if interaction else None
    if found is None:
        print(f"There is no call '{interaction}'." if interaction else "There is no call yet.", file=sys.stderr)
        return 1
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(as_text(found, site)))
    return 0


def newest(settings: Settings) -> str | None:
    """The call that came last, as far as the history knows; None: none ever. Raises SetupProblem."""
    try:
        store = Store.open(settings.database_url)
        try:
            return store.read(lambda c: c.execute(_NEWEST).scalar())
        finally:
            store.close()
    except StoreError as error:
        raise SetupProblem(str(error)) from None


class Told(Story, frozen=True):
    """A story, and what its waits were made of."""

    stretches: tuple[Stretch, ...] = ()


def told(settings: Settings, interaction: InteractionId) -> Told | None:
    """The story of one call; None: the journal has none of it. Raises SetupProblem when it can't be read."""
    try:
        store = Store.open(settings.database_url)
        try:
            span = store.read(lambda c: c.execute(_SPAN, {"interaction": interaction}).one_or_none())
        finally:
            store.close()
        with Journal.open(settings.journal) as journal:
            # Of one that has just begun, history may not know yet where in the journal it is.
            first, last = (span[0], span[1]) if span is not None else (1, journal.last_seq())
            records: Sequence[Record] = journal.story(first, last, interaction)
            over = any(isinstance(record.event, InteractionEnded) for record in records)
            with_others = beside(journal, first, last if over else journal.last_seq(), interaction)
            world, _, _ = recover(journal)
    except (StoreError, JournalError) as error:
        raise SetupProblem(str(error)) from None
    if not records:
        return None
    now = wall_clock()
    found = story(interaction, records, Routing(world), TextRouting(world), now)
    return Told(found.interaction, found.lines, found.waits, account(interaction, with_others, now))


_NEWEST = sa.select(calls.c.interaction).order_by(calls.c.at.desc(), calls.c.interaction.desc()).limit(1)
_SPAN = sa.union_all(
    sa.select(calls.c.first_seq, calls.c.last_seq).where(calls.c.interaction == sa.bindparam("interaction")),
    sa.select(pieces.c.first_seq, pieces.c.last_seq).where(pieces.c.piece == sa.bindparam("interaction")),
)


class _Words(Struct):
    """What ids are called."""

    zone: ZoneInfo
    agents: Mapping[AgentId, str]
    queues: Mapping[str, Texts]

    def agent(self, agent: AgentId | None) -> str:
        return "" if agent is None else self.agents.get(agent, agent)

    def queue(self, queue: str | None) -> str:
        return "" if queue is None else self.queues.get(queue, {}).get("en", queue)

    def clock(self, at: Ms) -> str:
        return datetime.fromtimestamp(at / 1000, self.zone).strftime("%H:%M:%S")


def as_text(found: Told, site: Site) -> list[str]:
    """A story as lines for people: what happened, and under each offer its reasons."""
    words = _Words(ZoneInfo(site.zone), {a.id: a.name for a in site.agents}, {q.id: q.name for q in site.queues})
    began = datetime.fromtimestamp(found.lines[0].at / 1000, words.zone)
    lines = [f"{found.interaction}, {began:%d %B %Y}"]
    for line in found.lines:
        if said := _line(line, words):
            away = ", says Asterisk's own record: we were away" if line.from_file else ""
            lines.append(f"{words.clock(line.at)}  {said}{away}")
            lines += [f"{' ' * 10}- {fact(why, words.agents)}" for why in line.why]
    if found.stretches:
        lines.append("What the wait was:")
        lines += [
            f"{words.clock(one.begins)} - {words.clock(one.ends)}  {_stretch(one, words)}" for one in found.stretches
        ]
    if found.waits:
        lines.append("Still waiting:")
        lines += [f"{' ' * 10}- {fact(why, words.agents)}" for why in found.waits]
    return lines


def _stretch(one: Stretch, words: _Words) -> str:
    """What stood in the way for so long."""
    who, arg = words.agent(one.agent), one.args.get
    with_it = f"nobody with {skill(str(arg('skill')))} {arg('needs')} at work" if arg("skill") else "nobody at work"
    match one.code:
        case "nobody":
            return with_it if arg("skill") else "nobody at work can serve this caller"
        case "ring":
            return f"{with_it}; less is asked for after {arg('after_s')} s"
        case "busy":
            others = f", with {arg('others')} others meanwhile" if arg("others") else ""
            who = "the only one" if arg("agents") == 1 else f"all {arg('agents')}"
            return f"busy: {who} who can serve this caller{others}"
        case "rang":
            how = str(arg("how"))
            if not how:
                return f"{who} is being called"
            return f"{who} was called: {_ENDS.get(how, how) if how != 'answered' else how}"
        case "kept":
            return f"kept for {who}, {_PREFERRED.get(str(arg('as')), arg('as'))}"
        case "others":
            return "others came first"
        case "closed":
            return f"turned away: {str(arg('closing')).replace('_', ' ')}"
        case "elsewhere":
            return "another site was called"
        case "parked":
            return f"parked by {words.agent(one.agent)}" if one.agent else "parked"
        case "exchange_away":
            return "the exchange was away"


def _line(line: StoryLine, words: _Words) -> str:
    who, how = words.agent(line.agent), _ENDS.get(line.detail, line.detail)
    match line.kind:
        case "InteractionOpened":
            return f"called {line.detail}"
        case "CallerReattached":
            return "came back after an interruption of ours"
        case "LanguageSet":
            return f"chose {_LANGUAGES.get(line.detail, line.detail)}"
        case "CallerKnown":
            return _KEYED.get(line.detail, line.detail)
        case "FlowPosition":
            return f"chose {line.chosen.get('en') or next(iter(line.chosen.values()))}" if line.chosen else ""
        case "Queued":
            kept = f", kept for {who}, {_PREFERRED.get(line.detail, line.detail)}" if who else ""
            return f"in line for {words.queue(line.queue)}{kept}"
        case "PriorityRaised":
            return f"put {line.detail} minutes ahead by {who}"
        case "HelpGiven":
            return f"asked to be helped first: put {line.detail} minutes ahead"
        case "AnswerHeard":
            return f"heard the article {line.detail}"
        case "MessageLeft":
            return f"left a message of {_lasting(int(line.detail))}"
        case "Overflowed":
            return f"left the line for {words.queue(line.queue)}: {_OVERFLOWS[line.detail]}"
        case "TurnedAway":
            return f"turned away: {_OVERFLOWS[line.detail]}"
        case "WayOffered":
            return f"offered {_OFFERS.get(line.detail, line.detail)} in place of the wait"
        case "SentElsewhere":
            return "on the way to another site"
        case "ServedElsewhere":
            return "talking with another site"
        case "CameBack":
            return f"nobody answered there{': back in line' if line.detail == 'in_line' else ''}"
        case "Offered":
            return f"offered to {who}"
        case "OfferEnded":
            return f"{who}: {how}"
        case "Connected":
            return f"talking with {who}"
        case "Held":
            return "on hold"
        case "Resumed":
            return "off hold"
        case "RecordingBegun":
            return "what is said in their talks is recorded"
        case "RecordingPaused":
            return "recording paused"
        case "RecordingResumed":
            return "recording goes on"
        case "RecordingFailed":
            return f"{who} talks with them, and nothing of it is kept"
        case "AgentMoved":
            return f"{who}'s desk was loaded anew and kept the call"
        case "TalkEnded":
            if line.detail == "transfer":
                return f"the talk ended; {who} gave the caller on"
            if line.detail == "park":
                return f"the talk ended; {who} parked the caller"
            by = {"caller": "the caller", "agent": who}.get(line.detail)
            return f"the talk ended; {by} hung up" if by else "the talk ended"
        case "Transferred":
            line_of = f"the line for {words.queue(line.queue)}" if line.queue else "a number that is no colleague's"
            return f"{who} transfers the caller to {words.agent(AgentId(line.detail)) if line.detail else line_of}"
        case "TransferFailed":
            return f"the transfer to {who or 'nobody'} failed: {how}"
        case "CallbackBooked":
            return "the caller wants to be called back"
        case "PlaceKept":
            return "the caller hung up; the place in line is kept"
        case "CallbackPutOff":
            return "not called for now"
        case "Dialled":
            return f"{_DIALLED.get(line.detail, line.detail)}{f', for {who}' if line.agent else ''}"
        case "DialEnded":
            return f"nobody was reached: {how}"
        case "CallbackMerged":
            return f"the customer called again: {line.detail} has the place"
        case "CallbackMissed":
            return f"not reached in {line.detail} tries: a promise of {who}"
        case "ConnectedOutside":
            return "talks with somebody outside"
        case "OutsideEnded":
            return "that talk is over"
        case "ConsultBegun":
            line_of = f"the line for {words.queue(line.queue)}" if line.queue else "a number outside"
            asked = words.agent(AgentId(line.detail)) if line.detail else line_of
            return f"{who} sets the caller aside, with music, and asks {asked}"
        case "ConsultAnswered":
            return f"{who} talks with the agent who asks; the caller hears music"
        case "ConsultReached":
            return "somebody outside talks with the agent who asks; the caller hears music"
        case "OutsideMoved":
            return "somebody outside is to have the caller"
        case "ConferenceBegun":
            return "all three talk"
        case "ConsultEnded":
            return (
                f"the consultation is over; {who or 'nobody came'}: {how}"
                if who
                else f"the consultation is over: {how}"
            )
        case "CallerRejoined":
            return f"talking with {who} again"
        case "Parked":
            return "parked, with music"
        case "ParkEnded":
            return f"{_UNPARKED.get(line.detail, line.detail)}{f': {who}' if line.detail == 'fetched' else ''}"
        case "OfferMoved":
            return f"{who} is to have the caller"
        case "SurveyOpened":
            return "asked whether it was solved"
        case "Judged":
            return f"the caller says: {line.detail}"
        case "WrappedUp":
            return f"{who} wrapped up{f': {line.detail}' if line.detail else ''}"
        case "InteractionEnded":
            return f"ended: {how}"
        case "PieceArrived":
            return f"a message of {_lasting(int(line.detail))} was left"
        case "PieceQueued":
            return f"the message is in line for {words.queue(line.queue)}{_piece_in_line(line.detail, who)}"
        case "PieceRaised":
            return f"put {line.detail} minutes ahead by {who}"
        case "PieceOffered":
            return f"shown to {who}"
        case "PieceTaken":
            return f"{who} opened it"
        case "PieceKept":
            return f"{who} keeps it until {words.clock(Ms(int(line.detail)))}"
        case "PieceGiven":
            return f"{who} gives it to {words.agent(AgentId(line.detail)) if line.detail else words.queue(line.queue)}"
        case "PieceEnded":
            return f"{who} finished it{f': {line.detail}' if line.detail else ''}"
        case _:
            return f"mended: {line.detail}"


def _piece_in_line(how: str, who: str) -> str:
    """Why it is (again), or for whom it is kept."""
    if how in _BACK:
        return f": {_BACK[how].format(who=who)}"
    return f", kept for {who}, {_PREFERRED.get(how, how)}" if who else ""


def fact(why: Why, agents: Mapping[AgentId, str]) -> str:
    """One fact of a decision in words."""
    who = "" if why.agent is None else agents.get(why.agent, why.agent)
    arg = why.args.get
    match why.code:
        case "skills":
            levels = ", ".join(f"{skill(name)} {level}" for name, level in why.args.items())
            return f"{who} has what is asked for: {levels}" if levels else f"{who}: nothing special is asked for"
        case "idle":
            return f"{who} was free for {_lasting(arg('ms'))}"
        case "only_one":
            return f"{who} was the only one free"
        case "preferred":
            left = f", waited for {_lasting(arg('ms'))} more" if arg("ms") else ""
            return f"{who} {_CHOSEN.get(str(arg('as')), _CHOSEN['last_agent'])}{left}"
        case "ring":
            return f"after {arg('after_s')} s of waiting, less is asked for"
        case "tier":
            return f"{arg('tier')}: +{arg('minutes')} minutes"
        case "spared":
            return f"{who} was left for a caller whom fewer could serve"
        case "by_policy":
            return f"{who} was free for longer; {_BY_POLICY[str(arg('policy'))]}"
        case "skipped_state":
            left = f" for {_lasting(arg('ms'))} more" if arg("ms") else ""
            return f"{who}: {str(arg('state')).replace('_', ' ')}{left}"
        case "skipped_skill":
            return f"{who}: {skill(str(arg('skill')))} {arg('has')}, {arg('needs')} needed"
        case "nobody":
            return "nobody at work can serve this caller"
        case "longer_idle":
            return f"{who} has been free for longer: {_lasting(arg('ms'))}"
        case "own_state":
            return f"{who} is {str(arg('state')).replace('_', ' ')}"
        case "no_phone":
            return f"nothing can ring for {who}"
        case "asterisk_away":
            return "the exchange is away"
        case "nobody_waits":
            return "nobody waits"
        case "at_capacity":
            return f"{who} has {arg('has')} of {arg('of')} in hand ({arg('channel')})"
        case "has_chats":
            return f"{who} has {arg('has')} chats, and no call beside them"
        case "unopened":
            return f"{who} has one on the desk that is not opened yet"
        case "paused":
            return f"{who} left one to others, and is asked again in {_lasting(arg('ms'))}"
        case "no_desk":
            return f"{who} has no desk open"
        case "silent":
            return f"{who} has a desk that does not answer"
        case "opted_out":
            return f"{who} takes no calls of {arg('queue')} in this shift"
        case "queue_closed":
            return f"the queue is closed: {str(arg('closing')).replace('_', ' ')}"


def skill(name: str) -> str:
    """A skill's name; languages have one that people know."""
    return _LANGUAGES.get(name, name)


def _lasting(ms: int | str | None) -> str:
    seconds = int(ms or 0) // 1000
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
