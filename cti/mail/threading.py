"""Which mails belong together: by the ids they mention, else by the subject and the people, never by a guess alone.

Pure, and the same whatever order mails come in: a thread is what the pairs below connect.
"""

import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from cti.core.ids import Ms

NEAR_MS = 14 * 24 * 3600 * 1000
"""A reply without ids is joined to mails at most so much older."""
_PREFIX = re.compile(
    r"^\s*(?:re|fw|fwd|aw|wg|sv|vs|tr|antw|ref|回复|回覆|答复|答覆|转发|轉寄|轉發|转寄)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.IGNORECASE,
)
_LIST_TAG = re.compile(r"^\s*\[[^\]]{1,40}\]\s*")


class Head(Struct, frozen=True, kw_only=True):
    """What threading looks at."""

    key: str
    """Settles which of two mails of the same moment is the later."""
    ids: tuple[str, ...]
    """Its own Message-ID and those it answers."""
    subject_key: str
    loose: bool
    """It says it is a reply, but not to what."""
    at: Ms
    people: frozenset[str]
    """Everybody in it but ourselves."""


def is_reply(subject: str) -> bool:
    """Whether the subject says so (`Re:`, `回复：`)."""
    return bool(_PREFIX.match(_LIST_TAG.sub("", subject)))


def plain_subject(subject: str) -> str:
    """The subject without what replies and lists add; empty when nothing is left."""
    while True:
        shorter = _PREFIX.sub("", _LIST_TAG.sub("", subject), count=1)
        if shorter == subject:
            return subject.strip()
        subject = shorter


def subject_key(subject: str) -> str:
    """The plain subject, folded, to compare."""
    return " ".join(plain_subject(unicodedata.normalize("NFKC", subject)).casefold().split())[:200]


def joined_by_subject(one: Head, other: Head) -> bool:
    """Whether two mails belong together though no id says so: same subject and person, near, the later one a reply."""
    if not one.subject_key or one.subject_key != other.subject_key or not one.people & other.people:
        return False
    earlier, later = (one, other) if (one.at, one.key) <= (other.at, other.key) else (other, one)
    return later.loose and later.at - earlier.at <= NEAR_MS


def threads(heads: Sequence[Head]) -> list[list[int]]:
    """All threads among `heads`, as indices, each in order; the reference for what a store does mail by mail."""
    parent = list(range(len(heads)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    first: dict[str, int] = {}
    by_subject: dict[str, list[int]] = {}
    for n, head in enumerate(heads):
        for id_ in head.ids:
            parent[root(n)] = root(first.setdefault(id_, n))
        for other in by_subject.setdefault(head.subject_key, []):
            if joined_by_subject(head, heads[other]):
                parent[root(n)] = root(other)
        by_subject[head.subject_key].append(n)
    found: dict[int, list[int]] = {}
    for n in range(len(heads)):
        found.setdefault(root(n), []).append(n)
    return sorted(found.values())
