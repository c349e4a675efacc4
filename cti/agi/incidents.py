"""What one caller has heard of known incidents: each is said once, and again when a supervisor sets it anew."""

from cti.agi.ports import Ports
from cti.core.ids import IncidentId, Ms, QueueId


class Incidents:
    """For one session; a caller who comes back after a restart of ours hears them once more."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._told: set[tuple[IncidentId, Ms]] = set()

    def new(self, queue: QueueId | None) -> tuple[str, ...]:
        """The prompts to say now: from here on they count as heard."""
        found = []
        for incident, there in self._ports.incidents(queue):
            if (incident.id, there.since) not in self._told:
                self._told.add((incident.id, there.since))
                found.append(incident.prompt)
        return tuple(found)
