"""A supervisor says into the telephone what callers are to hear: records it, lets it be heard, keeps it by key."""

from cti.agi.messages import TRIES, review
from cti.agi.ports import Dictation, Ports
from cti.agi.server import AgiCall
from cti.agi.voice import Voice

MOST_S = 29
"""A little less than callers may be told, for what Asterisk adds."""


async def dictate(call: AgiCall, ports: Ports, name: str) -> None:
    """Serve the telephone to its end; who hangs up before `#` has kept nothing."""
    dictation = ports.dictation(name)
    if dictation is None:
        return
    dictation.begun()
    try:
        flows = tuple(ports.flows().flows.values())
        flow = next((one for one in flows if dictation.language in one.languages), flows[0])
        voice = Voice(call, ports, flow, dictation.language)
        await voice.say_and_leave(await _spoken(voice, dictation))
    finally:
        dictation.over()


async def _spoken(voice: Voice, dictation: Dictation) -> str:
    """Record until it is kept or dropped; the last words."""
    words: tuple[str, ...] = ("dictation-record",)
    for _ in range(TRIES):
        while True:
            if await voice.say(*words) == "*":
                return "dictation-dropped"
            recorded = await voice.record(dictation.file, MOST_S, "#*")
            if recorded.gone or recorded.key == "*":
                return "dictation-dropped"
            if not recorded.ms:
                break
            key = await review(voice, "dictation-review", dictation.file)
            if key == "#":
                return "dictation-kept" if await dictation.keep() else "dictation-dropped"
            if key != "2":
                return "dictation-dropped"
            words = ()
        words = ("message-empty", "dictation-record")
    return "dictation-dropped"
