"""What we promised."""

from collections.abc import Callable

from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.people_bodies import DuePromises, NewPromise, PromiseEnd, Promises
from cti.web.ports import History
from cti.web.problems import missing, no_row
from cti.web.records import Records


class WorkApi:
    """Promises; the desk's pop follows each change."""

    def __init__(self, history: History, records: Records, changed: Callable[[], None]) -> None:
        """`changed` is told of every promise that is made or ended."""
        self._history = history
        self._records = records
        self._changed = changed

    async def promises(self, call: Call[None, None]) -> Promises:
        return Promises(promises=tuple(await self._history.promises(call.agent)))

    async def due(self, call: Call[None, None]) -> DuePromises:
        return DuePromises(promises=tuple(await self._history.promises_due()))

    async def promise(self, call: Call[NewPromise, None]) -> Sent:
        ask = call.body
        try:
            line = await self._history.promise(ask.customer, ask.what, ask.due, call.agent, ask.case)
        except LookupError as error:
            raise no_row(error) from None
        self._changed()
        if ask.interaction is not None:
            await self._records.renew(ask.interaction, ask.customer)
        return Sent(line, status=201)

    async def end_promise(self, call: Call[PromiseEnd, None]) -> Done:
        if not await self._history.end_promise(call.path["id"], call.body.kept):
            raise missing("open promise", call.path["id"])
        self._changed()
        await self._records.renew_own(call.who)
        return Done()
