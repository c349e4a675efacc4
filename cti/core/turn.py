"""One step under way: the facts decided so far are already folded into the world, the wishes are collected."""

from msgspec import Struct

from cti.core.apply import apply
from cti.core.commands import Command, HangUp
from cti.core.events import Event
from cti.core.ids import Ms
from cti.core.world import World


class Outcome(Struct, frozen=True):
    """What came of one input."""

    events: list[Event]
    commands: list[Command]
    wake_at: Ms | None
    """When `Wake` is wanted, if nothing happens before."""


class Turn:
    """Collects events and commands of one step; `emit` is how the world moves on within it."""

    def __init__(self, world: World, now: Ms) -> None:
        self.world = world
        self.now = now
        self.when = now
        """When what we are told of really happened; earlier than `now` for what the CEL file tells."""
        self.unseen = False
        """It happened while nobody looked: who ended it is not known."""
        self.events: list[Event] = []
        self.commands: list[Command] = []

    def emit(self, event: Event) -> None:
        """A fact: journaled, and true from here on."""
        apply(self.world, event, self.now)
        self.events.append(event)

    def wish(self, command: Command) -> None:
        """Something a shell shall do once the facts of this step are in the journal; one hang-up a channel."""
        if isinstance(command, HangUp) and any(
            isinstance(wished, HangUp) and wished.channel == command.channel for wished in self.commands
        ):
            return
        self.commands.append(command)
