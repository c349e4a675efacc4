"""From the wire to the eye: mails as they come in are read on the desk by the real server, store and screens."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from cti.core.ids import Ms
from cti.ingest.mails import ingest_mails
from cti.store.identity import Identities
from cti.store.records import link
from tests.browser.looks import assert_fits
from tests.browser.test_windows import chromium, desk
from tests.ingest.test_mails import HER, US, write
from tests.web.conftest import BOTH, Rig, exchange, hashed, journal_trouble, rig

__all__ = ["chromium", "exchange", "hashed", "journal_trouble", "rig"]
pytestmark = pytest.mark.browser

PICTURE = b"\x89PNG\r\n\x1a\n a red light"
STORY = "你好，宽带路由器一直亮红灯。<script>document.title = 'stolen'</script>"


def letter(folder: Path) -> None:
    """In GBK under `gb2312`, with what it answers, a signature, and a picture whose name leads elsewhere."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = HER, US, "Re: Still no connection"
    message["Date"], message["Message-ID"] = "Mon, 23 Nov 2026 18:51:00 +0800", "<2@her>"
    message["References"] = "<1@her>"
    text = f"{STORY}\n\nOn Monday Eleanor wrote:\n> No light."
    message.set_content("")
    message.set_payload(text.encode("gbk"), "gb2312")
    message.add_attachment(PICTURE, maintype="image", subtype="png", filename="..\\..\\红灯?.png")
    (folder / "2.eml").write_bytes(message.as_bytes())


@BOTH
async def test_what_a_customer_wrote_is_read_in_full_and_a_letter_in_the_spam_is_found(
    rig: Rig, chromium: Browser, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    write(folder, "1.eml", "No light.", Message_ID="<1@her>")
    letter(folder)
    write(folder, "3.eml", "Please call me.", subject="Urgent", X_Spam_Flag="YES", Message_ID="<3@her>")
    identities = Identities(b"key", "HK")
    report = ingest_mails(rig.store, identities, folder, ["harbour.example"], rig.loop.now())
    assert (report.new, report.kept) == (3, 0)
    mail = identities.mail(HER)
    assert mail is not None
    rig.store.write(lambda c: link(c, [(mail.id, "eleanor")], "test", Ms(1)))
    await rig.signed_in("ana")
    page = await desk(rig, chromium)
    await page.keyboard.press("/")
    await page.fill("#search", "Eleanor")
    await expect(page.locator("#found")).to_contain_text("Eleanor Whitcombe")
    await page.keyboard.press("Enter")
    thread = page.locator(".mails")
    await expect(thread).to_have_count(1)
    await thread.locator("> summary").click()
    newest = thread.locator("> .mail").first
    await expect(newest.locator("> .words")).to_have_text(STORY)
    await expect(newest.get_by_text("> No light.")).to_be_hidden()
    await expect(thread.locator("> .mail")).to_have_count(2)
    async with page.expect_download() as begun:
        await newest.get_by_role("link").click()
    saved = await begun.value
    assert saved.suggested_filename == "红灯_.png"
    await saved.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == PICTURE
    assert "stolen" not in await page.title()

    await page.click("#narrow-contacts")
    await page.get_by_role("button", name="Mails set aside").click()
    spam = page.locator(".tl-aside .mail")
    await expect(spam).to_contain_text("Spam")
    await spam.locator("summary").first.click()
    await assert_fits(page)
    await spam.get_by_role("button", name="A person wrote this").click()
    await expect(page.locator(".tl-aside")).to_contain_text("None: every mail was a person’s.")
    await expect(page.locator(".mails")).to_have_count(2)
    await expect(page.locator(".tl")).to_contain_text("Please call me.")
