"""The mapping file: which column of an outside table is what here. Unknown keys are refused by name."""

from pathlib import Path

import msgspec
from msgspec import Struct

from cti.ingest.report import IngestError

HISTORY_KINDS = ("call", "mail", "chat", "sms", "search", "form", "visit", "order")
KINDS = (*HISTORY_KINDS, "customer", "case", "promise")
_NEEDED = {"customer": ("key", "name"), "case": ("key", "title", "at"), "promise": ("key", "title", "at", "due")}


class Column(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a value comes from, when the name of a column alone doesn't say it."""

    column: str = ""
    template: str = ""
    """Several columns in one text: `{product}, {count} pieces`."""
    value: str = ""
    """Always this."""
    html: str = ""
    """The column that says `html` (`text/html`) in rows where this one is HTML: it is read as plain text."""
    map: dict[str, str] = {}
    """What is written there -> what it means here; `*` for everything else. Without `*` the rest stays as it is."""


Field = str | Column


class Fields(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be filled. `key` names a row for ever; without one, its whole content does."""

    key: Field | None = None
    at: Field | None = None
    title: Field | None = None
    text: Field | None = None
    language: Field | None = None
    inbound: Field | None = None
    agent: Field | None = None
    lasted_s: Field | None = None
    waited_s: Field | None = None
    solved: Field | None = None
    mark: Field | None = None
    case: Field | None = None
    """The number of a case."""
    tel: Field | None = None
    mail: Field | None = None
    account: Field | None = None
    device: Field | None = None
    customer: Field | None = None
    """The key of a customer."""
    name: Field | None = None
    tier: Field | None = None
    tags: Field | None = None
    """Several, parted by `;`."""
    pin: Field | None = None
    """Of a customer, by which callers prove who they are. It is kept as a hash only, and in no list of what was not
    read."""
    state: Field | None = None
    closed: Field | None = None
    """When a closed case was closed; without it, when it was first met closed."""
    due: Field | None = None


class Map(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping file (TOML)."""

    name: str
    """The source's name: with a row's key it makes its id, so it must not change."""
    kind: str
    """What a row is: a line of the history, `customer`, `case` or `promise`."""
    columns: Fields
    zone: str = "UTC"
    """For times that don't say their zone."""
    time_format: str = ""
    """As in Python's `strptime`, where times are not ISO 8601 or seconds since 1970."""
    link: bool = False
    """The identifiers of a row are one person's: link them. False: they only say where the row came from."""
    table: str = ""
    query: str = ""
    """For databases: a table, or a query of your own."""
    watermark: str = ""
    """For databases: the column that grows with every new or changed row; only rows from the newest known value on
    are asked for."""
    deletes: bool = False
    """Rows that are gone at the source go here, too, each time all of it was read."""
    delimiter: str = ""
    encoding: str = ""
    """For files; empty: found out."""
    header: tuple[str, ...] = ()
    """The columns' names, for a CSV file without a first line that names them."""


def load_map(path: Path) -> Map:
    """Read and check a mapping file. Raises `IngestError` naming the line or key that is wrong."""
    try:
        loaded = msgspec.toml.decode(path.read_bytes(), type=Map)
    except OSError as error:
        raise IngestError(f"the map {path} can't be read: {error.strerror}") from error
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise IngestError(f"the map {path} is wrong: {error}") from error
    problem = _problem(loaded)
    if problem:
        raise IngestError(f"the map {path} is wrong: {problem}")
    return loaded


def _problem(map_: Map) -> str:
    columns = map_.columns
    if not map_.name or ":" in map_.name:
        return "`name` must be a word without a colon"
    if map_.kind not in KINDS:
        return f"`kind` is {map_.kind!r}; it can be {', '.join(KINDS)}"
    if map_.table and map_.query:
        return "give `table` or `query`, not both"
    if map_.watermark and not (map_.table or map_.query):
        return "`watermark` is for databases: say `table` or `query`"
    if map_.deletes and map_.columns.key is None:
        return "`deletes` needs a `key`: a row without one can't be told from another"
    if map_.deletes and map_.kind == "customer":
        return "`deletes` is not for customers: `hotline erase` takes one away, with everything about them"
    if columns.pin is not None and (map_.kind != "customer" or not _named(columns.pin)):
        return "`pin` is a column of rows that are a customer"
    for name in columns.__struct_fields__:
        field = getattr(columns, name)
        if isinstance(field, Column) and field.html and not field.column:
            return f"`{name}` says `html` without a `column`"
    needed = _NEEDED.get(map_.kind, ("at",))
    missing = [name for name in needed if getattr(columns, name) is None]
    if missing:
        return f"`columns` must name {', '.join(missing)} for rows that are a {map_.kind}"
    owners = (columns.tel, columns.mail, columns.account, columns.device, columns.customer)
    if map_.kind != "customer" and all(owner is None for owner in owners):
        return "`columns` must name one of tel, mail, account, device or customer: whose row is it?"
    return ""


def _named(field: Field | None) -> str:
    """The one column that a field is read from; empty: none, or several."""
    return "" if field is None else field if isinstance(field, str) else field.column


def secret_column(map_: Map) -> str:
    """The column whose cells are never shown or kept as they are; empty: none."""
    return _named(map_.columns.pin)
