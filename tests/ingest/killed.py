"""A process that brings things in and is killed again and again: `python -m tests.ingest.killed`.

Its arguments are what to bring in (`table` or `mail`), where it is, the map of a table, and the URLs of databases. It
brings everything into the first one and counts the moments this takes: statements, commits and connections given back.
Into each of the others it brings it twice, by a child each time: the first one gets SIGKILL at a moment, the earliest
for the first database and the last for the last. Written is how many rows there were after each kill.
"""

import os
import signal
import sys
from pathlib import Path

import sqlalchemy as sa

from cti.ingest.mailbox import mails
from cti.ingest.mails import MailStore, Own, put_mails
from cti.ingest.mapping import load_map
from cti.ingest.tables import ingest_table
from cti.store.database import Store
from cti.store.identity import Identities
from tests.store.conftest import NOW

OWN = "support@harbour.example"
_ROWS = sa.text("SELECT (SELECT count(*) FROM interactions) + (SELECT count(*) FROM messages)")


class Doom:
    """Counts moments, and ends the process at one of them as `kill -9` does."""

    def __init__(self, moment: int) -> None:
        self._moment = moment
        self.passed = 0
        sa.event.listen(sa.Engine, "before_cursor_execute", self._pass)
        # Twice: just before a commit nothing of it may count, just after all of it must.
        sa.event.listen(sa.Engine, "commit", self._pass)
        sa.event.listen(sa.Engine, "checkin", self._pass)

    def _pass(self, *_what: object) -> None:
        self.passed += 1
        if self.passed == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)


def bring_in(what: str, source: str, map_: str, url: str) -> None:
    """All of it, in small batches."""
    store = Store.open(url)
    identities = Identities(b"a key of the site", "HK")
    if what == "table":
        ingest_table(store, identities, load_map(Path(map_)), source, NOW, size=40)
    else:
        into = MailStore(identities, Own([OWN]))
        put_mails(store, into, mails(Path(source)), source, NOW, size=15)
    store.close()


def main(what: str, source: str, map_: str, whole: str, *cut: str) -> None:
    """Everything, one after the other."""
    moments = _run(0, what, source, map_, whole)
    for n, url in enumerate(cut):
        moment = 1 + n * (moments - 1) // (len(cut) - 1)
        if _run(moment, what, source, map_, url) != -signal.SIGKILL:
            raise RuntimeError(f"it was not killed at moment {moment} of {moments}")
        store = Store.open(url)
        print(store.read(lambda c: c.execute(_ROWS).scalar_one()), flush=True)
        store.close()
        _run(0, what, source, map_, url)


def _run(moment: int, what: str, source: str, map_: str, url: str) -> int:
    """A child that is killed at a moment (0: it lives); gives how many it had, or how it ended."""
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        doom = Doom(moment)
        bring_in(what, source, map_, url)
        os.write(said, str(doom.passed).encode())
        os._exit(0)
    os.close(said)
    _, ended = os.waitpid(child, 0)
    with os.fdopen(heard) as line:
        return int(line.read() or os.waitstatus_to_exitcode(ended))


if __name__ == "__main__":
    main(*sys.argv[1:])
