"""What is noted of a customer: wishes, tags, tier and language. Changes are in the audit log, not their words.

Agents note all of these. Tags customers give themselves, too, on the site's own web sites.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
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
    INSERT INTO tags (customer, tag, word, source, since) VALUES (:customer, :tag, :word, :source, :at)
    ON CONFLICT (customer, tag) DO UPDATE SET source = excluded.source, since = excluded.since, ended = NULL
    """
)
CUSTOMER = "customer"
"""The source of a tag that its customer has given."""
_MOST_OWN = 50
# Of what was said twice the later holds, in whatever order it comes. What an agent or an import says is not theirs to
# take away; what was taken away they may say again.
_OWN_TAG = text(
    f"""
    INSERT INTO tags (customer, tag, word, source, since, ended)
    SELECT :customer, :tag, :word, '{CUSTOMER}', :at, :ended WHERE :most >
        (SELECT count(*) FROM tags t WHERE t.customer = :customer AND t.source = '{CUSTOMER}' AND t.tag <> :tag)
    ON CONFLICT (customer, tag) DO UPDATE SET source = excluded.source, since = excluded.since, ended = excluded.ended
    WHERE (tags.source = excluded.source OR tags.ended IS NOT NULL)
        AND excluded.since > coalesce(tags.ended, tags.since, 0)
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
    given = {"customer": customer, "tag": word, "word": name_key(word), "source": f"agent:{by}", "at": at}
    connection.execute(_TAG, given)
    noted(connection, at, by, "customer_tagged", customer)
    return True


def untag(connection: Connection, people: Sequence[str], word: str, by: AgentId, at: Ms) -> bool:
    """Take a tag from a customer, also when an import gives it again. False: there was none."""
    done = connection.execute(_UNTAG, {"people": list(people), "tag": word, "at": at})
    if done.rowcount:
        noted(connection, at, by, "customer_untagged", people[0])
    return done.rowcount > 0


class OwnTag(Struct, frozen=True, kw_only=True):
    """What a customer says of themselves."""

    at: Ms
    tag: str
    so: bool
    """False: it is so no longer."""


def own(connection: Connection, customer: str, said: Iterable[OwnTag]) -> None:
    """Keep what a customer says of themselves, at most fifty tags. Twice, or in another order, gives the same."""
    for one in said:
        given = {"customer": customer, "tag": one.tag, "word": name_key(one.tag), "at": one.at}
        done = connection.execute(_OWN_TAG, {**given, "ended": None if one.so else one.at, "most": _MOST_OWN})
        if done.rowcount:
            noted(connection, one.at, CUSTOMER, "customer_tagged" if one.so else "customer_untagged", customer)


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
