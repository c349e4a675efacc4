"""Text work: messages that callers left, later mails and chats."""

from cti.core.events.base import Fact, Grounds, Why
from cti.core.ids import AgentId, IdentifierId, InteractionId, Language, Ms, OutcomeId, QueueId
from cti.core.site import Skills


class PieceArrived(Fact, frozen=True):
    """A piece of text work is there; `PieceQueued` follows."""

    piece: InteractionId
    kind: str
    """`message`; later `mail`, `chat`."""
    about: InteractionId | None
    """The call it was left in."""
    caller: IdentifierId | None
    number: str
    """The hotline number that was dialled."""
    language: Language | None
    length: Ms
    """Of the recording."""


class PieceQueued(Fact, frozen=True):
    """In line (`again`: back in line, the place is that of `since`).

    `how`, with the `agent` who had it: `unopened` (in time), `declined` (left to others), `called_away` (a call, or not
    ready any more), `returned` (put back), `left` (the agent has gone), `later` (that time has come), `given` (to a
    queue). Empty: new.
    """

    piece: InteractionId
    queue: QueueId
    skills: Skills
    priority: int
    language: Language | None
    since: Ms
    again: bool = False
    how: str = ""
    agent: AgentId | None = None
    preferred: AgentId | None = None
    """Kept for this agent until `kept_until`; `preferred_as`: `later` (who kept it), or `promised`, `case_owner`,
    `last_agent`, as for calls."""
    preferred_as: str = ""
    kept_until: Ms = Ms(0)
    tier: str = ""
    """The customer's, where it puts them ahead: by `tier_minutes`, which are in `priority`."""
    tier_minutes: int = 0


class PieceRaised(Fact, frozen=True):
    """By hand, beside what call and queue give: `raised` minutes ahead."""

    piece: InteractionId
    raised: int
    by: AgentId


class PieceOffered(Fact, frozen=True):
    """On an agent's desk, who is to open it by `until`."""

    piece: InteractionId
    agent: AgentId
    until: Ms
    why: tuple[Why, ...]
    grounds: Grounds | None = None
    """As in `Offered`."""


class PieceTaken(Fact, frozen=True):
    """The agent has opened it."""

    piece: InteractionId
    agent: AgentId
    waited: Ms
    """From entering the line to here."""
    first: bool
    """Nobody had opened it before."""


class PieceKept(Fact, frozen=True):
    """The agent keeps it for later."""

    piece: InteractionId
    agent: AgentId
    until: Ms


class PieceGiven(Fact, frozen=True):
    """To a colleague (`PieceOffered` follows) or a queue (`PieceQueued`)."""

    piece: InteractionId
    agent: AgentId
    to: AgentId | None = None
    queue: QueueId | None = None


class PieceEnded(Fact, frozen=True):
    """Over. `how`: `done` (by its agent, with an outcome or without)."""

    piece: InteractionId
    agent: AgentId
    how: str
    outcome: OutcomeId | None


class TextPaused(Fact, frozen=True):
    """The agent left a piece to others, or did not open it: offered no text work until then. None: they are again."""

    agent: AgentId
    until: Ms | None
