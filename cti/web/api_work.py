"""What customers want solved and what we promised: cases and promises."""

from cti.core.ids import InteractionId
from cti.store.views import CaseLine
from cti.web.bodies import Done, IntoCase, NewCase, NewPromise, PromiseEnd, Promises
from cti.web.call import Call, Sent
from cti.web.ports import History
from cti.web.problems import missing, no_row
from cti.web.records import Records


class WorkApi:
    """Cases and promises; the desk's pop follows each change."""

    def __init__(self, history: History, records: Records) -> None:
        self._history = history
        self._records = records

    async def promises(self, call: Call[None, None]) -> Promises:
        return Promises(promises=tuple(await self._history.promises(call.agent)))

    async def promise(self, call: Call[NewPromise, None]) -> Sent:
        ask = call.body
        try:
            line = await self._history.promise(ask.customer, ask.what, ask.due, call.agent, ask.case)
        except LookupError as error:
            raise no_row(error) from None
        if ask.interaction is not None:
            await self._records.renew(ask.interaction, ask.customer)
        return Sent(line, status=201)

    async def end_promise(self, call: Call[PromiseEnd, None]) -> Done:
        if not await self._history.end_promise(call.path["id"], call.body.kept):
            raise missing("open promise", call.path["id"])
        await self._records.renew_own(call.who)
        return Done()

    async def open_case(self, call: Call[NewCase, None]) -> Sent:
        ask = call.body
        if ask.interaction is not None:
            await self._records.allow(call.who, ask.interaction)
        try:
            line: CaseLine = await self._history.open_case(ask.customer, ask.title, call.agent, ask.interaction)
        except LookupError as error:
            raise no_row(error) from None
        if ask.interaction is not None:
            await self._records.renew(ask.interaction, ask.customer)
        return Sent(line, status=201)

    async def close_case(self, call: Call[None, None]) -> Done:
        if not await self._history.close_case(call.path["id"]):
            raise missing("open case", call.path["id"])
        await self._records.renew_own(call.who)
        return Done()

    async def put_in_case(self, call: Call[IntoCase, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        await self._records.allow(call.who, interaction)
        if not await self._history.put_in_case(interaction, call.body.case):
            raise missing("case", call.body.case)
        return Done()
