"""What Asterisk is given: rendered for a site, without an Asterisk."""

import re
import stat
from pathlib import Path

import msgspec
import pytest

from cti.core.site import Site
from cti.setup import asterisk, resources, site
from cti.setup.asterisk import AsteriskInstall, AsteriskProcess
from cti.setup.prepare import Options, Prepared, prepare
from cti.setup.problem import SetupProblem
from tests.conftest import free_ports

SITE = Path(__file__).parents[1] / "site.toml"
PORTS = Options(http=18080, sip=15060, ami=15038, agi=14573, site=SITE)


@pytest.fixture
def install(tmp_path: Path) -> AsteriskInstall:
    """What rendering looks at of an Asterisk."""
    share = tmp_path / "asterisk" / "share"
    for folder in ("sounds/en", "moh", "documentation"):
        (share / folder).mkdir(parents=True)
    return AsteriskInstall(command=("asterisk",), modules=tmp_path / "asterisk" / "modules", share=share, own=True)


@pytest.fixture
def made(tmp_path: Path, install: AsteriskInstall) -> Prepared:
    return prepare(tmp_path / "data", PORTS, print, install)


def conf(made: Prepared, name: str) -> str:
    return (made.settings.asterisk_etc / name).read_text()


def section(text: str, name: str) -> str:
    """Every section of that name, joined (PJSIP has an endpoint, an auth and an aor of one name)."""
    parts = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    return "".join(part for part in parts if part.startswith(f"[{name}]"))


def test_every_file_says_why_it_is_as_it_is() -> None:
    for template in resources.folder("asterisk-conf").glob("*"):
        assert template.read_text().startswith("; "), f"{template.name} does not begin with a comment"


def test_every_file_is_rendered_whole(made: Prepared) -> None:
    names = {file.name for file in made.settings.asterisk_etc.glob("*.conf")}
    assert names == {file.stem for file in resources.folder("asterisk-conf").glob("*.j2")}
    for name in names:
        assert not re.search(r"{{|{%|{#", conf(made, name)), name
    assert {"after.conf", "caller.conf", "leg.conf"} <= {
        file.name for file in (made.settings.asterisk_etc / "dialplans").iterdir()
    }


def test_nobody_else_reads_the_secrets(made: Prepared) -> None:
    data = made.settings.data
    for path in (data, data / "secrets.toml", made.settings.asterisk_etc):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_what_an_older_version_rendered_is_gone(made: Prepared, install: AsteriskInstall) -> None:
    old = made.settings.asterisk_etc / "chan_old.conf"
    old.write_text("[general]\n")
    prepare(made.settings.data, Options(), print, install)
    assert not old.exists()


def test_each_agent_has_a_phone_that_only_our_web_server_can_bring(made: Prepared) -> None:
    pjsip = conf(made, "pjsip.conf")
    assert "[ana-web](agent,browser)" in pjsip
    assert "[ana-desk](agent,desk)" in pjsip
    assert "[admin-desk]" not in pjsip
    browser = re.search(r"^\[browser\]\(!\)\n(.*?)^\[", pjsip, re.MULTILINE | re.DOTALL)
    assert browser
    assert "deny = 0.0.0.0/0.0.0.0" in browser.group(1)
    assert re.findall("^permit = (.*)$", browser.group(1), re.MULTILINE) == ["127.0.0.1/255.255.255.255"]
    for phone, secret in made.settings.secrets.phone_secrets.items():
        assert f"username = {phone}\npassword = {secret}\n" in section(pjsip, phone)


def test_guests_can_be_called_by_nobody_and_transfer_nothing(made: Prepared) -> None:
    pjsip = conf(made, "pjsip.conf")
    for n in range(1, made.settings.guests + 1):
        guest = section(pjsip, f"guest-{n}")
        assert "context = hotline-guest" in guest
        assert "allow_transfer = no" in guest
        assert "type = aor" not in guest
        assert "aors" not in guest


def test_ami_rights_stop_short_of_a_shell(made: Prepared) -> None:
    manager = conf(made, "manager.conf")
    rights = {right for line in re.findall("^write = (.*)$", manager, re.MULTILINE) for right in line.split(",")}
    assert rights.isdisjoint({"system", "command", "config", "all", "dialplan", "user"})
    assert "bindaddr = 127.0.0.1" in manager
    assert "channelvars = HL_ID,HL_OFFER" in manager


def test_numbers_are_known_with_and_without_plus_and_nothing_else_is(made: Prepared) -> None:
    numbers = section(conf(made, "extensions.conf"), "hotline-numbers")
    assert sorted(re.findall(r"^exten => ([^,]+),1,Goto\(hotline-call,([^,]+),1\)$", numbers, re.MULTILINE)) == [
        ("+28000000", "28000000"),
        ("+85228000001", "+85228000001"),
        ("28000000", "28000000"),
        ("85228000001", "+85228000001"),
    ]


def test_fallback_queues_have_no_members_of_their_own(made: Prepared) -> None:
    queues = conf(made, "queues.conf")
    assert "[hl-support](plain)" in queues
    assert "[hl-billing](plain)" in queues
    assert not re.search(r"^member\b", queues, re.MULTILINE)


def test_two_folders_share_nothing(tmp_path: Path, made: Prepared, install: AsteriskInstall) -> None:
    other = prepare(tmp_path / "other", Options(http=28080, sip=25061, ami=25038, agi=24573, site=SITE), print, install)
    for name in ("asterisk.conf", "manager.conf", "http.conf", "pjsip.conf", "rtp.conf", "extensions.conf"):
        text = conf(other, name)
        assert str(made.settings.data) not in text.replace(str(other.settings.data), "")
        for port in (18080, 15060, 15038, 14573, made.settings.ws_port, made.settings.rtp_first):
            assert not re.search(rf"\b{port}\b", text), f"{name} has port {port}"


def test_own_music_is_played_where_there_is_some(tmp_path: Path, install: AsteriskInstall) -> None:
    file = tmp_path / "site.toml"
    file.write_text(SITE.read_text().replace('id = "billing"\n', 'id = "billing"\nmusic = "quiet"\n', 1))
    said: list[str] = []
    options = Options(http=18080, sip=15060, ami=15038, agi=14573, site=file)
    made = prepare(tmp_path / "data", options, said.append, install)
    assert f"[quiet]\nmode = files\ndirectory = {install.share / 'moh'}\n" in conf(made, "musiconhold.conf")
    assert any("music" in line.lower() for line in said)
    own = tmp_path / "data" / "music" / "quiet"
    own.mkdir(parents=True)
    (own / "a.wav").write_bytes(b"RIFF")
    made = prepare(tmp_path / "data", Options(), said.append, install)
    assert f"[quiet]\nmode = files\ndirectory = {own}\n" in conf(made, "musiconhold.conf")


def test_english_core_sounds_and_our_prompts_are_in_one_folder(made: Prepared) -> None:
    sounds = made.settings.data / "asterisk" / "share" / "sounds"
    assert (sounds / "en").is_dir()
    assert (sounds / "hotline").is_dir()


def test_what_callers_hear_through_is_never_gone_for_a_moment(made: Prepared, install: AsteriskInstall) -> None:
    share = made.settings.data / "asterisk" / "share"
    links = {path: path.lstat().st_ino for path in (*share.iterdir(), made.settings.sounds / "en")}
    (share / "old").symlink_to("/nowhere")
    prepare(made.settings.data, Options(), print, install)
    assert {path: path.lstat().st_ino for path in (*share.iterdir(), made.settings.sounds / "en")} == links


def test_a_path_too_long_for_a_socket_is_refused_in_words(tmp_path: Path, install: AsteriskInstall) -> None:
    with pytest.raises(SetupProblem, match="shorter --data"):
        prepare(tmp_path / ("long" * 25), PORTS, print, install)


async def test_a_long_cel_file_is_put_aside_at_a_start(made: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk, "CEL_LIMIT", 10)
    cel = made.settings.cel_file
    cel.write_text("x" * 11)
    # Stands in for an Asterisk that ends at once.
    settings = msgspec.structs.replace(made.settings, ami_port=free_ports(1)[0])
    process = AsteriskProcess(settings, msgspec.structs.replace(made.install, command=("false",)))
    with pytest.raises(SetupProblem, match="ended at once"):
        await process.start()
    assert not cel.exists()
    assert cel.with_suffix(".csv.1").read_text() == "x" * 11


HOSTILE = (
    ('id = "ana"', 'id = "ana]\\nexec=evil"'),
    ('id = "support"', 'id = "Sup port"'),
    ('work_number = "8001"', 'work_number = "8001>"'),
    ('number = "28000000"', 'number = "28000000,1,System(x)"'),
    ('"127.0.0.2/31"', '"127.0.0.2\\nmatch=0.0.0.0/0"'),
    ('id = "local"', 'id = "local]\\n[x"'),
    ('name = "Bo Tan"', 'name = "Bo Tan"\nunknown = 1'),
    ("skills = { billing = 1 }", "skills = { billing = 11 }"),
    ('zone = "Asia/Hong_Kong"', 'zone = "Mars/Base"'),
    ('work_number = "8002"', 'work_number = "8001"'),
    ('role = "administrator"', 'role = "king"'),
    ('id = "bo"', 'id = "guest"'),
)


@pytest.mark.parametrize(("good", "bad"), HOSTILE)
def test_a_site_that_would_break_something_is_refused_by_name(tmp_path: Path, good: str, bad: str) -> None:
    text = SITE.read_text()
    assert good in text
    file = tmp_path / "site.toml"
    file.write_text(text.replace(good, bad, 1))
    with pytest.raises(SetupProblem, match=re.escape(str(file))):
        site.load(file)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text(SITE.read_text().replace("8001", "x").replace("Asia/Hong_Kong", "Mars"))
    with pytest.raises(SetupProblem) as problem:
        site.load(file)
    assert "time zone" in str(problem.value)
    assert "work number" in str(problem.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('policy = "fair"', "longest_idle, best_match, least_occupied, scarce_first"),
        ("prefer_last_s = -1", "prefer_last_s is 0"),
        ('overflow = { to = "nowhere", after_s = 9 }', "no other queue"),
        ('overflow = { to = "billing" }', "needs after_s, estimate_s or per_agent"),
        ('overflow = [{ to = "billing", offer = "callback", after_s = 9 }]', "one of to, closing and offer"),
        ('overflow = [{ closing = "gone", after_s = 9 }]', "no closing"),
        ('overflow = [{ offer = "callback", estimate_s = -1, after_s = 9 }]', "above 0"),
        ("rings = [{ after_s = 9, skills = {} }, { after_s = 9, skills = {} }]", "another after_s"),
    ],
)
def test_a_queue_that_cannot_route_is_told_what_it_may_have(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(SITE.read_text().replace("[[queues]]", f"[[queues]]\n{line}", 1))
    with pytest.raises(SetupProblem, match=says):
        site.load(file)


def test_the_example_site_is_good() -> None:
    loaded: Site = site.load(resources.folder("example") / "site.toml")
    assert any(agent.role == "administrator" for agent in loaded.agents)
