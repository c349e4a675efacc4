"""How well and how fast the knowledge base finds: beside plain BM25 on public questions, and beside SQLite's FTS5.

Quality is measured on every folder of `<shared>/testdata/kb` that has `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`
(see SOURCES.md there), and on our own questions about the example's articles. A row of a corpus is an article:
its question is the title, its answer the text. Queries without a right answer measure an honest "nothing found".
"""

import itertools
import json
import math
import os
import random
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.frame import Figure, Options, Report, Stopwatch, interleave, percentile
from kb import thesaurus, words
from kb.article import Article
from kb.index import Field, Index
from kb.search import FITS, KnowledgeBase
from kb.words import Term

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = 100_000
QUICK_DOCUMENTS = 5_000
SEARCHES = 500


class Questions(Struct, frozen=True):
    """A set of articles and of questions; `right`: question -> the articles that answer it, none if out of scope."""

    name: str
    language: str
    articles: tuple[Article, ...]
    queries: tuple[tuple[str, str], ...]
    right: Mapping[str, frozenset[str]]
    same: tuple[tuple[str, ...], ...] = ()
    """The site's own groups of words."""


def run(options: Options) -> Report:
    """Quality on all the questions there are, then speed."""
    watch = Stopwatch()
    figures: list[Figure] = []
    peers: list[dict[str, Any]] = []
    for questions in _all_questions():
        ours, rows = _quality(_some(questions) if options.quick else questions)
        figures += ours
        peers += rows
    figures += _small_speed()
    speed, rows = _large_speed(QUICK_DOCUMENTS if options.quick else DOCUMENTS, options.rounds)
    blank = dict.fromkeys([*(peers[0] if peers else ()), *rows[0]])
    rows = [{**blank, **row} for row in [*peers, *rows]]
    return Report(bench="kb", seconds=watch.seconds, figures=(*figures, *speed), peers=tuple(rows))


# --- questions


def _all_questions() -> Iterator[Questions]:
    shared = Path(os.environ.get("HOTLINE_SHARED", ROOT.parent / "shared"))
    for folder in sorted((shared / "testdata" / "kb").glob("*")):
        if (folder / "qrels.tsv").exists():
            yield _public(folder)
    own = ROOT / "tests" / "kb" / "questions.tsv"
    if own.exists():
        for language in ("en", "zh-Hans", "zh-Hant"):
            yield _own(own, language)


def _public(folder: Path) -> Questions:
    def rows(name: str) -> Iterator[dict[str, str]]:
        with (folder / name).open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)

    _, _, suffix = folder.name.rpartition("_")
    language = {"zh": "zh-Hans"}.get(suffix, suffix)
    articles = tuple(
        Article(id=row["id"], language=language, title=row["question"], summary="", body=row.get("answer") or "")
        for row in rows("corpus.jsonl")
    )
    right: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        query, article, relevant = line.split("\t")[:3]
        if relevant.strip() not in ("", "0"):
            right.setdefault(query, set()).add(article)
    queries = tuple((row["id"], row["text"]) for row in rows("queries.jsonl"))
    return Questions(folder.name, language, articles, queries, {q: frozenset(a) for q, a in right.items()})


def _own(path: Path, language: str) -> Questions:
    kb, _ = KnowledgeBase.load(ROOT / "example" / "kb")
    queries: list[tuple[str, str]] = []
    right: dict[str, frozenset[str]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        lang, article, text = line.split("\t")
        if lang == language or (lang == "-" and words.is_han(text) == (language != "en")):
            queries.append((str(number), text))
            if article != "-":
                right[str(number)] = frozenset({article})
    same = tuple(tuple(group) for group in thesaurus.load(ROOT / "example" / "kb" / "words.toml"))
    return Questions(f"example {language}", language, tuple(kb.all(language)), tuple(queries), right, same)


def _some(questions: Questions) -> Questions:
    """Every fourth of many queries."""
    queries = questions.queries[::4] if len(questions.queries) > 200 else questions.queries
    return Questions(questions.name, questions.language, questions.articles, queries, questions.right, questions.same)


def _quality(questions: Questions) -> tuple[list[Figure], list[dict[str, Any]]]:
    kb = KnowledgeBase(questions.articles, questions.same)
    plain = _Plain(questions.articles)
    inside: list[float] = []
    outside: list[float] = []

    def ours(text: str) -> list[str]:
        found = kb.search(text, questions.language, 5)
        return [hit.article.id for hit in (*found.hits, *found.guesses)]

    for id, text in questions.queries:
        found = kb.search(text, questions.language, 1)
        fit = max((hit.fit for hit in (*found.hits, *found.guesses)), default=0.0)
        (inside if id in questions.right else outside).append(fit)
    first, five = _hits(ours, questions)
    plain_first, plain_five = _hits(plain.search, questions)
    figures = [
        Figure(f"{questions.name}: hit@1", first, "share", plain_first),
        Figure(f"{questions.name}: hit@5", five, "share", plain_five),
    ]
    if outside:
        refused = sum(fit < FITS for fit in outside) / len(outside)
        kept = sum(fit >= FITS for fit in inside) / len(inside)
        figures.append(Figure(f"{questions.name}: out of scope and told so", round(refused, 3), "share"))
        figures.append(Figure(f"{questions.name}: in scope and answered", round(kept, 3), "share"))
    return figures, [
        {"name": f"{questions.name}, ours", "hit@1": first, "hit@5": five},
        {"name": f"{questions.name}, plain BM25", "hit@1": plain_first, "hit@5": plain_five},
    ]


def _hits(search: Callable[[str], Sequence[str]], questions: Questions) -> tuple[float, float]:
    asked = first = five = 0
    for id, text in questions.queries:
        right = questions.right.get(id)
        if right:
            asked += 1
            found = search(text)[:5]
            first += bool(found) and found[0] in right
            five += any(each in right for each in found)
    return round(first / max(1, asked), 3), round(five / max(1, asked), 3)


class _Plain:
    """BM25 as every textbook has it: title and text as one bag of words, Chinese as pairs of characters."""

    def __init__(self, articles: Sequence[Article]) -> None:
        bags = [Counter(self._tokens(" ".join((a.title, *a.questions, a.summary, a.body)))) for a in articles]
        self._ids = [a.id for a in articles]
        self._lengths = [sum(bag.values()) for bag in bags]
        self._usual = sum(self._lengths) / max(1, len(bags))
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for number, bag in enumerate(bags):
            for token, count in bag.items():
                self._postings.setdefault(token, []).append((number, count))

    @staticmethod
    def _tokens(text: str) -> list[str]:
        out: list[str] = []
        for word in "".join(c if c.isalnum() else " " for c in text.lower()).split():
            out.extend([word[i : i + 2] for i in range(max(1, len(word) - 1))] if words.is_han(word) else [word])
        return out

    def search(self, text: str) -> list[str]:
        scores: dict[int, float] = {}
        for token in self._tokens(text):
            found = self._postings.get(token, [])
            rarity = math.log(1 + (len(self._ids) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[number] / self._usual)
                scores[number] = scores.get(number, 0.0) + rarity * count * 2.2 / (count + norm)
        return [self._ids[n] for n in sorted(scores, key=lambda n: (-scores[n], n))[:10]]


# --- speed


def _small_speed() -> list[Figure]:
    """The example's articles fifteen times over (300 a language), asked our own questions: whole sentences."""
    kb, _ = KnowledgeBase.load(ROOT / "example" / "kb")
    for article in kb.all():
        for copy in range(14):
            kb.put(Article(**{**_fields(article), "id": f"{article.id}-{copy}"}))
    own = (ROOT / "tests" / "kb" / "questions.tsv").read_text("utf-8").splitlines()
    asked = [line.split("\t") for line in own]
    taken = [
        statistics.median(_timed(kb.search, text, None if language == "-" else language) for _ in range(5))
        for language, _, text in asked
    ]
    return [
        Figure("search of 300 articles, p50", round(percentile(taken, 50), 1), "us", 1000, "lower"),
        Figure("search of 300 articles, p99", round(percentile(taken, 99), 1), "us", 1000, "lower"),
    ]


def _fields(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in article.__struct_fields__}


def _timed(what: Callable[..., object], *args: object) -> float:
    """Microseconds."""
    start = time.perf_counter()
    what(*args)
    return (time.perf_counter() - start) * 1e6


def _large_speed(documents: int, rounds: int) -> tuple[list[Figure], list[dict[str, Any]]]:
    """Made-up texts whose words are as rare as words are (Zipf), asked two words of one of them."""
    chance = random.Random(1)
    vocabulary = [f"{a}{b}{c}{d}" for a in _SOUNDS for b in _SOUNDS for c in _SOUNDS for d in ("", "n", "r", "l")]
    chance.shuffle(vocabulary)
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    texts = [" ".join(chance.choices(vocabulary, cum_weights=weights, k=60)) for _ in range(documents)]
    asked = [chance.sample(chance.choice(texts).split(), 2) for _ in range(SEARCHES)]
    index = Index()
    started = Stopwatch()
    for number, text in enumerate(texts):
        index.add(str(number), (Field(words.terms(text), 1.0, 60),))
    ours_rate = documents / started.seconds
    started = Stopwatch()
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE article USING fts5(body, tokenize='unicode61')")
    database.executemany("INSERT INTO article VALUES (?)", ((text,) for text in texts))
    fts_rate = documents / started.seconds
    terms = [[Term(words.stem(word), 1.0) for word in pair] for pair in asked]

    def fts(joined: str) -> Mapping[str, Any]:
        sql = "SELECT rowid FROM article WHERE article MATCH ? ORDER BY bm25(article) LIMIT 10"

        def ask(words: str) -> None:
            database.execute(sql, (words,)).fetchall()

        taken = [_timed(ask, joined.join(p)) for p in asked]
        return {"documents/s": round(fts_rate), "p50 us": percentile(taken, 50), "p99 us": percentile(taken, 99)}

    def ours() -> Mapping[str, Any]:
        taken = [_timed(index.search, t) for t in terms]
        return {"documents/s": round(ours_rate), "p50 us": percentile(taken, 50), "p99 us": percentile(taken, 99)}

    rows = interleave(rounds, {"ours": ours, "FTS5, any word": lambda: fts(" OR "), "FTS5, both": lambda: fts(" AND ")})
    database.close()
    shown = [{"name": f"{name}, {documents:,}", **row} for name, row in rows.items()]
    limit = rows["FTS5, any word"]
    return [
        Figure(f"search of {documents:,}, p50", round(rows["ours"]["p50 us"], 1), "us", limit["p50 us"], "lower"),
        Figure(f"search of {documents:,}, p99", round(rows["ours"]["p99 us"], 1), "us", limit["p99 us"], "lower"),
    ], shown


_SOUNDS = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"][:40]
