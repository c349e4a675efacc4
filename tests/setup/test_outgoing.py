"""Calls to the outside: what Asterisk is given for them, and what a site file may not say."""

from pathlib import Path

import pytest

from cti.setup import site
from cti.setup.asterisk import AsteriskInstall
from cti.setup.prepare import Options, prepare
from cti.setup.problem import SetupProblem
from tests.setup.test_render import PORTS, SITE, conf, install, section

__all__ = ["install"]

TRUNK = """
[[trunks]]
id = "out"
addresses = ["203.0.113.10"]
peer = "203.0.113.10:5070"
"""
ABROAD = """
[[closings]]
id = "abroad"
name = { en = "Abroad" }
number = "+85220000200"
"""
RULES = """
[outgoing]
trunk = "out"
allow = ["+852", "1823"]
"""


def written(folder: Path, more: str) -> Path:
    file = folder / "given.toml"
    file.write_text(SITE.read_text() + more)
    return file


def test_a_trunk_takes_calls_only_where_it_has_a_peer(tmp_path: Path, install: AsteriskInstall) -> None:
    options = Options(
        http=PORTS.http, sip=PORTS.sip, ami=PORTS.ami, agi=PORTS.agi, site=written(tmp_path, TRUNK + RULES)
    )
    made = prepare(tmp_path / "data", options, print, install)
    trunk = section(conf(made, "pjsip.conf"), "trunk-out")
    assert "aors = trunk-out" in trunk
    assert "contact = sip:203.0.113.10:5070" in trunk
    assert "match = 203.0.113.10" in trunk
    for other in made.site.trunks:
        if not other.peer:
            assert "aor" not in section(conf(made, "pjsip.conf"), f"trunk-{other.id}")


def test_no_phone_guest_or_trunk_reaches_the_contexts_of_outgoing_calls(
    tmp_path: Path, install: AsteriskInstall
) -> None:
    made = prepare(tmp_path / "data", PORTS, print, install)
    everything = "".join(conf(made, f"{name}.conf") for name in ("pjsip", "queues", "extensions", "features"))
    for context in ("hotline-dial", "hotline-called", "hotline-outside", "hotline-dictation"):
        assert context not in everything


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (RULES, "'out' is no trunk with a peer"),
        (TRUNK.replace("203.0.113.10:5070", "sip:x@y;a"), "is not host or host:port"),
        (TRUNK + '[outgoing]\ntrunk = "out"', "both a trunk and allow"),
        (TRUNK + RULES.replace("+852", "852x"), "'852x' is neither"),
        (TRUNK + RULES + 'number = "1"', "none of the hotline's"),
        (TRUNK + RULES + 'roles = ["guest"]', "'guest' is no role"),
        (TRUNK + RULES + 'agents = ["nobody"]', "no agent 'nobody'"),
        (TRUNK + RULES + 'queue = "golf"', "no queue 'golf'"),
        (TRUNK + RULES + "ring_s = 600", "ring_s is 5 to 110"),
        (TRUNK + RULES + ABROAD.replace("+852", ""), "is no number with its country code"),
        (TRUNK + ABROAD, "a number needs a trunk in [outgoing]"),
        (TRUNK + RULES + ABROAD + 'site = "sip:200@198.51.100.7"', "not both"),
    ],
)
def test_a_site_file_that_would_break_calls_is_refused(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(SetupProblem) as problem:
        site.load(written(tmp_path, more))
    assert said in str(problem.value)


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    found = site.load(written(tmp_path, TRUNK + RULES + ABROAD))
    assert found.calls_out
    assert not site.load(SITE).calls_out
