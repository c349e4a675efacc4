"""Robot callers over real SIP: sipp with a scenario for each caller, speech by espeak-ng, keys by RFC 2833."""

import asyncio
import re
import subprocess
from pathlib import Path
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from cti.robots import sipp
from cti.robots.pcap import write_press
from cti.setup.children import end, guard

_PRESS_MS = 250
_APART = 80_000
"""RTP time between two presses: ten seconds, more than any press lasts."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: {name} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:{user}@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rtd="true" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: {name} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
"""

_ENDING = """
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<nop next="over"/>
<label id="leave"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: {name} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
<label id="over"/>
</scenario>
"""


class Caller(Struct, frozen=True, kw_only=True):
    """One robot caller."""

    number: str
    """Their own number, as the trunk sends it."""
    name: str = ""
    keys: tuple[tuple[int, str], ...] = ()
    """What is pressed: milliseconds after the key before (or the answer), and the key."""
    later: str = ""
    """Pressed every `every_ms` once `keys` are done, until the hotline hangs up: the answer to the survey."""
    every_ms: int = 5000
    patience_ms: int = 60_000
    """Hangs up by itself this long after the last of `keys`."""

    @property
    def file(self) -> str:
        """The caller's name in files and addresses."""
        return self.number.lstrip("+") or "anonymous"


def scenario(caller: Caller, folder: Path, speech: Path | None = None) -> str:
    """The sipp scenario of one caller; its key presses are put beside it in `folder`.

    `speech` is raw G.711 mu-law, said over and over.
    """
    presses = 0

    def press(key: str) -> str:
        nonlocal presses
        presses += 1
        file = folder / f"{caller.file}-{presses}.pcap"
        write_press(file, key, presses * _APART)
        play = f'<nop><action><exec play_pcap_audio="{file}"/></action></nop>\n'
        if speech is None:
            return play
        # The voice is silent meanwhile: two senders taking turns make Asterisk hear every end of a key anew.
        hush, speak = (f'<nop><action><exec rtp_stream="{word}"/></action></nop>\n' for word in ("pause", "resume"))
        return f'{hush}{play}<pause milliseconds="{_PRESS_MS}"/>\n{speak}'

    who = {
        "number": caller.number,
        "name": quoteattr(caller.name) if caller.name else "",
        "user": caller.file,
    }
    parts = [_HEAD.format(**who)]
    if speech is not None:
        parts.append(f'<nop><action><exec rtp_stream="{speech},-1,0"/></action></nop>\n')
    for after, key in caller.keys:
        parts.append(f'<pause milliseconds="{after}"/>\n' + press(key))
    rounds = max(1, caller.patience_ms // caller.every_ms) if caller.later else 1
    wait = caller.every_ms if caller.later else caller.patience_ms
    for turn in range(rounds):
        parts.append(f'<recv request="BYE" timeout="{wait}" ontimeout="turn{turn}" next="gone"/>\n')
        parts.append(f'<label id="turn{turn}"/>\n')
        if caller.later and turn < rounds - 1:
            parts.append(press(caller.later))
    parts.append('<nop next="leave"/>\n<label id="gone"/>')
    parts.append(_ENDING.format(**who))
    return "".join(parts)


async def speech(text: str, voice: str, folder: Path) -> Path:
    """`text` spoken by espeak-ng, as raw mu-law for sipp."""
    wav, raw = folder / "speech.wav", folder / "speech.ulaw"
    await _run("espeak-ng", "-v", voice, "-w", str(wav), text)
    await _run("sox", str(wav), "-r", "8000", "-c", "1", "-t", "ul", str(raw))
    return raw


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {said.decode('utf-8', 'replace').strip()[-300:]}")


def _write(caller: Caller, folder: Path, said: Path | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / f"{caller.file}.xml"
    script.write_text(scenario(caller, folder, said))
    return script


async def dial(
    caller: Caller, number: str, server: tuple[str, int], address: str, folder: Path, said: Path | None = None
) -> int:
    """Make one call from `address`; gives sipp's exit code: 0, it went as written; 1, it ended otherwise (see `why`).

    Raises FileNotFoundError when sipp is not installed. A cancelled call ends its sipp, and so does our own end. (sipp
    then says no BYE: the exchange notices the silence.)
    """
    script = _write(caller, folder, said)
    process = await asyncio.create_subprocess_exec(
        *(sipp.program(), f"{server[0]}:{server[1]}", "-sf", script, "-s", number, "-i", address, "-m", "1"),
        *("-nostdin", "-timeout", str(caller.patience_ms // 1000 + 120), "-trace_err", "-error_file", _log(script)),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal is for us.
        start_new_session=True,
    )
    watching = asyncio.create_task(guard(process))
    try:
        return await process.wait()
    finally:
        await end(process, 1.0)
        await watching


def _log(script: Path) -> Path:
    return script.with_suffix(".log")


def why(caller: Caller, folder: Path) -> str | None:
    """Why a call came to nothing, in a few words; None: it was answered, and ended while a key was pressed at worst."""
    log = _log(folder / f"{caller.file}.xml")
    said = log.read_text(errors="replace") if log.exists() else ""
    # What comes in place of an answer; later in a call, a refusal is no more than a BYE that crossed another.
    if refused := re.search(r"\(index [1-4]\), received 'SIP/2\.0 ([4-6]\d\d [^\r\n]+)", said):
        return f"refused with {refused[1].strip()}"
    if "raw IPv4 socket" in said:
        return "sipp may not send raw packets, so it can't press keys"
    if "retransmission timeout" in said:
        return "no answer"
    return None
