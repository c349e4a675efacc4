"""Inputs about what callers say by their keys: who they are, and what they want in line."""

from msgspec import Struct

from cti.core.ids import AgentId, IdentifierId, InteractionId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class CallerRecognised(_Input, frozen=True):
    """The caller keyed an account number that there is; not what they keyed."""

    interaction: InteractionId
    account: IdentifierId
    how: str
    """`pin` (the PIN was right), `account` (none was keyed, or none is set), `wrong_pin`, or `locked` (after too many
    wrong ones it was not looked at)."""


class ArticleHeard(_Input, frozen=True):
    """In line, an article was read to the caller, who says whether it helped (None: says nothing)."""

    interaction: InteractionId
    article: str
    solved: bool | None


class WaitForAsked(_Input, frozen=True):
    """A caller in line chooses to wait for the agent who promised them something, or (None) for whoever is free."""

    interaction: InteractionId
    agent: AgentId | None


class HelpAsked(_Input, frozen=True):
    """A caller in line asks to be helped first."""

    interaction: InteractionId
