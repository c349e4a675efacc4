"""What every event is."""

from typing import Literal

from msgspec import Struct

from cti.core.ids import AgentId
from cti.core.requirement import Stage
from cti.core.site import Skills


class Fact(Struct, frozen=True, tag=True, kw_only=True):
    """One thing that happened. Its class name is its tag in the journal."""


WhyCode = Literal[
    "skills",
    "idle",
    "only_one",
    "preferred",
    "ring",
    "spared",
    "tier",
    "skipped_state",
    "skipped_skill",
    "nobody",
    "longer_idle",
    "own_state",
    "no_phone",
    "asterisk_away",
    "nobody_waits",
    "queue_closed",
    "opted_out",
    "at_capacity",
    "has_chats",
    "unopened",
    "paused",
    "no_desk",
    "silent",
]
"""Journals hold them for ever: none is ever taken away."""


class Why(Struct, frozen=True, kw_only=True, gc=False):
    """One fact of a decision; screens and `hotline why` say it in the reader's language.

    Of an offer, `code` and its `args`: `skills` (skill -> level), `idle` (`ms`), `only_one`, `preferred` (`as`, `ms`
    left), `skipped_state` (`state`, `ms` left), `skipped_skill` (`skill`, `has`, `needs`), `opted_out` (`queue`),
    `ring` (`after_s`), `spared` (left for another), `tier` (`tier`, `minutes` ahead). Of a caller who waits, `nobody`
    (at work can serve them), `queue_closed` (`closing`), too. Of an agent who gets nothing: `own_state` (`state`,
    `reason`), `no_phone`, `asterisk_away`, `nobody_waits`, `longer_idle` (`ms`), `skipped_skill`, `opted_out`. Of text
    work and who has it: `at_capacity` (`channel`, `has`, `of`), `has_chats` (`has`: no call beside them), `unopened` (a
    piece on the desk is to be opened first), `paused` (`ms` left: left a piece to others), `no_desk`; of
    either `silent` (their desk does not answer).
    """

    code: WhyCode
    agent: AgentId | None = None
    args: dict[str, int | str] = {}


class Grounds(Struct, frozen=True, omit_defaults=True, gc=False):
    """On what grounds the router chose an agent, as it saw them then: every offer has this, so it is kept small.

    `reasons.facts` spreads it out into one `Why` for each fact.
    """

    agent: AgentId
    skills: Skills
    """All that the agent had."""
    stage: Stage
    """What was asked for after so long a wait."""
    idle: int
    """Milliseconds for which the agent had been free."""
    preferred: str | None = None
    """What the agent is to the caller, who was to have them first; None: somebody like others."""
    only_one: bool = False
    """Nobody else was free."""
    passed: tuple[Why, ...] = ()
    """Some who were free for longer, and could not."""
    spared: AgentId | None = None
    """Left free for another caller."""
