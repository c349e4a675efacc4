"""What we never use of Asterisk, because others were hurt by it. `docs/reference/pitfalls.md` says why."""

import re
from pathlib import Path

import pytest

from cti.ami.translate import KINDS
from tests.conftest import PROJECT

DIALPLAN = "\n".join(
    re.sub(r"^;.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
    for path in sorted((PROJECT / "dialplans").glob("*.conf"))
)
CONF = PROJECT / "asterisk-conf"


def settings(name: str) -> str:
    """A template without its comments."""
    return re.sub(r"^;.*$", "", (CONF / name).read_text("utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize(
    "used",
    [
        *("System(", "TrySystem(", "SHELL(", "ExternalIVR(", "EVAL("),
        *("Local/", "QueueLog(", "userfield", "CONNECTED_LINE", "REDIRECTING", "agi:async", "AGISTATUS", "SHARED("),
        *("ChanSpy(", "ExtenSpy(", "CHANNEL(linkedid)", "h,1"),
    ],
)
def test_the_dialplan_never_uses(used: str) -> None:
    assert used not in DIALPLAN


def test_callers_texts_are_in_no_expression_of_the_dialplan() -> None:
    """A caller's name or number inside `$[...]` or an application's arguments could end it and begin another."""
    filtered = "Set(CALLERID(num)=${FILTER(0-9A-Za-z+*#,${CALLERID(num)})})"
    assert filtered in DIALPLAN, "only these letters are left of a number, before anything is done with it"
    rest = DIALPLAN.replace(filtered, "")
    # Another site by its number: ours is shown, and theirs, of those letters, put back.
    for moved in ("HL_FROM=${CALLERID(num)}", "CALLERID(num)=${HL_SHOWN}", "CALLERID(num)=${HL_FROM}"):
        rest = rest.replace(f"Set({moved})", "")
    assert re.findall(r"CALLERID\(\w+\)", rest) == ["CALLERID(all)"], "emptied for guests, and nothing else"


def test_only_these_actions_are_sent() -> None:
    """None that polls, none that reads a variable back, none that could do more than lead calls."""
    sent: set[str] = set()
    for path in (PROJECT / "cti" / "ami").glob("*.py"):
        sent |= set(re.findall(r'(?:\.action|_try|_do|_send)\(\s*"([A-Z]\w+)"', path.read_text("utf-8")))
    assert {"Originate", "Ping"} <= sent, "the pattern finds them"
    assert sent <= {
        *("Originate", "Hangup", "Redirect", "Ping"),
        *("CoreStatus", "CoreSettings", "CoreShowChannels", "DeviceStateList"),
        *("QueueStatus", "QueueAdd", "QueuePause", "QueueRemove"),
        "MixMonitorMute",  # silence in a recording that goes on; it begins none
        "Setvar",  # who a channel in a consultation goes to next, by names of channels that Asterisk itself told
    }


def test_queues_figures_and_members_states_are_not_listened_to() -> None:
    assert not [kind for kind in KINDS if kind.startswith((b"Queue", b"Agent", b"DTMF", b"Cdr", b"VarSet"))]
    assert not [kind for kind in KINDS if b"DeviceState" in kind or b"Transfer" in kind]


def test_the_plain_queue_announces_nothing_and_pauses_nobody() -> None:
    queues = settings("queues.conf.j2")
    for line in (
        *("announce-holdtime = no", "announce-position = no", "announce-frequency = 0"),
        *("autopause = no", "autofill = yes", "shared_lastcall = yes", "persistentmembers = no"),
    ):
        assert re.search(rf"^{re.escape(line)}$", queues, re.MULTILINE), line


def test_a_phones_own_transfer_leads_to_the_bridge_and_nowhere_else() -> None:
    assert "set_var = TRANSFER_CONTEXT=hotline-transfer" in settings("pjsip.conf.j2")
    found = re.search(r"^\[hotline-transfer\]\n(.*?)(?=^\[|\Z)", DIALPLAN, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert "AGI(${HL_AGI}/transfer,${HL_ID},${EXTEN})" in found[1]
    assert "Dial(" not in found[1], "a phone could call out at our cost"
    assert "Hangup" not in found[1], "whoever is sent away is dropped by nobody"


def test_no_ari_no_dialogs_between_programs_but_ours() -> None:
    modules = settings("modules.conf.j2")
    assert "noload = res_ari.so" in modules
    assert re.search(r"^webenabled = no$", settings("manager.conf.j2"), re.MULTILINE)


def test_media_that_stops_ends_a_call_and_stays_with_asterisk() -> None:
    pjsip = settings("pjsip.conf.j2")
    for name in ("direct_media", "rtp_timeout", "rtp_timeout_hold"):
        assert re.search(rf"^{name}\s*=", pjsip, re.MULTILINE), name
    assert re.search(r"^direct_media\s*=\s*no$", pjsip, re.MULTILINE)


def test_nothing_reads_our_asterisk_s_queue_log_or_cdr() -> None:
    # Calls of the PBX that was there before are another matter: `hotline ingest calls`.
    theirs = {PROJECT / "cti" / name for name in ("ingest/pbx.py", "commands/ingest.py")}
    for path in set((PROJECT / "cti").rglob("*.py")) - theirs:
        assert "queue_log" not in path.read_text("utf-8"), Path(path)
    assert "noload = cdr_csv.so" in settings("modules.conf.j2")
