"""What the tables are made of, alike on SQLite and PostgreSQL."""

from sqlalchemy import BigInteger, Column, Integer, MetaData
from sqlalchemy import String as _String
from sqlalchemy import Text as _Text

metadata = MetaData()
# Sorted by code points on PostgreSQL, too: paging and the search for names rely on the order SQLite and Python have.
STRING = _String().with_variant(_String(collation="C"), "postgresql")
TEXT = _Text().with_variant(_Text(collation="C"), "postgresql")
SERIAL = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column that is exactly INTEGER."""


def words(name: str) -> Column[str]:
    """Words that may be missing: empty then."""
    return Column(name, TEXT, nullable=False, server_default="")
