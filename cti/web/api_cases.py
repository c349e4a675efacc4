"""What customers want solved: cases opened, changed, put together and taken apart. The desk's pop follows."""

from cti.core.ids import InteractionId, Ms
from cti.core.site import Cases as Rules
from cti.store import due
from cti.store.views import CaseView
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.people_bodies import (
    CaseChange,
    CaseList,
    CaseMergeAsk,
    CaseMoved,
    CaseSplit,
    CaseSuggestions,
    CloseQuery,
    IntoCase,
    NewCase,
)
from cti.web.ports import Cases, Loop
from cti.web.problems import Refusal, missing, no_row
from cti.web.records import Records

_DAY_MS = 24 * 3600 * 1000


class CasesApi:
    """Cases, due by the site's service hours."""

    def __init__(self, loop: Loop, cases: Cases, records: Records) -> None:
        self._loop = loop
        self._cases = cases
        self._records = records

    async def mine(self, call: Call[None, None]) -> CaseList:
        return CaseList(cases=tuple(await self._cases.owned(call.agent)))

    async def case(self, call: Call[None, None]) -> CaseView:
        found = await self._cases.view(call.path["id"])
        if found is None:
            raise missing("case", call.path["id"])
        return found

    async def suggested(self, call: Call[None, None]) -> CaseSuggestions:
        found = await self._cases.suggested(InteractionId(call.path["id"]), self._repeat())
        return CaseSuggestions(cases=tuple(found))

    async def open(self, call: Call[NewCase, None]) -> Sent:
        ask = call.body
        if ask.interaction is not None:
            await self._records.allow(call.who, ask.interaction)
        due_by = self._due(ask.priority)
        try:
            line = await self._cases.open(
                ask.customer, ask.title, call.agent, ask.interaction, due=due_by, priority=ask.priority
            )
        except LookupError as error:
            raise no_row(error) from None
        if ask.interaction is not None:
            await self._records.renew(ask.interaction, ask.customer)
        return Sent(line, status=201)

    async def change(self, call: Call[CaseChange, None]) -> Done:
        ask, site = call.body, self._loop.world.site
        if ask.owner is not None and (site is None or ask.owner not in site.agent_by_id):
            raise Refusal(422, "no-such-agent", f"There is no agent {ask.owner!r}.", "Check the id.", "$.owner")
        due_by = ask.due if ask.due is not None or ask.priority is None else self._due(ask.priority)
        done = await self._cases.change(
            call.path["id"],
            call.agent,
            title=ask.title,
            state=ask.state,
            priority=ask.priority,
            due=due_by,
            owner=ask.owner,
        )
        if not done:
            raise missing("open case", call.path["id"])
        await self._records.renew_own(call.who)
        return Done()

    async def close(self, call: Call[None, CloseQuery]) -> Done:
        if not await self._cases.close(call.path["id"], call.agent, solved=call.query.solved):
            raise missing("open case", call.path["id"])
        await self._records.renew_own(call.who)
        return Done()

    async def reopen(self, call: Call[None, None]) -> Done:
        if not await self._cases.reopen(call.path["id"], call.agent, self._due(0)):
            raise missing("closed case", call.path["id"])
        await self._records.renew_own(call.who)
        return Done()

    async def merge(self, call: Call[CaseMergeAsk, None]) -> Sent:
        try:
            move = await self._cases.merge(call.path["id"], call.body.other, call.agent)
        except LookupError as error:
            raise no_row(error) from None
        await self._records.renew_own(call.who)
        return Sent(CaseMoved(move=move, case=call.path["id"]), status=201)

    async def undo(self, call: Call[None, None]) -> CaseMoved:
        case = await self._cases.undo(call.path["id"], call.agent)
        if case is None:
            raise missing("merge or split", call.path["id"])
        await self._records.renew_own(call.who)
        return CaseMoved(move=call.path["id"], case=case)

    async def split(self, call: Call[CaseSplit, None]) -> Sent:
        ask = call.body
        try:
            line = await self._cases.split(call.path["id"], ask.title, ask.interactions, call.agent, self._due(0))
        except LookupError as error:
            raise no_row(error) from None
        await self._records.renew_own(call.who)
        return Sent(line, status=201)

    async def put(self, call: Call[IntoCase, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        try:
            await self._records.allow(call.who, interaction)
        except Refusal as refusal:
            # A mail or a chat of the history is nobody's in particular.
            if refusal.problem.status != 404 or not await self._cases.is_line(interaction):
                raise
        if not await self._cases.put(interaction, call.body.case, call.agent, repeat=self._repeat(), due=self._due(0)):
            raise missing("case", call.body.case)
        await self._records.renew_own(call.who)
        return Done()

    def _rules(self) -> Rules:
        site = self._loop.world.site
        return Rules() if site is None else site.cases

    def _repeat(self) -> int:
        return self._rules().repeat_days * _DAY_MS

    def _due(self, priority: int) -> Ms | None:
        site = self._loop.world.site
        return None if site is None else due.after(site, self._loop.now(), self._rules().hours(priority))
