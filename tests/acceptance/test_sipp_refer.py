"""sipp, a phone that is none of ours, transfers a caller by REFER (RFC 3515): they go on, and it stays one call."""

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.core.ids import Phone
from cti.robots import sipp
from cti.setup.children import guard
from tests.acceptance.house import House, until
from tests.conftest import free_ports

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

T = TypeVar("T")
ADDRESS = "127.0.0.31"
TALK_MS = 3000

_REGISTER = """<?xml version="1.0"?>
<scenario name="register">
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:NAME@[remote_ip]>;tag=r[pid]
To: <sip:NAME@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:NAME@[local_ip]:[local_port]>
Expires: 600
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="401" auth="true"/>
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:NAME@[remote_ip]>;tag=r[pid]
To: <sip:NAME@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:NAME@[local_ip]:[local_port]>
Expires: 600
Max-Forwards: 70
[authentication username=NAME password=SECRET]
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""
_HEAD = "[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]\n"
_TAG = ";tag=t[pid]"
_CONTACT = "Contact: <sip:[local_ip]:[local_port]>\n"
_AGENT = f"""<?xml version="1.0"?>
<scenario name="agent">
<recv request="INVITE"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="own"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
</action></recv>
<send><![CDATA[
SIP/2.0 180 Ringing
{_HEAD.format(tag=_TAG)}{_CONTACT}Content-Length: 0

]]></send>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{_HEAD.format(tag=_TAG)}{_CONTACT}Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
]]></send>
<recv request="ACK"/>
<pause milliseconds="{TALK_MS}"/>
<send retrans="500"><![CDATA[
REFER [$target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: [$own]{_TAG}
To: [$caller]
Call-ID: [call_id]
CSeq: 1 REFER
{_CONTACT}Refer-To: <sip:8001@[remote_ip]:[remote_port]>
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="202"/>
<pause milliseconds="500"/>
<send retrans="500"><![CDATA[
BYE [$target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: [$own]{_TAG}
To: [$caller]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""


async def test_a_sipp_phone_transfers_by_refer(house: House, tmp_path: Path) -> None:
    ana, bo = await house.sign_in("a0"), await house.agent("a1", "127.0.0.21")
    name, (port, voice) = Phone("a0-desk"), free_ports(2)
    secret = house.settings.secrets.phone_secrets[name]
    here = ("-i", ADDRESS, "-p", port, "-m", 1, "-timeout", "60s", "-timeout_error")
    registered = await _sipp(house, tmp_path, _REGISTER.replace("NAME", name).replace("SECRET", secret), *here)
    assert await registered.wait() == 0
    # It says OK to the NOTIFYs of how its transfer goes (-aa).
    phone = await _sipp(house, tmp_path, _AGENT, *here, "-aa", "-rtp_echo", "-mp", voice)
    watch = asyncio.create_task(guard(phone))
    await ana.ready()
    caller = await house.call("28000001", "+85291234579")
    await until(lambda: [x.agent for x in _all(house, e.Connected)] == ["a0"], 15)
    await bo.ready()

    talk = await bo.picks_up()
    await asyncio.wait_for(talk.media.hears(50), 10)
    await asyncio.wait_for(caller.media.hears(50), 10)
    assert await asyncio.wait_for(phone.wait(), 10) == 0, "the exchange took all that it said"
    await watch
    caller.hang_up()
    assert await asyncio.wait_for(talk.over, 10) == "them"
    await house.left_nothing(bo, "answered")
    assert [x.agent for x in _all(house, e.Connected)] == ["a0", "a1"]
    assert len({x.interaction for x in _all(house, e.Connected)}) == 1, "one call"
    assert len({x.since for x in _all(house, e.Queued)}) == 1, "the place is kept"
    assert not _all(house, e.Repaired)
    assert "ERROR" not in house.log()


def _all(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


async def _sipp(house: House, folder: Path, scenario: str, *words: object) -> asyncio.subprocess.Process:
    file = folder / "scenario.xml"
    file.write_text(scenario)
    return await asyncio.create_subprocess_exec(
        str(sipp.program()),
        "-sf",
        str(file),
        *map(str, words),
        f"127.0.0.1:{house.settings.sip_port}",
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
