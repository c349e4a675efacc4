"""Callers and agents for `bench calls`, by sipp: it costs the machine little, so that most of it is left for Asterisk.

Agents are one sipp that answers whatever rings, talks for a while and hangs up; callers are another, and count as
served when the other side hangs up after they were answered: that comes after an agent's talk, or not at all. With
voice, the caller's sounds all the while and the agent's telephone sends it back.
"""

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from cti.robots import sipp, sound
from cti.setup.children import end, guard

CALLERS = "127.0.0.3"
AGENTS = "127.0.0.30"
RING_MS = 100
"""An agent's phone rings so long."""

_SDP = """v=0
o=bench 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio {port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20
a=sendrecv
"""
_ANSWERED = """[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
"""
_TAG = ";tag=[pid]b[call_number]"
_CONTACT = "Contact: <sip:bench@[local_ip]:[local_port]>\n"


def _answer(status: str, tag: str = "", body: str = "") -> str:
    """A response; one that brings a call about is sent again until its ACK comes (RFC 3261, 13.3.1.4)."""
    again = ' retrans="500"' if body else ""
    head = f"\nSIP/2.0 {status}\n" + _ANSWERED.format(tag=tag) + _CONTACT
    rest = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{body}" if body else "Content-Length: 0\n\n"
    return f"<send{again}><![CDATA[{head}{rest}]]></send>"


_SPEAK = '<nop><action><exec rtp_stream="{file},-1,0"/></action></nop>\n'
"""Raw G.711 mu-law, over and over (payload type 0)."""

_CALLER = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+8526[call_number]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
{_CONTACT}Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

{_SDP.format(port="[PORT]")}]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+8526[call_number]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
SPEAK<recv request="BYE"/>
{_answer("200 OK")}
</scenario>
"""

_AGENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="agent">
<recv request="INVITE"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="own"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
</action></recv>
{_answer("180 Ringing", _TAG)}
<pause milliseconds="{RING_MS}"/>
{_answer("200 OK", _TAG, _SDP.format(port="[media_port]"))}
<recv request="ACK"/>
<pause/>
<send retrans="500"><![CDATA[
BYE [$target] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: [$own]{_TAG}
To: [$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""

_REGISTER = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="register">
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]r[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Expires: 900
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="401" auth="true"/>
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]r[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Expires: 900
Max-Forwards: 70
[field1]
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
"""


class Batch(Struct, frozen=True):
    """What became of callers who came together."""

    calls: int
    served: int
    seconds: float
    """From the first INVITE to the end of the last call."""


class Agents:
    """All agents' phones: registered, and answering until `stop`."""

    def __init__(self, folder: Path, sip_port: int, ports: Sequence[int], talk_ms: int) -> None:
        self._folder = folder
        self._sip_port = sip_port
        self._port, self._voice_port = ports
        self._talk_ms = talk_ms
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.Task[None] | None = None

    async def start(self, secrets: Sequence[tuple[str, str]]) -> None:
        """Register every (name, password). Raises RuntimeError when the exchange refuses one."""
        lines = ["SEQUENTIAL", *(f"{name};[authentication username={name} password={word}]" for name, word in secrets)]
        accounts = self._folder / "agents.csv"
        accounts.write_text("\n".join(lines) + "\n")
        words = ("-inf", accounts, "-m", len(secrets), "-r", 100, "-timeout", "20s", "-timeout_error")
        process = await _sipp(self._folder, "register", _REGISTER, AGENTS, self._port, self._sip_port, *words)
        if await process.wait() != 0:
            raise RuntimeError("the agents' phones could not register")
        talk = ("-aa", "-d", self._talk_ms, "-timeout", "900s", "-rtp_echo", "-mp", self._voice_port)
        self._process = await _sipp(self._folder, "agent", _AGENT, AGENTS, self._port, self._sip_port, *talk)
        self._guard = asyncio.create_task(guard(self._process))

    async def stop(self) -> None:
        """Hang all phones up for good."""
        if self._process is not None and self._guard is not None:
            await end(self._process, 2)
            await self._guard


async def call(
    folder: Path, sip_port: int, port: int, number: str, calls: int, rate: float, within_s: float, voice: bool = False
) -> Batch:
    """So many callers, at so many a second; those not served `within_s` after the last came are given up."""
    running = asyncio.get_running_loop()
    figures = folder / f"callers-{port}.csv"
    figures.unlink(missing_ok=True)
    limit = calls / rate + within_s
    words = ("-s", number, "-m", calls, "-r", rate, "-l", calls, "-timeout", f"{limit:.0f}s", "-timeout_error")
    more = ("-trace_stat", "-stf", figures, "-fd", 1, "-nostdin", "-recv_timeout", round(limit * 1000))
    tone = folder / "tone.ulaw"
    tone.write_bytes(sound.tone() * 50)
    scenario = _CALLER.replace("SPEAK", _SPEAK.format(file=tone) if voice else "")
    scenario = scenario.replace("PORT", "rtpstream_audio_port" if voice else "auto_media_port")
    began = running.time()
    process = await _sipp(folder, "caller", scenario, CALLERS, port, sip_port, *words, *more)
    watch = asyncio.create_task(guard(process))
    try:
        await asyncio.wait_for(process.wait(), limit + 5)
    except TimeoutError:
        await end(process, 2)
    seconds = running.time() - began
    await watch
    with figures.open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    return Batch(calls, int(last["SuccessfulCall(C)"]), seconds)


async def _sipp(
    folder: Path, name: str, scenario: str, address: str, port: int, sip_port: int, *words: object
) -> asyncio.subprocess.Process:
    file = folder / f"{name}.xml"
    file.write_text(scenario)
    here = ("-i", address, "-p", port, "-sf", file, *words, f"127.0.0.1:{sip_port}")
    return await asyncio.create_subprocess_exec(
        str(sipp.program()),
        *map(str, here),
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
