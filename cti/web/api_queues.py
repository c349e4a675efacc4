"""Queues as supervisors close and open them by hand, and agents opting out."""

from collections.abc import Sequence

from cti.core.ids import QueueId
from cti.core.inputs import QueueChosen, QueueSwitched
from cti.core.queue import served_by
from cti.core.site import Site
from cti.web.bodies import CloseQueues, Done, OpenQueues, QueueTakes
from cti.web.call import Call
from cti.web.ports import Accounts, Loop
from cti.web.problems import Refusal, missing


class QueuesApi:
    """The supervisor's switch (who turned it, and why, is in the journal and the audit log) and the agent's own."""

    def __init__(self, loop: Loop, accounts: Accounts) -> None:
        self._loop = loop
        self._accounts = accounts

    async def close(self, call: Call[CloseQueues, None]) -> Done:
        site, closing = self._site(), call.body.closing
        if closing not in site.closing_by_id:
            there_are = ", ".join(site.closing_by_id)
            raise Refusal(422, "no-such-closing", "The site has no such closing.", f"One of: {there_are}.", "$.closing")
        for queue in _named(site, call.body.queues):
            self._loop.submit(QueueSwitched(queue=queue, closing=closing, by=call.agent))
            await self._accounts.note(call.agent, "queue_closed", about=queue, detail=closing)
        return Done()

    async def open(self, call: Call[OpenQueues, None]) -> Done:
        for queue in _named(self._site(), call.body.queues):
            self._loop.submit(QueueSwitched(queue=queue, closing=None, by=call.agent))
            await self._accounts.note(call.agent, "queue_opened", about=queue)
        return Done()

    async def choose(self, call: Call[QueueTakes, None]) -> Done:
        queue = self._site().queue_by_id.get(QueueId(call.path["id"]))
        profile = self._loop.world.profile(call.agent)
        if queue is None or profile is None or not served_by(profile, queue):
            raise missing("queue of yours", call.path["id"])
        if not queue.opt_out and not call.body.takes:
            raise Refusal(
                409, "no-opting-out", "This queue does not let agents opt out.", "Ask your administrator for `opt_out`."
            )
        self._loop.submit(QueueChosen(agent=call.agent, queue=queue.id, takes=call.body.takes))
        return Done()

    def _site(self) -> Site:
        site = self._loop.world.site
        if site is None:
            raise Refusal(503, "no-site", "No site is loaded yet.", "Wait a moment; then run 'hotline doctor'.")
        return site


def _named(site: Site, queues: Sequence[QueueId] | None) -> Sequence[QueueId]:
    """Those that were named; None: all."""
    if queues is None:
        return [queue.id for queue in site.queues]
    for queue in queues:
        if queue not in site.queue_by_id:
            there_are = ", ".join(site.queue_by_id)
            raise Refusal(422, "no-such-queue", f"There is no queue '{queue}'.", f"One of: {there_are}.", "$.queues")
    return queues
