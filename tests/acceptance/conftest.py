"""A house for each test that asks: prompts are made once, Asterisk, bridge and data folder anew."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from cti.core.ids import AgentId
from cti.setup.asterisk import AsteriskInstall, AsteriskProcess
from cti.setup.prepare import Options, prepare
from tests.acceptance.house import House, furnish, site_of
from tests.conftest import free_ports
from tests.spoken import spoken

AGENTS = 12
SHOWN = 150
"""So many of the journal's last lines are shown of a test that failed."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the journal and the bridge say of a test that failed: the folder is gone afterwards."""
    report = yield
    house = getattr(item, "funcargs", {}).get("house")
    if report.failed and call.when == "call" and isinstance(house, House):
        lines = [f"{record.at} {record.event}" for record in house.journal()[-SHOWN:]]
        report.sections.append(("journal", "\n".join(lines)))
        report.sections.append(("bridge.log", house.log()[-5000:]))
    return report


@pytest.fixture
async def house(asterisk_install: AsteriskInstall) -> AsyncIterator[House]:
    """Twelve agents `a0`.., signed out; the bridge runs and sees Asterisk."""
    # Short, for the paths of Unix sockets hold about a hundred characters.
    data = Path(tempfile.mkdtemp(prefix="hl-"))
    file = data / "given.toml"
    file.write_text(site_of(AGENTS))
    http, sip, ami, agi = free_ports(4)
    made = prepare(data, Options(http=http, sip=sip, ami=ami, agi=agi, site=file), print, asterisk_install)
    furnish(made.settings, spoken())
    house = House(made.settings)
    house.set_passwords([AgentId("web"), *(AgentId(f"a{n}") for n in range(AGENTS))])
    try:
        async with AsteriskProcess(made.settings, made.install) as asterisk:
            house.asterisk = asterisk
            try:
                await house.start_bridge()
                yield house
            finally:
                await house.close()
    finally:
        shutil.rmtree(data, ignore_errors=True)
