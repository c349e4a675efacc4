"""Reads structs for what is made from them: their hints, and the words written under their fields.

Python keeps no docstring of a field, so the source is read; this runs when types or documents are made, never while
serving.
"""

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any, get_type_hints

import msgspec


@cache
def hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Field name -> type as written, `Annotated` kept."""
    return get_type_hints(struct, include_extras=True)


@cache
def field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field name -> the docstring that follows it in the source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(struct)))
    docs: dict[str, str] = {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            docs[field.target.id] = " ".join(after.value.value.split())
    return docs


def struct_doc(struct: type[msgspec.Struct]) -> str:
    """The class's own docstring on one line; empty: none written."""
    own = struct.__dict__.get("__doc__") or ""
    return " ".join(own.split())


def needed(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Fields without a default."""
    return frozenset(f.name for f in msgspec.structs.fields(struct) if f.required)
