"""The core's wishes about calls, carried out: each command becomes AMI actions, its failure an input.

Success is not told: it shows as events of the channels. A wish that could not be sent because the link is down is
dropped, for reconcile looks at what exists as soon as there is a link again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from cti.ami.fallback import FallbackQueues
from cti.ami.link import AmiLink, LinkDown, NoAnswer, Refused
from cti.ami.moves import Moves
from cti.ami.translate import GREETING
from cti.core.commands import (
    Command,
    FallbackMember,
    Greet,
    HangUp,
    Leg,
    PauseRecording,
    RingAgent,
    RingOutside,
)
from cti.core.ids import ChannelId, IdentifierId, InteractionId, Language, OfferId, Phone
from cti.core.inputs import Input, RingFailed

log = logging.getLogger(__name__)

CallerIdPort = Callable[[InteractionId], tuple[str, str]]
"""(number, name) that an agent's phone shows for this caller."""

NumberPort = Callable[[IdentifierId], Awaitable[tuple[str, str]]]
"""(number to dial, why it must not be) of an identifier: one of the two is empty; why as in `DialEnded`."""

TalkFilePort = Callable[[InteractionId], str]
"""Where a call's talks are recorded; empty: nowhere."""

_NAME_S = 1.0
"""How far AMI may be behind FastAGI with the news of a caller's channel."""

_NEVER_WHISPERS = {(20, 21), (22, 11), (23, 5)}
"""Releases of Asterisk in which whom somebody whispered to may not be bridged again (asterisk/asterisk issue 2134, with
the change of pull request 1967): a call whose work number was said could not be given on."""

_DICTATE_S = 30
"""How long a supervisor's telephone rings."""

_GRACE_S = 5.0
"""How long after a leg's own time limit Asterisk may take to say so."""


class AmiActions:
    """Carries out what is a channel's or the fallback queue's; leaves other commands alone."""

    def __init__(
        self,
        link: AmiLink,
        submit: Callable[[Input], None],
        caller_id: CallerIdPort,
        number: NumberPort,
        talk_file: TalkFilePort = lambda interaction: "",
    ) -> None:
        self._link = link
        self._submit = submit
        self._caller_id = caller_id
        self._number = number
        self._talk_file = talk_file
        self._fallback = FallbackQueues(link)
        self._moves = Moves(link)
        self._hushed = False
        """Whether it was told that no work number is said."""
        self._tasks: set[asyncio.Task[None]] = set()

    def carry_out(self, command: Command) -> None:
        """Begin it; never blocks and never raises."""
        if isinstance(command, RingAgent):
            for leg in command.legs:
                self._spawn(self._ring(command, leg))
        elif isinstance(command, RingOutside):
            self._spawn(self._ring_outside(command))
        elif isinstance(command, HangUp):
            self._spawn(self._send("Hangup", {"Channel": command.channel, "Cause": str(command.cause)}))
        elif isinstance(command, PauseRecording):
            self._spawn(self._pause(command))
        elif isinstance(command, Greet):
            self._spawn(self._greet(command))
        elif isinstance(command, FallbackMember):
            self._fallback.want(command)
        else:
            self._moves.carry_out(command)

    async def dictate(self, phone: Phone, name: str, language: Language) -> bool:
        """Let a telephone ring, and run `hotline-dictation` when it is picked up; whether it was."""
        headers = originate_dictation(phone, name, language)
        try:
            answer = await self._link.action("Originate", headers, listed=None, deadline_s=_DICTATE_S + _GRACE_S)
        except (LinkDown, Refused, NoAnswer) as problem:
            log.warning("the telephone %s could not be rung: %s", phone, problem)
            return False
        return answer[-1].get("Response") == "Success"

    async def close(self) -> None:
        """Stop what is under way."""
        await self._fallback.close()
        await self._moves.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ring(self, command: RingAgent, leg: Leg) -> None:
        target = then = ""
        if command.caller is not None:
            target = await self._link.name(command.asker or command.caller, _NAME_S) or ""
            if command.asker is not None:
                then = await self._link.name(command.caller, _NAME_S) or ""
            if not target or (command.asker is not None and not then):
                self._failed(leg.channel, command.offer, "the caller's channel is gone")
                return
        headers = originate(command, leg, target, self._caller_id(command.interaction), then)
        await self._originate(headers, leg.channel, command.offer, command.timeout_s)

    async def _ring_outside(self, command: RingOutside) -> None:
        target = await self._link.name(command.target, _NAME_S) or "" if command.target is not None else ""
        try:
            number, why = await self._number(command.to)
        except Exception:
            # Nobody may wait for ever for a number that can't be read.
            log.exception("the number that %s is to call could not be read", command.interaction)
            number, why = "", "unreachable"
        then = await self._link.name(command.then, _NAME_S) or "" if command.then is not None else ""
        if why or (command.target is not None and not target) or (command.then is not None and not then):
            self._failed(command.channel, None, why or "whom it is for is gone", why)
            return
        record = self._talk_file(command.interaction) if command.record else ""
        headers = originate_outside(command, number, target, then, record)
        await self._originate(headers, command.channel, None, command.timeout_s)

    async def _originate(
        self, headers: dict[str, str | list[str]], channel: ChannelId, offer: OfferId | None, timeout_s: int
    ) -> None:
        try:
            answer = await self._link.action("Originate", headers, listed=None, deadline_s=timeout_s + _GRACE_S)
        except LinkDown:
            return
        except (Refused, NoAnswer) as problem:
            self._failed(channel, offer, str(problem))
            return
        if answer[-1].get("Response") != "Success":
            self._failed(channel, offer, f"Originate failed, reason {answer[-1].get('Reason')}")

    def _failed(self, channel: ChannelId, offer: OfferId | None, reason: str, how: str = "") -> None:
        self._submit(RingFailed(offer=offer, channel=channel, reason=reason, how=how))

    async def _pause(self, command: PauseRecording) -> None:
        name = await self._link.name(command.channel, _NAME_S)
        if name is not None:
            headers = {"Channel": name, "Direction": "both", "State": "1" if command.pause else "0"}
            await self._send("MixMonitorMute", headers)

    async def _greet(self, command: Greet) -> None:
        if self._link.release in _NEVER_WHISPERS:
            if not self._hushed:
                log.warning("No work number is said: Asterisk %d.%d can't whisper without harm", *self._link.release)
            self._hushed = True
            return
        name = await self._link.name(command.channel, _NAME_S)
        if name is not None:
            await self._send("Originate", greeting(command, name))

    async def _send(self, name: str, headers: dict[str, str]) -> None:
        try:
            await self._link.action(name, headers)
        except Refused as refused:
            # The channel went by itself in between: its Hangup event has said so. Or it is not recorded.
            log.debug("%s", refused)
        except (LinkDown, NoAnswer) as problem:
            log.warning("%s of %s: %s", name, headers["Channel"], problem)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


ANSWER_BY_ITSELF = {
    "X-Hotline-Answer": "auto",
    "Answer-Mode": "Auto",
    "Alert-Info": "<http://localhost>;info=alert-autoanswer;delay=0",
    "Call-Info": "<sip:localhost>;answer-after=0",
}
"""There is a standard (RFC 5373) and what telephones do: each maker knows one of the last two, and many only when
their own settings allow it. The first is for our desk in the browser."""


def originate(
    command: RingAgent, leg: Leg, target: str, caller_id: tuple[str, str], then: str = ""
) -> dict[str, str | list[str]]:
    """The headers of the Originate that rings one phone; `target` is the name of the channel to talk with: the
    caller's, or in a consultation the asking agent's, and then the caller's is `then`."""
    number, name = (part.translate(_CALLER_ID) for part in caller_id)
    variables = {
        "HL_ID": command.interaction,
        "HL_OFFER": command.offer,
        "HL_TARGET": target,
        "HL_LANGUAGE": command.language or "",
        "PJSIP_HEADER(add,X-Hotline-Offer)": command.offer,
    }
    if then:
        variables["HL_NEXT"] = then
    if command.auto_answer:
        variables |= {f"PJSIP_HEADER(add,{name})": value for name, value in ANSWER_BY_ITSELF.items()}
    return {
        "Channel": f"PJSIP/{leg.phone}",
        "ChannelId": leg.channel,
        # Nobody is called before the agent is on the line: they hear it ring then.
        "Context": "hotline-leg" if target else "hotline-dial",
        "Exten": "s",
        "Priority": "1",
        "Async": "true",
        "Timeout": str(command.timeout_s * 1000),
        "CallerID": f'"{name}" <{number}>',
        "Variable": [f"{variable}={_escape(value)}" for variable, value in variables.items()],
    }


def greeting(command: Greet, name: str) -> dict[str, str]:
    """The headers of the Originate that says a work number into the talk of the channel of this name."""
    channel = GREETING + command.channel
    variables = {"HL_WITH": name, "HL_GREETING": command.work_number, "HL_LANGUAGE": command.language}
    return {
        "Channel": "Local/s@hotline-greeting/n",
        "ChannelId": channel,
        "OtherChannelId": f"{channel}-2",
        # q: no beep before; B: both hear it; E and S: it ends with the channel, also when that is gone already.
        "Application": "ChanSpy",
        "Data": f"{name},qBES",
        "Async": "true",
        "Variable": ",".join(f"{variable}={_escape(value)}" for variable, value in variables.items()),
    }


def originate_dictation(phone: Phone, name: str, language: Language) -> dict[str, str | list[str]]:
    """The headers of the Originate that rings a supervisor's telephone: no call of a caller's, so it has no `HL_ID`."""
    return {
        "Channel": f"PJSIP/{phone}",
        "ChannelId": f"dictation-{name}",
        "Context": "hotline-dictation",
        "Exten": "s",
        "Priority": "1",
        "Async": "true",
        "Timeout": str(_DICTATE_S * 1000),
        "CallerID": '"Hotline" <>',
        "Variable": [f"HL_DICTATION={name}", f"HL_LANGUAGE={language}"],
    }


_ANSWERED = {
    "customer": ("hotline-called", "s"),
    "outsider": ("hotline-outside", "s"),
    "asked": ("hotline-consult", "colleague"),
}
"""Where in the dialplan who answers outside goes, by role."""


def originate_outside(
    command: RingOutside, number: str, target: str, then: str = "", record: str = ""
) -> dict[str, str | list[str]]:
    """The headers of the Originate that rings a number outside; `target` is the name of the channel it is for, `then`
    in a consultation that of the caller's, `record` the file in which their talks are kept."""
    context, extension = _ANSWERED[command.role]
    # Whoever wrote the number, of what it may hold nothing means anything to Asterisk.
    dialled = "".join(letter for letter in number if letter in "+0123456789")
    variables = {
        "HL_ID": command.interaction,
        "HL_TARGET": target,
        "HL_LANGUAGE": command.language or "",
        "HL_NUMBER": command.number,
        # Who it is, should their channel come to our session: an agent may give them away later.
        "CALLERID(num)": dialled,
    }
    if then:
        variables["HL_NEXT"] = then
    if record:
        variables |= {"HL_RECORDING": record, "HL_NOTICE": "due"}
    return {
        "Channel": f"PJSIP/{dialled}@trunk-{command.trunk}",
        "ChannelId": command.channel,
        "Context": context,
        "Exten": extension,
        "Priority": "1",
        "Async": "true",
        "Timeout": str(command.timeout_s * 1000),
        "CallerID": f"<{command.number.translate(_CALLER_ID)}>",
        "Account": command.interaction,
        "Variable": [f"{variable}={_escape(value)}" for variable, value in variables.items()],
    }


_CALLER_ID = {ord(letter): None for letter in '"<>\\'}


def _escape(value: str) -> str:
    """`Variable` is split at commas as an application's arguments are (`astman_get_variables`)."""
    return "".join(f"\\{letter}" if letter in '\\,"()[]' else letter for letter in value)
