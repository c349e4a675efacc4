"""What one caller has heard of known incidents: each is said once, and again when a supervisor sets it anew."""

from collections.abc import Iterable

from cti.agi.ports import Ports
from cti.agi.voice import Voice
from cti.core.ids import IncidentId, InteractionId, Language, Ms, QueueId
from cti.core.inputs import IncidentSaid
from ivr.engine import Piece


class Incidents:
    """For one session. What was heard is told to the core: the session after a restart of ours knows of it."""

    def __init__(self, voice: Voice, ports: Ports, interaction: InteractionId) -> None:
        self._voice = voice
        self._ports = ports
        self._interaction = interaction
        self._told: set[tuple[IncidentId, Ms]] = set()

    def heard(self, before: Iterable[tuple[IncidentId, Ms]]) -> None:
        """What they have been told of already."""
        self._told.update(before)

    def new(self, queue: QueueId | None) -> tuple[Piece, ...]:
        """What to say now, in the caller's language: from here on it counts as heard."""
        found: list[Piece] = []
        for incident, there in self._ports.incidents(queue):
            if (incident.id, there.since) in self._told:
                continue
            self._told.add((incident.id, there.since))
            self._ports.submit(IncidentSaid(interaction=self._interaction, incident=incident.id, since=there.since))
            sentence = there.sentences.get(Language(self._voice.spoken))
            recording = self._ports.sentence(sentence) if sentence is not None else ""
            found.append(Piece(self._voice.spoken, incident.prompt, recording))
        return tuple(found)
