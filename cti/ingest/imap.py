"""Mail out of IMAP accounts: every folder from where it was left, then told of new mail as it comes.

Mails stay on the server, unread as they were (`BODY.PEEK`). How far each folder has been read is written in the same
transaction as its mails, so a stop at any moment loses nothing; what comes twice is stored once.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.core.mailboxes import MailAccount
from cti.ingest.imap_line import JUNK, TROUBLES, Folder, connected, folders, trouble
from cti.ingest.mailbox import TOO_BIG, Found
from cti.ingest.mails import SOURCE, MailStore, put_batch
from cti.ingest.report import IngestError, Progress, Report, Ticker
from cti.ingest.sign_in import Way
from cti.store.database import Store

_COUNT = 100
_BYTES = 8_000_000
"""So much is asked for at once; a mail that is bigger comes alone."""
_WINDOW = 50_000
"""Mails whose numbers are asked for at once: the answer is one line, and imaplib takes no longer one than 1 MB."""
_SLICE_S = 1.0
"""How soon a wait notices that it is to end."""
_IDLE_S = 1500.0
"""The longest wait in one go; a server may hang up after 30 minutes (RFC 2177)."""
_PAUSES_S = (5.0, 15.0, 60.0, 300.0)
"""Before connecting again after trouble, longer each time."""
log = logging.getLogger(__name__)


class ImapAccount:
    """One account. Every method blocks: give it a thread of its own."""

    def __init__(self, store: Store, into: MailStore, account: MailAccount, way: Way, now: Callable[[], Ms]) -> None:
        self._store = store
        self._into = into
        self._account = account
        self._way = way
        self._now = now
        self._last: dict[str, int] = {}
        """The newest mail seen in each folder."""

    def once(self, progress: Progress | None = None) -> Report:
        """Read what is new in every folder, and try again what was kept unread. Raises `IngestError`."""
        report = Report(source=self._account.id)
        try:
            with connected(self._account, self._way) as client:
                self._read(client, report, progress, again=True)
        except TROUBLES as error:
            raise trouble(self._account, error) from error
        if progress is not None:
            progress(report)
        return report

    def follow(self, stop: threading.Event) -> None:
        """Read, wait for more, and connect again after any trouble, until `stop` is set."""
        failures = 0
        while not stop.is_set():
            try:
                with connected(self._account, self._way) as client:
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
                        if self._way.left() <= 0:
                            break
            except Exception as error:  # whatever a server makes of itself, the next try is worth it
                pause = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
                failures += 1
                if isinstance(error, IngestError | IMAPClientError | OSError):
                    said = error if isinstance(error, IngestError) else trouble(self._account, error)
                    log.warning("%s. Trying again in %.0f s", said, pause)
                else:
                    log.exception("mail account %s: trying again in %.0f s", self._account.id, pause)
                stop.wait(pause)

    def _read(self, client: IMAPClient, report: Report, progress: Progress | None, again: bool) -> None:
        ticker = Ticker(report, progress)
        for folder in folders(client, self._account):
            self._read_folder(client, folder, report, ticker, again)

    def _read_folder(self, client: IMAPClient, folder: Folder, report: Report, ticker: Ticker, again: bool) -> None:
        state = client.select_folder(folder.name, readonly=True)
        if b"UIDVALIDITY" not in state:
            raise IngestError(f"mail account {self._account.id}: {folder.name} does not number its mails for good")
        validity = int(state[b"UIDVALIDITY"])
        position = f"imap:{self._account.id}:{validity}:{folder.name}"
        place = f"imap {self._account.id}/{folder.name} {validity}/"
        last = self._store.write(lambda c: _begin(c, self._account.id, folder.name, position))
        fresh = _newer(client, int(state[b"EXISTS"]), last)
        self._last[folder.name] = fresh[-1] if fresh else last
        retried = self._store.read(lambda c: _kept(c, place)) if again else []
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
            spam = junk or (isinstance(flags, tuple) and any(flag in JUNK for flag in flags))
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
        most = min(self._account.poll_s, _IDLE_S, max(self._way.left(), _PAUSES_S[0]))
        until = time.monotonic() + most
        if not client.has_capability("IDLE"):
            stop.wait(most)
            client.noop()
            return
        folder = folders(client, self._account)[0].name
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


_MOVE = text(
    "INSERT INTO positions (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"
)


def _newer(client: IMAPClient, there: int, last: int) -> list[int]:
    """The numbers above `last` of the mails in the open folder, which holds `there`."""
    found: set[int] = set()
    # From the end: a mail that is removed meanwhile moves later ones into what is still to be asked for, never out.
    for first in reversed(range(1, there + 1, _WINDOW)):
        some = f"{first}:{min(there, first + _WINDOW - 1)}"
        # The server answers `n:*` with its last mail even when that is older.
        found.update(uid for uid in client.search([some, "UID", f"{last + 1}:*"]) if uid > last)
    return sorted(found)


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
    numbers = (found.removeprefix(place) for _, found in _kept_at(connection, place))
    return sorted(int(number) for number in numbers if number.isdecimal())


def _kept_at(connection: Connection, place: str) -> list[tuple[int, str]]:
    rows = connection.execute(text("SELECT id, place FROM kept WHERE source = :source"), {"source": SOURCE})
    return [(id_, found) for id_, found in rows if found.startswith(place)]


def _size(about: dict[bytes, object]) -> int:
    size = about.get(b"RFC822.SIZE")
    return size if isinstance(size, int) else 0


def _moment(about: dict[bytes, object]) -> Ms:
    at = about.get(b"INTERNALDATE")
    return Ms(int(at.timestamp() * 1000)) if isinstance(at, datetime) else Ms(0)
