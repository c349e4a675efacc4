"""The life of an interaction: its states, what can happen in each, and what follows. The table is data.

Rules of this package, kept by tests:
- nothing here reads a clock, draws a random number, logs or awaits;
- every state x signal pair is in the table or refused by name;
- `apply` never fails on an event we once wrote;
- timers are data, the loop keeps one timer;
- all times are UTC milliseconds; local time only where opening hours and days are decided.
"""

from enum import StrEnum


class State(StrEnum):
    """Where an interaction is."""

    FLOW = "flow"
    """In the menus, or on the way into or out of them."""
    WAITING = "waiting"
    OFFERED = "offered"
    """Still waiting, still keeping the place; one agent is reserved."""
    DIALLING = "dialling"
    """The phone of who is called rings: with an agent on the line, or before anybody is."""
    TALKING = "talking"
    PASSING = "passing"
    """An agent gave them to a number outside; they hear music while it rings."""
    OUTSIDE = "outside"
    """They talk with somebody outside."""
    ASIDE = "aside"
    """In an agent's hands still, and with music: the agent asks a colleague (`consult`)."""
    PARKED = "parked"
    """In nobody's hands, with music, until whoever sees their queue fetches them (`parking`)."""
    AFTER = "after"
    """The talk is over, the caller is still there: survey, goodbye."""
    ENDED = "ended"
    """Over; kept only while an agent wraps it up."""


class Signal(StrEnum):
    """What can happen to an interaction, whichever channel it came by."""

    RETURNED = "caller returned"
    """The caller's session began anew."""
    LANGUAGE = "language chosen"
    MOVED = "flow moved"
    ROUTED = "route asked"
    RAISED = "priority set by hand"
    OVERDUE = "waited too long here, or the queue was closed"
    """In line, or parked."""
    AWAY = "would go to another site"
    """The caller was turned away, and has heard so."""
    CALLBACK = "callback asked"
    DUE = "callback's time"
    """It may be due now, or due no longer."""
    HELP = "asks to be helped first"
    CHOSE = "chooses whom to wait for"
    """The agent who promised them something, or anybody."""
    MESSAGE = "leaves a message"
    HEARD = "heard an article"
    FLOW_ENDED = "flow ended"
    DECLINED = "offer declined"
    OFFER_EXPIRED = "offer expired"
    LEG_LOST = "agent's leg lost"
    """The last leg of the offer will not be answered, or the agent's leg of a talk is gone."""
    PICKED_UP = "agent's leg answered"
    ANSWERED = "who is called answered"
    OUTSIDE_LOST = "outside leg lost"
    """It was not answered, or its talk is over."""
    OUTSIDE_MET = "caller and somebody outside in one bridge"
    MACHINE = "an answering machine, says the agent"
    MET = "both in one bridge"
    PARTED = "no longer in one bridge"
    HOLD = "hold changed"
    HANGUP_ASKED = "agent hangs up"
    GIVEN = "agent gives the caller away"
    """To a colleague or a queue: a blind transfer."""
    ASKS = "agent asks a colleague first"
    """Or somebody of a queue, or outside; what comes of it is in the consultation's own table (`consult`)."""
    RECALLED = "agent takes the caller back"
    """Whom they gave away, while nobody has answered; or whom somebody parked, colleagues' included."""
    PARKS = "agent parks the caller"
    SENT_AWAY = "agent's phone sends the caller away"
    """The phone's own transfer (REFER): the caller is out of the bridge and asks what now."""
    AFTER = "after reached"
    JUDGED = "survey answered"
    CALLER_GONE = "caller gone"


class Do(StrEnum):
    """What `switchboard` does about a signal."""

    REATTACH = "reattach the session"
    SET_LANGUAGE = "set the language"
    MOVE = "note the position"
    QUEUE = "put in line"
    REQUEUE = "change what is asked for, keep the place"
    RAISE = "change the priority"
    OVERFLOW = "another way: the other queue's line, out of line, or an offer"
    SEND_ELSEWHERE = "steer to the other site, if there is still reason"
    BOOK = "note the callback"
    TIME = "call them when it is their turn, or later"
    DIAL = "if nobody of theirs is on the line: call them"
    LINE_UP = "put who answered in line, at their place"
    NOT_REACHED = "the agent is free, they are called later or not at all"
    CANCEL = "hang up who is called"
    CALL_LATER = "the talk ends, they are called later"
    CONNECT_OUTSIDE = "the talk outside begins"
    END_OUTSIDE = "the talk outside ends"
    PASS_BACK = "back to who gave them"
    LEAVE_OUTSIDE = "end the talk outside, or the call to there, and the interaction"
    HELP = "put further ahead, once"
    KEEP_FOR = "kept for that agent, or for nobody"
    KEEP_MESSAGE = "keep the message"
    NOTE_ANSWER = "note whether it helped"
    NOTE_END = "note how the flow ended"
    LEAVE_LINE = "leave the line, with an offer that stands: end that"
    DECLINE = "end the offer: declined"
    EXPIRE = "end the offer: RONA"
    FAIL = "end the offer: unreachable"
    """After each of these three, who was given to this agent goes back to who gave them."""
    CONNECT = "the talk begins"
    END_TALK = "the talk ends; back in line, if the agent's phone is dead"
    TOGGLE_HOLD = "hold or resume"
    HANG_UP_AGENT = "hang up the agent's leg"
    TRANSFER = "the talk ends, the caller goes to a colleague or in line"
    CONSULT = "the caller is set aside, a colleague is asked"
    GO_ON = "as the consultation's table says"
    TAKE_BACK = "end the offer: withdrawn; back to who gave them"
    PARK = "the talk ends, the caller is parked"
    FETCH = "offer them to who fetches them"
    UNPARK = "if it was long enough: offer them to who parked them, else in line"
    ABANDON_PARKED = "end: abandoned, while parked"
    PASS_ON = "the talk ends, the caller goes to whom the phone dialled"
    STEER_SURVEY = "steer to the survey or goodbye"
    STEER_WAIT = "steer back to waiting"
    JUDGE = "note the judgement"
    LEAVE_MENU = "end: left the menu"
    ABANDON = "end: abandoned; with a callback, keep the place"
    WITHDRAW = "end the offer and the interaction: abandoned; with a callback, keep the place"
    END_LOST_TALK = "end the talk and the interaction"
    END = "end"


class No(StrEnum):
    """Why a signal changes nothing."""

    LATE = "late: the interaction has moved on"
    EARLY = "the interaction is not so far"
    SAME = "already so"


TABLE: dict[State, dict[Signal, Do | No]] = {
    State.FLOW: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: Do.MOVE,
        Signal.ROUTED: Do.QUEUE,
        Signal.RAISED: No.EARLY,
        Signal.OVERDUE: No.EARLY,
        Signal.AWAY: No.EARLY,
        Signal.CALLBACK: No.EARLY,
        Signal.DUE: No.EARLY,
        Signal.HELP: No.EARLY,
        Signal.CHOSE: No.EARLY,
        Signal.MESSAGE: Do.KEEP_MESSAGE,
        Signal.HEARD: No.EARLY,
        Signal.FLOW_ENDED: Do.NOTE_END,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.PICKED_UP: No.EARLY,
        Signal.ANSWERED: No.EARLY,
        Signal.OUTSIDE_LOST: No.EARLY,
        Signal.OUTSIDE_MET: No.EARLY,
        Signal.MACHINE: No.EARLY,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: No.EARLY,
        Signal.GIVEN: No.EARLY,
        Signal.ASKS: No.EARLY,
        Signal.RECALLED: No.EARLY,
        Signal.PARKS: No.EARLY,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.LEAVE_MENU,
    },
    State.WAITING: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: Do.MOVE,
        Signal.ROUTED: Do.REQUEUE,
        Signal.RAISED: Do.RAISE,
        Signal.OVERDUE: Do.OVERFLOW,
        Signal.AWAY: Do.SEND_ELSEWHERE,
        Signal.CALLBACK: Do.BOOK,
        Signal.DUE: Do.TIME,
        Signal.HELP: Do.HELP,
        Signal.CHOSE: Do.KEEP_FOR,
        Signal.MESSAGE: Do.KEEP_MESSAGE,
        Signal.HEARD: Do.NOTE_ANSWER,
        Signal.FLOW_ENDED: Do.LEAVE_LINE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.PICKED_UP: No.LATE,
        Signal.ANSWERED: No.EARLY,
        Signal.OUTSIDE_LOST: No.LATE,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: No.EARLY,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: No.EARLY,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: No.LATE,
        Signal.RECALLED: Do.TAKE_BACK,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.ABANDON,
    },
    State.OFFERED: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: Do.MOVE,
        Signal.ROUTED: No.SAME,
        Signal.RAISED: Do.RAISE,
        Signal.OVERDUE: No.SAME,
        Signal.AWAY: Do.STEER_WAIT,
        Signal.CALLBACK: Do.BOOK,
        Signal.DUE: No.LATE,
        Signal.HELP: Do.HELP,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: Do.KEEP_MESSAGE,
        Signal.HEARD: Do.NOTE_ANSWER,
        Signal.FLOW_ENDED: Do.LEAVE_LINE,
        Signal.DECLINED: Do.DECLINE,
        Signal.OFFER_EXPIRED: Do.EXPIRE,
        Signal.LEG_LOST: Do.FAIL,
        Signal.PICKED_UP: Do.DIAL,
        Signal.ANSWERED: No.EARLY,
        Signal.OUTSIDE_LOST: No.LATE,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: No.EARLY,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: Do.DECLINE,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: No.LATE,
        Signal.RECALLED: Do.TAKE_BACK,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.WITHDRAW,
    },
    State.DIALLING: {
        Signal.RETURNED: Do.LINE_UP,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.LATE,
        Signal.RAISED: Do.RAISE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.CALLBACK: No.SAME,
        Signal.DUE: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: Do.CANCEL,
        Signal.OFFER_EXPIRED: Do.NOT_REACHED,
        Signal.LEG_LOST: Do.CANCEL,
        Signal.PICKED_UP: No.SAME,
        Signal.ANSWERED: Do.LINE_UP,
        Signal.OUTSIDE_LOST: No.LATE,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: Do.NOT_REACHED,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: Do.CANCEL,
        Signal.GIVEN: No.EARLY,
        Signal.ASKS: No.EARLY,
        Signal.RECALLED: No.EARLY,
        Signal.PARKS: No.EARLY,
        Signal.SENT_AWAY: No.EARLY,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.NOT_REACHED,
    },
    State.TALKING: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.LATE,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.CALLBACK: No.LATE,
        Signal.DUE: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: Do.END_TALK,
        Signal.PICKED_UP: No.SAME,
        Signal.ANSWERED: No.SAME,
        Signal.OUTSIDE_LOST: No.LATE,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: Do.CALL_LATER,
        Signal.MET: No.SAME,
        Signal.PARTED: Do.END_TALK,
        Signal.HOLD: Do.TOGGLE_HOLD,
        Signal.HANGUP_ASKED: Do.HANG_UP_AGENT,
        Signal.GIVEN: Do.TRANSFER,
        Signal.ASKS: Do.CONSULT,
        Signal.RECALLED: No.LATE,
        Signal.PARKS: Do.PARK,
        Signal.SENT_AWAY: Do.PASS_ON,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.END_LOST_TALK,
    },
    State.PASSING: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.SAME,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.CALLBACK: No.LATE,
        Signal.DUE: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.PICKED_UP: No.LATE,
        Signal.ANSWERED: No.LATE,
        Signal.OUTSIDE_LOST: Do.PASS_BACK,
        Signal.OUTSIDE_MET: Do.CONNECT_OUTSIDE,
        Signal.MACHINE: No.LATE,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: No.EARLY,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: No.LATE,
        Signal.RECALLED: Do.PASS_BACK,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.LEAVE_OUTSIDE,
    },
    State.OUTSIDE: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.LATE,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.CALLBACK: No.LATE,
        Signal.DUE: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.PICKED_UP: No.LATE,
        Signal.ANSWERED: No.LATE,
        Signal.OUTSIDE_LOST: Do.END_OUTSIDE,
        Signal.OUTSIDE_MET: No.SAME,
        Signal.MACHINE: No.LATE,
        Signal.MET: No.LATE,
        Signal.PARTED: Do.END_OUTSIDE,
        Signal.HOLD: No.LATE,
        Signal.HANGUP_ASKED: No.LATE,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: No.LATE,
        Signal.RECALLED: No.LATE,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: No.LATE,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.LEAVE_OUTSIDE,
    },
    State.ASIDE: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.LATE,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.CALLBACK: No.LATE,
        Signal.DUE: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: Do.GO_ON,
        Signal.PICKED_UP: No.LATE,
        Signal.ANSWERED: No.LATE,
        Signal.OUTSIDE_LOST: No.LATE,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: No.LATE,
        Signal.MET: Do.GO_ON,
        Signal.PARTED: No.SAME,
        Signal.HOLD: No.LATE,
        Signal.HANGUP_ASKED: Do.HANG_UP_AGENT,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: Do.CONSULT,
        Signal.RECALLED: No.LATE,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.END_LOST_TALK,
    },
    State.AFTER: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: Do.QUEUE,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.CALLBACK: No.LATE,
        Signal.DUE: No.LATE,
        Signal.HELP: No.LATE,
        Signal.CHOSE: No.LATE,
        Signal.MESSAGE: No.LATE,
        Signal.HEARD: No.LATE,
        Signal.FLOW_ENDED: No.SAME,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.SAME,
        Signal.PICKED_UP: No.LATE,
        Signal.ANSWERED: No.LATE,
        Signal.OUTSIDE_LOST: No.SAME,
        Signal.OUTSIDE_MET: No.LATE,
        Signal.MACHINE: Do.CALL_LATER,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.SAME,
        Signal.HOLD: No.LATE,
        Signal.HANGUP_ASKED: Do.HANG_UP_AGENT,
        Signal.GIVEN: No.LATE,
        Signal.ASKS: No.LATE,
        Signal.RECALLED: No.LATE,
        Signal.PARKS: No.LATE,
        Signal.SENT_AWAY: Do.PASS_ON,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: Do.JUDGE,
        Signal.CALLER_GONE: Do.END,
    },
    State.PARKED: {
        **dict.fromkeys(Signal, No.LATE),
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.OVERDUE: Do.UNPARK,
        Signal.MET: Do.CONNECT,
        Signal.RECALLED: Do.FETCH,
        Signal.PARKS: No.SAME,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.CALLER_GONE: Do.ABANDON_PARKED,
    },
    State.ENDED: dict.fromkeys(Signal, No.LATE),
}
