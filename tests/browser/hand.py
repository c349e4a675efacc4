"""Text work in hand, as a desk is shown it: one message to be opened, one open, one kept for later."""

import io
import wave

from msgspec import structs

from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.store.views import Pop
from cti.web.views import DeskView, WorkView
from tests.browser import scenes

NEW, OPENED, KEPT = (InteractionId(f"c-{n}-message") for n in (1, 2, 3))


def piece(id_: InteractionId, state: str, **more: object) -> WorkView:
    fields: dict[str, object] = {
        "piece": id_,
        "kind": "message",
        "state": state,
        "queue": QueueId("support-en"),
        "number": "0800000123",
        "language": "en",
        "since": scenes.ms(2 * scenes.HOUR),
        "at": scenes.ms(20_000),
        "until": None,
        "length": Ms(42_000),
        "about": InteractionId("c-1"),
        "display": "+44 7700 900143",
        "why": scenes.WHY,
    }
    return WorkView(**{**fields, **more})  # type: ignore[arg-type]


def in_hand(name: str = "ready", *states: str) -> DeskView:
    """A scene's desk with these pieces: `offered`, `open`, `later`; none named: all three."""
    soon, tomorrow = Ms(scenes.now() + 42_000), Ms(scenes.now() + scenes.DAY)
    work = (
        piece(NEW, "offered", until=soon, name="Eleanor Whitcombe", given_by=AgentId("bo")),
        piece(OPENED, "open"),
        piece(KEPT, "later", until=tomorrow, display="", queue=QueueId("billing")),
    )
    return structs.replace(scenes.scene(name), work=tuple(one for one in work if one.state in (states or (one.state,))))


def left_by() -> Pop:
    """Two people share the number that left it; one of them left another before."""
    return scenes.pop(scenes.eleanor(), scenes.daniel())


def sound(seconds: int = 1) -> bytes:
    """A recording: silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(16_000 * seconds))
    return file.getvalue()
