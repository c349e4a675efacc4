"""The two contenders of `bench calls`: Hotline, and stock app_queue, each with an Asterisk of its own.

Both Asterisks are rendered from the same templates and have the same phones and trunk. That of app_queue has no bridge,
nobody on AMI and no CEL file: nothing that app_queue does without is on its bill.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from msgspec import Struct

from cti.core.ids import HUSK, AgentId, Ms, Phone
from cti.setup import resources
from cti.setup.asterisk import AsteriskProcess, find_or_make
from cti.setup.prepare import Options, Prepared, prepare
from cti.setup.settings import Settings
from cti.store.accounts import Accounts
from cti.store.database import Store
from cti.web.auth import COOKIE, SESSION
from ivr import load, prompts
from tests.acceptance.house import House, furnish, site_of
from tests.conftest import PROJECT, free_ports

HOTLINE_NUMBER = "28000001"
QUEUE_NUMBER = "28000002"
LEFT_S = 20.0
"""A channel that is still there so long after its call is stuck. A goodbye is said to the caller meanwhile."""
_LOOK_S = 0.25
_COLUMNS = 14
"""A row of `core show channels concise` has so many (main/cli.c, `CONCISE_FORMAT_STRING`)."""
_NOTHING = "Application: (N/A)"
SPEAKING = "28000003"
"""app_queue with its announcements on."""
MANY = "28000004"
"""app_queue with everybody."""

_QUIET = 'wrap_up_s = 0\nsurvey = false\ngreeting = false\nmusic = "silent"'
_STOCK_DIALPLAN = f"""
[hotline-in]
exten => {QUEUE_NUMBER},1,Answer()
 same => n,Queue(bench)
 same => n,Hangup()
exten => {SPEAKING},1,Answer()
 same => n,Queue(bench-speaks)
 same => n,Hangup()
exten => {MANY},1,Answer()
 same => n,Queue(bench-many)
 same => n,Hangup()
"""
_STOCK_QUEUES = """
[bench-any](!)
strategy = leastrecent
ringinuse = no
timeout = 20
retry = 1
wrapuptime = 0
joinempty = yes
musicclass = silent

[bench](bench-any)
announce-frequency = 0
{members}
[bench-speaks](bench-any)
announce-frequency = 15
announce-position = yes
announce-holdtime = yes
{members}
[bench-many](bench-any)
announce-frequency = 0
{members}{more}"""
_RECEIVED = re.compile(r"^ *[0-9a-f]{8} \S+ +[0-9:]{8} \S+ +(\d+) ", re.MULTILINE)


class Side(Struct):
    """A contender that runs."""

    name: str
    number: str
    """What callers dial; `many`: for everybody, the `more` included."""
    many: str
    settings: Settings
    asterisk: AsteriskProcess
    agents: Sequence[str]
    more: Sequence[str] = ()
    """Agents who are there only where it is asked how many talks can be held."""
    house: House | None = None
    """The bridge, where there is one."""
    http: aiohttp.ClientSession | None = None

    def phones(self, agents: Sequence[str]) -> list[tuple[str, str]]:
        """(name, password) of every such agent's phone."""
        names = [Phone(f"{agent}-desk") for agent in agents]
        return [(name, self.settings.secrets.phone_secrets[name]) for name in names]

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds used up to now: by Asterisk, and by the bridge with all it has started."""
        bridge = self.house.bridge.pid if self.house is not None and self.house.bridge is not None else None
        asterisk = self.asterisk.pid
        return (_cpu_s(asterisk) if asterisk else 0.0, sum(_cpu_s(pid) for pid in _family(bridge)) if bridge else 0.0)

    async def left(self) -> int:
        """How many channels are still there `LEFT_S` after the last call was over; 0 as soon as all are gone."""
        left: list[str] = []
        for _ in range(round(LEFT_S / _LOOK_S)):
            left = [name for name in await self._channels() if not await self._empty(name)]
            if not left:
                return 0
            await asyncio.sleep(_LOOK_S)
        print(f"{self.name}: left behind: {', '.join(left)}", file=sys.stderr)
        return len(left)

    async def husks(self) -> int:
        """How many entries of Asterisk's list have nobody in them, and nothing running.

        They are what was left of a caller who was pulled out of a session. Asterisk clears them away when that session
        ends, but for those whose session ends between the last two lines of the masquerade (seen with 22.10;
        main/channel.c, `channel_do_masquerade`): nothing takes these off the list.
        """
        return sum([await self._empty(name) for name in await self._channels()])

    async def up(self, channels: int, within_s: float) -> bool:
        """Whether so many channels are there within this time; as soon as they are."""
        for _ in range(round(within_s / _LOOK_S)):
            if len(await self._channels()) >= channels:
                return True
            await asyncio.sleep(_LOOK_S)
        return False

    async def heard(self) -> int:
        """Packets of voice received up to now on all channels that are in a bridge."""
        return sum(map(int, _RECEIVED.findall(await self.asterisk.cli("pjsip show channelstats"))))

    async def _channels(self) -> list[str]:
        # Asterisk's console may have something to say besides.
        rows = (line.split("!") for line in (await self.asterisk.cli("core show channels concise")).splitlines())
        return [row[0] for row in rows if len(row) >= _COLUMNS]

    async def _empty(self, name: str) -> bool:
        return name.startswith(HUSK) and _NOTHING in await self.asterisk.cli(f"core show channel {name}")

    async def ready(self, agents: Sequence[str], ready: bool = True) -> None:
        """Agents sign in and get ready, or take a break; app_queue's are always there while their phone is."""
        if self.house is None:
            return
        self.http = self.http or aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        for agent, session in zip(agents, await _sessions(self.settings, agents), strict=True):
            cookie = {"Cookie": f"{COOKIE}={session}"}
            async with self.http.get(f"{self.house.url}/session", headers=cookie) as answer:
                said = await answer.json()
            state = {"state": "ready"} if ready else {"state": "not_ready", "reason": "break"}
            headers = {**cookie, "X-CSRF": said["csrf"]}
            async with self.http.post(f"{self.house.url}/agent/state", json=state, headers=headers) as answer:
                if answer.status >= 300:
                    raise RuntimeError(f"{agent} can't get ready: {await answer.text()}")


@asynccontextmanager
async def hotline(folder: Path, agents: int, more: int = 0) -> AsyncIterator[Side]:
    """Hotline, signed out, with so many agents."""
    made, names = await asyncio.to_thread(_prepare, folder, agents, more)
    flows = load.load(resources.folder("dialplans") / "flows")
    sounds = PROJECT / "build" / "sounds"
    await asyncio.to_thread(prompts.build, flows, ["8000"], sounds, PROJECT / "build" / "recorded")
    furnish(made.settings, sounds / "hotline")
    house = House(made.settings)
    async with AsteriskProcess(made.settings, made.install) as asterisk:
        house.asterisk = asterisk
        await house.start_bridge(watched=False)
        side = Side(
            "hotline", HOTLINE_NUMBER, HOTLINE_NUMBER, made.settings, asterisk, names[:agents], names[agents:], house
        )
        try:
            yield side
        finally:
            if side.http is not None:
                await side.http.close()
            await house.close()


@asynccontextmanager
async def app_queue(folder: Path, agents: int, more: int = 0) -> AsyncIterator[Side]:
    """Stock app_queue, whose members are the same phones."""
    made, names = await asyncio.to_thread(_prepare, folder, agents, more)
    etc = made.settings.asterisk_etc
    (etc / "dialplans" / "bench.conf").write_text(_STOCK_DIALPLAN)
    members = [f"member => PJSIP/{name}-desk\n" for name in names]
    with (etc / "queues.conf").open("a") as queues:
        few, rest = "".join(members[:agents]), "".join(members[agents:])
        queues.write(_STOCK_QUEUES.replace("{members}", few).replace("{more}", rest))
    cel = etc / "cel.conf"
    cel.write_text(cel.read_text().replace("enable = yes", "enable = no"))
    async with AsteriskProcess(made.settings, made.install) as asterisk:
        yield Side("app_queue", QUEUE_NUMBER, MANY, made.settings, asterisk, names[:agents], names[agents:])


def _prepare(folder: Path, agents: int, more: int) -> tuple[Prepared, list[str]]:
    """A data folder; nothing is asked of phones in between, for sipp's answer to that would count as a call."""
    folder.mkdir(parents=True)
    site = folder / "given.toml"
    # The last agent of such a site knows nothing that is asked for here.
    others = "".join(
        f'\n[[agents]]\nid = "m{n}"\nname = "More {n}"\nwork_number = "9{n:03d}"\n'
        "skills = { en = 5, cmn = 5, yue = 5, internet = 5 }\ndesk_phone = true\n"
        for n in range(more)
    )
    site.write_text(site_of(agents + 1).replace("wrap_up_s = 5", _QUIET) + others)
    http, sip, ami, agi = free_ports(4)
    install = find_or_make(PROJECT / "build", print)
    made = prepare(folder, Options(http=http, sip=sip, ami=ami, agi=agi, site=site), lambda line: None, install)
    phones = made.settings.asterisk_etc / "pjsip.conf"
    phones.write_text(phones.read_text().replace("qualify_frequency = 30", "qualify_frequency = 0"))
    return made, [*(f"a{number}" for number in range(agents)), *(f"m{number}" for number in range(more))]


async def _sessions(settings: Settings, agents: Sequence[str]) -> list[str]:
    """Secrets of sessions, an hour long, without the seconds that passwords take."""
    store = Store.open(settings.database_url)
    accounts = Accounts(store)
    until = Ms(time.time_ns() // 1_000_000 + 3_600_000)
    try:
        return [(await accounts.make_key(AgentId(agent), SESSION, "bench", until))[1] for agent in agents]
    finally:
        accounts.close()
        store.close()


def _family(pid: int) -> list[int]:
    """A process and all it has started."""
    parents: dict[int, list[int]] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(each.read_text().rpartition(")")[2].split()[1]), []).append(int(each.parent.name))
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _cpu_s(pid: int) -> float:
    """User and system seconds of a process (proc(5)); 0 when it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
