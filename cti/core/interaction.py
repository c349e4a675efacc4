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
    TALKING = "talking"
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
    AWAY = "would go to another site"
    """The caller was turned away, and has heard so."""
    FLOW_ENDED = "flow ended"
    DECLINED = "offer declined"
    OFFER_EXPIRED = "offer expired"
    LEG_LOST = "agent's leg lost"
    """The last leg of the offer will not be answered, or the agent's leg of a talk is gone."""
    MET = "both in one bridge"
    PARTED = "no longer in one bridge"
    HOLD = "hold changed"
    HANGUP_ASKED = "agent hangs up"
    GIVEN = "agent gives the caller away"
    """To a colleague or a queue: a blind transfer."""
    RECALLED = "agent takes the caller back"
    """Whom they gave away, while nobody has answered."""
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
    NOTE_END = "note how the flow ended"
    DECLINE = "end the offer: declined"
    EXPIRE = "end the offer: RONA"
    FAIL = "end the offer: unreachable"
    """After each of these three, who was given to this agent goes back to who gave them."""
    CONNECT = "the talk begins"
    END_TALK = "the talk ends"
    TOGGLE_HOLD = "hold or resume"
    HANG_UP_AGENT = "hang up the agent's leg"
    TRANSFER = "the talk ends, the caller goes to a colleague or in line"
    TAKE_BACK = "end the offer: withdrawn; back to who gave them"
    PASS_ON = "the talk ends, the caller goes to whom the phone dialled"
    STEER_SURVEY = "steer to the survey or goodbye"
    STEER_WAIT = "steer back to waiting"
    JUDGE = "note the judgement"
    LEAVE_MENU = "end: left the menu"
    ABANDON = "end: abandoned"
    WITHDRAW = "end the offer and the interaction: abandoned"
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
        Signal.FLOW_ENDED: Do.NOTE_END,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: No.EARLY,
        Signal.GIVEN: No.EARLY,
        Signal.RECALLED: No.EARLY,
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
        Signal.FLOW_ENDED: Do.NOTE_END,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.LATE,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: No.EARLY,
        Signal.GIVEN: No.LATE,
        Signal.RECALLED: Do.TAKE_BACK,
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
        Signal.FLOW_ENDED: Do.NOTE_END,
        Signal.DECLINED: Do.DECLINE,
        Signal.OFFER_EXPIRED: Do.EXPIRE,
        Signal.LEG_LOST: Do.FAIL,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.EARLY,
        Signal.HOLD: No.EARLY,
        Signal.HANGUP_ASKED: Do.DECLINE,
        Signal.GIVEN: No.LATE,
        Signal.RECALLED: Do.TAKE_BACK,
        Signal.SENT_AWAY: Do.STEER_WAIT,
        Signal.AFTER: Do.STEER_WAIT,
        Signal.JUDGED: No.EARLY,
        Signal.CALLER_GONE: Do.WITHDRAW,
    },
    State.TALKING: {
        Signal.RETURNED: Do.REATTACH,
        Signal.LANGUAGE: Do.SET_LANGUAGE,
        Signal.MOVED: No.LATE,
        Signal.ROUTED: No.LATE,
        Signal.RAISED: No.LATE,
        Signal.OVERDUE: No.LATE,
        Signal.AWAY: No.LATE,
        Signal.FLOW_ENDED: No.LATE,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: Do.END_TALK,
        Signal.MET: No.SAME,
        Signal.PARTED: Do.END_TALK,
        Signal.HOLD: Do.TOGGLE_HOLD,
        Signal.HANGUP_ASKED: Do.HANG_UP_AGENT,
        Signal.GIVEN: Do.TRANSFER,
        Signal.RECALLED: No.LATE,
        Signal.SENT_AWAY: Do.PASS_ON,
        Signal.AFTER: Do.STEER_SURVEY,
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
        Signal.FLOW_ENDED: No.SAME,
        Signal.DECLINED: No.LATE,
        Signal.OFFER_EXPIRED: No.LATE,
        Signal.LEG_LOST: No.SAME,
        Signal.MET: Do.CONNECT,
        Signal.PARTED: No.SAME,
        Signal.HOLD: No.LATE,
        Signal.HANGUP_ASKED: Do.HANG_UP_AGENT,
        Signal.GIVEN: No.LATE,
        Signal.RECALLED: No.LATE,
        Signal.SENT_AWAY: Do.PASS_ON,
        Signal.AFTER: Do.STEER_SURVEY,
        Signal.JUDGED: Do.JUDGE,
        Signal.CALLER_GONE: Do.END,
    },
    State.ENDED: dict.fromkeys(Signal, No.LATE),
}
