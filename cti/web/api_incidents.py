"""Known incidents: what supervisors have callers told, in the site's words or in a sentence recorded for the moment."""

import asyncio

from cti.core.agent import AgentState
from cti.core.ids import Language, Ms, QueueId
from cti.core.incidents import recorded
from cti.core.inputs import IncidentSwitched
from cti.core.site import Site
from cti.web.bodies import Done
from cti.web.call import Call
from cti.web.incident_bodies import (
    Dictate,
    Dictated,
    IncidentWays,
    KeepSentence,
    KeptSentence,
    TellCallers,
    TellNoMore,
)
from cti.web.ports import Accounts, Dictations, Loop, Sentences
from cti.web.problems import Refusal, missing
from cti.web.views import IncidentWay

_BUSY = (AgentState.READY, AgentState.RESERVED, AgentState.TALKING)
"""Their telephone may have to ring for a caller."""


class IncidentsApi:
    """For supervisors, from the desk or the wallboard. Who told what is in the journal and the audit log."""

    def __init__(self, loop: Loop, accounts: Accounts, sentences: Sentences, dictations: Dictations) -> None:
        self._loop = loop
        self._accounts = accounts
        self._sentences = sentences
        self._dictations = dictations

    async def ways(self, call: Call[None, None]) -> IncidentWays:
        known = self._site().incident_by_id.values()
        return IncidentWays(incidents=tuple(IncidentWay(id=one.id, name=one.name) for one in known))

    async def keep_sentence(self, call: Call[KeepSentence, None]) -> KeptSentence:
        needed = recorded(self._loop.world)
        try:
            name = await asyncio.to_thread(self._sentences.keep, call.body.sound, needed)
        except ValueError as error:
            todo = "Send 16-bit PCM, mono, 8000 Hz, half a second to half a minute, as a WAV file."
            raise Refusal(422, "no-sentence", str(error), todo, "$.sound") from None
        await self._accounts.note(call.agent, "sentence_recorded", about=name)
        return KeptSentence(sentence=name)

    async def dictate(self, call: Call[Dictate, None]) -> Dictated:
        world = self._loop.world
        profile, now = world.profile(call.agent), world.agents.get(call.agent)
        if profile is None or not profile.desk_phone:
            raise Refusal(409, "no-telephone", "You have no telephone.", "Record in the browser, or choose a file.")
        phone = profile.phones[-1]
        if not world.asterisk or not world.phones.get(phone, True):
            raise Refusal(409, "telephone-away", "Your telephone can't be reached.", "See whether it is on.")
        if now is not None and now.state in _BUSY:
            raise Refusal(409, "not-now", "A call may come, or is under way.", "Set yourself not ready first.")
        return self._dictations.ring(call.agent, phone, Language(call.body.language))

    async def dictated(self, call: Call[None, None]) -> Dictated:
        found = self._dictations.look(call.path["id"], call.agent)
        if found is None:
            raise missing("sentence", call.path["id"])
        return found

    async def tell(self, call: Call[TellCallers, None]) -> Done:
        site, body = self._site(), call.body
        if body.incident not in site.incident_by_id:
            there_are = ", ".join(site.incident_by_id)
            raise Refusal(
                422, "no-such-incident", "The site has no such incident.", f"One of: {there_are}.", "$.incident"
            )
        _known(site, body.queue)
        sentences = {Language(language): name for language, name in body.sentences.items()}
        for name in sentences.values():
            if not await asyncio.to_thread(self._sentences.sound, name):
                raise Refusal(
                    422, "no-such-sentence", "There is no such recording.", "Record it again.", where="$.sentences"
                )
        until = Ms(self._loop.now() + body.minutes * 60_000)
        self._loop.submit(
            IncidentSwitched(incident=body.incident, queue=body.queue, until=until, by=call.agent, sentences=sentences)
        )
        await self._accounts.note(call.agent, "incident_set", about=body.queue or "", detail=body.incident)
        return Done()

    async def tell_no_more(self, call: Call[TellNoMore, None]) -> Done:
        queue = call.body.queue
        _known(self._site(), queue)
        self._loop.submit(IncidentSwitched(incident=None, queue=queue, until=self._loop.now(), by=call.agent))
        await self._accounts.note(call.agent, "incident_over", about=queue or "")
        return Done()

    def _site(self) -> Site:
        site = self._loop.world.site
        if site is None:
            raise Refusal(503, "no-site", "No site is loaded yet.", "Wait a moment; then run 'hotline doctor'.")
        return site


def _known(site: Site, queue: QueueId | None) -> None:
    if queue is not None and queue not in site.queue_by_id:
        there_are = ", ".join(site.queue_by_id)
        raise Refusal(422, "no-such-queue", f"There is no queue '{queue}'.", f"One of: {there_are}.", "$.queue")
