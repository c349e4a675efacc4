"""Puts the web together and runs it: one object that `cti.app` makes, feeds with records, and stops."""

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from aiohttp import web
from msgspec import Struct

from cti.core.events import DayStarted, Record
from cti.core.ids import InteractionId, Phone
from cti.web import openapi, server
from cti.web.api_agents import AgentsApi
from cti.web.api_aside import AsideApi
from cti.web.api_calls import CallsApi
from cti.web.api_cases import CasesApi
from cti.web.api_erase import ErasingApi
from cti.web.api_guest import GuestApi
from cti.web.api_history import HistoryApi
from cti.web.api_incidents import IncidentsApi
from cti.web.api_kb import KbApi
from cti.web.api_line import LineApi
from cti.web.api_parking import ParkingApi
from cti.web.api_people import KnowingApi, PeopleApi
from cti.web.api_process import ProcessApi
from cti.web.api_queues import QueuesApi
from cti.web.api_recording import RecordingApi
from cti.web.api_reports import ReportsApi
from cti.web.api_session import SessionApi
from cti.web.api_text import TextApi
from cti.web.api_visits import VisitsApi
from cti.web.api_website import WebsiteApi
from cti.web.api_work import WorkApi
from cti.web.auth import Gate
from cti.web.call import Route, Who
from cti.web.guest import Leases
from cti.web.limits import Limit
from cti.web.live import Live
from cti.web.metrics import Metrics
from cti.web.ports import Accounts, Dictations, History, HotQuestions, Kb, Loop, Numbers, Pops, Sentences, Sorting
from cti.web.promised import Promised
from cti.web.records import Records
from cti.web.routes import Apis, table
from cti.web.signed import Signatures
from cti.web.sip_proxy import SipProxy
from cti.web.sockets import Sockets

log = logging.getLogger(__name__)

_USUAL_S = 900.0
_STOP_S = 2.0


class WebConfig(Struct, frozen=True, kw_only=True):
    """What is set for the web server."""

    bind: str
    port: int
    """0: a free one; `Web.port` says which."""
    host: str
    """The name people reach us by; the domain of SIP addresses."""
    ws_port: int
    """Of Asterisk's HTTP server, on loopback."""
    session_key: bytes
    phone_secrets: Mapping[Phone, str]
    guests: int
    """Guest phones: `guest-1` to `guest-<n>`."""
    version: str
    certificate: Path | None = None
    """With `private_key`: HTTPS. Both None: HTTP."""
    private_key: Path | None = None
    web_keys: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Keys of web sites that sign who their visitors are, by name."""
    guest_burst: int = 6
    """Guest calls one address may begin at once; then one more a minute."""


class Web:
    """The web server. Make it on the loop, `start` it, subscribe `on_records`, `stop` it."""

    def __init__(
        self,
        config: WebConfig,
        loop: Loop,
        history: History,
        accounts: Accounts,
        kb: Kb,
        hot: HotQuestions,
        pops: Pops,
        journal_ok: Callable[[], bool],
        numbers: Numbers,
        sentences: Sentences,
        dictations: Dictations,
        sorting: Sorting,
    ) -> None:
        self.epoch = secrets.token_hex(6)
        self._config = config
        self._tls = _tls(config)
        self._loop = loop
        self._history = history
        self._live = Live(loop, pops, self.epoch)
        self._proxy = SipProxy(config.ws_port, loop.now)
        self._sockets = Sockets(loop, self._live, self._proxy)
        phones = tuple(Phone(f"guest-{n}") for n in range(1, config.guests + 1))
        self._leases = Leases(
            tuple(phone for phone in phones if phone in config.phone_secrets),
            Limit(burst=config.guest_burst, every_ms=60_000),
            self._sockets.close,
        )
        self._promised = Promised(loop, history, self._live.promised)
        self._metrics = Metrics(loop, self._live, self._leases, self._proxy)
        self._signatures = Signatures(config.web_keys)
        website = WebsiteApi(loop, history, self._signatures)
        self._website = website
        gate = Gate(loop, accounts, config.session_key, secure=config.certificate is not None)
        records = Records(loop, history, accounts, pops, self._live)
        calls = CallsApi(loop, history, accounts, numbers)
        process = ProcessApi(loop, self._metrics, self.epoch, journal_ok, config.version)
        self.routes: tuple[Route, ...] = table(
            Apis(
                session=SessionApi(
                    loop,
                    gate,
                    accounts,
                    self._live,
                    config.phone_secrets,
                    config.host,
                    self._sockets.close,
                    self._sockets.release,
                ),
                agents=AgentsApi(loop, self._live, records, calls),
                calls=calls,
                parking=ParkingApi(loop),
                recording=RecordingApi(loop),
                line=LineApi(loop, accounts, pops),
                history=HistoryApi(loop, history, records),
                erasing=ErasingApi(loop, history, accounts, records, self._promised.changed),
                aside=AsideApi(sorting, records),
                reports=ReportsApi(loop, history),
                cases=CasesApi(loop, history.cases, records),
                people=PeopleApi(history.people, history.pins, records),
                knowing=KnowingApi(loop, history.knowing, records),
                queues=QueuesApi(loop, accounts),
                incidents=IncidentsApi(loop, accounts, sentences, dictations),
                work=WorkApi(history, records, self._promised.changed),
                text=TextApi(loop, history, records, pops),
                kb=KbApi(loop, kb, hot, history),
                guest=GuestApi(loop, self._leases, accounts, config.phone_secrets, config.host),
                visits=VisitsApi(loop, kb, history),
                website=website,
                process=process,
                live=self._sockets.live,
                sip=self._sip,
            )
        )
        process.document(msgspec.json.encode(openapi.document(self.routes, config.version)))
        self._runner = web.AppRunner(
            server.application(self.routes, gate, self._metrics.answered, lambda: website.settings.origins),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_STOP_S,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._new_day = asyncio.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        await self._proxy.start()
        await self._runner.setup()
        await web.TCPSite(self._runner, self._config.bind, self._config.port, ssl_context=self._tls).start()
        self._tasks = [
            asyncio.create_task(self._live.run(self._beat), name="web-beats"),
            asyncio.create_task(self._usual(), name="web-usual"),
            asyncio.create_task(self._promised.run(), name="web-promised"),
        ]

    async def stop(self) -> None:
        """End every connection and listen no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._sockets.stop()
        await self._runner.cleanup()
        await self._proxy.close()

    def on_records(self, records: Sequence[Record]) -> None:
        """A committed batch: to the screens first."""
        self._live.on_records(records)
        self._sockets.on_records(records)
        self._metrics.on_records(records)
        if any(isinstance(record.event, DayStarted) for record in records):
            self._new_day.set()

    def pop_changed(self, interaction: InteractionId) -> None:
        """The pop of an interaction came, or is another now."""
        self._live.pop_changed(interaction)

    def visitor_of(self, phone: Phone) -> str | None:
        """Which visitor of the help site calls from a borrowed phone; None: nobody has borrowed it."""
        return self._leases.visitor_of(phone)

    def _beat(self, late: float) -> None:
        self._metrics.late(late)
        self._leases.expire(self._loop.now())

    async def _sip(self, request: web.Request, who: Who | None) -> web.StreamResponse:
        return await self._sockets.sip(request, who, self._leases)

    async def _usual(self) -> None:
        """Keep what is usual on this weekday; a history that can't be read leaves the curve away, nothing more."""
        while True:
            self._new_day.clear()
            try:
                self._live.usual(await self._history.usual_half_hours())
            except Exception:
                log.exception("what is usual on this weekday could not be read")
            # Not `wait_for`: in Python 3.11 it may swallow being cancelled.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_USUAL_S):
                    await self._new_day.wait()

    def reload(self, web_keys: Mapping[str, str]) -> None:
        """Read certificate and key anew: connections from now on get the new ones; so do tokens. Raises OSError."""
        self._signatures.renew(web_keys)
        if self._tls is not None and self._config.certificate is not None:
            self._tls.load_cert_chain(self._config.certificate, self._config.private_key)


def _tls(config: WebConfig) -> ssl.SSLContext | None:
    if config.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(config.certificate, config.private_key)
    return context
