"""What agents note of a customer: wishes, tags, tier and language. Changes are in the audit log, not their words."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, text

from cti.core.ids import AgentId, Ms
from cti.store.identity import name_key
from cti.store.reads import is_identifier
from cti.store.records import customer_exists, noted

_PUT = text(
    """
    INSERT INTO wishes (customer, channel, never, begins, ends, note, who, at)
    VALUES (:customer, :channel, :never, :begins, :ends, :note, :who, :at)
    ON CONFLICT (customer) DO UPDATE SET channel = excluded.channel, never = excluded.never, begins = excluded.begins,
        ends = excluded.ends, note = excluded.note, who = excluded.who, at = excluded.at
    """
)
# What a person says holds, also after another has taken it away.
_TAG = text(
    """
    INSERT INTO tags (customer, tag, word, source) VALUES (:customer, :tag, :word, :source)
    ON CONFLICT (customer, tag) DO UPDATE SET source = excluded.source, ended = NULL
    """
)
_UNTAG = text("UPDATE tags SET ended = :at WHERE customer IN :people AND tag = :tag AND ended IS NULL").bindparams(
    bindparam("people", expanding=True)
)


def put(
    connection: Connection,
    customer: str,
    by: AgentId,
    at: Ms,
    *,
    channel: str,
    never: Sequence[str],
    begins: int,
    ends: int,
    note: str,
) -> bool:
    """Keep what a customer asked for, in place of what stood there. False: there is no such customer."""
    if not customer_exists(connection, customer):
        return False
    given = {"channel": channel, "never": " ".join(never), "begins": begins, "ends": ends}
    connection.execute(_PUT, {**given, "customer": customer, "note": note, "who": by, "at": at})
    said = ", ".join(f"{name} {value}" for name, value in given.items() if value not in ("", None))
    noted(connection, at, by, "customer_wish", customer, said)
    return True


def tag(connection: Connection, customer: str, word: str, by: AgentId, at: Ms) -> bool:
    """Give a customer a tag. False: there is no such customer."""
    if not customer_exists(connection, customer):
        return False
    connection.execute(_TAG, {"customer": customer, "tag": word, "word": name_key(word), "source": f"agent:{by}"})
    noted(connection, at, by, "customer_tagged", customer)
    return True


def untag(connection: Connection, people: Sequence[str], word: str, by: AgentId, at: Ms) -> bool:
    """Take a tag from a customer, also when an import gives it again. False: there was none."""
    done = connection.execute(_UNTAG, {"people": list(people), "tag": word, "at": at})
    if done.rowcount:
        noted(connection, at, by, "customer_untagged", people[0])
    return done.rowcount > 0


def change(
    connection: Connection, customer: str, by: AgentId, at: Ms, *, language: str | None, tier: str | None
) -> bool:
    """Say which language or tier a customer has; what is None stays, what is empty is not known any more.

    False: there is no such customer; an identifier that is nobody's has no record to write it in.
    """
    if is_identifier(customer):
        return False
    done = connection.execute(
        text(
            "UPDATE customers SET language = CASE WHEN :has_language THEN nullif(:language, '') ELSE language END,"
            " tier = coalesce(:tier, tier), updated = :at WHERE id = :id"
        ),
        {"id": customer, "language": language or "", "has_language": language is not None, "tier": tier, "at": at},
    )
    if done.rowcount:
        given = {"language": language, "tier": tier}
        said = ", ".join(f"{name} {value or 'unknown'}" for name, value in given.items() if value is not None)
        noted(connection, at, by, "customer_changed", customer, said)
    return done.rowcount > 0
