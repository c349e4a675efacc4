"""`hotline ingest` as a person types it: what it says, what it keeps, its exit codes."""

import asyncio
import contextlib
import fcntl
import io
import json
import re
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from cti.cli import main
from cti.core.ids import Ms
from cti.ingest.example import load_example
from cti.ingest.report import Report, keep
from cti.ingest.retry import Retry
from cti.setup import secrets
from cti.setup.settings import Settings
from cti.sorting import read_again
from cti.store.database import Store
from cti.store.identity import Identities
from tests.ingest.test_imap import eventually
from tests.ingest.test_mails import write

PROJECT = Path(__file__).parents[2]
EXAMPLE = PROJECT / "example"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "settings.toml").write_text("")
    secrets.ensure(folder / "secrets.toml", [])
    shutil.copy(PROJECT / "tests" / "site.toml", folder / "site.toml")
    return folder


def test_mail_twice_and_what_is_kept(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = tmp_path / "box"
    shutil.copytree(EXAMPLE / "mails", box)
    command = ["ingest", "mail", str(box), "--own", "harbour.example", "--data", str(data)]
    assert main(command) == 0
    assert capsys.readouterr().out == "24 read: 24 written, 0 kept unread.\n"
    (box / "odd.eml").write_bytes(b"GIF89a")
    assert main(command) == 1
    assert "25 read: 0 written, 24 were there already, 1 kept unread." in capsys.readouterr().out
    assert main(["ingest", "kept", "--data", str(data)]) == 1
    shown = capsys.readouterr().out
    assert "odd.eml (6 bytes)" in shown
    assert "this is no mail" in shown
    assert shown.endswith("\n1 in all.\n")
    assert main(["ingest", "kept", "--data", str(data), "--json"]) == 1
    (kept,) = json.loads(capsys.readouterr().out)
    assert main(["ingest", "kept", "--forget", str(kept["id"]), "--data", str(data)]) == 0
    assert main(["ingest", "kept", "--show", str(kept["id"]), "--data", str(data)]) == 1
    assert "'hotline ingest kept' lists" in capsys.readouterr().err
    assert main(["ingest", "kept", "--data", str(data)]) == 0
    assert "Everything was read." in capsys.readouterr().out


def test_mails_set_aside_are_listed_and_one_is_a_person_s(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", str(data)]
    write(tmp_path / "in", "1.eml", "The light is red.", subject="***SPAM*** Red light", Message_ID="<1@her>")
    assert main(["ingest", "mail", str(tmp_path / "in"), *given]) == 0
    capsys.readouterr()
    assert main(["ingest", "aside", *given]) == 0
    listed = capsys.readouterr().out
    assert re.search(r"2026-11-23 09:51  spam\n +Eleanor W: \*\*\*SPAM\*\*\* Red light\n1 in all\.", listed)
    assert main(["ingest", "aside", "--json", "--newest", "5", *given]) == 0
    (mail,) = json.loads(capsys.readouterr().out)
    write(tmp_path / "in", "2.eml", "Away.", Auto_Submitted="auto-replied", Message_ID="<2@her>")
    assert main(["ingest", "mail", str(tmp_path / "in"), *given]) == 0
    assert main(["ingest", "aside", "--newest", "1", *given]) == 0
    assert "2 in all. These are the newest 1; --newest N lists more.\n" in capsys.readouterr().out
    with contextlib.closing(Store.open(Settings.load(data).database_url)) as store:
        store.write(lambda c: c.execute(sa.text("DELETE FROM messages WHERE auto = 'auto_reply'")))
    for code in (0, 1):
        assert main(["ingest", "aside", "--person", mail["id"], *given]) == code
    assert "'hotline ingest aside' lists" in capsys.readouterr().err
    assert main(["ingest", "aside", *given]) == 0
    assert capsys.readouterr().out == "No mail is set aside.\n"


async def test_the_bridge_has_what_was_kept_read_again_by_another_process(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = Settings.load(data).database_url
    with contextlib.closing(Store.open(url)) as store:
        letter = write(tmp_path, "1.eml", "The light is red.", Message_ID="<1@her>").read_bytes()
        for place, body in (("INBOX/7", letter), ("INBOX/8", b"GIF89a")):
            store.write(lambda c, place=place, body=body: keep(c, "mail", place, "it broke the reader", body, Ms(1)))
    told: list[Report] = []
    report = await read_again(data, told.append)
    assert isinstance(told[-1], Retry)
    assert (report.of, report.read, report.new, report.kept) == (2, 2, 1, 1)
    assert msgspec.json.encode(told[-1]) == msgspec.json.encode(report)
    (data / "site.toml").write_text("no site")
    with pytest.raises(OSError, match=r"site\.toml"):
        await read_again(data, told.append)


def test_reading_again_is_done_by_one_process_at_a_time(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ingest", "kept", "--retry", "--data", str(data)]
    assert main(command) == 0
    with (data / "run" / "retry.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(command) == 2
        assert "already" in capsys.readouterr().err


async def test_reading_again_ends_with_who_asked_for_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = Settings.load(data).database_url
    with contextlib.closing(Store.open(url)) as store:
        store.write(lambda c: keep(c, "mail", "INBOX/8", "it broke the reader", b"GIF89a", Ms(1)))

    def reading() -> bool:
        """Whether the process is there."""
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                words = line.read_bytes().split(b"\0")
                if b"cti.ingest.retry" in words and str(data).encode() in words:
                    return True
        return False

    # Whoever wants to write waits, so it is in the middle of it.
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        asked = asyncio.create_task(read_again(data, lambda _: None))
        await asyncio.to_thread(eventually, reading, "it is being read")
        asked.cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(asked, return_exceptions=True)
        assert not reading()
    assert main(["ingest", "kept", "--retry", "--data", str(data)]) == 1
    assert capsys.readouterr().out.startswith("1 read: 0 written, 1 kept unread.")


def test_a_table_with_a_dry_run_first(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ingest", "table", "--map", str(EXAMPLE / "customers.toml"), str(EXAMPLE / "customers.csv")]
    assert main([*command, "--dry-run", "--data", str(data)]) == 0
    assert "customer of account C10023, mail eleanor.w@mail.example" in capsys.readouterr().out
    assert main([*command, "--json", "--data", str(data)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report == {"source": "example-crm", "read": 16, "new": 16, "same": 0, "kept": 0, "gone": 0}


def test_what_can_t_be_done_says_so(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "mail", str(tmp_path / "gone"), "--data", str(data)]) == 2
    assert "gone does not exist" in capsys.readouterr().err
    assert main(["ingest", "table", "--map", str(tmp_path / "gone.toml"), "x.csv", "--data", str(data)]) == 2
    assert "the map" in capsys.readouterr().err
    assert main(["ingest", "kept", "--data", str(tmp_path / "nowhere")]) == 2


def test_the_how_to_s_own_row_comes_in_and_moves_nothing_of_the_example(data: Path, tmp_path: Path) -> None:
    page = (PROJECT / "docs/howto/history.md").read_text("utf-8")
    (row,) = re.findall(r"^    echo '(.*)' > searches.jsonl$", page, re.M)
    (command,) = re.findall(r"^    ./hotline (ingest table .*searches.toml searches.jsonl)$", page, re.M)
    (tmp_path / "searches.jsonl").write_text(row + "\n")

    def lines() -> set[tuple[str, int]]:
        with contextlib.closing(Store.open(Settings.load(data).database_url)) as store:
            rows = store.read(lambda c: c.execute(sa.text("SELECT title, at FROM interactions")).fetchall())
        return {(found.title, found.at) for found in rows}

    with contextlib.closing(Store.open(Settings.load(data).database_url)) as store:
        load_example(store, Identities(b"key", "HK"), EXAMPLE, "Asia/Hong_Kong", Ms(1_790_000_000_000))
    before = lines()
    words = [str(PROJECT / word) if word.startswith("example/") else word for word in command.split()]
    assert main([*words[:-1], str(tmp_path / words[-1]), "--data", str(data)]) == 0
    assert [title for title, _ in lines() - before] == ["red light"]
    assert before <= lines()


def add_table(data: Path, source: str, id_: str = "orders") -> None:
    plain = (PROJECT / "tests" / "site.toml").read_text(encoding="utf-8")
    table = f'\n[[tables]]\nid = "{id_}"\nmap = "orders.toml"\nsource = "{source}"\n'
    (data / "site.toml").write_text(plain + table, encoding="utf-8")


def test_a_table_of_the_site(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(EXAMPLE / "web" / "orders.toml", data / "orders.toml")
    shutil.copy(EXAMPLE / "web" / "orders.csv", data / "orders.csv")
    add_table(data, "orders.csv")
    assert main(["ingest", "table", "orders", "--data", str(data)]) == 0
    assert re.match(r"\d+ read: \d+ written, 0 kept unread", capsys.readouterr().out)
    assert main(["ingest", "table", "nothing", "--data", str(data)]) == 2
    assert "give --map MAP.toml, or the id of a table" in capsys.readouterr().err
    # The password stands in no command line and in no site, and goes into the URL when the table is read.
    add_table(data, "postgresql://reader:secret@127.0.0.1:1/shop")
    assert main(["ingest", "table", "orders", "--data", str(data)]) != 0
    assert "no password in a site; say 'hotline ingest password orders'" in capsys.readouterr().err
    add_table(data, "postgresql://reader@127.0.0.1:1/shop")
    map_ = (data / "orders.toml").read_text(encoding="utf-8")
    (data / "orders.toml").write_text('table = "orders"\n' + map_, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO('pass "word"\n'))
    assert main(["ingest", "password", "orders", "--stdin", "--data", str(data)]) == 0
    assert Settings.load(data).secrets.table_passwords == {"orders": 'pass "word"'}
    assert main(["ingest", "table", "orders", "--data", str(data)]) == 2
    said = capsys.readouterr().err
    assert "can't be read" in said
    assert "word" not in said


def test_calls_of_a_pbx(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "queue_log"
    log.write_text(
        "1763600400|2.1|support|NONE|ENTERQUEUE||91234567|1\n"
        "1763600430|2.1|support|PJSIP/ana|CONNECT|30|2.2|5\n"
        "1763600490|2.1|support|PJSIP/ana|COMPLETECALLER|30|60|1\n"
        "1763600500|2.3|support|NONE|ENTERQUEUE||1002|1\n"
        "soon|2.4|support|NONE|ENTERQUEUE||91234567|1\n"
    )
    command = ["ingest", "calls", str(log), "--data", str(data)]
    assert main(command) == 1
    said = capsys.readouterr().out
    assert said == "5 rows read: 1 calls written, 1 between colleagues left out, 1 rows kept unread.\n"
    assert main([*command, "--json", "--own", "91234567"]) == 1
    assert json.loads(capsys.readouterr().out)["inside"] == 2
    for wrong, says in (
        (["--zone", "Mars"], "'Mars' is no time zone"),
        (["--name", "a:b"], "a word without a colon"),
    ):
        assert main([*command, *wrong]) == 2
        assert says in capsys.readouterr().err
    assert main(["ingest", "calls", "sqlite:///x.db", "--data", str(data)]) == 2
    assert "--table" in capsys.readouterr().err
