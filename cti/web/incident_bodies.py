"""What the API takes and gives about known incidents."""

from typing import Annotated, Literal

from msgspec import Meta, field

from cti.core.ids import IncidentId, Ms, QueueId
from cti.web.bodies import Ask, Reply
from cti.web.views import IncidentWay

CallerLanguage = Literal["cmn", "yue", "en"]
"""What callers speak, as far as there are prompts."""


class TellCallers(Ask, frozen=True):
    """Of a known incident, before the menu and in line, for so long."""

    incident: IncidentId
    """One of the site's."""
    minutes: Annotated[int, Meta(ge=1, le=2880)]
    queue: QueueId | None = None
    """Null: callers of the whole site."""
    sentences: dict[CallerLanguage, str] = field(default_factory=dict)
    """Recordings (`POST /incidents/sentences`) said in place of the incident's own words, by language; callers of the
    others hear those."""


class KeepSentence(Ask, frozen=True):
    """A sentence recorded for callers."""

    sound: bytes
    """A WAV file in base64: 16-bit PCM, mono, 8000 Hz, half a second to half a minute."""


class KeptSentence(Reply, frozen=True):
    """For `sentences` of `POST /incidents`, within a day."""

    sentence: str


class Dictate(Ask, frozen=True):
    """A sentence is to be spoken into one's own telephone."""

    language: CallerLanguage
    """Of the sentence, and of what the telephone says."""


class Dictated(Reply, frozen=True):
    """How far such a sentence is."""

    id: str
    state: Literal["called", "speaks", "kept", "dropped", "unanswered"]
    sentence: str = ""
    """Once it is kept: for `sentences` of `POST /incidents`, within a day."""
    ms: Ms = Ms(0)
    """How long it is."""


class IncidentWays(Reply, frozen=True):
    """What callers can be told of."""

    incidents: tuple[IncidentWay, ...]


class TellNoMore(Ask, frozen=True):
    """The incident is over."""

    queue: QueueId | None = None
    """Null: what callers of the whole site are told."""
