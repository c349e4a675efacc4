"""Cases found by the words of their titles, among all customers: which words a title has, and who has those asked for.

A word is found by its beginning, so that a search may run while it is typed, and in another ending. Chinese has no
spaces: every two characters that follow one another are a word, and so is the last one, by which, as by the beginning
of a pair, a single character is found. Traditional characters find simplified ones, as in the knowledge base.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection

from cti.core.ids import CustomerId
from cti.store import reads
from cti.store.bulk import put_many
from cti.store.identity import name_key
from cti.store.reader import Reader
from cti.store.views import CaseHit
from kb.words import fold, stem

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECES = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_LAST = "\U0010ffff"
_LONGEST = 40
"""Characters of a word that are kept; what is longer is an address or a key, found by its beginning."""
_WORDS = 8
"""Words of one search; more narrow nothing down."""
_FEW = 200
"""Where a word has no more cases, they are looked at, and nobody asks who has the other words."""
_MANY = 10_000
"""A word that more cases have says little. Where every word is such a one, only the newest cases are looked through."""
_NEWEST = 20_000
"""So many numbers of cases."""
_LOOKED_AT = 2000
"""Cases with one of the words that are looked at, the newest first."""
_PAGE = 100
_PUT = "INSERT INTO case_words (word, case_id) {rows} ON CONFLICT DO NOTHING"
_WITH = "SELECT case_id FROM case_words WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
# Not EXISTS: PostgreSQL would make a join of it, and read the words of all cases there are.
_HAS = " AND (SELECT 1 FROM case_words w WHERE w.case_id = n.id AND w.word >= ? AND w.word < ? LIMIT 1) = 1"
_AMONG_NEWEST = f"SELECT n.id FROM cases n WHERE n.id > (SELECT max(id) FROM cases) - {_NEWEST}"
_NAMED = (
    "SELECT c.id, c.title, coalesce(r.name, u.name, '') FROM cases c LEFT JOIN customers u ON u.id = c.customer"
    " LEFT JOIN customers r ON r.id = u.merged_into WHERE c.id IN"
)


def index(connection: Connection, titles: Iterable[tuple[int, str]]) -> None:
    """Cases with these titles, by their ids, are found by them from now on; those they had before have gone already."""
    rows = [(word, case) for case, title in titles for word in sorted(words_of(title))]
    if rows:
        put_many(connection, "case_words", ("word", "case_id"), rows, _PUT)


def found(db: Reader, query: str, customers: Sequence[str], limit: int) -> tuple[CaseHit, ...]:
    """The case with this number; cases in whose title, or in it and their customer's name, all of these words begin so.

    Then open cases of `customers`, whom the same search found. The newest first; one that was merged stands for the
    one it was merged into.
    """
    hits: dict[str, CaseHit] = {}
    for hit in _candidates(db, query, customers, limit):
        if len(hits) >= limit:
            break
        hits.setdefault(hit.case.id, hit)
    return tuple(hits.values())


def _candidates(db: Reader, query: str, customers: Sequence[str], limit: int) -> Iterator[CaseHit]:
    number = query.strip().removeprefix("#")
    if number.isdecimal() and len(number) < 18:
        yield from _shown(db, [int(number)])
    if asked := _asked(query):
        for cases in _with_words(db, asked, limit):
            yield from _shown(db, cases)
    for customer in customers:
        if (who := reads.who_is(db, customer)) is None:
            continue
        owners = [*who.members, *reads.owners_of(db, who)]
        rows = db.execute(reads.open_cases(f"IN ({', '.join('?' * len(owners))})"), owners).fetchall()
        for row in rows:
            yield CaseHit(case=reads.case_line(row), customer=CustomerId(who.id), name=who.name)


def _with_words(db: Reader, asked: Sequence[str], limit: int) -> Iterator[list[int]]:
    """Cases, some at a time, which have what is asked for; lazily, for the likeliest come first."""
    few: list[set[int]] = []
    many = unknown = 0
    # The longest first: it is likely the rarest.
    for place, one in enumerate(sorted(asked, key=len, reverse=True), start=1):
        rows = db.execute(_WITH, (one, one + _LAST, _MANY + 1)).fetchall()
        if len(rows) > _MANY:
            many += 1
        elif rows:
            few.append({case for (case,) in rows})
            if len(rows) <= _FEW:
                unknown = len(asked) - place
                break
    if many == len(asked):
        given = [part for one in asked for part in (one, one + _LAST)]
        rows = db.execute(f"{_AMONG_NEWEST}{_HAS * many} ORDER BY n.id DESC LIMIT ?", (*given, limit)).fetchall()
        yield [case for (case,) in rows]
    few.sort(key=len)
    # What no title has may be the customer's name: then cases with any of the other words are looked at.
    if len(few) > 1 and len(few) + many + unknown == len(asked):
        few.insert(0, set.intersection(*few))
    seen: set[int] = set()
    for cases in few:
        fresh = sorted(cases - seen, reverse=True)[: _LOOKED_AT - len(seen)]
        seen.update(fresh)
        for begin in range(0, len(fresh), _PAGE):
            yield _matching(db, asked, fresh[begin : begin + _PAGE])


def _matching(db: Reader, asked: Sequence[str], cases: Sequence[int]) -> list[int]:
    """Those of the cases that have every word, in their title or their customer's name."""
    rows = db.execute(f"{_NAMED} ({', '.join('?' * len(cases))}) ORDER BY c.id DESC", cases).fetchall()
    return [case for case, title, name in rows if _begin_so(asked, words_of(title) | words_of(name))]


def _begin_so(asked: Sequence[str], words: Collection[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in asked)


def _shown(db: Reader, cases: Sequence[int]) -> Iterator[CaseHit]:
    for case in cases:
        row = db.execute(
            f"SELECT customer, {reads.CASE} FROM cases"
            " WHERE id = (SELECT coalesce(merged_into, id) FROM cases WHERE id = ?)",
            (case,),
        ).fetchone()
        if row is not None:
            who = reads.whose(db, row[0])
            customer, name = (row[0], "") if who is None else (who.id, who.name)
            yield CaseHit(case=reads.case_line(row[1:]), customer=CustomerId(customer), name=name)


def _asked(query: str) -> tuple[str, ...]:
    """The beginnings of words that are looked for, as far as an English word has no ending."""
    found: dict[str, None] = {}
    for piece in _pieces(query):
        if not _IS_HAN.match(piece):
            found[_begins(piece)[:_LONGEST]] = None
        elif len(piece) == 1:
            found[piece] = None
        else:
            found.update(dict.fromkeys(_pairs(piece)))
    return tuple(found)[:_WORDS]


def _begins(word: str) -> str:
    """The stem, as far as the word itself has it: of "deliveries" it is "deliveri", and "delivery" is to be found."""
    root = stem(word)
    return word if root == word else root.removesuffix("i")


def words_of(title: str) -> set[str]:
    """The words by which a title is found."""
    words: set[str] = set()
    for piece in _pieces(title):
        words.update((*_pairs(piece), piece[-1]) if _IS_HAN.match(piece) else (piece[:_LONGEST],))
    return words


def _pieces(text: str) -> list[str]:
    return _PIECES.findall(fold(name_key(text)))


def _pairs(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)]
