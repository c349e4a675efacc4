"""What a look at something has found."""

from msgspec import Struct


class Finding(Struct, frozen=True):
    """One thing that was looked at. `cure` is empty when there is nothing to do."""

    what: str
    ok: bool
    found: str
    cure: str = ""
