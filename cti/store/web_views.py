"""What a screen shows of a visit of a web site."""

from msgspec import Struct


class WebStep(Struct, frozen=True, kw_only=True):
    """One thing that a visitor of a web site did."""

    kind: str
    """`search`, `form` or `sign_in`."""
    words: str = ""
    """What was searched, or the form's name."""
    found: int | None = None
    """By a search; null: the site did not say."""


class WebVisit(Struct, frozen=True, kw_only=True):
    """What was done in one visit of a web site."""

    pages: int
    """Pages seen."""
    steps: tuple[WebStep, ...] = ()
    """The last twelve, oldest first."""
