"""What a PBX wrote down of its calls, as facts: Asterisk's CDR, CEL and queue_log, from files or tables.

None of them tells all of it. CDR has who called whom; CEL who was in a bridge, when; queue_log who waited and gave up.
Each row becomes a few facts about one call, which `pbx_calls` puts together. The order of columns in files is that of
Asterisk's cdr_csv.c, cdr_custom.conf.sample and cel_custom.conf.sample, the data of events that of its "Queue Logs".
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from cti.core.ids import Ms
from cti.ingest.mapping import Fields, Map
from cti.ingest.report import IngestError
from cti.ingest.sources import Batch, batches
from cti.ingest.values import Errors, Reader, cell_text

CEL, QUEUE_LOG, CDR = 0, 1, 2
"""The kinds of sources, the one to be believed first where they tell the same."""
_CDR_MIDDLE = (
    *("channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end", "duration", "billsec", "disposition"),
    "amaflags",
)
_CDR_COLUMNS = {
    14: ("accountcode", "src", "dst", "dcontext", "clid", *_CDR_MIDDLE, "uniqueid", "userfield", "more1", "more2"),
    13: ("clid", "src", "dst", "dcontext", *_CDR_MIDDLE, "accountcode", "uniqueid", "userfield", "sequence", "more"),
}
"""By where the disposition stands: as cdr_csv writes them, and as the sample of cdr_custom does."""
_CEL_COLUMNS = (
    *("eventtype", "eventtime", "cid_name", "cid_num", "cid_ani", "cid_rdnis", "cid_dnid", "exten", "context"),
    *("channame", "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "peer", "userfield"),
    *("userdeftype", "extra"),
)
_QUEUE_COLUMNS = ("time", "callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4", "data5")
_DISPOSITIONS = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION")
_CEL_EVENTS = ("CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "LINKEDID_END", "APP_START", "APP_END")


class Fact(Struct, frozen=True, kw_only=True):
    """One thing that was written down about a call."""

    call: str
    """What all rows about one call have in common: Asterisk's linkedid, else the caller's uniqueid."""
    at: Ms
    what: str
    """`call`: it began, from `number` to `target`; `end`: it ended after `ms`; `enter`, `leave`: `agent`, on `channel`,
    came into a bridge or left it; `talk`: with `agent`, for `ms`; `wait`: until served, for `ms`; `lost`: gave up
    waiting after `ms`; `queue`: waited in `target`."""
    rank: int
    number: str = ""
    target: str = ""
    agent: str = ""
    channel: str = ""
    ms: int = 0


class Source:
    """A file or a table of a PBX. Raises `IngestError` when it is none of the three."""

    def __init__(self, source: str, zone: str, table: str = "") -> None:
        self._source = source
        self._zone = zone
        self._table = table
        self._looks: _Looks | None = None if "://" in source else _looks(Path(source))
        if self._looks is None and not table:
            raise IngestError("for a database say which table: --table cdr")

    def facts(self) -> Iterator[tuple[Batch, list[Fact], Errors]]:
        """Batch after batch: what its rows say, and why some of them can't be read. Raises `IngestError`."""
        map_ = self._map()
        for batch in batches(self._source, map_):
            kind = self._table_kind(batch) if self._looks is None else self._looks.kind
            errors: Errors = {}
            read = {CDR: self._cdr, CEL: self._cel, QUEUE_LOG: self._queue}[kind]
            yield batch, read(batch, errors), errors

    def _map(self) -> Map:
        looks = self._looks
        return Map(
            name="pbx",
            kind="call",
            columns=Fields(),
            table=self._table,
            zone=self._zone,
            header=() if looks is None else looks.header,
            delimiter="|" if looks is not None and looks.kind == QUEUE_LOG else "," if looks is not None else "",
        )

    def _table_kind(self, batch: Batch) -> int:
        names = set(batch.names)
        if "disposition" in names:
            return CDR
        if "eventtype" in names:
            return CEL
        if {"event", "callid"} <= names:
            return QUEUE_LOG
        raise IngestError(
            f"{self._table} is no table of CDR, CEL or queue_log: its columns are {', '.join(sorted(names))}"
        )

    def _times(self, batch: Batch, errors: Errors, *names: str) -> list[Ms]:
        name = next((name for name in names if name in batch.names), names[0])
        map_ = Map(name="pbx", kind="call", columns=Fields(at=name), zone=self._zone)
        return Reader(map_).times(batch, "at", errors)

    def _cdr(self, batch: Batch, errors: Errors) -> list[Fact]:
        at = self._times(batch, errors, "start", "calldate")
        uniques, linked = _column(batch, "uniqueid"), _column(batch, "linkedid")
        found = []
        columns = ("src", "dst", "channel", "dstchannel", "disposition")
        texts = zip(*(_column(batch, name) for name in columns), strict=True)
        spans = zip(_column(batch, "duration"), _column(batch, "billsec"), strict=True)
        for n, ((src, dst, channel, other, disposition), (duration, talked)) in enumerate(
            zip(texts, spans, strict=True)
        ):
            if n in errors:
                continue
            # Without `loguniqueid` a row is a call of its own.
            call = linked[n] or uniques[n] or f"{at[n]}-{channel}"
            whole, talk = _ms(duration), _ms(talked)
            found.append(
                Fact(call=call, at=at[n], what="call", rank=CDR, number=src, target=dst, agent=owner_of(channel))
            )
            found.append(Fact(call=call, at=at[n], what="end", rank=CDR, ms=whole))
            if disposition == "ANSWERED" and other and talk:
                began = Ms(at[n] + max(0, whole - talk))
                found.append(Fact(call=call, at=began, what="talk", rank=CDR, agent=owner_of(other), ms=talk))
        return found

    def _cel(self, batch: Batch, errors: Errors) -> list[Fact]:
        at = self._times(batch, errors, "eventtime")
        columns = ("eventtype", "cid_num", "exten", "channame", "uniqueid", "linkedid")
        found = []
        for n, row in enumerate(zip(*(_column(batch, name) for name in columns), strict=True)):
            event, number, exten, channel, unique, linked = row
            call, first = linked or unique, unique == (linked or unique)
            if n in errors or not call:
                continue
            if event == "CHAN_START" and first:
                agent = owner_of(channel)
                found.append(Fact(call=call, at=at[n], what="call", rank=CEL, number=number, target=exten, agent=agent))
            elif event in ("BRIDGE_ENTER", "BRIDGE_EXIT") and not first and not channel.startswith("Local/"):
                what = "enter" if event == "BRIDGE_ENTER" else "leave"
                found.append(Fact(call=call, at=at[n], what=what, rank=CEL, agent=owner_of(channel), channel=unique))
            elif event == "LINKEDID_END":
                found.append(Fact(call=call, at=at[n], what="end", rank=CEL))
        return found

    def _queue(self, batch: Batch, errors: Errors) -> list[Fact]:
        at = self._times(batch, errors, "time")
        columns = ("callid", "queuename", "agent", "event")
        if "data1" in batch.names:
            data = list(zip(*(_column(batch, f"data{n}") for n in range(1, 6)), strict=True))
        else:
            data = [tuple((written.split("|") + [""] * 5)[:5]) for written in _column(batch, "data")]
        found = []
        for n, row in enumerate(zip(*(_column(batch, name) for name in columns), strict=True)):
            call, queue, agent, event = row
            if n in errors or call in ("", "NONE"):
                continue
            found += _queue_facts(call, at[n], queue, owner_of(agent), event, data[n])
        return found


def _queue_facts(call: str, at: Ms, queue: str, agent: str, event: str, data: Sequence[str]) -> list[Fact]:
    def fact(what: str, when: Ms = at, **more: object) -> Fact:
        return Fact(call=call, at=when, what=what, rank=QUEUE_LOG, **more)  # type: ignore[arg-type]

    match event:
        case "ENTERQUEUE":
            return [fact("call", number=data[1]), fact("queue", target=queue)]
        case "CONNECT":
            return [fact("wait", ms=_ms(data[0]))]
        case "ABANDON":
            return [fact("lost", ms=_ms(data[2]))]
        case "COMPLETEAGENT" | "COMPLETECALLER":
            held, talked = _ms(data[0]), _ms(data[1])
        case "TRANSFER" | "BLINDTRANSFER":
            held, talked = _ms(data[2]), _ms(data[3])
        case "ATTENDEDTRANSFER":
            # method|bridge or channel|held|talked, with two more before them when it went to a bridge of others
            numbers = [one for one in data if one.isdecimal()]
            held, talked = (_ms(numbers[0]), _ms(numbers[1])) if len(numbers) > 1 else (0, 0)
        case _:
            return []
    return [fact("wait", ms=held), fact("talk", Ms(at - talked), agent=agent, ms=talked)]


def owner_of(channel: str) -> str:
    """Whose channel it is: `PJSIP/ana-0000001f`, `Local/1001@agents/n` and `Agent/1001` give `ana`, `1001`, `1001`."""
    name = channel.partition("/")[2] or channel
    name = name.partition("@")[0].partition(";")[0]
    head, dash, tail = name.rpartition("-")
    return head if dash and len(tail) == 8 and all(char in "0123456789abcdef" for char in tail) else name


class _Looks(Struct, frozen=True):
    kind: int
    header: tuple[str, ...]
    """Empty: its first line names the columns."""


def _looks(path: Path) -> _Looks:
    """What kind of file it is, by its first line."""
    try:
        with path.open("rb") as file:
            line = file.readline(10_000).decode("utf-8", "replace").strip()
    except OSError as error:
        raise IngestError(f"{path} can't be read: {error.strerror}") from error
    if line.count("|") >= 4 and line.partition("|")[0].partition(".")[0].isdecimal():
        return _Looks(QUEUE_LOG, _QUEUE_COLUMNS)
    cells = next(csv.reader([line]), [])
    if "disposition" in cells:
        return _Looks(CDR, ())
    if "eventtype" in cells:
        return _Looks(CEL, ())
    for place, header in _CDR_COLUMNS.items():
        if len(cells) > place and cells[place] in _DISPOSITIONS:
            return _Looks(CDR, header)
    if cells and (cells[0] in _CEL_EVENTS or cells[0].startswith("BRIDGE_")):
        return _Looks(CEL, _CEL_COLUMNS)
    raise IngestError(f"{path} is no CDR, CEL or queue_log of Asterisk: it begins with {line[:80]!r}")


def _column(batch: Batch, name: str) -> list[str]:
    return [cell_text(cell) for cell in batch.column(name)]


def _ms(written: str) -> int:
    try:
        return max(0, int(float(written) * 1000))
    except (ValueError, OverflowError):
        return 0
