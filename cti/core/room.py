"""What a queue's callers can do and hear in line: settings only, a part of `site.toml`."""

from typing import Literal

from msgspec import Struct, field

LANGUAGES = ("cmn", "yue", "en")
"""Of callers: what may be set for each."""

Choice = Literal["callback", "message", "answers", "priority", "promised", "anybody"]
"""What a key does in line: be called back and keep the place, leave a message, hear answers, ask to be helped first;
wait for the agent who promised something, or for anybody."""


def _usual() -> dict[str, Choice]:
    return {"1": "callback", "2": "message", "3": "answers", "4": "promised", "5": "anybody", "0": "priority"}


class Room(Struct, frozen=True, forbid_unknown_fields=True):
    """The waiting room of one queue."""

    keys: dict[str, Choice] = field(default_factory=_usual)
    """Key (`0`..`9`) -> what it does. A choice without a key there is not."""
    callback_over_s: int = 180
    """A callback is offered to those who are told a wait of more than this, or that it has grown."""
    repeat_s: int = 180
    """So long after the choices were said they may be said again."""
    help_minutes: int = 0
    """So many minutes ahead goes who asks to be helped first, once in a call. 0: nobody may."""
    announce: tuple[str, ...] = ()
    """Prompts of `system.toml` said to those in line, one after the other."""
    announce_every: int = 3
    """At every so many looks whether there is something new to say (`position_every_s`)."""
