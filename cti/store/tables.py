"""The tables of the history and of the accounts: one place for every column, on SQLite and PostgreSQL alike.

Personal values live here and only here; events carry ids. An interaction belongs to an `owner`: the identifier it came
from. People are linked to identifiers, never to rows of the history, so linking, unlinking and sharing a number
rewrite nothing. `interactions` is clustered by owner and time: the last contacts of a person lie side by side.
Times are `Ms`; texts that may be missing are empty, not NULL, unless "unknown" differs from "none".
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from cti.store.columns import SERIAL as _Serial
from cti.store.columns import STRING as _String
from cti.store.columns import TEXT as _Text
from cti.store.columns import metadata as metadata
from cti.store.columns import words as _text
from cti.store.mail_tables import messages as messages

customers = Table(
    "customers",
    metadata,
    Column("id", _String, primary_key=True),
    _text("name"),
    Column("name_key", _Text, nullable=False, server_default="", index=True),  # folded, for searching
    Column("language", _String),
    _text("tier"),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    _text("source"),
    Column("merged_into", _String),  # the customer this one is shown as; NULL: a person of its own
    Column("absorbed", Integer, nullable=False, server_default="0"),  # how many are merged into this one
    Index(
        "customers_merged",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("id", _String, nullable=False),
    Column("kind", _String, nullable=False),  # tel, mail, account, device
    Column("value", _Text, nullable=False),  # normalised; what erasing removes
    _text("raw"),  # as it first came
    _text("name"),  # what its owner called themselves, such as the name in a mail's From
    Column("language", _String),  # last chosen in a call
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(
        "identifiers_end",
        text("substr(value, length(value) - 3)"),  # said alike on both; an index is taken for the very same words
        "value",
        sqlite_where=text("kind = 'tel'"),
        postgresql_where=text("kind = 'tel'"),
    ),
    sqlite_with_rowid=False,
)

links = Table(
    "links",
    metadata,
    Column("identifier", _String, nullable=False),
    Column("customer", _String, nullable=False),
    _text("source"),  # who says so: an import's name, `agent` in a call, agent:<id>, merge:<id>
    Column("since", BigInteger, nullable=False),
    Column("ended", BigInteger),  # a person said it is not so: stays said, whatever imports say again
    PrimaryKeyConstraint("identifier", "customer"),
    Index("links_customer", "customer"),
    sqlite_with_rowid=False,
)

merges = Table(
    "merges",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("gone", _String, nullable=False),  # a customer, or an identifier that was nobody's
    Column("kept", _String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", _String, nullable=False),
    Column("undone", BigInteger),
    _text("undone_by"),
    Column("was_ended", BigInteger),  # of an identifier: when its link had been ended before
    Index("merges_kept", "kept"),
    Index("merges_gone", "gone"),
)
"""Which customers people said are one. What stands in `customers.merged_into` is made from those not undone."""

apart = Table(
    "apart",
    metadata,
    Column("one", _String, nullable=False),  # the smaller of the two ids
    Column("other", _String, nullable=False),
    Column("who", _String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("one", "other"),
    sqlite_with_rowid=False,
)
"""Pairs that somebody said are two people: they are not suggested again."""

mentions = Table(
    "mentions",
    metadata,
    Column("identifier", _String, nullable=False),  # of the number or address that was written
    Column("owner", _String, nullable=False),  # of who wrote it
    Column("interaction", _String, nullable=False),
    _text("shown"),  # as people write it; the identifier may have no row of its own
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("identifier", "owner", "interaction"),
    Index("mentions_owner", "owner"),
    Index("mentions_interaction", "interaction"),
    sqlite_with_rowid=False,
)
"""Contact details that people wrote in their own words, such as a number in a mail's signature."""

interactions = Table(
    "interactions",
    metadata,
    Column("owner", _String, nullable=False),  # an identifier, `customer:<id>`, or `nobody`
    Column("at", BigInteger, nullable=False),
    Column("id", _String, nullable=False),
    Column("kind", _String, nullable=False),  # call, message, mail, chat, sms, search, form, visit, order
    Column("customer", _String),  # confirmed by an agent; NULL: whoever the owner is linked to
    _text("title"),
    _text("text"),
    Column("inbound", Boolean, nullable=False),
    Column("language", _String),
    _text("agent"),
    _text("agent_name"),
    Column("lasted", BigInteger),
    Column("waited", BigInteger),
    _text("path"),  # menu choices, one a line; of a visit: what was done, as JSON
    Column("solved", Boolean),
    _text("mark"),  # no_reply, nothing_found, abandoned, missed, message
    Column("case_id", BigInteger),
    _text("source"),  # journal, mail, or an import's name
    PrimaryKeyConstraint("owner", "at", "id"),
    Index("interactions_id", "id", unique=True),
    Index(
        "interactions_case",
        "case_id",
        sqlite_where=text("case_id IS NOT NULL"),
        postgresql_where=text("case_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

calls = Table(
    "calls",
    metadata,
    Column("interaction", _String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("caller", _String),  # an identifier; NULL: withheld
    _text("number"),  # the hotline number that was dialled
    Column("language", _String),
    _text("queue"),
    _text("agent"),  # the last who talked
    Column("state", _String, nullable=False),  # open, or how it ended
    Column("waited", BigInteger, nullable=False),
    Column("talked", BigInteger, nullable=False),
    _text("path"),
    _text("outcome"),
    Column("solved", Boolean),
    _text("recognised"),  # by what the caller keyed: pin, account, wrong_pin, locked
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Index("calls_at", "at"),
    Index("calls_agent", "agent", "at"),
)
"""Our own calls in full, folded from the journal; each has its line in `interactions`, too."""

pieces = Table(
    "pieces",
    metadata,
    Column("piece", _String, primary_key=True),
    Column("kind", _String, nullable=False),  # message
    Column("about", _String),  # the call it was left in; its recording has that name
    Column("at", BigInteger, nullable=False),
    Column("caller", _String),  # an identifier; NULL: withheld
    _text("number"),  # the hotline number that was dialled
    Column("language", _String),
    _text("queue"),
    _text("agent"),  # the last who opened it
    Column("state", _String, nullable=False),  # open, or how it ended
    Column("waited", BigInteger, nullable=False),  # until it was opened first
    Column("length", BigInteger, nullable=False),  # of the recording
    _text("outcome"),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Index("pieces_about", "about"),
)
"""Text work in full, folded from the journal; each has its line in `interactions`, too."""

visits = Table(
    "visits",
    metadata,
    Column("id", _String, primary_key=True),  # of its line in `interactions`
    Column("visitor", _String, nullable=False),  # an identifier
    Column("at", BigInteger, nullable=False),  # of what was done last
    Column("customer", _String),  # who signed in; empty: several did
    Index("visits_at", "at"),
    sqlite_with_rowid=False,
)
"""Visits of the site's own web sites; each has its line in `interactions`, made of its items."""

visit_items = Table(
    "visit_items",
    metadata,
    Column("visit", _String, nullable=False),
    Column("id", _String, nullable=False),  # the page's own
    Column("at", BigInteger, nullable=False),
    Column("kind", _String, nullable=False),  # page, search, form, sign_in, tag, untag
    _text("words"),  # a page's title, what was searched, a form's name
    _text("place"),  # a page's path
    Column("found", BigInteger),  # by a search; NULL: not said
    _text("body"),  # of a form: the fields that are kept, one a line
    PrimaryKeyConstraint("visit", "id"),
    sqlite_with_rowid=False,
)

tallies = Table(
    "tallies",
    metadata,
    Column("owner", _String, nullable=False),
    Column("customer", _String, nullable=False),  # empty: not confirmed
    Column("kind", _String, nullable=False),
    Column("n", BigInteger, nullable=False),
    PrimaryKeyConstraint("owner", "customer", "kind"),
    sqlite_with_rowid=False,
)
"""How many interactions of each kind; kept by triggers, so counting a busy number never walks its rows."""

annotations = Table(
    "annotations",
    metadata,
    Column("interaction", _String, nullable=False),
    _text("text"),
    Column("customer", _String),
    Column("case_id", BigInteger),
    _text("agent"),  # who has seen to a caller who left
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("interaction"),
    sqlite_with_rowid=False,
)
"""What people said about an interaction. Kept apart: `interactions` can be made again from the journal, this can't."""

notes = Table(
    "notes",
    metadata,
    Column("interaction", _String, nullable=False),
    Column("agent", _String, nullable=False),
    _text("text"),
    Column("at", BigInteger, nullable=False),  # when it was begun
    PrimaryKeyConstraint("interaction", "agent"),
    sqlite_with_rowid=False,
)
"""What each agent wrote about an interaction; `annotations` has it in one text, as it is shown."""

cases = Table(
    "cases",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("customer", _String, nullable=False, index=True),
    _text("title"),
    Column("state", _String, nullable=False),  # open, waiting, closed
    Column("opened", BigInteger, nullable=False),
    Column("closed", BigInteger),
    _text("owner"),  # agent id
    Column("priority", Integer, nullable=False, server_default="0"),  # -1 low, 0, 1 high, 2 urgent
    Column("source", _String),  # an import's name and key; NULL: made here
    Column("due", BigInteger),
    Column("solved", Boolean),  # as it was closed; NULL: open, or nobody has said
    Column("reopened", Integer, nullable=False, server_default="0"),  # times it came again
    Column("merged_into", BigInteger),  # another case, which is meant where this one is named
    Index("cases_owner", "owner", "state"),
    UniqueConstraint("source"),
)

case_words = Table(
    "case_words",
    metadata,
    Column("word", _String, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("word", "case_id"),
    Index("case_words_case", "case_id", "word"),
    sqlite_with_rowid=False,
)
"""By which words of its title a case is found. Those of a title that is no more are taken away by triggers."""

promises = Table(
    "promises",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("customer", _String, nullable=False, index=True),
    Column("case_id", BigInteger),
    Column("interaction", _String),
    Column("what", _Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("made", BigInteger, nullable=False),
    _text("agent"),  # who promised
    Column("state", _String, nullable=False),  # open, kept, withdrawn
    Column("done", BigInteger),
    Column("source", _String),
    Index("promises_due", "state", "due"),
    UniqueConstraint("source"),
)

tags = Table(
    "tags",
    metadata,
    Column("customer", _String, nullable=False),
    Column("tag", _String, nullable=False),
    _text("source"),
    Column("ended", BigInteger),  # a person took it away: stays away, whatever imports say again
    Column("since", BigInteger),  # when a person gave it; NULL: not known
    Column("word", _Text, nullable=False, server_default="", index=True),  # folded, for searching
    PrimaryKeyConstraint("customer", "tag"),
    sqlite_with_rowid=False,
)

wishes = Table(
    "wishes",
    metadata,
    Column("customer", _String, nullable=False),  # or an identifier that is nobody's
    _text("channel"),  # how they would rather be reached; empty: they have not said
    _text("never"),  # channels they do not want, with spaces between
    Column("begins", Integer, nullable=False, server_default="0"),  # minutes of the site's day
    Column("ends", Integer, nullable=False, server_default="1440"),
    _text("note"),  # what whoever speaks with them should know
    Column("who", _String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer"),
    sqlite_with_rowid=False,
)
"""How customers want to be reached, in their own words to an agent."""

pins = Table(
    "pins",
    metadata,
    Column("customer", _String, nullable=False),
    Column("hash", _Text, nullable=False),  # scrypt:N:r:p:salt:hash
    Column("changed", BigInteger, nullable=False),
    Column("who", _String, nullable=False),  # agent id
    Column("failed", Integer, nullable=False, server_default="0"),  # tries that were wrong, since one was right
    Column("tried", BigInteger),  # the last of them
    PrimaryKeyConstraint("customer"),
    sqlite_with_rowid=False,
)
"""By which callers prove that an account is theirs."""

case_moves = Table(
    "case_moves",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("how", _String, nullable=False),  # merge, split
    Column("kept", BigInteger, nullable=False),
    Column("gone", BigInteger, nullable=False),  # of a split: the new one
    Column("interactions", _Text, nullable=False),  # that went from one to the other, one a line
    _text("promises"),
    Column("state", _String, nullable=False),  # of the one that is gone, before
    Column("at", BigInteger, nullable=False),
    Column("who", _String, nullable=False),
    Column("undone", BigInteger),
    Index("case_moves_kept", "kept"),
    Index("case_moves_gone", "gone"),
)
"""What went from case to case when two were made one, or one two: so that it can go back."""

erased = Table(
    "erased",
    metadata,
    Column("identifier", _String, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("identifier"),
    sqlite_with_rowid=False,
)
"""Whom we have erased, and when: their calls until then stay nobody's, however often the journal is folded again."""

arrivals = Table(
    "arrivals",
    metadata,
    Column("quarter", BigInteger, nullable=False),
    Column("source", _String, nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("quarter", "source"),
    sqlite_with_rowid=False,
)
"""Calls that arrived in each quarter of an hour since 1970, UTC: half hours of every time zone are sums of these."""

agent_names = Table(
    "agent_names",
    metadata,
    Column("agent", _String, primary_key=True),
    Column("name", _Text, nullable=False),
)
"""Every agent there ever was: history shows names long after people have left."""

positions = Table(
    "positions",
    metadata,
    Column("name", _String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far each fold of the journal has come; written together with what it folded."""

passwords = Table(
    "passwords",
    metadata,
    Column("agent", _String, primary_key=True),
    Column("hash", _Text, nullable=False),  # argon2id
    Column("changed", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", _String, primary_key=True),
    Column("hash", _String, nullable=False, unique=True),
    Column("name", _Text, nullable=False),
    Column("agent", _String, nullable=False),
    Column("role", _String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("last_used", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("who", _String, nullable=False),
    Column("what", _String, nullable=False),
    _text("about"),
    _text("detail"),
)
