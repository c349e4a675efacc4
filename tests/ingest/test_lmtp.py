"""Mail handed over by a mail server: taken only when it is stored, once however often it comes."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.ingest.lmtp import Lmtp
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import list_kept
from cti.ingest.retry import retry_kept
from cti.store.database import Store
from cti.store.identity import Identities
from tests.conftest import free_ports
from tests.store.conftest import NOW

MAIL = (
    "From: 李雷 <li@mail.example>\r\nTo: support@harbour.example\r\nSubject: =?utf-8?B?57qi54Gv?=\r\n"
    "Date: Mon, 23 Nov 2026 17:51:00 +0800\r\nMessage-ID: <1@x>\r\n\r\n路由器一直亮红灯\r\n"
).encode()
US = ["support@harbour.example", "help@harbour.example"]


@pytest.fixture
def into(identities: Identities) -> MailStore:
    return MailStore(identities, Own(["harbour.example"]))


@pytest.fixture
async def port(store: Store, into: MailStore) -> AsyncIterator[int]:
    (free,) = free_ports(1)
    lmtp = Lmtp(store, into, lambda: NOW, limit=100_000)
    await lmtp.start("127.0.0.1", free)
    yield free
    await lmtp.close()


def column(store: Store, query: str) -> list[object]:
    return store.read(lambda connection: list(connection.execute(sa.text(query)).scalars()))


async def hand_over(port: int, *mails: bytes, sender: str = "li@mail.example") -> list[tuple[int, bytes]]:
    """Give mails to the server in one session; its last word on each."""

    def talk() -> list[tuple[int, bytes]]:
        answers = []
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            client.lhlo() if hasattr(client, "lhlo") else client.ehlo()
            for raw in mails:
                client.mail(sender, ["BODY=8BITMIME"])
                for recipient in US:
                    assert client.rcpt(recipient)[0] == 250
                answers.append(client.data(raw))
                if answers[-1][0] < 500:
                    # One answer for each recipient (RFC 2033); the second is still to be read.
                    assert client.getreply()[0] == answers[-1][0]
        return answers

    return await asyncio.to_thread(talk)


async def test_taken_when_stored_and_once_however_often_it_comes(store: Store, port: int) -> None:
    answers = await hand_over(port, MAIL, MAIL)
    assert [code for code, _ in answers] == [250, 250]
    assert await hand_over(port, MAIL) == answers[:1]
    assert column(store, "SELECT subject FROM messages") == ["红灯"]
    assert column(store, "SELECT text FROM interactions") == ["路由器一直亮红灯"]


async def test_a_mail_server_without_lmtp_speaks_smtp(store: Store, port: int) -> None:
    def talk(greets: str) -> list[int]:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo() if greets == "EHLO" else client.helo()
            assert client.sendmail("li@mail.example", US, MAIL.replace(b"<1@x>", b"<%s@x>" % greets.encode())) == {}
            # One answer for a mail, whatever number of recipients: what is asked next is answered next.
            return [client.vrfy("li@mail.example")[0], client.noop()[0]]

    for greets in ("EHLO", "HELO", "EHLO"):
        assert await asyncio.to_thread(talk, greets) == [252, 250]
    assert column(store, "SELECT count(*) FROM messages") == [2]


async def test_what_can_t_be_stored_is_not_taken(store: Store, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_work: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", full)
        ((code, words),) = await hand_over(port, MAIL)
        assert code == 451
        assert b"disk" not in words
    assert [code for code, _ in await hand_over(port, MAIL)] == [250]
    assert column(store, "SELECT count(*) FROM messages") == [1]


async def test_what_is_too_big_is_refused_for_good(store: Store, port: int) -> None:
    big = MAIL + b"x" * 60 + b"\r\n" + (b"y" * 70 + b"\r\n") * 2000
    assert [code for code, _ in await hand_over(port, big, MAIL)] == [552, 250]
    assert column(store, "SELECT count(*) FROM messages") == [1]


async def test_lines_longer_than_the_standard_allows_are_taken(store: Store, port: int) -> None:
    assert [code for code, _ in await hand_over(port, MAIL + b"x" * 50_000 + b"\r\n")] == [250]
    assert column(store, "SELECT length(text) FROM messages")[0] == len("路由器一直亮红灯\n") + 50_000


async def test_a_mail_from_nobody_is_a_bounce_and_makes_no_line(store: Store, port: int) -> None:
    bounce = MAIL.replace(b"li@mail.example", b"postmaster@mail.example").replace(
        b"=?utf-8?B?57qi54Gv?=", b"Undelivered Mail Returned to Sender"
    )
    await hand_over(port, bounce, sender="")
    assert column(store, "SELECT auto FROM messages") == ["bounce"]
    assert column(store, "SELECT id FROM interactions") == []


async def test_what_is_no_mail_is_kept_whole_and_can_be_retried(
    store: Store, into: MailStore, port: int, tmp_path: Path
) -> None:
    rubbish = b"\r\nno header at all\r\n" * 20
    assert [code for code, _ in await hand_over(port, rubbish, rubbish)] == [250, 250]
    (kept,) = store.read(list_kept)
    assert kept.place.startswith("lmtp ")
    report = await asyncio.to_thread(retry_kept, store, into, NOW, tmp_path)
    assert (report.read, report.kept) == (1, 1)
    assert len(store.read(list_kept)) == 1


async def test_a_slow_sender_holds_nobody_up(store: Store, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"220")
    writer.write(b"LHLO slow\r\nMAIL FR")
    assert [code for code, _ in await hand_over(port, MAIL)] == [250]
    writer.close()
