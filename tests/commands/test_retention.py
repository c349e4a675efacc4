"""`hotline retention`: says what would go, and lets it go."""

import json
from pathlib import Path

import pytest

from cti.cli import main
from cti.store.database import Store
from tests.commands.test_backup import site
from tests.store.filled import everything


def test_it_says_what_would_go_before_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = site(tmp_path / "data")
    data = ["--data", str(settings.data)]
    assert main(["retention", *data]) == 1
    assert "keeps everything" in capsys.readouterr().err
    # Before the first table, or it would belong to the last of them.
    written = settings.site_file.read_text(encoding="utf-8")
    settings.site_file.write_text("retention = { audit = 30, unread = 30, mails = 0 }\n" + written, encoding="utf-8")
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
