"""Settings, secrets and certificates of a data folder: made once, kept, and never guessed."""

import datetime
import socket
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from cti.commands import up
from cti.core.ids import Phone
from cti.setup import certificate, secrets
from cti.setup.asterisk import AsteriskInstall
from cti.setup.prepare import Options, example_loaded, prepare
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, SettingsError, is_loopback
from tests.conftest import ports

SITE = Path(__file__).parents[1] / "site.toml"
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


@pytest.fixture
def install(tmp_path: Path) -> AsteriskInstall:
    (tmp_path / "share").mkdir()
    return AsteriskInstall(command=("asterisk",), modules=tmp_path, share=tmp_path / "share", own=True)


def test_given_options_are_kept_and_what_follows_from_them(tmp_path: Path, install: AsteriskInstall) -> None:
    data = tmp_path / "data"
    first = prepare(data, Options(http=18080, sip=15061, site=SITE), print, install)
    assert first.new
    assert (first.settings.http_port, first.settings.sip_port, first.settings.ws_port) == (18080, 15061, 18088)
    assert first.settings.rtp_last - first.settings.rtp_first == 1999
    again = prepare(data, Options(), print, install)
    assert not again.new
    assert again.settings == first.settings == Settings.load(data)
    changed = prepare(data, Options(sip=15062), print, install)
    assert changed.settings.http_port == 18080
    assert changed.settings.rtp_first != first.settings.rtp_first


def test_secrets_are_made_once_and_only_added_to(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    first = secrets.ensure(file, [Phone("ana-web")])
    second = secrets.ensure(file, [Phone("ana-web"), Phone("bo-web")])
    assert second.site_key == first.site_key
    assert second.ami_secret == first.ami_secret
    assert second.phone_secrets[Phone("ana-web")] == first.phone_secrets[Phone("ana-web")]
    assert len(set(second.phone_secrets.values())) == 2
    assert secrets.ensure(file, []) == second, "a phone that left the site may come back with its password"
    assert len(bytes.fromhex(first.site_key)) == 32


def test_two_folders_have_no_secret_in_common(tmp_path: Path) -> None:
    one = secrets.ensure(tmp_path / "a.toml", [Phone("ana-web")])
    two = secrets.ensure(tmp_path / "b.toml", [Phone("ana-web")])
    assert one.site_key != two.site_key
    assert one.ami_secret != two.ami_secret
    assert one.phone_secrets != two.phone_secrets


def test_damaged_secrets_are_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('site_key = "x"\n')
    with pytest.raises(SettingsError, match="copy"):
        secrets.ensure(file, [])
    assert file.read_text() == 'site_key = "x"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http_port = 'x'", "http_port"),
        ("htp_port = 8080", "htp_port"),
        ("http_port = ", "damaged"),
        ("http_port = 5060", "differ"),
        ("http_port = 70000", "65535"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, says: str) -> None:
    secrets.ensure(tmp_path / "secrets.toml", [])
    (tmp_path / "settings.toml").write_text(text + "\n")
    with pytest.raises(SettingsError, match=says):
        Settings.load(tmp_path)


def test_a_folder_without_settings_says_what_makes_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="hotline up"):
        Settings.load(tmp_path)


def test_only_loopback_goes_without_tls(tmp_path: Path, install: AsteriskInstall) -> None:
    local = prepare(tmp_path / "a", Options(site=SITE), print, install).settings
    assert not local.tls
    assert local.url == "http://127.0.0.1:8080"
    said: list[str] = []
    public = prepare(tmp_path / "b", Options(bind="192.0.2.1", site=SITE), said.append, install).settings
    assert public.tls
    assert public.url == "https://192.0.2.1:8080"
    assert public.certificate.exists()
    assert public.private_key.stat().st_mode & 0o077 == 0
    assert any("certificate" in line for line in said)


def test_our_certificate_is_renewed_in_time_and_for_new_names(tmp_path: Path) -> None:
    pem, key = tmp_path / "c.pem", tmp_path / "k.pem"
    assert certificate.ensure(pem, key, ["hotline.example", "192.0.2.1"], NOW)
    first = pem.read_bytes()
    assert not certificate.ensure(pem, key, ["hotline.example"], NOW + datetime.timedelta(days=300))
    assert pem.read_bytes() == first
    assert certificate.ensure(pem, key, ["hotline.example"], NOW + datetime.timedelta(days=380))
    assert certificate.ensure(pem, key, ["other.example"], NOW + datetime.timedelta(days=380))


def test_a_certificate_somebody_issued_is_never_touched(tmp_path: Path) -> None:
    pem, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.ensure(pem, key, ["hotline.example"], NOW)
    issued = _issued_by_another()
    pem.write_bytes(issued)
    assert not certificate.ensure(pem, key, ["other.example"], NOW + datetime.timedelta(days=4000))
    assert pem.read_bytes() == issued


def _issued_by_another() -> bytes:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(name("hotline.example")).issuer_name(name("An authority"))
    builder = builder.public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + datetime.timedelta(days=10))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_a_site_given_is_put_in_force_and_a_bad_one_changes_nothing(tmp_path: Path, install: AsteriskInstall) -> None:
    data = tmp_path / "data"
    prepare(data, Options(site=SITE), print, install)
    bad = tmp_path / "bad.toml"
    bad.write_text("name = 3\n")
    with pytest.raises(SetupProblem, match=r"bad\.toml"):
        prepare(data, Options(site=bad), print, install)
    assert (data / "site.toml").read_text() == SITE.read_text()


def test_without_example_and_site_there_is_nothing_to_start(tmp_path: Path, install: AsteriskInstall) -> None:
    with pytest.raises(SetupProblem, match="--site"):
        prepare(tmp_path / "data", Options(example=False), print, install)


def test_the_example_waits_to_be_loaded_until_it_is(tmp_path: Path, install: AsteriskInstall) -> None:
    data = tmp_path / "data"
    assert prepare(data, Options(), print, install).example
    assert prepare(data, Options(), print, install).example, "the first start was interrupted"
    assert (data / "kb" / "en").is_dir()
    example_loaded(data)
    assert not prepare(data, Options(), print, install).example


def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, install: AsteriskInstall) -> None:
    data, other = tmp_path / "data", tmp_path / "other.toml"
    prepare(data, Options(http=18080, site=SITE), print, install)
    before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    other.write_text(SITE.read_text().replace("Ana Lindqvist", "Zoe").replace('"ana"', '"zoe"'))

    def busy(settings: Settings, *others: object) -> None:
        if settings.http_port == 18081:
            raise SetupProblem("Port 18081 is in use.")

    for wrong, says in (
        (Options(http=99999, site=other), "http_port is 99999.*--http PORT"),
        (Options(http=65530, site=other), "ws_port is 65538.*--http PORT"),
        (Options(agi=5060, site=other), "sip_port and agi_port.*--agi PORT"),
        (Options(bind="nonsense", site=other), "'nonsense'.*--bind ADDR"),
        (Options(http=18081, site=other), "in use"),
    ):
        with pytest.raises(SetupProblem, match=says):
            prepare(data, wrong, print, install, check=busy)
        assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before
    assert prepare(data, Options(), print, install).settings.http_port == 18080


def test_a_new_folder_that_is_refused_stays_empty(tmp_path: Path, install: AsteriskInstall) -> None:
    with pytest.raises(SetupProblem, match="--http PORT"):
        prepare(tmp_path / "data", Options(http=99999), print, install)
    assert list((tmp_path / "data").iterdir()) == []
    made = prepare(tmp_path / "data", Options(), print, install)
    assert made.new
    assert made.example


def test_a_kept_setting_that_is_wrong_is_mended_by_its_option(tmp_path: Path, install: AsteriskInstall) -> None:
    data = tmp_path / "data"
    prepare(data, Options(site=SITE), print, install)
    (data / "settings.toml").write_text('bind = "nonsense"\n')
    with pytest.raises(SettingsError, match="--bind ADDR"):
        Settings.load(data)
    assert prepare(data, Options(bind="127.0.0.1"), print, install).settings.bind == "127.0.0.1"


def test_the_cure_names_the_option_that_helps(tmp_path: Path, install: AsteriskInstall) -> None:
    with pytest.raises(SetupProblem, match=r"192\.0\.2\.1 is no address of this machine.*--bind ADDR"):
        prepare(tmp_path / "data", Options(bind="192.0.2.1"), print, install, check=up.check)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        taken = held.getsockname()[1]
        with pytest.raises(SetupProblem, match=f"Port {taken} on 127.0.0.1 is in use.*--agi PORT"):
            prepare(
                tmp_path / "data",
                msgspec.structs.replace(ports(), agi=taken),
                print,
                install,
                check=up.check,
            )
    assert list((tmp_path / "data").iterdir()) == []


def test_a_name_that_looks_like_a_loopback_address_is_none() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.8.7", "::1", "localhost")))
    assert not any(map(is_loopback, ("127.example.com", "127.0.0.1.example.com", "10.0.0.1", "0.0.0.0", "")))
