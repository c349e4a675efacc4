"""What the flow engine has a caller's session do, and what the session reports of it."""

from collections.abc import Mapping

from msgspec import Struct

from ivr.flow import Language


class Piece(Struct, frozen=True):
    """One sound: `hotline/<language>/<prompt>`."""

    language: Language
    prompt: str
    recording: str = ""
    """A file in place of the prompt: its path, without suffix."""


# --- what happened


class Heard(Struct, frozen=True):
    """The pieces are said and the wait is over, or keys ended them. No keys: silence."""

    keys: str = ""


class Recorded(Struct, frozen=True):
    """A message was recorded, or nothing was said (`kept` False)."""

    kept: bool


class LookedUp(Struct, frozen=True):
    """What came of looking a customer up."""

    matched: bool | None
    """None: nobody could tell in time."""
    keys: str = ""
    """Pressed meanwhile."""


Happened = Heard | Recorded | LookedUp

# --- what to do


class Hear(Struct, frozen=True):
    """Say the pieces, then wait so long for a key; the first key ends both. Report `Heard`."""

    pieces: tuple[Piece, ...]
    wait_ms: int = 0
    cut: bool = True
    """False: say all of it, and report the keys at its end."""


class Connect(Struct, frozen=True):
    """Put the caller in line; `pieces` are said while waiting. The flow is over."""

    queue: str
    skills: dict[str, int]
    priority: int
    pieces: tuple[Piece, ...]


class Record(Struct, frozen=True):
    """Record a message. Report `Recorded`."""

    most_s: int
    queue: str | None = None
    """Whose callers' messages these are; None: no queue's."""
    skills: Mapping[str, int] = {}


class Finish(Struct, frozen=True):
    """Say the pieces and hang up. `how`: `hangup`, `closed` or `message`."""

    how: str
    pieces: tuple[Piece, ...]


class LookUp(Struct, frozen=True):
    """Look up whose account this is; the caller hears nothing meanwhile, so it must be short. Report `LookedUp`."""

    account: str
    pin: str
    """Empty: not asked for, or they have none."""


Action = Hear | Connect | Record | Finish | LookUp
