"""The states of an agent, and what changes them. The table is data, like the interaction's."""

from enum import StrEnum


class AgentState(StrEnum):
    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    """An offer is out; the phone rings."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"


AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.NOT_READY})
WORKING = frozenset({AgentState.TALKING, AgentState.WRAP_UP})


class AgentSignal(StrEnum):
    SIGN_IN = "signs in"
    SIGN_OUT = "signs out"
    READY = "says ready"
    NOT_READY = "says not ready"
    DESK_LOST = "desk lost"
    EXTEND = "extends wrap-up"
    WRAPPED = "wraps up"
    EXPIRED = "wrap-up time over"


class AgentDo(StrEnum):
    TO_NOT_READY = "not ready"
    TO_READY = "ready"
    TO_SIGNED_OUT = "signed out"
    AFTERWARDS = "noted: takes effect when the work ends"
    STAY_READY = "noted: ready when the work ends"
    EXTEND = "more time"
    FINISH = "wrap-up ends"
    LOSE = "not ready: desk lost"


class AgentNo(StrEnum):
    SAME = "already so"
    NOT_WRAPPING = "not in wrap-up"
    SIGNED_OUT = "signed out"


# The system's own reasons for not being ready; screens have words for them in every language.
RONA = "rona"
DECLINED = "declined"
UNREACHABLE = "unreachable"
DESK_LOST = "desk_lost"
SIGNED_IN = "signed_in"
SIGNED_OUT = "signed_out"
"""As the reason of `NotReadyNext`: sign out when the work ends."""

SYSTEM_REASONS = frozenset({RONA, DECLINED, UNREACHABLE, DESK_LOST, SIGNED_IN, SIGNED_OUT, "away"})

_BUSY: dict[AgentSignal, AgentDo | AgentNo] = {
    AgentSignal.SIGN_IN: AgentNo.SAME,
    AgentSignal.SIGN_OUT: AgentDo.AFTERWARDS,
    AgentSignal.READY: AgentDo.STAY_READY,
    AgentSignal.NOT_READY: AgentDo.AFTERWARDS,
    AgentSignal.DESK_LOST: AgentDo.AFTERWARDS,
    AgentSignal.EXTEND: AgentNo.NOT_WRAPPING,
    AgentSignal.WRAPPED: AgentNo.NOT_WRAPPING,
    AgentSignal.EXPIRED: AgentNo.NOT_WRAPPING,
}

TABLE: dict[AgentState, dict[AgentSignal, AgentDo | AgentNo]] = {
    AgentState.SIGNED_OUT: {
        AgentSignal.SIGN_IN: AgentDo.TO_NOT_READY,
        AgentSignal.SIGN_OUT: AgentNo.SAME,
        AgentSignal.READY: AgentDo.TO_READY,
        AgentSignal.NOT_READY: AgentDo.TO_NOT_READY,
        AgentSignal.DESK_LOST: AgentNo.SAME,
        AgentSignal.EXTEND: AgentNo.SIGNED_OUT,
        AgentSignal.WRAPPED: AgentNo.SIGNED_OUT,
        AgentSignal.EXPIRED: AgentNo.SIGNED_OUT,
    },
    AgentState.NOT_READY: {
        AgentSignal.SIGN_IN: AgentNo.SAME,
        AgentSignal.SIGN_OUT: AgentDo.TO_SIGNED_OUT,
        AgentSignal.READY: AgentDo.TO_READY,
        AgentSignal.NOT_READY: AgentDo.TO_NOT_READY,
        AgentSignal.DESK_LOST: AgentNo.SAME,
        AgentSignal.EXTEND: AgentNo.NOT_WRAPPING,
        AgentSignal.WRAPPED: AgentNo.NOT_WRAPPING,
        AgentSignal.EXPIRED: AgentNo.NOT_WRAPPING,
    },
    AgentState.READY: {
        AgentSignal.SIGN_IN: AgentNo.SAME,
        AgentSignal.SIGN_OUT: AgentDo.TO_SIGNED_OUT,
        AgentSignal.READY: AgentNo.SAME,
        AgentSignal.NOT_READY: AgentDo.TO_NOT_READY,
        AgentSignal.DESK_LOST: AgentDo.LOSE,
        AgentSignal.EXTEND: AgentNo.NOT_WRAPPING,
        AgentSignal.WRAPPED: AgentNo.NOT_WRAPPING,
        AgentSignal.EXPIRED: AgentNo.NOT_WRAPPING,
    },
    AgentState.RESERVED: _BUSY,
    AgentState.TALKING: _BUSY,
    AgentState.WRAP_UP: {
        AgentSignal.SIGN_IN: AgentNo.SAME,
        AgentSignal.SIGN_OUT: AgentDo.TO_SIGNED_OUT,
        AgentSignal.READY: AgentDo.TO_READY,
        AgentSignal.NOT_READY: AgentDo.AFTERWARDS,
        AgentSignal.DESK_LOST: AgentDo.AFTERWARDS,
        AgentSignal.EXTEND: AgentDo.EXTEND,
        AgentSignal.WRAPPED: AgentDo.FINISH,
        AgentSignal.EXPIRED: AgentDo.FINISH,
    },
}
