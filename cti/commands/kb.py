"""`hotline kb`: search the knowledge base, list and check its articles."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from cti.commands._options import add_data, add_json, data_folder
from cti.setup import resources
from kb.article import ArticleError
from kb.search import Found, Hit, KnowledgeBase


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("kb", help="search the knowledge base, list and check its articles")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    search = actions.add_parser("search", help="find articles; exit code 1: nothing found")
    search.add_argument("words", nargs="+", metavar="WORDS")
    search.add_argument("--limit", type=int, default=5, help="at most so many (default 5)")
    listing = actions.add_parser(
        "list", help="list articles and name files that can't be used; exit code 1: some can't"
    )
    for each in (search, listing):
        each.add_argument("--lang", metavar="LANG", help="en, zh-Hans or zh-Hant")
        add_data(each)
        add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; the answer is the exit code: 0 done, 1 nothing found or files with errors, 2 there is no folder."""
    try:
        kb, errors = KnowledgeBase.load(_folder(args))
    except ArticleError as error:
        print(error, file=sys.stderr)
        return 2
    known = kb.languages()
    if args.lang is not None and known and args.lang not in known:
        print(f"hotline: No article is in '{args.lang}'. There are: {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    if args.action == "list":
        return _list(kb, errors, args.lang, args.json)
    for wrong in errors:
        print(wrong, file=sys.stderr)
    return _search(kb.search(" ".join(args.words), args.lang, args.limit), args.json)


def _folder(args: argparse.Namespace) -> Path:
    """The articles of the data folder; the example's, where none was named and there is none yet."""
    folder = data_folder(args) / "kb"
    return folder if args.data is not None or folder.is_dir() else resources.folder("example") / "kb"


def _search(found: Found, as_json: bool) -> int:
    if as_json:
        answer = {"words": found.words, "hits": _rows(found.hits), "guesses": _rows(found.guesses)}
        print(json.dumps(answer, ensure_ascii=False))
    elif found.nothing:
        print(f"Nothing found for “{found.words}”.")
        if found.guesses:
            print("Perhaps:")
            _show(found.guesses[:3])
    else:
        _show(found.hits)
    return 1 if found.nothing else 0


def _rows(hits: Sequence[Hit]) -> list[dict[str, object]]:
    return [
        {
            "article": hit.article.id,
            "language": hit.article.language,
            "version": hit.article.version,
            "title": hit.article.title,
            "summary": hit.article.summary,
            "fit": round(hit.fit, 3),
            "score": round(hit.score, 3),
        }
        for hit in hits
    ]


def _show(hits: Sequence[Hit]) -> None:
    for hit in hits:
        print(f"{hit.article.title}  ({hit.article.id}, {hit.article.language}, fits {hit.fit:.0%})")
        print(f"    {hit.article.summary}")


def _list(kb: KnowledgeBase, errors: Sequence[ArticleError], language: str | None, as_json: bool) -> int:
    articles = kb.all(language)
    if as_json:
        rows = [
            {"article": a.id, "language": a.language, "version": a.version, "title": a.title, "queues": a.queues}
            for a in articles
        ]
        wrong = [{"file": str(e.path), "problem": e.problem, "cure": e.cure} for e in errors]
        print(json.dumps({"articles": rows, "errors": wrong}, ensure_ascii=False))
    else:
        for a in articles:
            print(f"{a.id:28} {a.language:8} v{a.version:<3} {a.title}")
        for error in errors:
            print(error, file=sys.stderr)
    return 1 if errors else 0
