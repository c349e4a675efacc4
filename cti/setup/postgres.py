"""PostgreSQL: the one place that reads its URLs and opens connections of its driver (psycopg).

`postgresql://user:password@host:5432/name?sslmode=require`: everything libpq knows may stand after the `?`, and what is
not given comes from its environment (`PGPASSFILE`, `PGSSLROOTCERT`, ...). A password is never shown again.
"""

from typing import Any

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from cti.setup.problem import SetupProblem

OLDEST = 15
"""The oldest major version we are tested with."""
_HOW = "write postgresql://user@host/name, and %40 for an @ in the password, %3A for a colon"
_SECRET = ("password", "sslpassword", "oauth_client_secret")
"""What libpq takes after the `?` and nobody is to see."""
_DEFAULTS = {
    "connect_timeout": "10",
    "application_name": "hotline",
    # A server that is gone without a word is noticed in half a minute, not in two hours (tcp(7)).
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}


class _Text(StrDumper):
    """PostgreSQL's text holds no NUL; nobody has ever meant one, so it is left out rather than the row."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "") if "\0" in obj else obj)


def parsed(url: str) -> URL:
    """The URL as SQLAlchemy wants it, with psycopg as its driver. Raises SetupProblem."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise SetupProblem(f"this is no database's URL: {_HOW}") from None
    if "@" in (found.host or ""):
        # The end of a password with an @ in it: it would be shown as a part of the host's name.
        raise SetupProblem(f"this URL has more than one @: {_HOW}")
    return found.set(drivername="postgresql+psycopg")


def shown(url: str) -> str:
    """The URL for people's eyes: without its password. Raises SetupProblem."""
    found = parsed(url)
    query = {name: "***" if name in _SECRET else value for name, value in found.query.items()}
    return found.set(drivername="postgresql", query=query).render_as_string(hide_password=True)


def arguments(url: str) -> dict[str, Any]:
    """What libpq is to be told. Raises SetupProblem for a URL that is none."""
    found = parsed(url)
    return {**_DEFAULTS, **found.translate_connect_args(username="user", database="dbname"), **found.query}


def connect(url: str) -> psycopg.Connection:
    """A connection that commits each statement by itself. Raises SetupProblem, or `psycopg.Error`."""
    connection = psycopg.connect(**arguments(url), autocommit=True)
    adapt(connection)
    return connection


def adapt(connection: psycopg.Connection) -> None:
    """Teach a connection our way with texts."""
    connection.adapters.register_dumper(str, _Text)


def unfit(connection: psycopg.Connection) -> str:
    """Why this server or database can't be used, with the cure; empty: it can."""
    version = connection.info.server_version // 10000
    if version < OLDEST:
        return f"the server is PostgreSQL {version}: use {OLDEST} or newer"
    row = connection.execute("SHOW server_encoding").fetchone()
    if row is None or row[0] != "UTF8":
        return "its encoding is not UTF8: make it with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
    return ""
