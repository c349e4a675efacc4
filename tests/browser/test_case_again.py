"""A case that a mail opens again while an agent looks at it: the real server, screens and mail, on one store."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, expect

from cti.core.ids import Ms
from cti.ingest.mails import ingest_mails
from cti.store.identity import Identities
from tests.browser.test_windows import chromium, desk
from tests.ingest.test_mails import write
from tests.web.conftest import SITE, Rig, exchange, hashed, journal_trouble, rig

__all__ = ["chromium", "exchange", "hashed", "journal_trouble", "rig"]
pytestmark = pytest.mark.browser


def arrives(rig: Rig, folder: Path, number: int, text: str, later_min: int, **headers: str) -> None:
    """A mail of hers comes in, as the process for mail takes it; on a clock so many minutes ahead of ours."""
    at = datetime.fromtimestamp(rig.loop.now() / 1000).astimezone() + timedelta(minutes=later_min)
    date = at.strftime("%a, %d %b %Y %H:%M:%S %z")
    path = write(folder, f"{number}.eml", text, Message_ID=f"<{number}@her>", date=date, **headers)
    report = ingest_mails(rig.store, Identities(b"key", "HK"), path, ["harbour.example"], Ms(rig.loop.now()), site=SITE)
    assert report.new == 1


async def test_an_open_case_shows_by_itself_that_a_mail_has_opened_it_again(
    rig: Rig, chromium: Browser, tmp_path: Path
) -> None:
    arrives(rig, tmp_path, 1, "No light.", -60)
    ana = await rig.signed_in("ana")
    case = await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": "No connection"})
    query = sa.text("SELECT id FROM interactions WHERE kind = 'mail'")
    thread = rig.store.read(lambda c: c.execute(query).scalar_one())
    await ana.good("POST", f"/api/v1/interactions/{thread}/case", {"case": case["id"]})
    page = await desk(rig, chromium)
    await page.locator("#own-cases").get_by_role("button", name="No connection").click()
    shown = page.locator(".case-page")
    await shown.get_by_role("button", name="Solved", exact=True).click()
    await expect(shown).to_contain_text(f"Closed case {case['id']}")
    await page.evaluate("window.loadedOnce = true")
    arrives(rig, tmp_path, 2, "It went red again.", 1, subject="Re: Still no connection", References="<1@her>")
    await expect(shown).to_contain_text(f"Open case {case['id']}", timeout=20_000)
    await expect(shown.get_by_role("button", name="Solved", exact=True)).to_be_visible()
    assert await page.evaluate("window.loadedOnce"), "no reload was needed"
