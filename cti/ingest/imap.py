"""Mail out of IMAP accounts: every folder from where it was left, then told of new mail as it comes.

Mails stay on the server, unread as they were (`BODY.PEEK`). How far each folder has been read is written in the same
transaction as its mails, so a stop at any moment loses nothing; what comes twice is stored once.
"""

import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError
from msgspec import Struct
from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.core.site import MailAccount
from cti.ingest.mailbox import TOO_BIG, Found
from cti.ingest.mails import SOURCE, MailStore, put_batch
from cti.ingest.report import IngestError, Progress, Report, Ticker
from cti.store.database import Store

_TIMEOUT_S = 30.0
_COUNT = 100
_BYTES = 8_000_000
"""So much is asked for at once; a mail that is bigger comes alone."""
_SLICE_S = 1.0
"""How soon a wait notices that it is to end."""
_PAUSES_S = (5.0, 15.0, 60.0, 300.0)
"""Before connecting again after trouble, longer each time."""
_SKIPPED = (b"\\Noselect", b"\\NonExistent", b"\\Trash", b"\\Drafts", b"\\All")
"""What `*` leaves out: no folder at all, or the same mails another time (RFC 6154)."""
_JUNK = (b"\\Junk", b"$Junk", b"Junk")

log = logging.getLogger(__name__)


class _Folder(Struct, frozen=True):
    name: str
    junk: bool


class ImapAccount:
    """One account. Every method blocks: give it a thread of its own."""

    def __init__(
        self, store: Store, into: MailStore, account: MailAccount, password: str, now: Callable[[], Ms]
    ) -> None:
        self._store = store
        self._into = into
        self._account = account
        self._password = password
        self._now = now
        self._last: dict[str, int] = {}
        """The newest mail seen in each folder."""

    def once(self, progress: Progress | None = None) -> Report:
        """Read what is new in every folder, and try again what was kept unread. Raises `IngestError`."""
        report = Report(source=self._account.id)
        try:
            with self._connected() as client:
                self._read(client, report, progress, again=True)
        except (IMAPClientError, OSError) as error:
            raise IngestError(self._trouble(error)) from error
        if progress is not None:
            progress(report)
        return report

    def follow(self, stop: threading.Event) -> None:
        """Read, wait for more, and connect again after any trouble, until `stop` is set."""
        failures = 0
        while not stop.is_set():
            try:
                with self._connected() as client:
                    log.info("mail account %s: connected to %s", self._account.id, self._account.host)
                    again = True
                    while not stop.is_set():
                        report = Report(source=self._account.id)
                        self._read(client, report, None, again)
                        if report.new or report.kept:
                            log.info(
                                "mail account %s: %d new, %d kept unread", self._account.id, report.new, report.kept
                            )
                        again, failures = False, 0
                        self._wait(client, stop)
            except Exception as error:  # whatever a server makes of itself, the next try is worth it
                pause = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
                failures += 1
                if isinstance(error, IMAPClientError | OSError | IngestError):
                    log.warning("%s. Trying again in %.0f s", self._trouble(error), pause)
                else:
                    log.exception("mail account %s: trying again in %.0f s", self._account.id, pause)
                stop.wait(pause)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        account = self._account
        context = None if account.security == "none" else _context(account)
        client = IMAPClient(
            account.host,
            account.port or (993 if account.security == "tls" else 143),
            ssl=account.security == "tls",
            ssl_context=context if account.security == "tls" else None,
            timeout=_TIMEOUT_S,
        )
        client.normalise_times = False
        try:
            if account.security == "starttls":
                client.starttls(context)
            client.login(account.user, self._password)
            yield client
        finally:
            # It may be gone already; then the socket is still ours to close.
            with contextlib.suppress(Exception):
                client.logout()
            with contextlib.suppress(Exception):
                client.shutdown()

    def _read(self, client: IMAPClient, report: Report, progress: Progress | None, again: bool) -> None:
        ticker = Ticker(report, progress)
        for folder in self._folders(client):
            validity = int(client.select_folder(folder.name, readonly=True)[b"UIDVALIDITY"])
            position = f"imap:{self._account.id}:{validity}:{folder.name}"
            place = f"imap {self._account.id}/{folder.name} {validity}/"
            last = self._store.write(lambda c, f=folder, p=position: _begin(c, self._account.id, f.name, p))  # type: ignore[misc]
            # The server answers `n:*` with its last mail even when that is older.
            fresh = sorted(uid for uid in client.search(["UID", f"{last + 1}:*"]) if uid > last)
            self._last[folder.name] = fresh[-1] if fresh else last
            retried = self._store.read(lambda c, p=place: _kept(c, p)) if again else []  # type: ignore[misc]
            for uids, place_of in ((retried, None), (fresh, position)):
                for found in self._fetched(client, uids, place, folder.junk):
                    self._put(found, place_of, report)
                    ticker.tick()

    def _put(self, batch: list[tuple[int, Found]], position: str | None, report: Report) -> None:
        newest = max(uid for uid, _ in batch)

        def moved(connection: Connection) -> None:
            if position is not None:
                connection.execute(_MOVE, {"name": position, "seq": newest})

        put_batch(self._store, self._into, [found for _, found in batch], report, self._now(), moved)

    def _folders(self, client: IMAPClient) -> list[_Folder]:
        found: dict[str, _Folder] = {}
        listed = client.list_folders()
        for wanted in self._account.folders:
            for flags, _, name in listed:
                usable = b"\\Noselect" not in flags and b"\\NonExistent" not in flags
                chosen = name.casefold() == wanted.casefold() or (
                    wanted == "*" and not any(flag in _SKIPPED for flag in flags)
                )
                if usable and chosen:
                    found.setdefault(name, _Folder(name, any(flag in _JUNK for flag in flags)))
        missing = [name for name in self._account.folders if name != "*" and not _among(name, found)]
        if missing:
            there = ", ".join(sorted(name for _, _, name in listed))
            raise IngestError(f"mail account {self._account.id}: no folder {', '.join(missing)}; there are {there}")
        return list(found.values())

    def _fetched(
        self, client: IMAPClient, uids: Sequence[int], place: str, junk: bool
    ) -> Iterator[list[tuple[int, Found]]]:
        """Mails in the order of their ids, a few at a time. One that is gone meanwhile is passed over."""
        left = iter(uids)
        while some := list(islice(left, _COUNT)):
            about = client.fetch(some, ["RFC822.SIZE", "INTERNALDATE", "FLAGS"])
            group: list[int] = []
            size = 0
            for uid in some:
                if uid not in about:
                    continue
                its = int(about[uid].get(b"RFC822.SIZE", 0))
                if group and size + its > _BYTES:
                    yield self._bodies(client, group, about, place, junk)
                    group, size = [], 0
                group.append(uid)
                size += its
            if group:
                yield self._bodies(client, group, about, place, junk)

    def _bodies(
        self, client: IMAPClient, uids: list[int], about: dict[int, dict[bytes, object]], place: str, junk: bool
    ) -> list[tuple[int, Found]]:
        small = [uid for uid in uids if _size(about[uid]) <= TOO_BIG]
        try:
            bodies = client.fetch(small, ["BODY.PEEK[]"]) if small else {}
        except IMAPClientError:
            if len(uids) == 1:
                raise
            # One of them can't be given out; the others can.
            return [one for uid in uids for one in self._single(client, uid, about, place, junk)]
        made = []
        for uid in uids:
            body = bodies.get(uid, {}).get(b"BODY[]")
            reason = ""
            if uid not in small:
                reason = f"{_size(about[uid]) // 1_000_000} MB is too big for a mail"
            elif body is None:
                reason = "the server did not give it out"
            flags = about[uid].get(b"FLAGS", ())
            spam = junk or (isinstance(flags, tuple) and any(flag in _JUNK for flag in flags))
            made.append((uid, Found(f"{place}{uid}", body or b"", _moment(about[uid]), reason, spam)))
        return made

    def _single(
        self, client: IMAPClient, uid: int, about: dict[int, dict[bytes, object]], place: str, junk: bool
    ) -> list[tuple[int, Found]]:
        try:
            return self._bodies(client, [uid], about, place, junk)
        except IMAPClientError as error:
            return [(uid, Found(f"{place}{uid}", b"", _moment(about[uid]), f"the server says: {error}"))]

    def _wait(self, client: IMAPClient, stop: threading.Event) -> None:
        """Until the first folder has news, or it is time to look into all of them."""
        until = time.monotonic() + self._account.poll_s
        if not client.has_capability("IDLE"):
            stop.wait(self._account.poll_s)
            client.noop()
            return
        folder = self._folders(client)[0].name
        client.select_folder(folder, readonly=True)
        last = self._last.get(folder, 0)
        if any(uid > last for uid in client.search(["UID", f"{last + 1}:*"])):
            return  # it came while the others were read
        client.idle()
        try:
            while not stop.is_set() and time.monotonic() < until:
                began = time.monotonic()
                answers = client.idle_check(timeout=_SLICE_S)
                if any(b"EXISTS" in answer for answer in answers):
                    break
                if not answers and time.monotonic() - began < _SLICE_S / 2:
                    raise IMAPClientError("it has hung up")  # imapclient takes the end of the line for silence
        finally:
            client.idle_done()

    def _trouble(self, error: Exception) -> str:
        if isinstance(error, IngestError):
            return str(error)
        account = self._account
        if isinstance(error, LoginError):
            return f"mail account {account.id}: {account.host} refuses the user or the password"
        return f"mail account {account.id}: {account.host} can't be read: {error}"


_MOVE = text(
    "INSERT INTO positions (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"
)


def _begin(connection: Connection, account: str, folder: str, position: str) -> int:
    """How far this folder has been read. What counted before the server numbered it anew is forgotten."""
    names = connection.execute(
        text("SELECT name, seq FROM positions WHERE name LIKE 'imap:%'"),
    )
    last = 0
    for name, seq in names.all():
        kind, owner, validity, rest = name.split(":", 3)
        if name == position:
            last = int(seq)
        elif (kind, owner, rest) == ("imap", account, folder):
            connection.execute(text("DELETE FROM positions WHERE name = :name"), {"name": name})
            # They come again under new numbers.
            for id_, place in _kept_at(connection, f"imap {account}/{folder} {validity}/"):
                connection.execute(text("DELETE FROM kept WHERE id = :id"), {"id": id_})
                log.info("%s is read again under a new number", place)
    return last


def _kept(connection: Connection, place: str) -> list[int]:
    """The numbers of mails kept unread in this folder."""
    return sorted(int(found.removeprefix(place)) for _, found in _kept_at(connection, place))


def _kept_at(connection: Connection, place: str) -> list[tuple[int, str]]:
    rows = connection.execute(text("SELECT id, place FROM kept WHERE source = :source"), {"source": SOURCE})
    return [(id_, found) for id_, found in rows if found.startswith(place)]


def _among(name: str, found: dict[str, _Folder]) -> bool:
    return any(name.casefold() == one.casefold() for one in found)


def _size(about: dict[bytes, object]) -> int:
    size = about.get(b"RFC822.SIZE")
    return size if isinstance(size, int) else 0


def _moment(about: dict[bytes, object]) -> Ms:
    at = about.get(b"INTERNALDATE")
    return Ms(int(at.timestamp() * 1000)) if isinstance(at, datetime) else Ms(0)


def _context(account: MailAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(account.ca)) if account.ca else None)
    except (OSError, ssl.SSLError) as error:
        raise IngestError(f"mail account {account.id}: the certificate {account.ca} can't be used: {error}") from error
