"""Mails as the pretended server tells them: a thread of a customer, an answer, an automatic reply, a drawing attached;
and more contacts that hold a word than one page has."""

from msgspec.structs import replace

from cti.core.ids import Ms
from cti.ingest.report import Kept, ReadAgain
from cti.store.views import Attached, Entry, Message
from cti.web.aside_bodies import AsideMails, UnreadList
from cti.web.bodies import Messages, TimelinePage
from tests.browser import scenes

THREAD = "mail-0123456789abcdef01234567"
DRAWING = b"\x89PNG what the lights looked like"


def thread() -> Messages:
    """Oldest first, as the server gives them."""
    day = scenes.DAY

    def mail(n: int, at: int, author: str, text: str, *, inbound: bool = True, **more: object) -> Message:
        return Message(
            id=f"{n}",
            at=Ms(scenes.ms(at)),
            inbound=inbound,
            author=author,
            recipients="support@harbour.example" if inbound else "Eleanor W <eleanor.w@mail.example>",
            subject="Still no connection upstairs",
            text=text,
            language="en",
            problems=(),
            **{"quoted": "", "auto": "", "attachments": (), **more},  # type: ignore[arg-type]
        )

    return Messages(
        messages=(
            mail(1, 2 * day, "Eleanor W", "No light since the storm."),
            mail(2, 2 * day - 9, "Bo Tan", "Reset it.", inbound=False, quoted="> No light since the storm."),
            mail(3, 2 * day - 99, "Eleanor W", "I am at sea until Monday.", auto="auto_reply"),
            mail(
                4,
                day,
                "Eleanor W",
                "I was told it would work after the reset.\n\nIt worked for two hours <b>only</b>.\n" + "long" * 90,
                quoted="On Friday Bo Tan wrote:\n> Reset it.\n--\nEleanor Whitcombe\n+44 7700 900143",
                attachments=(
                    Attached(name="灯 lights.png", type="image/png", size=len(DRAWING), digest="ab" * 32),
                    Attached(name="a" * 100 + ".pdf", type="application/pdf", size=2_400_000, digest="cd" * 32),
                ),
            ),
        )
    )


def aside() -> AsideMails:
    """A letter taken for spam, and an automatic reply."""
    letter, _, away, _ = thread().messages
    return AsideMails(mails=(away, replace(letter, auto="spam")), next=None, count=2)


def unread(before: str | None, again: ReadAgain) -> UnreadList:
    """A mail and a row of a table; and, on a second page, one more row."""
    at = scenes.ms(scenes.DAY)
    rows = (
        Kept(id=7, source="mail", place="lmtp 0f" * 20, reason="this is no mail", size=2_400_000, at=at),
        Kept(id=8, source="orders", place="row 12", reason="column created: no time", size=80, at=at),
        Kept(id=6, source="orders", place="row 11", reason="column created: no time", size=80, at=at),
    )
    first = before is None
    return UnreadList(unread=rows[:2] if first else rows[2:], next=f"{at}.8" if first else None, count=3, again=again)


def found(before: str | None) -> TimelinePage:
    """Two contacts a page, three pages."""
    page = int((before or "0").partition(".")[0])
    entries = tuple(
        Entry(id=f"f{page}-{n}", kind="chat", at=scenes.ms((page * 2 + n) * scenes.DAY), title=f"The storm, {page}-{n}")
        for n in range(2)
    )
    return TimelinePage(entries=entries, next=f"{page + 1}.x" if page < 2 else None)
