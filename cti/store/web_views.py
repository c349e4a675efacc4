"""What a screen shows of a visit of a web site."""

from msgspec import Struct


class WebStep(Struct, frozen=True, kw_only=True):
    """One thing that a visitor of a web site did."""

    kind: str
    """`search`, `form`, `sign_in`, `tag` (they say that something is so of themselves) or `untag` (no longer)."""
    words: str = ""
    """What was searched, the form's name, or the tag."""
    found: int | None = None
    """By a search; null: the site did not say."""


class WebVisit(Struct, frozen=True, kw_only=True):
    """What was done in one visit of a web site."""

    pages: int
    """Pages seen."""
    steps: tuple[WebStep, ...] = ()
    """The last twelve, oldest first."""
