"""Errors people and programs can use: what went wrong, where, and what to do (RFC 9457). Never a stack trace."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from cti.web.bodies import Problem

CONTENT_TYPE = "application/problem+json"


class Refusal(Exception):
    """A request is answered with this problem."""

    def __init__(
        self,
        status: int,
        type: str,
        title: str,
        todo: str = "",
        where: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.problem = Problem(type=type, title=title, status=status, where=where, todo=todo)
        self.headers = dict(headers or {})


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    """A problem on its way out."""
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(problem),
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def missing(what: str, name: str) -> Refusal:
    """There is no such thing."""
    return Refusal(404, f"no-such-{what}", f"There is no {what} {name!r}.", "Check its id; it may have been erased.")


def invalid(error: msgspec.DecodeError, part: str) -> Refusal:
    """A body or query that msgspec refused; its message ends in the path of the field, ` - at `$.field``."""
    text, _, where = str(error).partition(" - at ")
    return Refusal(
        422 if isinstance(error, msgspec.ValidationError) else 400,
        "not-understood",
        f"The {part} is not what this address takes: {text[:1].lower()}{text[1:]}.",
        "Compare it with /api/v1/openapi.json.",
        where.strip("`") or part,
    )


def bad_place(error: ValueError) -> Refusal:
    """A `before` that no page gave."""
    said = str(error).partition(":")[0]
    return Refusal(422, "no-such-place", f"{said}.", "Use `next` of the page before.", "before")


def no_row(error: LookupError) -> Refusal:
    """A write named something there isn't."""
    return Refusal(
        404, "no-such-row", f"{str(error).strip(chr(39)).capitalize()}.", "Check the ids; one may be erased."
    )


def not_alone(error: LookupError) -> Refusal:
    """An identifier was named where a person is wanted."""
    return Refusal(409, "not-a-customer", f"{error}.", "Use the customer's own id.", "id")


def one_already(error: ValueError) -> Refusal:
    """A merge of a customer with itself."""
    return Refusal(409, "one-already", f"{error}.", "There is nothing to merge.", "$.other")
