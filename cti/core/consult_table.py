"""What can happen to a consultation, and what follows (`consult`). The table is data."""

from enum import StrEnum


class Step(StrEnum):
    """Where a consultation is."""

    ASKING = "asking"
    """A phone rings, or somebody of the queue is waited for."""
    SPEAKING = "speaking"
    JOINED = "conference"
    ALONE = "alone"
    """Nobody came, or the colleague has left; the agent is not with the caller again, or not yet."""
    ASKING_BESIDE = "asking by phone"
    """On a second line of the agent's phone; the first holds the caller."""
    SPEAKING_BESIDE = "speaking by phone"


class Happening(StrEnum):
    """What can happen to it."""

    MET = "agent and colleague in one bridge"
    ALL_MET = "all three in one bridge"
    COLLEAGUE_HAS = "colleague and caller in one bridge"
    AGENT_HAS = "agent and caller in one bridge"
    REFUSED = "the colleague does not come"
    COLLEAGUE_LEFT = "colleague's leg lost"
    AGENT_LEFT = "agent's leg lost"
    LINE_LEFT = "second line of the agent's phone lost"
    BACK_ASKED = "agent wants the caller back"
    HANDOVER_ASKED = "agent hands the caller over"
    JOIN_ASKED = "agent wants all three to talk"


class Do(StrEnum):
    SPEAK = "agent and colleague talk"
    CONFER = "the conference begins"
    FAIL = "the agent hears that nobody comes"
    ENGAGED = "end the consultation; the agent's phone hears that nobody comes"
    WITHDRAW = "end the offer: withdrawn; bring the agent to the caller"
    BRING_BACK = "bring the agent to the caller"
    REJOIN = "end the consultation, the talk goes on"
    LET_GO = "hang up the colleague's leg"
    END = "end the consultation"
    """The agent is on the way to the caller, or with them."""
    HAND_OVER = "the talk ends; offered to the colleague, or in the queue's line"
    TAKE = "the talk ends, the colleague's begins"
    JOIN = "add the caller to the bridge"
    HANG_UP = "hang up the agent's leg"
    HANG_UP_LINE = "hang up the second line of the agent's phone"
    LINE_UP = "the talk ends, the caller is in line"


class No(StrEnum):
    LATE = "late: it has moved on"
    EARLY = "it is not so far"
    SAME = "already so"
    COLLEAGUE_TELLS = "what becomes of the colleague's leg tells what it was"
    """A phone that transfers ends its second line, too."""
    BY_PHONE = "the phone does so by itself"


TABLE: dict[Step, dict[Happening, Do | No]] = {
    Step.ASKING: {
        Happening.MET: Do.SPEAK,
        Happening.ALL_MET: Do.REJOIN,
        Happening.COLLEAGUE_HAS: Do.TAKE,
        Happening.AGENT_HAS: Do.REJOIN,
        Happening.REFUSED: Do.FAIL,
        Happening.COLLEAGUE_LEFT: No.EARLY,
        Happening.AGENT_LEFT: Do.HAND_OVER,
        Happening.LINE_LEFT: No.LATE,
        Happening.BACK_ASKED: Do.WITHDRAW,
        Happening.HANDOVER_ASKED: Do.HANG_UP,
        Happening.JOIN_ASKED: No.EARLY,
    },
    Step.SPEAKING: {
        Happening.MET: No.SAME,
        Happening.ALL_MET: Do.CONFER,
        Happening.COLLEAGUE_HAS: Do.TAKE,
        Happening.AGENT_HAS: Do.REJOIN,
        Happening.REFUSED: No.LATE,
        Happening.COLLEAGUE_LEFT: Do.END,
        Happening.AGENT_LEFT: Do.HAND_OVER,
        Happening.LINE_LEFT: No.LATE,
        Happening.BACK_ASKED: Do.LET_GO,
        Happening.HANDOVER_ASKED: Do.HANG_UP,
        Happening.JOIN_ASKED: Do.JOIN,
    },
    Step.JOINED: {
        Happening.MET: No.SAME,
        Happening.ALL_MET: No.SAME,
        Happening.COLLEAGUE_HAS: Do.TAKE,
        Happening.AGENT_HAS: Do.END,
        Happening.REFUSED: No.LATE,
        Happening.COLLEAGUE_LEFT: Do.END,
        Happening.AGENT_LEFT: Do.TAKE,
        Happening.LINE_LEFT: No.LATE,
        Happening.BACK_ASKED: Do.LET_GO,
        Happening.HANDOVER_ASKED: Do.HANG_UP,
        Happening.JOIN_ASKED: No.SAME,
    },
    Step.ALONE: {
        Happening.MET: No.LATE,
        Happening.ALL_MET: Do.REJOIN,
        Happening.COLLEAGUE_HAS: No.LATE,
        Happening.AGENT_HAS: Do.REJOIN,
        Happening.REFUSED: No.LATE,
        Happening.COLLEAGUE_LEFT: No.SAME,
        Happening.AGENT_LEFT: Do.LINE_UP,
        Happening.LINE_LEFT: No.LATE,
        Happening.BACK_ASKED: Do.BRING_BACK,
        Happening.HANDOVER_ASKED: No.LATE,
        Happening.JOIN_ASKED: No.LATE,
    },
    Step.ASKING_BESIDE: {
        Happening.MET: Do.SPEAK,
        Happening.ALL_MET: No.LATE,
        Happening.COLLEAGUE_HAS: Do.TAKE,
        Happening.AGENT_HAS: No.SAME,
        Happening.REFUSED: Do.ENGAGED,
        Happening.COLLEAGUE_LEFT: No.EARLY,
        Happening.AGENT_LEFT: Do.HAND_OVER,
        Happening.LINE_LEFT: Do.END,
        Happening.BACK_ASKED: Do.HANG_UP_LINE,
        Happening.HANDOVER_ASKED: Do.HANG_UP,
        Happening.JOIN_ASKED: No.EARLY,
    },
    Step.SPEAKING_BESIDE: {
        Happening.MET: No.SAME,
        Happening.ALL_MET: No.LATE,
        Happening.COLLEAGUE_HAS: Do.TAKE,
        Happening.AGENT_HAS: No.SAME,
        Happening.REFUSED: No.LATE,
        Happening.COLLEAGUE_LEFT: Do.END,
        Happening.AGENT_LEFT: Do.HAND_OVER,
        Happening.LINE_LEFT: No.COLLEAGUE_TELLS,
        Happening.BACK_ASKED: Do.LET_GO,
        Happening.HANDOVER_ASKED: Do.HANG_UP,
        Happening.JOIN_ASKED: No.BY_PHONE,
    },
}
