"""Mails as people read them: those of a thread, and those that no person wrote. Read-only, in a thread."""

from collections.abc import Sequence

from cti.core.ids import Ms
from cti.store.reader import Reader
from cti.store.views import Attached, Message

_MAIL = "id, at, inbound, author_name, recipients, subject, text, quoted, auto, language, problems"

_WORDS = "(subject <> '' OR text <> '' OR quoted <> '')"


def thread(db: Reader, interaction: str) -> tuple[Message, ...]:
    """The mails of a thread, oldest first, each with what is attached."""
    return _read(db, "interaction = ? ORDER BY at, id", (interaction,))


def by(db: Reader, authors: Sequence[str]) -> dict[str, tuple[Message, ...]]:
    """Everything these identifiers wrote, by thread. From end to end: there is no index of who wrote what."""
    those = f"author IN ({', '.join('?' * len(authors))})"
    rows = db.execute(f"SELECT DISTINCT interaction FROM messages WHERE {those} ORDER BY interaction", authors)
    return {
        one: _read(db, f"interaction = ? AND {those} ORDER BY at, id", (one, *authors)) for (one,) in rows.fetchall()
    }


def aside(
    db: Reader, authors: Sequence[str] | None, before: tuple[int, str] | None, limit: int
) -> tuple[tuple[Message, ...], str | None]:
    """Mails that make no line of the timeline, newest first, and where the next page begins; of `authors` only.

    What was erased, or is older than words are kept, is left out.
    """
    found: list[Message] = []
    for author in authors if authors is not None else (None,):
        whose, given = ("author = ? AND ", (author,)) if author is not None else ("", ())
        found += _read(
            db,
            f"{whose}auto <> '' AND (at, id) < (?, ?) AND {_WORDS} ORDER BY at DESC, id DESC LIMIT {limit + 1}",
            (*given, *(before or (1 << 62, ""))),
        )
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    page = tuple(found[:limit])
    return page, f"{page[-1].at}.{page[-1].id}" if len(found) > limit else None


def count_aside(db: Reader, authors: Sequence[str] | None) -> int:
    """How many such mails there are in all."""
    counted = f"SELECT count(*) FROM messages WHERE {{}}auto <> '' AND {_WORDS}"
    if authors is None:
        return int(db.execute(counted.format("")).fetchone()[0])
    return sum(int(db.execute(counted.format("author = ? AND "), (one,)).fetchone()[0]) for one in authors)


def _read(db: Reader, those: str, given: Sequence[object]) -> tuple[Message, ...]:
    found = []
    for id_, at, inbound, name, recipients, subject, text, quoted, auto, language, problems in db.execute(
        f"SELECT {_MAIL} FROM messages WHERE {those}", given
    ).fetchall():
        attached = db.execute(
            "SELECT m.name, m.type, a.size, m.hash FROM message_attachments m JOIN attachments a ON a.hash = m.hash"
            " WHERE m.message = ? ORDER BY m.n",
            (id_,),
        )
        found.append(
            Message(
                id=id_,
                at=Ms(at),
                inbound=bool(inbound),
                author=name,
                recipients=recipients,
                subject=subject,
                text=text,
                quoted=quoted,
                auto=auto,
                language=language,
                problems=tuple(problems.split("\n")) if problems else (),
                attachments=tuple(Attached(name=n, type=t, size=s, digest=h) for n, t, s, h in attached),
            )
        )
    return tuple(found)
