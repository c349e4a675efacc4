"""`hotline doctor` on folders that are fine, damaged, or not there."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from cti.cli import main
from cti.setup import resources
from cti.setup.asterisk import AsteriskInstall
from cti.setup.diagnose import diagnose
from cti.setup.finding import Finding
from cti.setup.prepare import Options, prepare
from tests.postgres import Server

SITE = Path(__file__).parents[1] / "site.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    install = AsteriskInstall(command=("asterisk",), modules=tmp_path, share=tmp_path / "share", own=True)
    folder = tmp_path / "data"
    prepare(folder, Options(site=SITE), print, install)
    with sqlite3.connect(folder / "hotline.db") as database:
        database.execute("CREATE TABLE calls (id)")
    database.close()
    prompts = folder / "sounds" / "hotline" / "en"
    prompts.mkdir(parents=True)
    (prompts / "goodbye.wav").write_bytes(b"RIFF")
    return folder


async def look(data: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in await diagnose(data)}


async def test_a_good_folder_is_green(data: Path) -> None:
    found = await look(data)
    for what in ("Site", "Secrets", "Database", "Prompts", "Trunks", "Running"):
        assert found[what].ok, found[what]
        assert not found[what].cure


async def test_every_red_line_has_a_cure(data: Path) -> None:
    (data / "secrets.toml").chmod(0o644)
    (data / "hotline.db").write_bytes(b"not a database, certainly" * 100)
    for prompt in (data / "sounds" / "hotline").rglob("*.wav"):
        prompt.unlink()
    (data / "site.toml").write_text(SITE.read_text().replace('"127.0.0.2/31"', '"127.0.0.1"'))
    found = await look(data)
    for what in ("Secrets", "Database", "Prompts", "Trunks"):
        assert not found[what].ok, what
        assert found[what].cure


async def test_a_site_that_cannot_be_used_is_told_with_its_mistake(data: Path) -> None:
    (data / "site.toml").write_text("name = 1\n")
    found = await look(data)
    assert not found["Data folder"].ok
    assert "site.toml" in found["Data folder"].found


def test_programs_read_it_too(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--data", str(data), "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert {"what", "ok", "found", "cure"} == set(rows[0])
    assert code == (0 if all(row["ok"] for row in rows) else 1)


def test_a_folder_that_is_not_there_is_red_and_stays_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", str(tmp_path / "none")]) == 1
    assert "hotline up" in capsys.readouterr().out
    assert os.listdir(tmp_path) == []


async def test_a_postgresql_database_is_looked_at(data: Path, postgres_server: Server) -> None:
    def use(url: str) -> None:
        (data / "settings.toml").write_text(f'database_url = "{url}"\n')

    (data / "settings.toml").write_text("")
    with postgres_server.database() as url:
        use(url)
        good = (await look(data))["Database"]
        assert good.ok, good
        assert "PostgreSQL 1" in good.found
    use(url.replace("hotline@", "hotline:secret-word@"))
    gone = (await look(data))["Database"]
    assert not gone.ok
    assert "does not exist" in gone.found
    assert "secret-word" not in gone.found
    assert gone.cure


def numbers(data: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str | bool]:
    main(["doctor", "--data", str(data), "--json"])
    found: list[dict[str, str | bool]] = json.loads(capsys.readouterr().out)
    return next(row for row in found if row["what"] == "Numbers")


def test_every_number_is_told_with_its_flow(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (resources.folder("example") / "site.toml").read_text()
    (data / "site.toml").write_text(text)
    good = numbers(data, capsys)
    assert good["ok"]
    assert "28000000 -> main" in str(good["found"])
    (data / "site.toml").write_text(text.replace('flow = "main"', 'flow = "nope"'))
    bad = numbers(data, capsys)
    assert not bad["ok"]
    assert "no flow 'nope'" in str(bad["cure"])
