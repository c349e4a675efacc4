"""The example site's own history: a few customers' stories, moved to today so that a new desk has something to show."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.mailbox import Found, mails
from cti.ingest.mails import MailStore, Own, put_mails
from cti.ingest.mapping import load_map
from cti.ingest.report import Report
from cti.ingest.sources import batches
from cti.ingest.tables import TableIngest, put_rows
from cti.store.database import Store
from cti.store.identity import Identities

_WRITTEN = datetime(2026, 11, 24, 10, 0)
"""The "now" of the example's files, by the clock of its zone."""
_OURS = ("harbour.example",)
_SOURCE = "example"
_DAY_MS = 86_400_000
_DATE = re.compile(rb"^Date: ([^\r\n]+)", re.MULTILINE)
_CALLS_PER_QUARTER = (0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 5, 4, 3, 3, 4, 5, 4, 3, 3, 2, 2, 1, 1, 0)
"""Of each hour of a working day: what the example's company usually gets."""
_WEEKS = 4


def load_example(store: Store, identities: Identities, folder: Path, zone: str, now: Ms) -> list[Report]:
    """Load the example in `folder` once; later calls do nothing and give nothing. Raises `IngestError`.

    All of it is moved by whole days, so that what happened "this morning" did so on the last morning there was.
    """
    if store.read(_loaded):
        return []
    place = ZoneInfo(zone)
    moment = datetime.fromtimestamp(now / 1000, place)
    days = (moment.date() - _WRITTEN.date()).days
    if moment.replace(tzinfo=None).time() < _WRITTEN.time():
        days -= 1
    reports = []
    # Customers first: what is theirs is then known at once.
    for file in [folder / "customers.toml", *sorted((folder / "web").glob("*.toml"))]:
        map_ = load_map(file)
        source = next(path for path in sorted(file.parent.glob(f"{file.stem}.*")) if path.suffix in (".csv", ".jsonl"))
        into = TableIngest(identities, map_, now, shift_ms=days * _DAY_MS)
        reports.append(put_rows(store, into, batches(str(source), map_), map_.name))
    moved = _moved(mails(folder / "mails"), days)
    reports.append(put_mails(store, MailStore(identities, Own(_OURS)), moved, "example-mails", now))

    def finish(connection: Connection) -> None:
        _keep_promises_ahead(connection, now)
        _usual_days(connection, moment)
        connection.execute(
            text("INSERT INTO positions (name, seq) VALUES (:name, :now)"), {"name": _SOURCE, "now": now}
        )

    store.write(finish)
    return reports


def _loaded(connection: Connection) -> bool:
    return connection.execute(text("SELECT 1 FROM positions WHERE name = :name"), {"name": _SOURCE}).first() is not None


def _moved(found: Iterator[Found], days: int) -> Iterator[Found]:
    for one in found:
        yield Found(one.place, _DATE.sub(lambda date: _later(date, days), one.raw, count=1), one.modified, one.reason)


def _later(date: re.Match[bytes], days: int) -> bytes:
    sent = parsedate_to_datetime(date[1].decode("ascii"))
    return b"Date: " + format_datetime(sent + timedelta(days=days)).encode("ascii")


def _keep_promises_ahead(connection: Connection, now: Ms) -> None:
    """An example must not greet with promises that are overdue already."""
    found = connection.execute(text("SELECT id, due FROM promises WHERE source LIKE 'example-promises:%'")).all()
    for id_, due in found:
        if due <= now:
            ahead = due + ((now - due) // _DAY_MS + 1) * _DAY_MS
            connection.execute(text("UPDATE promises SET due = :due WHERE id = :id"), {"due": ahead, "id": id_})


def _usual_days(connection: Connection, moment: datetime) -> None:
    """Four weeks of calls by the quarter of an hour, for the dotted line of the wallboard."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = []
    for back in range(1, _WEEKS * 7 + 1):
        day = midnight - timedelta(days=back)
        for quarter in range(96):
            at = day + timedelta(minutes=15 * quarter)
            usual = _CALLS_PER_QUARTER[at.hour]
            weekend = day.weekday() >= 5
            n = (usual + (back * 7 + quarter * 5) % 3 - 1) // (2 if weekend else 1) if usual else 0
            if n > 0:
                counted.append({"quarter": int(at.timestamp()) // 900, "n": n, "source": _SOURCE})
    connection.execute(
        text(
            "INSERT INTO arrivals (quarter, source, n) VALUES (:quarter, :source, :n)"
            " ON CONFLICT (quarter, source) DO NOTHING"
        ),
        counted,
    )
