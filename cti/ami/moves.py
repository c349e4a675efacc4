"""Channels moved to another place of the dialplan: one move of a channel after the other, each until it is done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cti.ami.link import AmiLink, LinkDown, NoAnswer, Refused
from cti.core.commands import Command, Join, MoveAsker, SetAside, TakeOver
from cti.core.ids import ChannelId

log = logging.getLogger(__name__)

_NAME_S = 1.0
"""How far AMI may be behind FastAGI with the news of a caller's channel."""

_ON_ITS_WAY = "not up"
"""How Asterisk refuses to move a channel that has not yet begun what the move before it asked for, as one that hangs up
(`main/manager.c`, `action_redirect`, and `ast_check_hangup`)."""

_AGAIN_S = 0.02
_GIVE_UP_S = 2.0


class Moves:
    """Carries out what takes a channel somewhere else. A hang-up is none, and waits for none."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link
        self._last: dict[ChannelId, asyncio.Task[None]] = {}
        """What is under way, the last of each channel."""

    def carry_out(self, command: Command) -> None:
        """Begin it, if it is one of ours; never blocks and never raises."""
        if isinstance(command, TakeOver):
            self._begin(lambda: self._redirect(command.channel, _place("hotline-run", "s")), command.channel)
        elif isinstance(command, MoveAsker):
            self._begin(lambda: self._redirect(command.channel, _place("hotline-consult", command.to)), command.channel)
        elif isinstance(command, SetAside):
            self._begin(lambda: self._set_aside(command), command.caller, command.agent_channel)
        elif isinstance(command, Join):
            self._begin(lambda: self._join(command), command.caller, command.agent_channel, command.colleague_channel)

    async def close(self) -> None:
        """Stop what is under way."""
        tasks = set(self._last.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, move: Callable[[], Awaitable[None]], *channels: ChannelId) -> None:
        """Who is moved twice at once could end in the first place: a colleague declines before the two who talk have
        left their bridge, and the agent would hear it ring for ever."""
        before = {self._last[channel] for channel in channels if channel in self._last}
        task = asyncio.create_task(_after(before, move))
        for channel in channels:
            self._last[channel] = task
        task.add_done_callback(self._forget)

    def _forget(self, done: asyncio.Task[None]) -> None:
        for channel in [channel for channel, task in self._last.items() if task is done]:
            del self._last[channel]

    async def _set_aside(self, command: SetAside) -> None:
        """Both in one action, or the one who is moved second would go where a talk's end leads."""
        # Not yet asking: a colleague's leg that is answered before the Redirect would take the agent from the caller.
        # Before all else, and so before that leg is rung: what the last consultation left here says that it is over.
        await self._set(command.agent_channel, "HL_ASKS", "")
        caller = await self._link.name(command.caller, _NAME_S)
        if caller is None:
            return
        for variable, value in (
            ("HL_ID", command.interaction),
            ("HL_TARGET", caller),
            ("HL_NEXT", ""),
        ):
            await self._set(command.agent_channel, variable, value)
        extra = {f"Extra{key}": value for key, value in _place("hotline-consult", "ask").items()}
        await self._redirect(
            command.caller, {"ExtraChannel": command.agent_channel, **_place("hotline-run", "s"), **extra}
        )

    async def _join(self, command: Join) -> None:
        """Neither agent goes to fetch the caller by themselves from now on, and the one who asked asks no more."""
        agent = await self._link.name(command.agent_channel, _NAME_S)
        if agent is None:
            return
        await self._set(command.agent_channel, "HL_ASKS", "")
        await self._set(command.agent_channel, "HL_TARGET", "")
        await self._set(command.colleague_channel, "HL_NEXT", "")
        await self._set(command.caller, "HL_JOIN", agent)
        await self._redirect(command.caller, _place("hotline-join", "s"))

    async def _set(self, channel: ChannelId, variable: str, value: str) -> None:
        await self._send("Setvar", {"Channel": channel, "Variable": variable, "Value": value})

    async def _redirect(self, channel: ChannelId, where: dict[str, str]) -> None:
        """Until Asterisk takes it, or the channel is gone."""
        until = asyncio.get_running_loop().time() + _GIVE_UP_S
        while _ON_ITS_WAY in await self._send("Redirect", {"Channel": channel, **where}):
            if asyncio.get_running_loop().time() > until:
                log.warning("%s is not moved to %s: it does not get there", channel, where["Context"])
                return
            await asyncio.sleep(_AGAIN_S)

    async def _send(self, name: str, headers: dict[str, str]) -> str:
        """Why Asterisk refused; empty: it did not, or there is no link."""
        try:
            await self._link.action(name, headers)
        except Refused as refused:
            # The channel went by itself in between: its Hangup event has said so.
            log.debug("%s", refused)
            return str(refused)
        except (LinkDown, NoAnswer) as problem:
            log.warning("%s of %s: %s", name, headers["Channel"], problem)
        return ""


async def _after(before: set[asyncio.Task[None]], move: Callable[[], Awaitable[None]]) -> None:
    if before:
        await asyncio.wait(before)
    await move()


def _place(context: str, extension: str) -> dict[str, str]:
    """Where in the dialplan a Redirect leads."""
    return {"Context": context, "Exten": extension, "Priority": "1"}
