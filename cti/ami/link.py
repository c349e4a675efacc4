"""The link to Asterisk's manager: one task owns it, from the first connect to the end of the process.

panoramisk holds the session (login, pairing of answers by ActionID); our codec sees every byte before it. Its own
`data_received` decodes each chunk by itself and loses half characters, its reconnect never tires at one pace, and an
action it could not send it sends again blindly: so every connection here has a `Manager` of its own, and the owner
task does the rest.

After each (re)connect: log in, wait until Asterisk is fully booted, check that the events we live on really arrive,
then ask what there is. Events that come meanwhile are held and follow `AsteriskUp`.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import panoramisk
from msgspec import Struct
from panoramisk.ami_protocol import AMIProtocol

from cti.ami.translate import KINDS, PROBE, Identify, Rejected, is_nobodys, phones, release, snapshot, translate
from cti.ami.wire import Decoder, Message, clean
from cti.core.ids import ChannelId
from cti.core.inputs import AsteriskDown, AsteriskUp, ChannelGone, ChannelStarted, Input

log = logging.getLogger(__name__)

ANSWERS = frozenset(
    {
        b"OriginateResponse",
        b"CoreShowChannel",
        b"CoreShowChannelsComplete",
        b"DeviceStateChange",
        b"DeviceStateListComplete",
        b"QueueMember",
        b"QueueStatusComplete",
    }
)
"""Events that answer our own actions."""

_NOTICES = frozenset({b"FullyBooted", b"Shutdown"})
_YEAR_S = 365 * 24 * 3600


class LinkDown(Exception):
    """There is no link, or it was lost before the answer. Whether the action was carried out nobody knows."""


class NoAnswer(Exception):
    """Asterisk did not answer within the deadline."""


class Refused(Exception):
    """Asterisk said no, in these words."""


class Address(Struct, frozen=True):
    """Where Asterisk's manager listens, and who we are there."""

    host: str
    port: int
    user: str
    secret: str


class Pace(Struct, frozen=True):
    """How patient the link is; seconds."""

    deadline: float = 5.0
    """For an action's answer."""
    ping: float = 5.0
    """Between pings; each has `deadline` too."""
    boot: float = 60.0
    """For Asterisk to load its modules after it takes connections."""
    retry: float = 0.2
    """Before the first reconnect; doubled each time, at most `retry_cap`, and 50 to 100 % of it by chance."""
    retry_cap: float = 10.0


class _Session(AMIProtocol):  # type: ignore[misc]
    """panoramisk's protocol with our `data_received`."""

    def __init__(self, heard: Callable[[Message], None]) -> None:
        self.decoder = Decoder(KINDS.keys() | ANSWERS | _NOTICES)
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard = heard

    def data_received(self, data: bytes) -> None:
        for message in self.decoder.feed(data):
            try:
                self._heard(message)
            except Exception:
                # One bad moment must not cost the link: asyncio would close it.
                log.exception("AMI %s", message.kind)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.lost.done():
            self.lost.set_result(None)

    def pair(self, message: Message) -> None:
        """Give an answer to the action it names; answers to nobody are dropped."""
        paired = panoramisk.message.Message(
            {name: value for name in _PAIRING if (value := message.get(name)) is not None}
        )
        paired.ours = message
        if message.kind == b"" and message.get("Response") == "Error":
            action = self.responses.get(message.get("ActionID"))
            if action is not None:
                # panoramisk waits for the end of a list that was refused.
                action.as_list = False
        self.handle_message(paired)


_PAIRING = ("ActionID", "Response", "Message", "Event", "EventList")


class AmiLink:
    """Connects, stays connected, and tells the core through `submit` what happens."""

    def __init__(
        self,
        address: Address,
        submit: Callable[[Input], None],
        pace: Pace | None = None,
        identify: Identify = lambda number: None,
        welcome: Callable[[AsteriskUp], Awaitable[None]] | None = None,
    ) -> None:
        """`welcome` is given the snapshot in place of `submit`; what happens until it is done is held back."""
        self.address = address
        self.complaint = ""
        """What is wrong with the link or the AMI user, in words for people; empty: nothing."""
        self.release = (0, 0)
        """Asterisk's major and minor version; zeros: it did not say."""
        self.names: dict[ChannelId, str] = {}
        """Names of the live channels. `Bridge()` takes a Uniqueid too, but by prefix: 1.2 would match 1.21."""
        self._submit = submit
        self._identify = identify
        self._welcome = welcome
        self._pace = pace or Pace()
        self._session: _Session | None = None
        self._manager: Any = None
        self._up = asyncio.Event()
        self._told_down = False
        self._held: list[Input] | None = None
        self._booted: asyncio.Future[None]
        self._probing: dict[str, asyncio.Future[None]] = {}
        self._unnamed: dict[ChannelId, asyncio.Future[None]] = {}

    @property
    def up(self) -> bool:
        """Connected, and `AsteriskUp` has been told."""
        return self._up.is_set()

    @property
    def decoder(self) -> Decoder | None:
        """The codec of this connection, with its counts."""
        return None if self._session is None else self._session.decoder

    async def wait_up(self) -> None:
        """Return once the link is up."""
        await self._up.wait()

    async def run(self) -> None:
        """Own the link until cancelled."""
        failures = 0
        while True:
            try:
                await self._live()
            except (OSError, LinkDown, NoAnswer, Refused) as problem:
                self._complain(f"Asterisk's manager at {self.address.host}:{self.address.port}: {_words(problem)}")
            failures = 0 if self._up.is_set() else failures + 1
            self._tell_down()
            pace = self._pace
            pause = min(pace.retry * 2 ** min(failures, 16), pace.retry_cap)
            await asyncio.sleep(pause * (0.5 + random.random() / 2))

    async def name(self, channel: ChannelId, within_s: float) -> str | None:
        """A live channel's name, as soon as AMI has told it: a caller's FastAGI session may be quicker."""
        if channel not in self.names:
            told = self._unnamed.setdefault(channel, asyncio.get_running_loop().create_future())
            await asyncio.wait({told}, timeout=within_s)
            if self._unnamed.get(channel) is told:
                del self._unnamed[channel]
        return self.names.get(channel)

    async def action(
        self,
        name: str,
        headers: Mapping[str, str | Sequence[str]] | None = None,
        *,
        listed: bool | None = False,
        deadline_s: float | None = None,
    ) -> list[Message]:
        """Send an action and wait for its answer; all messages of it, the response first.

        Every value is cleaned of line ends here and nowhere else. `listed`: the answer is a list of events up to
        `...Complete`; None: one more event may follow, as after an Originate.

        Raises:
            LinkDown, NoAnswer, Refused: see there.
        """
        session = self._session
        if session is None or self._manager is None or session.lost.done():
            raise LinkDown("no link")
        request: dict[str, str | list[str]] = {"Action": name}
        for header, value in (headers or {}).items():
            request[header] = clean(value) if isinstance(value, str) else [clean(one) for one in value]
        answer: asyncio.Future[Any] = self._manager.send_action(request, as_list=listed)
        return await self._answer(session, answer, deadline_s or self._pace.deadline, name)

    async def _answer(
        self, session: _Session, answer: asyncio.Future[Any], deadline_s: float, name: str
    ) -> list[Message]:
        await asyncio.wait({answer, session.lost}, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            for key, action in list(session.responses.items()):
                if action.future is answer:
                    del session.responses[key]
            if session.lost.done():
                raise LinkDown(f"lost before {name} was answered")
            raise NoAnswer(f"no answer to {name} within {deadline_s:g} s")
        result = answer.result()
        messages: list[Message] = [one.ours for one in (result if isinstance(result, list) else [result])]
        if messages[0].get("Response") == "Error":
            raise Refused(f"{name}: {messages[0].get('Message') or 'refused'}")
        return messages

    async def _live(self) -> None:
        """One connection, from connect to loss."""
        loop = asyncio.get_running_loop()
        self._up.clear()
        self._held = []
        self._booted = loop.create_future()
        address = self.address
        manager = panoramisk.Manager(
            host=address.host,
            port=address.port,
            username=clean(address.user),
            secret=clean(address.secret),
            protocol_factory=lambda: _Session(self._heard),
            loop=loop,
            # Its pings have no deadline; ours have.
            ping_delay=_YEAR_S,
            ping_interval=_YEAR_S,
        )
        try:
            async with asyncio.timeout(self._pace.deadline):
                ends = await loop.create_connection(manager.config["protocol_factory"], address.host, address.port)
        except TimeoutError:
            raise NoAnswer("no connection in time") from None
        session: _Session = ends[1]
        self._session = session
        self._manager = manager
        try:
            connected = loop.create_future()
            connected.set_result(ends)
            manager.connection_made(connected)
            await self._answer(session, manager.authenticated_future, self._pace.deadline, "Login")
            await self._resync(session)
            while True:
                await asyncio.wait({session.lost}, timeout=self._pace.ping)
                if session.lost.done():
                    raise LinkDown("the connection was lost")
                await self.action("Ping")
        finally:
            self._session = self._manager = None
            # What had no answer is not to be sent again, nor its callers' numbers to be logged, as panoramisk would.
            session.responses.clear()
            manager.close()

    async def _resync(self, session: _Session) -> None:
        """Learn what there is, tell it, then what happened meanwhile."""
        await asyncio.wait({self._booted, session.lost}, timeout=self._pace.boot, return_when=asyncio.FIRST_COMPLETED)
        complaint = "" if self._booted.done() else "no FullyBooted: the AMI user must read class `system`"
        complaint = complaint or await self._check()
        status = await self.action("CoreStatus")
        self.release = release(await self.action("CoreSettings"))
        # PJSIPShowEndpoints would say the same, but wants class `system`, which could do far more.
        devices = await self.action("DeviceStateList", listed=True)
        rows = await self.action("CoreShowChannels", listed=True, deadline_s=4 * self._pace.deadline)
        up: AsteriskUp = snapshot(status[0], rows, self._identify)
        self.names = {channel.channel: channel.name for channel in up.channels}
        if self._welcome is not None:
            await self._welcome(up)
        else:
            self._submit(up)
        held, self._held = self._held or [], None
        for said in (*phones(devices), *held):
            self._tell(said)
        self._told_down = False
        self._up.set()
        self._complain(complaint)
        log.info("linked to %s, %d channels", session.decoder.banner, len(up.channels))

    async def _check(self) -> str:
        """Make a channel that leads nowhere and see whether its events reach us. Returns what is missing, in words."""
        channel = PROBE + secrets.token_hex(6)
        loop = asyncio.get_running_loop()
        self._probing = {f"Newchannel {channel}": loop.create_future(), f"Hangup {channel}": loop.create_future()}
        headers = {
            "Channel": f"Local/none@{PROBE}check",
            "ChannelId": channel,
            "OtherChannelId": f"{channel}-2",
            "Application": "Hangup",
            "Async": "true",
        }
        try:
            await self.action("Originate", headers, listed=None)
            _, missing = await asyncio.wait(self._probing.values(), timeout=self._pace.deadline)
        except Refused as refused:
            return f"{refused}: the AMI user must write class `originate`"
        except NoAnswer:
            return "no OriginateResponse: the AMI user must read class `call`"
        kinds = [key.split()[0] for key, future in self._probing.items() if future in missing]
        self._probing = {}
        return f"no {' or '.join(kinds)} event: see `disabledevents` in manager.conf" if kinds else ""

    def _heard(self, message: Message) -> None:
        """One message off the wire. Work here is what every event costs, so there is little of it."""
        said = translate(message)
        if said is None:
            if message.kind not in KINDS:
                self._answered(message)
        elif isinstance(said, Rejected):
            self._report(said.why, message)
        elif is_nobodys(said):
            if self._probing and isinstance(said, ChannelStarted | ChannelGone):
                self._seen(f"{message.kind.decode()} {said.channel}")
        elif self._held is not None:
            self._held.append(said)
        else:
            self._tell(said)

    def _tell(self, said: Input) -> None:
        if isinstance(said, ChannelStarted):
            self.names[said.channel] = said.name
            if (told := self._unnamed.pop(said.channel, None)) is not None:
                told.set_result(None)
        elif isinstance(said, ChannelGone):
            self.names.pop(said.channel, None)
        self._submit(said)

    def _answered(self, message: Message) -> None:
        if message.kind == b"FullyBooted":
            if not self._booted.done():
                self._booted.set_result(None)
        elif self._session is not None and message.kind != b"Shutdown" and message.get("ActionID"):
            self._session.pair(message)

    def _seen(self, what: str) -> None:
        future = self._probing.get(what)
        if future is not None and not future.done():
            future.set_result(None)

    def _report(self, why: str, message: Message) -> None:
        decoder = self.decoder
        if decoder is None:
            return
        decoder.report(why, message.raw)
        count = decoder.strange_count
        if count & (count - 1) == 0:
            # At powers of two: a flood must not fill the log.
            log.warning("AMI: %d strange so far; the latest: %s: %r", count, why, message.raw[:200])

    def _tell_down(self) -> None:
        if not self._told_down:
            self._told_down = True
            self._up.clear()
            self._submit(AsteriskDown())

    def _complain(self, complaint: str) -> None:
        if complaint and complaint != self.complaint:
            log.error("%s", complaint)
        self.complaint = complaint


def _words(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
