"""Parking callers and fetching them. What came of it is told over `/live`."""

from cti.core.ids import InteractionId
from cti.core.inputs import ParkAsked, RecallAsked
from cti.core.interaction import State
from cti.core.parking import may_fetch
from cti.web.api_calls import refused
from cti.web.bodies import Done
from cti.web.call import Call
from cti.web.ports import Loop
from cti.web.problems import Refusal


class ParkingApi:
    """Of the caller on one's desk, and of those whom others may fetch, too."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    async def park(self, call: Call[None, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        world = self._loop.world
        it = world.interactions.get(interaction)
        if it is None or it.state is not State.TALKING or it.agent != call.agent:
            raise Refusal(409, "not-talking", "There is no talk to park.", "Nothing: the desk shows what is.", "id")
        if not world.asterisk:
            raise refused("asterisk_away")
        queue = world.queue(it.queue)
        if queue is None or not queue.park_s:
            raise Refusal(
                409,
                "no-parking",
                "Callers of this queue are not parked.",
                "Hold, or give the caller on; an administrator can allow it: park_s of the queue.",
                "id",
            )
        self._loop.submit(ParkAsked(agent=call.agent, interaction=interaction))
        return Done()

    async def fetch(self, call: Call[None, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        it = self._loop.world.interactions.get(interaction)
        why = may_fetch(self._loop.world, call.agent, it) if it is not None and it.park is not None else "not_seen"
        if why == "not_seen":
            raise Refusal(409, "not-parked", "Nobody is parked there for you.", "Nothing: the desk shows who is.", "id")
        if why:
            raise refused(why)
        self._loop.submit(RecallAsked(agent=call.agent, interaction=interaction))
        return Done()
