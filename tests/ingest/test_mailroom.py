"""The mail room as a process: mail from an account and by LMTP, killed in the middle, what doctor says of it."""

import asyncio
import io
import json
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.cli import main
from cti.core.ids import Phone
from cti.ingest.mailroom import diagnose
from cti.setup import secrets
from cti.setup.settings import Settings
from cti.setup.supervise import alone
from cti.store.database import Store
from tests.conftest import PROJECT, eventually, free_ports
from tests.ingest import dovecot
from tests.ingest.test_imap import mail

pytestmark = pytest.mark.slow

ACCOUNT = """
[mail]
own = ["harbour.example"]

[[mail.accounts]]
id = "support"
host = "127.0.0.1"
user = "support"
security = "none"
port = {port}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "settings.toml").write_text("")
    secrets.ensure(folder / "secrets.toml", [])
    shutil.copy(PROJECT / "tests" / "site.toml", folder / "site.toml")
    return folder


def add_account(data: Path, port: int, password: str = dovecot.PASSWORD) -> None:
    site = data / "site.toml"
    site.write_text((PROJECT / "tests" / "site.toml").read_text() + ACCOUNT.format(port=port))
    if password:
        secrets.put_mail_password(data / "secrets.toml", "support", password)


def column(store: Store, query: str) -> list[object]:
    return store.read(lambda connection: list(connection.execute(sa.text(query)).scalars()))


def test_a_password_is_kept_for_its_owner_only(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["ingest", "password", "support", "--stdin", "--data", str(data)]
    assert main(command) == 2
    assert "no mail account or table called support" in capsys.readouterr().err
    before = Settings.load(data).secrets
    add_account(data, 1, "")
    monkeypatch.setattr(sys, "stdin", io.StringIO('quo"te \\ 密码\n'))
    assert main(command) == 0
    after = Settings.load(data).secrets
    assert after.mail_passwords == {"support": 'quo"te \\ 密码'}
    assert after.site_key == before.site_key
    assert (data / "secrets.toml").stat().st_mode & 0o077 == 0
    # A new phone later on does not forget it.
    assert secrets.ensure(data / "secrets.toml", [Phone("zoe-web")]).mail_passwords == after.mail_passwords
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert main(command) == 2
    assert "quo" not in "".join(capsys.readouterr())


def test_killed_in_the_middle_and_run_again_has_every_mail_once(data: Path, box: dovecot.Dovecot) -> None:
    count = 220
    box.deliver(*map(mail, range(count)))
    add_account(data, box.plain)
    command = [sys.executable, "-P", "-m", "cti.cli", "ingest", "imap", "--json", "--data", str(data)]
    store = Store.open(f"sqlite:///{data}/hotline.db")
    try:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while child.poll() is None and column(store, "SELECT count(*) FROM messages") == [0]:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL, "it was in the middle"
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["same"] == 0, "nothing that was stored is asked for again"
        assert column(store, "SELECT count(*) FROM messages") == [count]
        assert column(store, "SELECT count(DISTINCT message_id) FROM messages") == [count]
        assert column(store, "SELECT count(*) FROM interactions") == [count]
    finally:
        store.close()


async def test_mail_from_both_ways_while_it_runs(data: Path, box: dovecot.Dovecot) -> None:
    (lmtp,) = free_ports(1)
    (data / "settings.toml").write_text(f"lmtp_port = {lmtp}\n")
    await asyncio.to_thread(add_account, data, box.plain)
    store = Store.open(f"sqlite:///{data}/hotline.db")
    log = data / "mailroom.log"
    with log.open("wb") as out:
        room = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "cti.ingest.mailroom", "--data", str(data), stdout=out, stderr=out
        )

    async def held(count: int) -> None:
        async def check() -> bool:
            assert room.returncode is None, log.read_text()
            return column(store, "SELECT count(*) FROM messages") == [count]

        await eventually(check, f"{count} mails", 30)

    def hand_over() -> None:
        with smtplib.LMTP("127.0.0.1", lmtp, timeout=20) as client:
            client.sendmail("li@mail.example", ["support@harbour.example"], mail(2))

    try:
        await asyncio.to_thread(box.deliver, mail(1))
        await held(1)
        await asyncio.to_thread(hand_over)
        await held(2)
        # The same mail by the other way: it is the same.
        await asyncio.to_thread(box.deliver, mail(2), mail(3))
        await held(3)
        with alone(data):
            found = {one.what: one for one in await asyncio.to_thread(diagnose, data)}
        assert found["Mail account support"].found == "support at 127.0.0.1: INBOX (3 mails)"
        assert found["Mail by LMTP"].ok
    finally:
        room.terminate()
        async with asyncio.timeout(10):
            code = await room.wait()
        store.close()
    assert code == 0
    assert dovecot.PASSWORD not in log.read_text()


def test_doctor_says_what_is_wrong_with_an_account(
    data: Path, box: dovecot.Dovecot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diagnose(data) == []
    add_account(data, box.plain, "")
    (found,) = diagnose(data)
    assert (found.ok, found.cure) == (False, "hotline ingest password support, then hotline reload")
    add_account(data, box.plain, "wrong-secret")
    (found,) = diagnose(data)
    assert "refuses the user or the password (AUTHENTICATIONFAILED)" in found.found
    assert "hotline ingest password support" in found.cure
    assert "wrong-secret" not in f"{found}"
    add_account(data, free_ports(1)[0])
    (found,) = diagnose(data)
    assert "can't be read" in found.found
    assert "no mail is lost" in found.cure
    add_account(data, box.plain)
    site = data / "site.toml"
    site.write_text(site.read_text() + 'folders = ["Nowhere"]\n')
    assert main(["doctor", "--data", str(data)]) == 1
    assert "no folder Nowhere; there are INBOX, Junk, Trash" in capsys.readouterr().out
    (data / "settings.toml").write_text(f"lmtp_port = {free_ports(1)[0]}\n")
    with alone(data):
        found = diagnose(data)[-1]
    assert (found.what, found.ok) == ("Mail by LMTP", False)
    assert "mailroom.log" in found.cure


def test_one_account_that_fails_keeps_no_other_out(
    data: Path, box: dovecot.Dovecot, capsys: pytest.CaptureFixture[str]
) -> None:
    add_account(data, box.plain)
    site = data / "site.toml"
    other = ACCOUNT.partition("[[")[2].replace("support", "sales").format(port=box.plain)
    site.write_text(f"{site.read_text()}\n[[{other}")
    box.deliver(mail(1))
    assert main(["ingest", "imap", "--data", str(data)]) == 2
    said = capsys.readouterr()
    assert "1 read: 1 written" in said.out
    assert "mail account sales has no password: hotline ingest password sales" in said.err
    assert main(["ingest", "imap", "support", "--data", str(data)]) == 0
    assert main(["ingest", "imap", "nobody", "--data", str(data)]) == 2
    assert "no mail account called nobody" in capsys.readouterr().err
