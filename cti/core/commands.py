"""What we wish to be done. Shells carry commands out after the events beside them are in the journal.

A command whose answer was never recorded is not sent again blindly: legs carry a `ChannelId` of ours, which
Asterisk refuses twice, and reconcile asks what exists.
"""

from typing import Literal

from msgspec import Struct

from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Language, OfferId, Phone, QueueId


class _Command(Struct, frozen=True, tag=True, kw_only=True):
    pass


class Leg(Struct, frozen=True, kw_only=True):
    phone: Phone
    channel: ChannelId


class RingAgent(_Command, frozen=True):
    """Originate one leg to each phone; whichever answers first takes the lock on `caller` and bridges.

    Without a `caller` it waits, with a ringing tone, for the leg of `RingOutside`.
    """

    offer: OfferId
    interaction: InteractionId
    caller: ChannelId | None
    agent: AgentId
    legs: tuple[Leg, ...]
    timeout_s: int
    language: Language | None
    """In which both hear that they are recorded: the caller's."""
    auto_answer: bool
    asker: ChannelId | None = None
    """A consultation: whoever answers talks with this agent's leg, and with the caller as soon as that is gone."""


class Greet(_Command, frozen=True):
    """Say the agent's work number into the talk of this leg, to both; they talk, press keys and hang up meanwhile."""

    channel: ChannelId
    work_number: str
    language: Language


class RingOutside(_Command, frozen=True):
    """Originate a leg to a number outside; the shell looks the number up. Its answer bridges it with `target`.

    `role`, who is called: the `customer` themselves, with whom the agent (`target`) talks as after a call that came in;
    without a target they are put in line. Or an `outsider`, for whom `target` is the caller. Or one who is `asked`: who
    talks with the agent's leg (`target`), and with the caller (`then`) as soon as that is gone.
    """

    interaction: InteractionId
    channel: ChannelId
    """The leg's, ours to choose."""
    to: IdentifierId
    role: Literal["customer", "outsider", "asked"]
    target: ChannelId | None
    number: str
    """The hotline's own, shown to who is called."""
    trunk: str
    language: Language | None
    timeout_s: int
    then: ChannelId | None = None
    record: bool = False
    """A customer's talks are recorded, and they are told so."""


class HangUp(_Command, frozen=True):
    """Hang up a channel. Cause 26 (answered elsewhere) keeps a phone from showing a missed call."""

    channel: ChannelId
    cause: int = 16


class Steer(_Command, frozen=True):
    """The answer to `AfterReached`: `survey`, `wait` (back in line, place kept) or `goodbye`; to `ElsewhereAsked`:
    `elsewhere` or `wait`."""

    interaction: InteractionId
    channel: ChannelId
    to: str


class DirectPhone(_Command, frozen=True):
    """The answer to `ColleagueDialled`: `ask` (the colleague's phones ring, about `interaction`), or why not: `nobody`
    has that work number, the colleague is `busy`, or it is `not_now`."""

    channel: ChannelId
    to: Literal["ask", "nobody", "busy", "not_now"]
    interaction: InteractionId | None = None


class TakeOver(_Command, frozen=True):
    """Pull a caller back to our session: out of the fallback queue, or out of a talk whose agent gave them away."""

    interaction: InteractionId
    channel: ChannelId


class SetAside(_Command, frozen=True):
    """Part a talk for a consultation: the caller hears music in our session, the agent's leg a ringing tone."""

    interaction: InteractionId
    caller: ChannelId
    agent_channel: ChannelId


class MoveAsker(_Command, frozen=True):
    """Bring the leg of an agent who asks to `back` (with the caller again) or `nobody` (hears that nobody came)."""

    channel: ChannelId
    to: str


class Join(_Command, frozen=True):
    """Add the caller to the talk of two agents' legs: a conference."""

    caller: ChannelId
    agent_channel: ChannelId
    colleague_channel: ChannelId


class PauseRecording(_Command, frozen=True):
    """Have silence kept in place of what is said on a caller's channel, or what is said again. Asterisk's word for it
    is the input `RecordingMuted`."""

    channel: ChannelId
    pause: bool


class FallbackMember(_Command, frozen=True):
    """Keep Asterisk's plain fallback queue in step: whom it may ring when the bridge is away."""

    agent: AgentId
    phone: Phone
    queues: tuple[QueueId, ...]
    ready: bool
    present: bool
    """False: the agent is signed out, take the member away."""


Command = (
    RingAgent
    | Greet
    | RingOutside
    | HangUp
    | Steer
    | DirectPhone
    | TakeOver
    | SetAside
    | MoveAsker
    | Join
    | PauseRecording
    | FallbackMember
)
