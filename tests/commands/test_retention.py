"""`hotline retention`: says what would go, and lets it go."""

import json
from pathlib import Path

import pytest

from cti.cli import main
from cti.setup import site as site_file
from cti.store.database import Store
from tests.commands.test_backup import site
from tests.store.filled import everything


def test_it_says_what_would_go_before_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = site(tmp_path / "data")
    data = ["--data", str(settings.data)]
    # Before the first table, or it would belong to the last of them.
    written = settings.site_file.read_text(encoding="utf-8")
    settings.site_file.write_text("retention = { visits = 0 }\n" + written, encoding="utf-8")
    assert main(["retention", *data]) == 1
    assert "keeps everything" in capsys.readouterr().err
    settings.site_file.write_text(
        "retention = { audit = 30, unread = 30, mails = 0, visits = 0 }\n" + written, encoding="utf-8"
    )
    store = Store.open(settings.database_url)
    before = everything(store)
    assert main(["retention", *data]) == 0
    assert "Nothing is gone yet" in capsys.readouterr().out
    assert everything(store) == before
    assert main(["retention", "--yes", "--json", *data]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["done"]
    assert set(told["kinds"]) == {"audit", "unread"}
    after = everything(store)
    assert len(after["kept"]) < len(before["kept"])
    assert [row[3] for row in after["audit"]] == ["retention_swept"]
    assert {name: rows for name, rows in after.items() if name not in ("kept", "audit")} == {
        name: rows for name, rows in before.items() if name not in ("kept", "audit")
    }
    store.close()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("", 90),
        ("[web]\nkeep_days = 30\n", 30),
        ("[web]\nkeep_days = 0\n", None),
        ("[web]\nkeep_days = 30\n[retention]\nvisits = 7\n", 7),
        ("[retention]\nvisits = 7\n", 7),
    ],
)
def test_visits_go_by_one_setting_and_its_old_name_is_told_to_be_old(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, written: str, days: int | None
) -> None:
    file = tmp_path / "site.toml"
    file.write_bytes((Path(__file__).parents[1] / "site.toml").read_bytes() + b"\n" + written.encode())
    loaded = site_file.load(file)
    assert loaded.retention.in_force.get("visits") == days
    assert ("is called visits of [retention] now" in caplog.text) is ("keep_days" in written)
