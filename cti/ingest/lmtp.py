"""Mail handed over by a mail server of this machine, by LMTP (RFC 2033) or SMTP: it is taken only once it is stored.

Whatever can't be stored now is refused for now (451), and the other server keeps it and tries again. Nothing is ever
answered to a sender from here.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from cti.core.ids import Ms
from cti.ingest.mailbox import Found
from cti.ingest.mails import MailStore, put_batch
from cti.ingest.report import Report
from cti.store.database import Store

LIMIT = 50_000_000
"""Bytes of the biggest mail that is taken."""
_SILENCE_S = 300

log = logging.getLogger(__name__)


class _Session(LMTP):
    """aiosmtpd's, but that lines may be long: refused for good, a mail goes back to the customer who wrote it."""

    line_length_limit = LIMIT
    by_recipient = True
    """Whether each recipient of a mail gets an answer: so it is, but where the other server greets as SMTP does."""

    async def smtp_HELO(self, arg: str) -> None:
        self.by_recipient = False
        await SMTP.smtp_HELO(self, arg)

    async def smtp_EHLO(self, arg: str) -> None:
        self.by_recipient = False
        await SMTP.smtp_EHLO(self, arg)


class Lmtp:
    """The server. Made and used on an event loop; mails are stored in a thread of its own."""

    def __init__(self, store: Store, into: MailStore, now: Callable[[], Ms], limit: int = LIMIT) -> None:
        self._store = store
        self._into = into
        self._now = now
        self._limit = limit
        self._writer = ThreadPoolExecutor(1, "lmtp")
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._session, host, port)

    async def close(self) -> None:
        """Take nothing more, and finish what is being stored."""
        if self._server is not None:
            self._server.close()
        await asyncio.get_running_loop().run_in_executor(None, self._writer.shutdown)

    async def handle_DATA(self, server: _Session, _session: Session, envelope: Envelope) -> str:
        """A whole mail has come: store it, and say so (aiosmtpd calls this by its name)."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")
        try:
            stored = await asyncio.get_running_loop().run_in_executor(self._writer, self._put, envelope, raw)
            status = f"250 2.0.0 Stored as {stored}"
        except Exception:  # full disk, locked database, anything: it is not stored, so it is not taken
            log.exception("a mail could not be stored; the other server keeps it")
            status = "451 4.3.0 It can't be stored now, try again later"
        return "\r\n".join([status] * len(envelope.rcpt_tos)) if server.by_recipient else status

    def _put(self, envelope: Envelope, raw: bytes) -> str:
        name = blake2b(raw, digest_size=12).hexdigest()
        # What hands a mail over for good notes who sent it (RFC 5321 section 4.4): bounces come from nobody.
        sender = (envelope.mail_from or "").replace("\r", "").replace("\n", "")
        marked = f"Return-Path: <{sender}>\r\n".encode("utf-8", "replace") + raw
        report = Report(source="lmtp")
        put_batch(self._store, self._into, [Found(f"lmtp {name}", marked, self._now(), only=True)], report, self._now())
        if report.kept:
            log.warning("a mail can't be read; it is kept as lmtp %s", name)
        return name

    def _session(self) -> LMTP:
        return _Session(
            self,
            data_size_limit=self._limit,
            enable_SMTPUTF8=True,
            hostname="hotline",
            ident="Hotline",
            timeout=_SILENCE_S,
        )
