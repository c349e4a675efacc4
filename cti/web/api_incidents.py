"""Known incidents: what supervisors have callers told, in the site's words or in a sentence recorded for the moment."""

import asyncio

from cti.core.ids import Language, Ms, QueueId
from cti.core.inputs import IncidentSwitched
from cti.core.site import Site
from cti.web.bodies import Done
from cti.web.call import Call
from cti.web.incident_bodies import IncidentWays, KeepSentence, KeptSentence, TellCallers, TellNoMore
from cti.web.ports import Accounts, Loop, Sentences
from cti.web.problems import Refusal
from cti.web.views import IncidentWay


class IncidentsApi:
    """For supervisors, from the desk or the wallboard. Who told what is in the journal and the audit log."""

    def __init__(self, loop: Loop, accounts: Accounts, sentences: Sentences) -> None:
        self._loop = loop
        self._accounts = accounts
        self._sentences = sentences

    async def ways(self, call: Call[None, None]) -> IncidentWays:
        known = self._site().incident_by_id.values()
        return IncidentWays(incidents=tuple(IncidentWay(id=one.id, name=one.name) for one in known))

    async def keep_sentence(self, call: Call[KeepSentence, None]) -> KeptSentence:
        needed = {name for there in self._loop.world.incidents.values() for name in there.sentences.values()}
        try:
            name = await asyncio.to_thread(self._sentences.keep, call.body.sound, needed)
        except ValueError as error:
            todo = "Send 16-bit PCM, mono, 8000 Hz, half a second to half a minute, as a WAV file."
            raise Refusal(422, "no-sentence", str(error), todo, "$.sound") from None
        await self._accounts.note(call.agent, "sentence_recorded", about=name)
        return KeptSentence(sentence=name)

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
