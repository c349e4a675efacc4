"""Inputs about agents' desks: whether they are there, and answer."""

from msgspec import Struct

from cti.core.ids import AgentId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class DeskConnected(_Input, frozen=True):
    """A desk is there, or answers again."""

    agent: AgentId


class DeskSilent(_Input, frozen=True):
    """No page of this agent's answers; of several, the one that has the phone."""

    agent: AgentId


class DeskLost(_Input, frozen=True):
    """No page of this agent's has answered for so long that none is counted on."""

    agent: AgentId
