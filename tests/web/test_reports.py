"""What supervisors read afterwards: the figures of a day, and why a caller waited so long."""

from collections.abc import Sequence

import msgspec
import pytest

from cti.core.events import Record
from cti.core.ids import ChannelId, InteractionId, Ms
from cti.core.inputs import ChannelGone, SiteLoaded
from tests.web.conftest import SITE, Rig


@pytest.fixture
def journal(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """What the rig's loop has said since, read in place of a journal on disk."""
    records: list[Record] = []
    rig.loop.subscribe(records.extend)

    async def of_kinds(kinds: Sequence[str], begins: Ms, ends: Ms) -> Sequence[Record]:
        return [record for record in records if type(record.event).__name__ in kinds]

    async def beside(interaction: InteractionId) -> Sequence[Record]:
        known = any(getattr(record.event, "interaction", None) == interaction for record in records)
        return records if known else []

    monkeypatch.setattr(rig.history, "of_kinds", of_kinds)
    monkeypatch.setattr(rig.history, "beside", beside)
    return records


async def test_a_day_s_report_counts_what_the_wallboard_does(rig: Rig, journal: list[Record]) -> None:
    sue = await rig.signed_in("sue")
    ana = await rig.signed_in("ana")
    await rig.waiting_call("c-1")
    await rig.waiting_call("c-2", "billing")
    await rig.say(ChannelGone(channel=ChannelId("ch-c-2"), cause=16))
    await ana.bad(403, "GET", "/api/v1/reports/day")
    found = await sue.good("GET", "/api/v1/reports/day")
    figures = found["figures"]
    assert (figures["calls"], figures["answered"], figures["abandoned"]) == (2, 0, 1)
    queues = [(queue["queue"], queue["figures"]["calls"]) for queue in found["queues"]]
    assert queues == [("billing", 1), ("support", 1)]
    assert sum(half["figures"]["calls"] for half in found["half_hours"]) == 2
    problem = await sue.bad(422, "GET", "/api/v1/reports/day?day=soon")
    assert problem["where"] == "day"
    await sue.bad(422, "GET", "/api/v1/reports/day?day=2999-01-01")


async def test_a_supervisor_reads_why_a_caller_waited(rig: Rig, journal: list[Record]) -> None:
    rig.loop.submit(SiteLoaded(site=msgspec.structs.replace(SITE, name={"en": "Known"})))
    sue = await rig.signed_in("sue")
    ana = await rig.signed_in("ana")
    await rig.waiting_call("c-1")
    await ana.bad(403, "GET", "/api/v1/interactions/c-1/wait")
    await sue.bad(404, "GET", "/api/v1/interactions/none/wait")
    (one,) = (await sue.good("GET", "/api/v1/interactions/c-1/wait"))["stretches"]
    assert (one["code"], one["args"], one["queue"]) == ("nobody", {"skill": "net", "needs": 2}, "support")
    assert one["begins"] == rig.loop.world.interactions[InteractionId("c-1")].since < one["ends"]
