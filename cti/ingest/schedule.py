"""The tables of the site, each read again every few minutes; what is wrong with one keeps nobody from the others."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from cti.core.ids import Ms
from cti.core.site import OutsideTable
from cti.ingest.mapping import load_map
from cti.ingest.report import IngestError, Progress, Report
from cti.ingest.tables import ingest_table
from cti.store.database import Store
from cti.store.identity import Identities

log = logging.getLogger(__name__)


class Schedule:
    """Reads the tables of a site. `folder`: where maps and files without a full path are. Its methods block."""

    def __init__(
        self,
        store: Store,
        identities: Identities,
        tables: tuple[OutsideTable, ...],
        passwords: dict[str, str],
        folder: Path,
        now: Callable[[], Ms],
    ) -> None:
        self._store = store
        self._identities = identities
        self._tables = tables
        self._passwords = passwords
        self._folder = folder
        self._now = now

    def once(self, table: OutsideTable, *, again: bool = False, progress: Progress | None = None) -> Report:
        """Read one of them now. Raises `IngestError`."""
        map_ = load_map(self._folder / table.map)
        source = self._source(table)
        return ingest_table(self._store, self._identities, map_, source, self._now(), progress, again=again)

    def follow(self, stop: threading.Event) -> None:
        """Read each when it is due, one after the other, until `stop` is set."""
        due = {table.id: time.monotonic() for table in self._tables}
        while not stop.is_set():
            for table in self._tables:
                if time.monotonic() < due[table.id] or stop.is_set():
                    continue
                self._try(table)
                due[table.id] = time.monotonic() + table.every_min * 60
            if not due:
                return
            stop.wait(max(0.0, min(due.values()) - time.monotonic()))

    def _try(self, table: OutsideTable) -> None:
        try:
            report = self.once(table)
        except IngestError as error:
            log.warning("table %s: %s. Trying again in %d minutes", table.id, error, table.every_min)
        except Exception:  # whatever it was, the next try is worth it, and the other tables are
            log.exception("table %s: trying again in %d minutes", table.id, table.every_min)
        else:
            log.info("table %s: %d rows, %d kept unread, %d gone", table.id, report.read, report.kept, report.gone)

    def _source(self, table: OutsideTable) -> str:
        if "://" not in table.source:
            return str(self._folder / table.source)
        password = self._passwords.get(table.id)
        if password is None:
            return table.source
        return make_url(table.source).set(password=password).render_as_string(hide_password=False)
