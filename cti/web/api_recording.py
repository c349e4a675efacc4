"""Pausing the recording of one's talk, while a caller says what must not be kept, and resuming it."""

from cti.core.ids import InteractionId
from cti.core.inputs import PauseAsked
from cti.core.interaction import State
from cti.core.recorded import Recorded
from cti.web.api_calls import refused
from cti.web.bodies import Done
from cti.web.call import Call
from cti.web.ports import Loop
from cti.web.problems import Refusal


class RecordingApi:
    """Of the talk on one's desk. That it is paused is told over `/live`, when Asterisk has said so."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    async def pause(self, call: Call[None, None]) -> Done:
        return self._ask(call, pause=True)

    async def resume(self, call: Call[None, None]) -> Done:
        return self._ask(call, pause=False)

    def _ask(self, call: Call[None, None], *, pause: bool) -> Done:
        interaction = InteractionId(call.path["id"])
        world = self._loop.world
        it = world.interactions.get(interaction)
        if it is None or it.state is not State.TALKING or it.agent != call.agent:
            raise Refusal(409, "not-talking", "There is no talk of yours.", "Nothing: the desk shows what is.", "id")
        if it.recorded not in (Recorded.ON, Recorded.PAUSED):
            raise Refusal(409, "not-recorded", "This call is not recorded.", "Nothing: nothing is kept of it.", "id")
        if not world.asterisk:
            raise refused("asterisk_away")
        self._loop.submit(PauseAsked(agent=call.agent, interaction=interaction, pause=pause))
        return Done()
