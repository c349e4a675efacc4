"""Mail accounts that sign in by OAuth, on a real IMAP server that asks the provider whose a token is."""

import io
import logging
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from cti.cli import main
from cti.core.mailboxes import MailAccount, OAuth
from cti.ingest.imap import ImapAccount
from cti.ingest.mailroom import diagnose
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import IngestError, RefusedError
from cti.ingest.sign_in import Bearer
from cti.ingest.tokens import RefreshToken, Tokens
from cti.setup import secrets, site
from cti.setup.certificate import ensure
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.database import Store
from cti.store.identity import Identities
from tests.conftest import PROJECT, free_ports
from tests.ingest import dovecot, provider
from tests.ingest.provider import CLIENT, REFRESH, SECRET, Provider
from tests.ingest.test_imap import cut_after, eventually, mail
from tests.store.conftest import NOW

pytestmark = pytest.mark.slow

ACCOUNT = """
[[mail.accounts]]
id = "support"
host = "127.0.0.1"
user = "support"
security = "none"
port = {port}
[mail.accounts.oauth]
token_url = "{url}/token"
client_id = "hotline-of-the-test"
grant = "{grant}"
"""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """How one is let in has nothing to do with where the mails go."""
    return f"sqlite:///{tmp_path / 'history.db'}"


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with provider.running() as running:
        yield running


@pytest.fixture(scope="module")
def running_box(running_provider: Provider, request: pytest.FixtureRequest) -> Iterator[dovecot.Dovecot]:
    """A server that takes access tokens, by the mechanisms that the test names or by both."""
    tokens = getattr(request, "param", "oauthbearer xoauth2")
    try:
        with dovecot.running(*free_ports(2), f"{running_provider.url}/introspect", tokens) as running:
            yield running
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def login(running_provider: Provider) -> Provider:
    running_provider.begin_again()
    return running_provider


@pytest.fixture
def box(running_box: dovecot.Dovecot) -> dovecot.Dovecot:
    running_box.empty()
    return running_box


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "settings.toml").write_text("")
    secrets.ensure(folder / "secrets.toml", [])
    shutil.copy(PROJECT / "tests" / "site.toml", folder / "site.toml")
    keep(folder, REFRESH)
    return folder


def keep(data: Path, token: str) -> None:
    kept = RefreshToken(Settings.load(data), "support")
    with kept.alone():
        kept.write(token)


Opens = Callable[..., ImapAccount]


@pytest.fixture
def opens(data: Path, store: Store, identities: Identities, login: Provider, box: dovecot.Dovecot) -> Opens:
    """Makes the account that reads the box."""

    def make(
        *,
        secret: str = "",
        security: str = "none",
        port: int = 0,
        clock: Callable[[], float] = lambda: 0.0,
        **oauth: str,
    ) -> ImapAccount:
        by = OAuth(**{"token_url": f"{login.url}/token", "client_id": CLIENT, **oauth})
        account = MailAccount(
            id="support",
            host="127.0.0.1",
            user="support",
            security=security,
            port=port or (box.tls if security == "tls" else box.plain),
            ca=str(box.ca),
            oauth=by,
        )
        tokens = Tokens(account, by, secret, RefreshToken(Settings.load(data), "support"), clock)
        into = MailStore(identities, Own(["harbour.example"]))
        return ImapAccount(store, into, account, Bearer(account, by, tokens), lambda: NOW)

    return make


def add_account(data: Path, box: dovecot.Dovecot, login: Provider, grant: str = "refresh_token") -> None:
    there = (PROJECT / "tests" / "site.toml").read_text()
    (data / "site.toml").write_text(there + ACCOUNT.format(port=box.plain, url=login.url, grant=grant))


def held(store: Store) -> list[object]:
    return store.read(lambda connection: list(connection.execute(sa.text("SELECT count(*) FROM messages")).scalars()))


@pytest.mark.parametrize("running_box", ["oauthbearer", "xoauth2", "oauthbearer xoauth2"], indirect=True)
@pytest.mark.parametrize("security", ["none", "tls"])
def test_mail_is_read_in_somebody_s_name(
    opens: Opens, box: dovecot.Dovecot, login: Provider, security: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box.deliver(mail(1), mail(2))
    assert opens(security=security, scope="mail offline").once().new == 2
    assert login.asked == [
        {"grant_type": "refresh_token", "refresh_token": REFRESH, "client_id": CLIENT, "scope": "mail offline"}
    ]
    assert "of-the-test" not in caplog.text.replace(dovecot.PASSWORD, "").replace(CLIENT, "")


def test_mail_is_read_in_the_program_s_own_name(
    opens: Opens, box: dovecot.Dovecot, login: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box.deliver(mail(1))
    assert opens(secret=SECRET, grant="client_credentials").once().new == 1
    assert login.asked == [{"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}]
    assert SECRET not in caplog.text


@pytest.mark.parametrize(("lasts", "holds_s"), [(3600, 3540), ("3600", 3540), (60, 30)])
def test_an_access_token_is_used_until_shortly_before_its_end(
    opens: Opens, login: Provider, lasts: object, holds_s: float
) -> None:
    now = [1000.0]
    login.lasts = lasts
    account = opens(clock=lambda: now[0])
    account.once()
    now[0] += holds_s - 1
    account.once()
    assert len(login.asked) == 1
    now[0] += 2
    account.once()
    assert len(login.asked) == 2


def test_an_access_token_that_is_refused_is_renewed_once(opens: Opens, login: Provider, box: dovecot.Dovecot) -> None:
    account = opens()
    account.once()
    login.valid.clear()
    box.deliver(mail(1))
    assert account.once().new == 1
    assert len(login.asked) == 2
    # Those of somebody else open nothing, however often they are asked for.
    login.valid.clear()
    login.user = "somebody-else"
    with pytest.raises(RefusedError, match="refuses the access token for support") as refused:
        account.once()
    assert len(login.asked) == 3
    assert "Sign in as support" in refused.value.cure
    with pytest.raises(RefusedError):
        account.once()
    assert len(login.asked) == 4
    assert len(login.shown) == 6, "none that was refused is shown again"


def test_a_new_refresh_token_is_kept_for_its_owner_only(opens: Opens, data: Path, login: Provider) -> None:
    login.rotates = True
    for _ in range(3):
        opens().once()
    sent = [form["refresh_token"] for form in login.asked]
    assert len(set(sent)) == 3, "each holds once"
    file = data / "tokens" / "support"
    assert file.read_text().strip() == login.refresh
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_two_who_ask_at_once_do_not_spend_the_same_refresh_token(data: Path, login: Provider) -> None:
    login.rotates = True
    by = OAuth(token_url=f"{login.url}/token", client_id=CLIENT)
    account = MailAccount(id="support", host="127.0.0.1", user="support", oauth=by)

    def several(_: int) -> None:
        for _ in range(5):
            Tokens(account, by, "", RefreshToken(Settings.load(data), "support")).access()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(several, range(4)))
    assert len(login.asked) == 20


def test_a_new_refresh_token_that_can_t_be_kept_is_not_lost(
    opens: Opens, data: Path, login: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    login.rotates = True
    account = opens()
    with monkeypatch.context() as patch:
        patch.setattr("cti.ingest.tokens.write_private", full)
        with pytest.raises(IngestError, match=r"new refresh token can't be kept: .*No space left"):
            account.once()
    account.once()
    assert (data / "tokens" / "support").read_text().strip() == login.refresh


@pytest.mark.parametrize(
    ("instead", "said", "cure"),
    [
        ((400, {"error": "invalid_grant"}), "no token (invalid_grant)", "sign in anew, hotline ingest token support"),
        (
            (401, {"error": "invalid_client", "error_description": f"AADSTS7000215: {SECRET} is wrong"}),
            "no token (invalid_client, AADSTS7000215)",
            "hotline ingest password support",
        ),
        ((400, {"error": "invalid_scope"}), "no token (invalid_scope)", "scope 'mail'"),
        ((400, {"error": "unauthorized_client"}), "no token (unauthorized_client)", "look at grant"),
        ((400, {"error": f"{REFRESH} is {REFRESH}"}), "no token (HTTP 400)", "[mail.accounts.oauth]"),
        ((404, b"<html>"), "no token (HTTP 404)", "[mail.accounts.oauth]"),
        ((307, b""), "no token (HTTP 307)", "[mail.accounts.oauth]"),
        ((200, b"<html>"), "answers is no token", "address"),
        ((200, {"access_token": "two\r\nlines"}), "answers is no token", "address"),
        ((503, b""), "no token now (HTTP 503)", ""),
        ((429, b""), "no token now (HTTP 429)", ""),
    ],
)
def test_a_refusal_says_what_to_do(
    opens: Opens, login: Provider, instead: tuple[int, object], said: str, cure: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    login.instead = instead
    with pytest.raises(IngestError) as refused:
        opens(scope="mail", secret=SECRET).once()
    assert said in str(refused.value)
    assert cure in str(refused.value)
    assert isinstance(refused.value, RefusedError) is bool(cure)
    assert len(login.asked) == 1, "and nothing is sent elsewhere"
    for secret in (SECRET, REFRESH):
        assert secret not in f"{refused.value} {caplog.text}"


def test_what_can_t_be_asked_or_trusted_says_so(opens: Opens, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"127\.0\.0\.1:\d+ can't be asked for a token"):
        opens(token_url=f"http://127.0.0.1:{free_ports(1)[0]}/token").once()
    files = (tmp_path / "certificate.pem", tmp_path / "key.pem")
    ensure(*files, ["127.0.0.1"], datetime.now(UTC))
    with provider.running((str(files[0]), str(files[1]))) as sealed:
        with pytest.raises(RefusedError, match="is not trusted") as refused:
            opens(token_url=f"{sealed.url}/token").once()
        assert "Name the certificate to trust as ca" in refused.value.cure
        with pytest.raises(IngestError, match=r"certificate /nowhere.pem can't be used"):
            opens(token_url=f"{sealed.url}/token", ca="/nowhere.pem").once()
        with pytest.raises(RefusedError, match="refuses the access token"):
            opens(token_url=f"{sealed.url}/token", ca=str(files[0])).once()
    for file in files:
        file.unlink()
    ensure(*files, ["127.0.0.1"], datetime(2001, 1, 1, tzinfo=UTC))
    with provider.running((str(files[0]), str(files[1]))) as old:
        with pytest.raises(RefusedError, match="is not trusted") as refused:
            opens(token_url=f"{old.url}/token", ca=str(files[0])).once()
        assert "is this machine's clock right" in refused.value.cure


def test_a_line_that_is_cut_while_it_signs_in_is_no_refusal(opens: Opens, box: dovecot.Dovecot) -> None:
    said = []
    for passed in (10, 150, 250, 275, 300, 400):
        with cut_after(box.plain, passed) as port:
            try:
                opens(port=port).once()
            except IngestError as error:
                said.append(str(error))
    assert len(said) > 3
    assert all("can't be read" in words for words in said)


@pytest.mark.parametrize("running_box", [""], indirect=True)
def test_a_server_that_takes_no_tokens_is_told_apart(opens: Opens, login: Provider) -> None:
    with pytest.raises(RefusedError, match="takes no access tokens"):
        opens().once()
    assert login.asked == []


def test_who_signs_in_anew_need_not_restart_anything(
    opens: Opens,
    data: Path,
    store: Store,
    login: Provider,
    box: dovecot.Dovecot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("cti.ingest.imap._PAUSES_S", (0.05,))
    login.refresh = "another"
    box.deliver(mail(1))
    stop = threading.Event()
    thread = threading.Thread(target=opens().follow, args=(stop,))
    thread.start()
    try:
        eventually(lambda: "sign in anew, hotline ingest token support. Trying again" in caplog.text, "the way out")
        keep(data, "another")
        eventually(lambda: held(store) == [1], "the mail")
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


def test_the_line_does_not_outlast_the_access_token(
    opens: Opens,
    store: Store,
    login: Provider,
    box: dovecot.Dovecot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There are servers that hang up when it ends."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("cti.ingest.imap._PAUSES_S", (0.05,))
    login.lasts = 1
    stop = threading.Event()
    thread = threading.Thread(target=opens(clock=time.monotonic).follow, args=(stop,))
    thread.start()
    try:
        eventually(lambda: len(login.shown) > 2, "connected again, and again")
        box.deliver(mail(1))
        eventually(lambda: held(store) == [1], "the mail")
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
    assert "Trying again" not in caplog.text
    assert len(set(login.shown)) == len(login.shown), "with another each time"


def test_exchange_s_words_for_no_right_are_understood(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_client: IMAPClient) -> None:
        raise IMAPClientError("list failed: User is authenticated but not connected.")

    monkeypatch.setattr(IMAPClient, "list_folders", refuses)
    with pytest.raises(RefusedError, match="lets support in, but to no mailbox") as refused:
        opens().once()
    assert "the right to read that mailbox" in refused.value.cure


def test_doctor_says_what_is_wrong_with_a_sign_in(data: Path, box: dovecot.Dovecot, login: Provider) -> None:
    (data / "tokens" / "support").unlink()
    add_account(data, box, login)
    (found,) = diagnose(data)
    assert (found.ok, found.cure) == (False, "hotline ingest token support.")
    assert "has no refresh token" in found.found
    keep(data, "withdrawn")
    (found,) = diagnose(data)
    assert "invalid_grant" in found.found
    assert "hotline ingest token support" in found.cure
    keep(data, REFRESH)
    (found,) = diagnose(data)
    assert (found.ok, found.found) == (True, "support at 127.0.0.1: INBOX (0 mails)")
    add_account(data, box, login, "client_credentials")
    (found,) = diagnose(data)
    assert (found.ok, found.cure) == (False, "hotline ingest password support, then hotline reload.")
    secrets.put_client_secret(data / "secrets.toml", "support", "wrong-secret")
    (found,) = diagnose(data)
    assert "invalid_client, AADSTS7000215" in found.found
    assert "wrong-secret" not in f"{found}"
    secrets.put_client_secret(data / "secrets.toml", "support", SECRET)
    assert diagnose(data)[0].ok


def test_secrets_come_in_by_the_command_line(
    data: Path,
    box: dovecot.Dovecot,
    login: Provider,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*words: str, given: str = "") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given + "\n"))
        return main(["ingest", *words, "--data", str(data)])

    assert run("token", "support", "--stdin", given=REFRESH) == 2
    assert "no mail account called support with a refresh token" in capsys.readouterr().err
    add_account(data, box, login)
    (data / "tokens" / "support").unlink()
    box.deliver(mail(1))
    assert run("imap") == 2
    assert "has no refresh token. hotline ingest token support" in capsys.readouterr().err
    assert run("token", "support", "--stdin") == 2
    assert "a refresh token is a line" in capsys.readouterr().err
    assert run("token", "support", "--stdin", given=REFRESH) == 0
    assert run("password", "support", "--stdin", given=SECRET) == 0
    assert run("imap") == 0
    assert login.asked[-1]["client_secret"] == SECRET
    said = capsys.readouterr()
    assert "1 read: 1 written" in said.out
    assert SECRET not in f"{said}"
    held = Settings.load(data).secrets
    assert (held.client_secrets, held.mail_passwords) == ({"support": SECRET}, {})
    assert (data / "tokens" / "support").stat().st_mode & 0o077 == 0
    # A new phone later on does not forget it.
    assert secrets.ensure(data / "secrets.toml", []).client_secrets == {"support": SECRET}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('token_url = "http://login.example/token"', "token_url is an address"),
        ('token_url = "https://me:secret@login.example/token"', "token_url is an address"),
        ('token_url = ""', "token_url is an address"),
        ('token_url = "https://login.example/token"\ndevice_url = "ftp://x"', "device_url is an address"),
        ('token_url = "https://login.example/token"\ngrant = "password"', "refresh_token or client_credentials"),
    ],
)
def test_a_site_that_would_give_secrets_away_is_refused(data: Path, wrong: str, said: str) -> None:
    head, _, _ = ACCOUNT.format(port=143, url="", grant="").partition("token_url")
    file = data / "site.toml"
    file.write_text(f'{file.read_text()}{head}client_id = "x"\n{wrong}\n')
    with pytest.raises(SetupProblem, match=f"Mail account support: .*{said}"):
        site.load(file)


def sign_in(data: Path, *options: str) -> int:
    return main(["ingest", "sign-in", "support", *options, "--data", str(data)])


def test_somebody_signs_in_by_a_code(
    data: Path,
    box: dovecot.Dovecot,
    login: Provider,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("cti.ingest.device.time.sleep", pauses.append)
    add_account(data, box, login)
    (data / "tokens" / "support").unlink()
    assert sign_in(data) == 2
    assert "no device_url: 'hotline ingest token support'" in capsys.readouterr().err
    file = data / "site.toml"
    file.write_text(f'{file.read_text()}device_url = "{login.url}/device"\nscope = "mail offline"\n')
    login.not_yet = ["authorization_pending", "slow_down", "authorization_pending"]
    assert sign_in(data) == 0
    said = capsys.readouterr().out
    assert "Open https://login.example/device in a browser, type WDJB-MJHT" in said
    assert REFRESH not in said
    assert pauses == [2, 2, 7, 7], "slower when it is told to"
    assert login.asked[0] == {"client_id": CLIENT, "scope": "mail offline"}
    assert diagnose(data)[0].ok
    for word in ("access_denied", "expired_token"):
        login.not_yet = [word]
        assert sign_in(data) == 2
        assert f"({word}). Nobody has let it in by this code" in capsys.readouterr().err
    login.instead = (200, {"access_token": "x"})
    assert sign_in(data, "--json") == 2
    assert "what 127.0.0.1" in capsys.readouterr().err
