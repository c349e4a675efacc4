"""The tables of mail: what was written, how it finds its thread, what came with it; and what could not be read."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from cti.store.columns import SERIAL, STRING, TEXT, metadata, words

_SORTED_OUT = text("auto <> ''")

messages = Table(
    "messages",
    metadata,
    Column("id", STRING, primary_key=True),
    Column("interaction", STRING, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("inbound", Boolean, nullable=False),
    words("author"),  # an identifier
    words("author_name"),
    words("recipients"),
    words("subject"),
    words("text"),  # what was written
    words("quoted"),  # what was only quoted, and the signature
    words("auto"),  # bounce, auto_reply, receipt, list, loop, spam; empty: a person
    Column("language", STRING),
    words("message_id"),
    words("subject_key"),
    Column("loose", Boolean, nullable=False),  # a reply that doesn't say to what
    words("people"),  # identifiers of everybody in it but ourselves
    words("problems"),  # what was odd about it, one a line
    Index("messages_interaction", "interaction", "at"),
    Index("messages_subject", "subject_key", "at"),
    Index("messages_auto", "at", "id", sqlite_where=_SORTED_OUT, postgresql_where=_SORTED_OUT),
    Index("messages_auto_author", "author", "at", "id", sqlite_where=_SORTED_OUT, postgresql_where=_SORTED_OUT),
)

thread_refs = Table(
    "thread_refs",
    metadata,
    Column("ref", STRING, nullable=False),  # a Message-ID that a thread has or mentions
    Column("interaction", STRING, nullable=False),
    PrimaryKeyConstraint("ref"),
    Index("thread_refs_interaction", "interaction"),
    sqlite_with_rowid=False,
)

attachments = Table(
    "attachments",
    metadata,
    Column("hash", STRING, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("key", STRING, nullable=False, server_default=""),  # it is encrypted with; empty: it is not
    Index("attachments_key", "key", "hash"),
)

message_attachments = Table(
    "message_attachments",
    metadata,
    Column("message", STRING, nullable=False),
    Column("n", Integer, nullable=False),
    words("name"),
    words("type"),
    Column("hash", STRING, nullable=False),
    PrimaryKeyConstraint("message", "n"),
    sqlite_with_rowid=False,
)

kept = Table(
    "kept",
    metadata,
    Column("id", SERIAL, primary_key=True),
    Column("source", STRING, nullable=False),
    Column("place", TEXT, nullable=False),  # file, byte or row
    Column("reason", TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("source", "place"),
    Index("kept_at", "at", "id"),
)
"""Input that could not be read, with its reason: nothing that came is thrown away."""
