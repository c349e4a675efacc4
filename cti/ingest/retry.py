"""Mails that could not be read, tried once more: by one process at a time, whoever asks for it.

`python -m cti.ingest.retry` is the process the bridge starts for it; it writes how far it is, a line each time.
"""

import argparse
import contextlib
import fcntl
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from cti.core.ids import Ms
from cti.ingest import collector
from cti.ingest.mailbox import Found
from cti.ingest.mailroom import mail_store
from cti.ingest.mails import SOURCE, MailStore, put_batch
from cti.ingest.report import KEPT_BYTES, IngestError, Progress, Report, Ticker, kept_body, list_kept
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.setup.site import load as load_site
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock


class Retry(Report):
    """Counts of one such reading, so far."""

    of: int = 0
    """So many mails are tried."""


def retry_kept(store: Store, into: MailStore, now: Ms, data: Path, progress: Progress | None = None) -> Retry:
    """Try once more to read mails that are kept whole. Mails cut short are read again where they lie.

    Raises `IngestError` when another process of this data folder does so now.
    """
    with _alone(data):
        kept = store.read(lambda connection: list_kept(connection, SOURCE))
        whole = [one for one in kept if one.size and (one.size != KEPT_BYTES or one.place.startswith("lmtp "))]
        report = Retry(source="kept", of=len(whole))
        ticker = Ticker(report, progress)
        for one in whole:
            ticker.tick()
            # Somebody may have thrown it away meanwhile.
            if body := store.read(partial(kept_body, id_=one.id)):
                put_batch(store, into, [Found(one.place, body, one.at, only=True)], report, now)
    return report


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Whatever ends a process lets the next one in."""
    folder = data / "run"
    folder.mkdir(exist_ok=True)
    with (folder / "retry.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IngestError("it is being read again already: wait until that is done") from None
        yield


def main(arguments: list[str] | None = None) -> int:
    """The command line of the process that the bridge starts."""
    parser = argparse.ArgumentParser(prog="python -m cti.ingest.retry", description="Reads once more what is kept.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    given = parser.parse_args(arguments)
    try:
        settings = Settings.load(given.data)
        in_force = load_site(settings.site_file)
        with contextlib.closing(Store.open(settings.database_url)) as store:
            collector.keep_out_of_the_way()
            _tell(retry_kept(store, mail_store(settings, in_force), wall_clock(), settings.data, _tell))
    except (SetupProblem, StoreError, IngestError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _tell(report: Report) -> None:
    print(msgspec.json.encode(report).decode(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
