"""How it stands with a call's recording, what can happen to it, and what follows. The table is data."""

from enum import StrEnum


class Recorded(StrEnum):
    """How it stands with a call's recording."""

    NO = "no"
    ON = "on"
    """What is said in its talks is kept."""
    PAUSED = "paused"
    """Silence is kept in its place."""
    FAILED = "failed"
    """It should be recorded, and nothing is kept."""


class Heard(StrEnum):
    """What can happen to it."""

    STARTED = "Asterisk begins to record"
    MUTED = "Asterisk keeps silence"
    UNMUTED = "Asterisk keeps what is said"
    LOST = "nothing is kept"
    PAUSE_ASKED = "agent pauses it"
    RESUME_ASKED = "agent resumes it"


class Then(StrEnum):
    """What `recording` does about it."""

    BEGIN = "it has begun"
    PAUSE = "it is paused"
    RESUME = "it goes on"
    FAIL = "it has failed"
    ASK_PAUSE = "ask Asterisk for silence"
    ASK_RESUME = "ask Asterisk to go on"


class RecordedNo(StrEnum):
    """Why nothing follows."""

    NOT_RECORDED = "nothing is kept"
    SAME = "already so"


TABLE: dict[Recorded, dict[Heard, Then | RecordedNo]] = {
    Recorded.NO: {
        Heard.STARTED: Then.BEGIN,
        Heard.MUTED: RecordedNo.NOT_RECORDED,
        Heard.UNMUTED: RecordedNo.NOT_RECORDED,
        Heard.LOST: Then.FAIL,
        Heard.PAUSE_ASKED: RecordedNo.NOT_RECORDED,
        Heard.RESUME_ASKED: RecordedNo.NOT_RECORDED,
    },
    Recorded.ON: {
        Heard.STARTED: RecordedNo.SAME,
        Heard.MUTED: Then.PAUSE,
        Heard.UNMUTED: RecordedNo.SAME,
        Heard.LOST: Then.FAIL,
        Heard.PAUSE_ASKED: Then.ASK_PAUSE,
        Heard.RESUME_ASKED: RecordedNo.SAME,
    },
    Recorded.PAUSED: {
        Heard.STARTED: RecordedNo.SAME,
        Heard.MUTED: RecordedNo.SAME,
        Heard.UNMUTED: Then.RESUME,
        Heard.LOST: Then.FAIL,
        Heard.PAUSE_ASKED: RecordedNo.SAME,
        Heard.RESUME_ASKED: Then.ASK_RESUME,
    },
    Recorded.FAILED: {
        Heard.STARTED: Then.BEGIN,
        Heard.MUTED: RecordedNo.NOT_RECORDED,
        Heard.UNMUTED: RecordedNo.NOT_RECORDED,
        Heard.LOST: RecordedNo.SAME,
        Heard.PAUSE_ASKED: RecordedNo.NOT_RECORDED,
        Heard.RESUME_ASKED: RecordedNo.NOT_RECORDED,
    },
}
