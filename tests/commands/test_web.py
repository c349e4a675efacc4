"""`hotline web`: the line to paste, and keys that follow one another."""

import json
import shutil
from pathlib import Path

import pytest

from cti.cli import main
from cti.core.ids import Phone
from cti.setup import secrets
from cti.setup.settings import Settings
from cti.web.signed import check_key

SITE = Path(__file__).parents[1] / "site.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text("")
    secrets.ensure(tmp_path / "secrets.toml", [Phone("ana-web")])
    shutil.copy(SITE, tmp_path / "site.toml")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], data: Path, *words: str, code: int = 0) -> str:
    assert main(["web", *words, "--data", str(data)]) == code
    said = capsys.readouterr()
    return said.out + said.err


def test_the_snippet_is_one_line_with_what_the_site_says(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No pages may tell yet" in told(capsys, data, "snippet")
    web = '\n[web]\norigins = ["https://shop.example"]\nforms = { contact = ["topic", "message"] }\n'
    with (data / "site.toml").open("a") as site:
        site.write(web)
    said = json.loads(told(capsys, data, "snippet", "--json"))
    assert said["snippet"].startswith('<script async src="http://127.0.0.1:8080/web/')
    assert 'data-consent="ask" data-forms="contact: topic, message"></script>' in said["snippet"]
    assert said["origins"] == ["https://shop.example"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('origins = ["shop.example"]', "is no origin"),
        ('origins = ["https://shop.example/"]', "is no origin"),
        ('forms = { login = ["user", "user_password"] }', "may not be kept"),
        ('forms = { pay = ["card-number"] }', "may not be kept"),
        ("keep_days = -1", "keep_days"),
    ],
)
def test_a_site_that_would_keep_too_much_is_refused(
    data: Path, capsys: pytest.CaptureFixture[str], wrong: str, why: str
) -> None:
    with (data / "site.toml").open("a") as site:
        site.write(f"\n[web]\n{wrong}\n")
    assert why in told(capsys, data, "snippet", code=2)


def test_a_new_key_follows_an_old_one(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no key" in told(capsys, data, "keys")
    made = json.loads(told(capsys, data, "key", "2026", "--json"))
    kept = Settings.load(data).secrets
    assert kept.web_keys == {"2026": f"hs256:{made['key']}"}
    check_key(kept.web_keys["2026"])
    assert kept.phone_secrets, "nothing else is lost"
    told(capsys, data, "key", "2027", "--ed25519", "ab" * 32)
    assert told(capsys, data, "keys").split() == ["2026", "hs256", "2027", "ed25519"]
    assert "There are 2 keys" in told(capsys, data, "key", "2028", code=2)
    told(capsys, data, "drop", "2026")
    assert "There is no key" in told(capsys, data, "drop", "2026", code=1)
    assert "no public key" in told(capsys, data, "key", "2028", "--ed25519", "ab", code=2)
    assert list(Settings.load(data).secrets.web_keys) == ["2027"]
