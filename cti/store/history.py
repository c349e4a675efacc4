"""The history as the bridge uses it: asynchronous, one thread hop for each question, never the loop's own thread.

`remember` and `identify` answer at once; everything else leaves for a thread. Readers have read-only connections of
the driver; writes go one after another through one thread, each in a transaction of its own.
"""

import asyncio
import contextlib
import io
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId, Ms
from cti.store import abandoned, lists, mails, person, pops, promises, reads, records, talks, text_work
from cti.store.casework import Cases
from cti.store.database import Store
from cti.store.days import beside, of_kinds
from cti.store.erase import Erased, erase, preview
from cti.store.identity import Identifier, Identities
from cti.store.journal import Journal
from cti.store.knowing import Knowing
from cti.store.people import People
from cti.store.pins import Pins
from cti.store.reader import Reader
from cti.store.readers import Readers
from cti.store.vault import Recording, Vault
from cti.store.views import (
    Abandoned,
    AgentDay,
    AgentNote,
    Answer,
    CallerFacts,
    CallLine,
    CallNote,
    CustomerHit,
    DuePromise,
    Entry,
    Message,
    Person,
    PieceLine,
    Pop,
    PromiseLine,
)
from cti.store.visitors import Visitors

Answers = Callable[[Sequence[tuple[str, str]], str | None], tuple[Answer, ...]]
"""Articles that fit texts given as (where from, words), in a language. Called in a reader's thread."""

_READERS = 2
_REMEMBERED = 10_000
_SEEN_EVERY_MS = 60_000
"""How exactly it is known when a number was last seen; one call asks for it several times."""
_ASK_WITHIN_MS = 14 * 24 * 3600 * 1000
_ASKED = 4
_DUE_AT_MOST = 1000
"""Promises whose owners are reminded: more can't be overdue and looked after."""
_DAY_MS = 24 * 3600 * 1000

T = TypeVar("T")
_log = logging.getLogger(__name__)


def wall_clock() -> Ms:
    """The time now."""
    return Ms(time.time_ns() // 1_000_000)


class History:
    """Who called before and what became of it. Made and used on the event loop; `close` it at the end."""

    def __init__(
        self,
        store: Store,
        identities: Identities,
        *,
        zone: Callable[[], str] = lambda: "UTC",
        journal: Journal | None = None,
        recordings: Path | None = None,
        vault: Vault | None = None,
        answers: Answers | None = None,
        now: Callable[[], Ms] = wall_clock,
    ) -> None:
        self._store = store
        self._identities = identities
        self._zone = zone
        self._journal = journal
        self._recordings = recordings
        self._vault = vault or Vault()
        self._answers = answers
        self._now = now
        self.people = People(self, identities, now)
        """Who is whose."""
        self.cases = Cases(self, now)
        """What customers want solved."""
        self.visitors = Visitors(self, identities)
        """What is done on the site's web sites."""
        self.pins = Pins(self, identities, now)
        """By which callers prove who they are."""
        self.knowing = Knowing(self, now)
        """What is known of customers beside their contacts."""
        self._readers = Readers(store.driver, lambda db: pops.pop(db, IdentifierId(""), None, Ms(0)), _READERS)
        self._writer = ThreadPoolExecutor(1, "history-write")
        self._remembered: OrderedDict[IdentifierId, Identifier] = OrderedDict()
        self._seen: dict[IdentifierId, Ms] = {}

    # --- callers

    def identify(self, number_raw: str) -> Identifier | None:
        """The identifier of a caller's number, as Asterisk gave it; None when it is withheld. Reads nothing."""
        return self._identities.phone(number_raw)

    def remember(self, number_raw: str) -> IdentifierId | None:
        """The id of a caller's number; that it was seen is written in the background. None: withheld."""
        found = self.identify(number_raw)
        return None if found is None else self._remember(found)

    def remember_visitor(self, visitor: str) -> IdentifierId | None:
        """The id of a visitor of the help site, who calls from the page."""
        found = self._identities.device(visitor)
        return None if found is None else self._remember(found)

    def _remember(self, found: Identifier) -> IdentifierId:
        now = self._now()
        if now - self._seen.get(found.id, Ms(0)) > _SEEN_EVERY_MS:
            self._seen[found.id] = now
            seen = records.Seen(found, now)
            self._writer.submit(self._store.write, lambda c: records.see(c, [seen])).add_done_callback(
                lambda done: self._unseen(found.id, done)
            )
        self._remembered[found.id] = found
        self._remembered.move_to_end(found.id)
        if len(self._remembered) > _REMEMBERED:
            oldest, _ = self._remembered.popitem(last=False)
            self._seen.pop(oldest, None)
        return found.id

    def shown(self, identifier: IdentifierId) -> str:
        """A caller's number as people write it, if it was seen since the start; else empty. Reads nothing."""
        found = self._remembered.get(identifier)
        return "" if found is None else reads.display(found.kind, found.value)

    async def number_of(self, identifier: IdentifierId) -> str:
        """The number behind an identifier, in its normal form; empty: none, or erased."""
        found = self._remembered.get(identifier)
        if found is not None:
            return found.value if found.kind == "tel" else ""
        if not identifier.startswith("tel:"):
            return ""
        known = await self.read(lambda db: reads.known(db, identifier))
        return known.value if known is not None else ""

    async def facts(self, number_raw: str) -> CallerFacts:
        """What a flow may branch on. Remembers the number, too."""
        return await self.facts_of(self.remember(number_raw))

    async def facts_of(self, caller: IdentifierId | None) -> CallerFacts:
        """What a flow may branch on, of a caller who is identified already; None: withheld."""
        if caller is None:
            return CallerFacts(identifier=None)
        return await self.read(lambda db: reads.facts(db, caller))

    async def pop(
        self,
        identifier: IdentifierId | None,
        interaction: InteractionId | None = None,
        keyed: reads.Keyed | None = None,
    ) -> Pop:
        """Everything the pop shows about a caller; `interaction` is the call itself, which is left out of it."""
        if identifier is None and keyed is None:
            return Pop(identifier=None, display="")
        now = self._now()

        def look(db: Reader) -> Pop:
            found = pops.pop(db, identifier, interaction, now, keyed)
            if identifier is not None and not found.display and (fresh := self._remembered.get(identifier)) is not None:
                # The number's own row may still be on its way to the disk.
                found = msgspec.structs.replace(found, display=reads.display(fresh.kind, fresh.value))
            if not found.people:
                return found
            people = (talks.of_person(self._recordings, one) for one in found.people)
            return msgspec.structs.replace(
                found, people=tuple(self._answered(one, now) if n < 2 else one for n, one in enumerate(people))
            )

        return await self.read(look)

    # --- reading

    async def customer(self, customer: CustomerId, besides: InteractionId | None = None) -> Person | None:
        """One customer in full, `besides` a call that is left out; None: there is no such customer."""
        now = self._now()

        def look(db: Reader) -> Person | None:
            who = reads.who_is(db, customer)
            if who is None:
                return None
            found = pops.person(db, who, now, besides)
            found = msgspec.structs.replace(found, numbers=lists.numbers(db, reads.owners_of(db, who)))
            return self._answered(talks.of_person(self._recordings, found), now)

        return await self.read(look)

    async def timeline(
        self,
        customer: CustomerId,
        before: str | None = None,
        limit: int = 50,
        only: lists.Only = lists.ALL,
    ) -> tuple[tuple[Entry, ...], str | None]:
        """A page of the timeline, newest first, and where the next begins. Raises `ValueError` for a bad `before`."""
        start = lists.cursor(before)

        def look(db: Reader) -> tuple[tuple[Entry, ...], str | None]:
            if (who := reads.who_is(db, customer)) is None:
                return (), None
            if only == lists.ALL:
                found = reads.timeline(db, reads.owners_of(db, who), who.members, start, None, limit + 1)
            else:
                found = lists.find_in(db, who, only, start, limit + 1)
            page = talks.marked(self._recordings, tuple(found[:limit]))
            return page, f"{page[-1].at}.{page[-1].id}" if len(found) > limit else None

        return await self.read(look)

    async def call(self, interaction: InteractionId) -> CallLine | None:
        """One call in full; None: there is no such call."""
        return await self.read(lambda db: lists.call(db, interaction))

    async def piece(self, piece: InteractionId) -> PieceLine | None:
        """One piece of text work in full; None: there is no such piece."""
        return await self.read(lambda db: text_work.piece_line(db, piece))

    async def recording(self, piece: InteractionId) -> Recording | None:
        """A message that was left, or a call's talks, open; None: there is none (any more). Raises `VaultError`."""

        def look(db: Reader) -> Recording | None:
            name = text_work.recorded_as(db, piece)
            return self._vault.recording(self._recordings, name) if name and self._recordings is not None else None

        return await self.read(look)

    async def calls(
        self,
        before: str | None = None,
        limit: int = 50,
        agent: AgentId | None = None,
        customer: CustomerId | None = None,
    ) -> tuple[tuple[CallLine, ...], str | None]:
        """Calls, newest first, and where the next page begins. Raises `ValueError` for a bad `before`."""
        start = lists.cursor(before)
        return await self.read(lambda db: lists.calls(db, start, limit, agent, customer))

    async def agent_day(self, agent: AgentId) -> AgentDay:
        """What an agent did today, by the site's clock."""
        zone, now = self._zone(), self._now()
        return await self.read(lambda db: lists.agent_day(db, agent, zone, now))

    async def messages(self, interaction: str) -> tuple[Message, ...]:
        """The mails of a thread, oldest first."""
        return await self.read(lambda db: mails.thread(db, interaction))

    async def attachment(self, digest: str) -> bytes | None:
        """An attachment's bytes; None: there is no such attachment. Raises `VaultError`."""
        return await self.read(lambda db: self._vault.attachment(db, digest))

    async def abandoned(self) -> tuple[Abandoned, ...]:
        """Callers of the last days who left before anybody had them, and were not served since."""
        now = self._now()
        return await self.read(lambda db: abandoned.left(db, now))

    async def handle_abandoned(self, interaction: InteractionId, agent: AgentId | None) -> bool:
        """An agent has seen to a caller who left; None takes it back. False: nobody left that call."""
        now = self._now()
        return await self.write(lambda c: abandoned.handle(c, interaction, agent, now))

    async def search(self, query: str, limit: int = 20) -> tuple[CustomerHit, ...]:
        """Customers by name, number, address, account or case number."""
        return await self.read(lambda db: lists.search(db, self._identities, query, limit))

    async def story(self, interaction: InteractionId) -> tuple[Record, ...]:
        """The journal's records of one interaction, in order."""
        journal = self._journal
        if journal is None:
            return ()

        def look(db: Reader) -> tuple[Record, ...]:
            span = text_work.span(db, interaction)
            return tuple(journal.story(*span, interaction)) if span is not None else ()

        return await self.read(look)

    async def beside(self, interaction: InteractionId) -> tuple[Record, ...]:
        """The journal's records of one call, and what its waits are explained by (`core.account`).

        Not in a reader's thread: a day of the journal is looked through, and calls that come in want to be looked up.
        """
        journal = self._journal
        call = await self.call(interaction)
        if journal is None or call is None:
            return ()
        span = await self.read(
            lambda db: db.execute(
                "SELECT first_seq, last_seq FROM calls WHERE interaction = ?", (interaction,)
            ).fetchone()
        )
        last = journal.last_seq if call.state == "open" else lambda: int(span[1])
        return tuple(await asyncio.to_thread(lambda: beside(journal, span[0], last(), interaction)))

    async def of_kinds(self, kinds: Sequence[str], begins: Ms, ends: Ms) -> Sequence[Record]:
        """The journal's records of these kinds between two times, after the site in force; not in a reader's thread."""
        journal = self._journal
        return [] if journal is None else await asyncio.to_thread(of_kinds, journal, kinds, begins, ends)

    async def usual_half_hours(self) -> tuple[float, ...]:
        """Calls per half hour on this weekday: the mean of the last four weeks; empty: not enough history."""
        zone, now = self._zone(), self._now()
        return await self.read(lambda db: lists.usual_half_hours(db, zone, now))

    async def promises(self, agent: AgentId) -> tuple[PromiseLine, ...]:
        """What this agent has promised and not yet kept, by due time."""
        return await self.read(lambda db: lists.promises(db, agent))

    async def promises_due(self, limit: int = 100) -> tuple[DuePromise, ...]:
        """Everybody's open promises, by due time."""
        return await self.read(lambda db: lists.promises_due(db, limit))

    async def promises_soon(self, until: Ms) -> tuple[tuple[DuePromise, ...], int]:
        """Everybody's open promises that are due by `until`, a thousand at most, and how many there are."""
        return await self.read(lambda db: (lists.promises_due(db, _DUE_AT_MOST, until), lists.count_due(db, until)))

    async def export(self, customer: CustomerId) -> bytes | None:
        """Everything about one person, as a zip; None: there is no such customer.

        Raises `LookupError` for an identifier that belongs to customers. Not in a reader's thread: some of it is read
        from end to end, and calls that come in want to be looked up.
        """
        now = self._now()

        def look() -> bytes | None:
            with contextlib.closing(self._store.driver()) as db:
                found = person.export(db, self._journal, customer, now)
                if found is None:
                    return None
                packed = io.BytesIO()
                person.pack(found, db, self._vault, self._recordings, packed)
                return packed.getvalue()

        return await asyncio.to_thread(look)

    async def whose(self, customer: CustomerId) -> person.Whose | None:
        """What is one person's; None: there is no such customer. Raises `LookupError` as `export` does."""
        return await self.read(lambda db: person.whose(db, customer))

    async def erasure(self, customer: CustomerId) -> Erased | None:
        """What `erase` would take away. Not in a reader's thread, and raises `LookupError`, as `export`."""

        def look() -> Erased | None:
            with contextlib.closing(self._store.driver()) as db:
                return preview(db, customer, self._recordings)

        return await asyncio.to_thread(look)

    async def notes(self, interaction: InteractionId) -> tuple[AgentNote, ...]:
        """What agents have written about an interaction, in the order in which they began."""
        return await self.read(lambda db: lists.notes(db, interaction))

    # --- writing

    async def erase(self, customer: CustomerId, by: str, mark: str | None = None) -> Erased | None:
        """Erase one person on the word of `by`; None: there is no such customer.

        Raises `LookupError` for an identifier that belongs to customers, and `AnotherNow` when `mark` is not theirs.
        """
        now = self._now()

        def work() -> tuple[Erased | None, tuple[str, ...]]:
            with contextlib.closing(self._store.driver()) as db:
                found = person.whose(db, customer)
                return erase(self._store, db, customer, by, now, self._recordings, mark), found.own if found else ()

        done, own = await asyncio.get_running_loop().run_in_executor(self._writer, work)
        for identifier in own:
            self._remembered.pop(IdentifierId(identifier), None)
            self._seen.pop(IdentifierId(identifier), None)
        return done

    async def note(self, note: CallNote) -> None:
        """Keep what the agent wrote; again replaces their own words. With a customer it confirms, too."""
        now = self._now()

        def write(connection: Connection) -> None:
            records.note(connection, note.interaction, note.agent, note.text, now)
            if note.customer is not None:
                records.confirm(connection, note.interaction, note.customer, now)

        await self.write(write)

    async def confirm(self, interaction: InteractionId, customer: CustomerId | None) -> bool:
        """Say who it was; None takes it back. False: there is no such customer."""
        now = self._now()
        return await self.write(lambda c: records.confirm(c, interaction, customer, now))

    async def promise(
        self, customer: CustomerId, what: str, due: Ms, by: AgentId, case: str | None = None
    ) -> PromiseLine:
        """Make a promise to a customer. Raises `LookupError` naming a customer or case there isn't."""
        now = self._now()
        return await self.write(lambda c: promises.promise(c, customer, what, due, by, case, now))

    async def end_promise(self, promise: str, kept: bool | None) -> bool:
        """It was kept, or withdrawn; None: neither, after all. False: there is no such promise to say it of."""
        now = self._now()
        return await self.write(lambda c: promises.end_promise(c, promise, kept, now))

    async def visited(
        self, visitor: str, kind: str, title: str, language: str, *, mark: str = "", solved: bool | None = None
    ) -> None:
        """Note what a visitor of the help site did: `kind` is `search` or `visit`. The same on one day is one line.

        The visitor is kept as a device: when an import says whose it is, the line is in that customer's timeline.
        """
        device = self._identities.device(visitor)
        if device is None:
            return
        now = self._now()
        same = f"{device.id}\n{kind}\n{title.casefold()}\n{now // _DAY_MS}"
        row = records.InteractionRow(
            owner=device.id,
            at=now,
            id=f"web-{blake2b(same.encode(), digest_size=15).hexdigest()}",
            kind=kind,
            title=title,
            language=language,
            solved=solved,
            mark=mark,
            source="web",
        )

        def write(connection: Connection) -> None:
            records.see(connection, [records.Seen(device, now)])
            records.put_interactions(connection, [row])

        await self.write(write)

    def close(self) -> None:
        """Finish what is being written and close the connections. The store stays open."""
        self._writer.shutdown()
        self._readers.close()

    # --- threads

    async def read(self, look: Callable[[Reader], T]) -> T:
        """Do `look` in a reader's thread."""
        return await self._readers.ask(look)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in the writer's thread, in a transaction of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._store.write, work)

    def _unseen(self, identifier: IdentifierId, done: Future[None]) -> None:
        if (error := done.exception()) is not None:
            self._seen.pop(identifier, None)
            _log.error("a caller's number could not be written; it is when it is seen again: %s", error)

    def _answered(self, person: Person, now: Ms) -> Person:
        """`person` with the articles that fit what is open: searches in vain, unanswered mail, cases."""
        if self._answers is None:
            return person
        asked = [
            (line.kind, line.title or line.text)
            for line in person.timeline
            if line.kind in ("search", "mail") and line.mark and line.at > now - _ASK_WITHIN_MS
        ]
        asked += [("case", case.title) for case in person.cases]
        if not asked:
            return person
        return msgspec.structs.replace(person, answers=self._answers(asked[:_ASKED], person.language))
