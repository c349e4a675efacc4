"""Whether agents' desks answer.

A page answers each beat of ours with the number of the newest change that it shows. It does so as the beat comes, not
by a timer: browsers run the timers of a page behind others once a minute, but give it its messages at once. Where an
agent has several pages, the one with the phone must answer; that any other does means only that the desk is not lost.
"""

import asyncio
from typing import Protocol

from cti.core.ids import AgentId, Ms
from cti.core.inputs import DeskConnected, DeskLost, DeskSilent
from cti.web.ports import Loop

DESK_LOST_MS = 10_000
"""Without an answer of any of an agent's pages for so long, the desk is lost."""
SILENT_MS = 2_500
"""Two beats unanswered, and half a second for a slow way: the desk is silent."""
CLOSED_MS = 1_500
"""The same when no page is connected: so long a page may take to be loaded anew."""
OFFER_S = 0.8
"""So soon a page must show an offer, or the desk is silent; with the way to the screens it is said within a second."""


class Page(Protocol):
    """One connected page of an agent's."""

    window: str
    """The browser's window it is in."""


class Pulse:
    """Hears the pages and tells the core what has changed."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._pages: dict[AgentId, dict[Page, tuple[Ms, int]]] = {}
        """When each was heard last, and what it showed then."""
        self._heard: dict[AgentId, Ms] = {}
        """When any of an agent's pages has answered last; nobody whose desk is lost or closed."""
        self._silent: set[AgentId] = set()
        self._phones: dict[AgentId, str] = {}
        """The window in which the browser's phone is."""

    def join(self, agent: AgentId, page: Page) -> None:
        """A page has connected, and is shown everything."""
        self._pages.setdefault(agent, {})[page] = (self._loop.now(), 0)

    def leave(self, agent: AgentId, page: Page) -> None:
        """A page is gone."""
        pages = self._pages.get(agent, {})
        pages.pop(page, None)
        if not pages:
            self._pages.pop(agent, None)

    def beat(self, agent: AgentId, page: Page, seq: int) -> None:
        """A page has answered, showing change `seq`."""
        now = self._loop.now()
        if agent in self._pages:
            self._pages[agent][page] = (now, seq)
        if agent not in self._heard or (agent in self._silent and page in self._asked(agent)):
            self._silent.discard(agent)
            self._loop.submit(DeskConnected(agent=agent))
        self._heard[agent] = now

    def present(self, agent: AgentId) -> None:
        """The agent has asked for the phone in a page that works: from here on that one is to answer."""
        if agent in self._silent:
            self._silent.discard(agent)
            self._loop.submit(DeskConnected(agent=agent))

    def forget(self, agent: AgentId) -> None:
        """The agent signed out: their desk is not lost, it is closed."""
        self._heard.pop(agent, None)
        self._silent.discard(agent)

    def phone_in(self, agent: AgentId, window: str | None) -> None:
        """In which window the agent's browser phone is now; None: in none."""
        if window is None:
            self._phones.pop(agent, None)
        else:
            self._phones[agent] = window

    def urgent(self, agent: AgentId, seq: int) -> None:
        """Change `seq`, which is on its way to the pages with a beat, must be shown soon."""
        if agent in self._heard:
            asyncio.get_running_loop().call_later(OFFER_S, self._look, agent, seq)

    def tick(self) -> None:
        """Once a second: who has fallen silent, whose desk is lost."""
        now = self._loop.now()
        for agent, at in list(self._heard.items()):
            pages = self._asked(agent)
            if now - at > DESK_LOST_MS:
                self.forget(agent)
                self._loop.submit(DeskLost(agent=agent))
            elif now - max((heard for heard, _ in pages.values()), default=at) > (SILENT_MS if pages else CLOSED_MS):
                self._quiet(agent)

    def _asked(self, agent: AgentId) -> dict[Page, tuple[Ms, int]]:
        """The pages one of which must answer: those of the phone's window, or all if it is in none of theirs."""
        pages, window = self._pages.get(agent, {}), self._phones.get(agent)
        return {page: last for page, last in pages.items() if page.window == window} or pages

    def _look(self, agent: AgentId, seq: int) -> None:
        if agent in self._heard and not any(shown >= seq for _, shown in self._asked(agent).values()):
            self._quiet(agent)

    def _quiet(self, agent: AgentId) -> None:
        if agent not in self._silent:
            self._silent.add(agent)
            self._loop.submit(DeskSilent(agent=agent))
