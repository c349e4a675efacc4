"""Mail accounts on a real IMAP server: read once, followed, interrupted, renumbered; passwords stay secret."""

import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from cti.core.ids import Ms
from cti.core.mailboxes import MailAccount
from cti.ingest.imap import ImapAccount
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import IngestError, list_kept
from cti.ingest.sign_in import Password
from cti.mail.parse import Mail
from cti.store.database import Store
from cti.store.identity import Identities
from tests.ingest import dovecot
from tests.store.conftest import NOW

pytestmark = pytest.mark.slow


def mail(n: int, subject: str = "", sender: str = "li@mail.example") -> bytes:
    message = EmailMessage()
    message["From"] = f"Li Lei <{sender}>"
    message["To"] = "support@harbour.example"
    message["Subject"] = subject or f"Matter {n}"
    message["Date"] = "Mon, 23 Nov 2026 17:51:00 +0800"
    message["Message-ID"] = f"<{n}@x>"
    message.set_content(f"It is about {n}.")
    return message.as_bytes()


def source(
    store: Store,
    identities: Identities,
    server: dovecot.Dovecot,
    *,
    user: str = dovecot.USER,
    password: str = dovecot.PASSWORD,
    port: int = 0,
    security: str = "none",
    ca: str = "",
    folders: tuple[str, ...] = ("INBOX",),
    poll_s: int = 60,
) -> ImapAccount:
    account = MailAccount(
        id="support",
        host="127.0.0.1",
        user=user,
        security=security,
        port=port or (server.tls if security == "tls" else server.plain),
        folders=folders,
        poll_s=poll_s,
        ca=ca,
    )
    return ImapAccount(
        store, MailStore(identities, Own(["harbour.example"])), account, Password(account, password), lambda: NOW
    )


def column(store: Store, query: str) -> list[object]:
    return store.read(lambda connection: list(connection.execute(sa.text(query)).scalars()))


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_read_once_then_only_what_is_new(store: Store, identities: Identities, box: dovecot.Dovecot) -> None:
    box.deliver(*map(mail, range(3)))
    account = source(store, identities, box)
    first = account.once()
    assert (first.read, first.new, first.kept) == (3, 3, 0)
    assert account.once().read == 0
    box.deliver(mail(3))
    again = account.once()
    assert (again.read, again.new) == (1, 1)
    assert column(store, "SELECT subject FROM messages ORDER BY subject") == [f"Matter {n}" for n in range(4)]
    with box.client() as client:
        client.select_folder("INBOX")
        assert client.search("SEEN") == []  # as if nobody had looked


def test_folders_with_chinese_names_and_junk(store: Store, identities: Identities, box: dovecot.Dovecot) -> None:
    with box.client() as client:
        client.create_folder("客户邮件")
    box.deliver(mail(1, "光纤"), folder="客户邮件")
    box.deliver(mail(2, "You have won", "w@spam.example"), folder="Junk")
    box.deliver(mail(3, "Prize", "p@spam.example"), flags=(b"$Junk",))
    box.deliver(mail(4, "thrown away"), folder="Trash")
    report = source(store, identities, box, folders=("*",)).once()
    assert report.new == 3
    assert column(store, "SELECT auto FROM messages ORDER BY message_id") == ["", "spam", "spam"]
    # Spam is stored, and bothers nobody.
    assert column(store, "SELECT title FROM interactions") == ["光纤"]
    with pytest.raises(IngestError, match=r"no folder Nowhere; there are .*客户邮件"):
        source(store, identities, box, folders=("Nowhere",)).once()


def test_what_somebody_moves_out_of_the_junk_stands_in_the_timeline(
    store: Store, identities: Identities, box: dovecot.Dovecot
) -> None:
    box.deliver(mail(1, "Urgent"), folder="Junk")
    account = source(store, identities, box, folders=("INBOX", "Junk"))
    assert account.once().new == 1
    assert column(store, "SELECT title FROM interactions") == []
    with box.client() as client:
        client.select_folder("Junk")
        client.copy(client.search("ALL"), "INBOX")
        client.delete_messages(client.search("ALL"))
        client.expunge()
    report = account.once()
    assert (report.read, report.same) == (1, 1)
    assert column(store, "SELECT title FROM interactions") == ["Urgent"]


def test_new_numbers_read_everything_and_double_nothing(
    store: Store, identities: Identities, box: dovecot.Dovecot
) -> None:
    with box.client() as client:
        client.create_folder("Old")
    box.deliver(mail(0), mail(1), b"\x00\x01 no mail", folder="Old")
    account = source(store, identities, box, folders=("Old",))
    assert (account.once().new, len(store.read(list_kept))) == (2, 1)
    before = column(store, "SELECT name FROM positions")
    with box.client() as client:
        client.delete_folder("Old")
        time.sleep(1.1)  # a folder made anew gets its UIDVALIDITY from the clock, by the second
        client.create_folder("Old")
    box.deliver(*map(mail, range(3)), folder="Old")
    report = account.once()
    assert (report.read, report.new, report.same) == (3, 1, 2)
    after = column(store, "SELECT name FROM positions")
    assert len(after) == 1
    assert after != before
    assert store.read(list_kept) == []


def test_what_can_t_be_read_is_kept_and_tried_again(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(*map(mail, range(3)))
    fetch = IMAPClient.fetch

    def broken(self: IMAPClient, uids: list[int], what: list[str]) -> object:
        answer = fetch(self, uids, what)
        if "BODY.PEEK[]" in what and any(b"Message-ID: <1@x>" in one[b"BODY[]"] for one in answer.values()):
            raise IMAPClientError("can't give that one out")
        return answer

    account = source(store, identities, box)
    with monkeypatch.context() as patch:
        patch.setattr(IMAPClient, "fetch", broken)
        report = account.once()
    assert (report.new, report.kept) == (2, 1)
    (kept,) = store.read(list_kept)
    assert "can't give that one out" in kept.reason
    assert kept.place.startswith("imap support/INBOX ")
    report = account.once()
    assert (report.new, report.kept) == (1, 0)
    assert store.read(list_kept) == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_trusts_only_what_it_is_told_to(
    store: Store, identities: Identities, box: dovecot.Dovecot, security: str
) -> None:
    box.deliver(mail(1))
    with pytest.raises(IngestError, match="certificate"):
        source(store, identities, box, security=security).once()
    with pytest.raises(IngestError, match="can't be used"):
        source(store, identities, box, security=security, ca="/nowhere.pem").once()
    assert source(store, identities, box, security=security, ca=str(box.ca)).once().new == 1


def test_a_wrong_password_is_never_shown(
    store: Store, identities: Identities, box: dovecot.Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(IngestError, match="refuses the user or the password") as refused:
        source(store, identities, box, password="wrong-secret").once()
    assert "wrong-secret" not in f"{refused.value} {caplog.text}"
    source(store, identities, box).once()
    user, chinese = dovecot.CHINESE
    source(store, identities, box, user=user, password=chinese).once()
    assert dovecot.PASSWORD not in caplog.text
    assert chinese not in caplog.text
    with pytest.raises(IngestError, match="AUTHENTICATIONFAILED") as refused:
        source(store, identities, box, user=user, password="错的").once()
    assert "错" not in f"{refused.value} {caplog.text}"


def test_more_mails_than_one_answer_can_name(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.ingest.imap._WINDOW", 2)
    search = IMAPClient.search

    def meanwhile(client: IMAPClient, criteria: list[str]) -> object:
        """Somebody removes the first mail while the numbers are asked for, window by window."""
        if not gone and threading.current_thread() is threading.main_thread():
            gone.append(True)
            with box.client() as other:
                other.select_folder("INBOX")
                other.delete_messages(search(other)[:1])
                other.expunge()
        return search(client, criteria)

    box.deliver(*map(mail, range(7)))
    gone: list[bool] = []
    monkeypatch.setattr(IMAPClient, "search", meanwhile)
    account = source(store, identities, box)
    account.once()
    assert set(column(store, "SELECT message_id FROM messages")) >= {f"{n}@x" for n in range(1, 7)}
    assert account.once().read == 0


# Where a line breaks has nothing to do with where the mails go.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
def test_a_line_cut_anywhere_loses_nothing_and_doubles_nothing(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's answers end after so many bytes: in the greeting, in the list of mails, in the middle of one."""
    monkeypatch.setattr("cti.ingest.imap._BYTES", 3000)
    box.deliver(*map(mail, range(40)))
    said = []
    for passed in (10, 150, 250, 300, 900, *range(2000, 30_000, 2500)):
        with cut_after(box.plain, passed) as port:
            try:
                source(store, identities, box, port=port).once()
            except IngestError as error:
                said.append(str(error))
    assert len(said) > 5
    assert all("can't be read" in words for words in said), "never that the password is wrong"
    held = column(store, "SELECT count(*) FROM messages")
    assert held == [40], "each try went on where the last one had come to"
    assert column(store, "SELECT count(*) FROM interactions") == [40]
    assert store.read(list_kept) == []
    assert source(store, identities, box).once().read == 0


def test_a_mail_the_database_refuses_is_kept_and_holds_no_other_up(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = MailStore.put

    def refuses(self: MailStore, connection: sa.Connection, mail: Mail, undated: Ms) -> bool:
        stored = put(self, connection, mail, undated)
        if mail.message_id == "1@x":
            raise sa.exc.DataError("INSERT", {}, Exception("invalid byte sequence"))
        return stored

    box.deliver(*map(mail, range(3)))
    account = source(store, identities, box)
    with monkeypatch.context() as patch:
        patch.setattr(MailStore, "put", refuses)
        report = account.once()
    assert (report.new, report.kept) == (2, 1)
    (kept,) = store.read(list_kept)
    assert "DataError" in kept.reason
    assert account.once().new == 1
    assert store.read(list_kept) == []


def test_a_server_that_tells_of_nothing_is_asked(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IMAPClient, "has_capability", lambda _client, name: name != "IDLE")
    stop = threading.Event()
    account = source(store, identities, box, poll_s=1)
    thread = threading.Thread(target=account.follow, args=(stop,))
    thread.start()
    try:
        box.deliver(mail(1))
        eventually(lambda: column(store, "SELECT count(*) FROM messages") == [1], "the first mail")
        box.deliver(mail(2))
        eventually(lambda: column(store, "SELECT count(*) FROM messages") == [2], "asked for again")
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


@contextlib.contextmanager
def cut_after(server: int, passed: int) -> Iterator[int]:
    """A port that leads to the server's, until the server has said `passed` bytes; then the line is cut."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def carry() -> None:
            client, _ = listener.accept()
            left = passed
            with client, socket.create_connection(("127.0.0.1", server)) as behind:
                while left > 0:
                    for ready in select.select([client, behind], [], [])[0]:
                        data = ready.recv(min(left, 4096) if ready is behind else 4096)
                        if not data:
                            return
                        if ready is behind:
                            left -= len(data)
                        (client if ready is behind else behind).sendall(data)

        thread = threading.Thread(target=carry, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def test_followed_mail_comes_at_once_and_after_the_line_is_cut(
    store: Store, identities: Identities, box: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.ingest.imap._PAUSES_S", (0.05,))
    ours: list[IMAPClient] = []
    login = IMAPClient.login

    def noted(client: IMAPClient, *words: str) -> object:
        if threading.current_thread() is thread:
            ours.append(client)
        return login(client, *words)

    monkeypatch.setattr(IMAPClient, "login", noted)
    stop = threading.Event()
    account = source(store, identities, box, poll_s=600, security="tls", ca=str(box.ca))
    thread = threading.Thread(target=account.follow, args=(stop,))
    thread.start()
    try:
        box.deliver(mail(1))
        eventually(lambda: column(store, "SELECT count(*) FROM messages") == [1], "the first mail")
        box.deliver(mail(2))
        eventually(lambda: column(store, "SELECT count(*) FROM messages") == [2], "told by IDLE")
        ours[0].socket().shutdown(socket.SHUT_RDWR)
        box.deliver(mail(3))
        eventually(lambda: column(store, "SELECT count(*) FROM messages") == [3], "after connecting again")
        assert len(ours) > 1
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
