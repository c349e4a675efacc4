"""OpenAPI 3.1 out of the table of routes and the structs it names."""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cti.web import describe
from cti.web.bodies import Problem
from cti.web.call import Route
from cti.web.problems import CONTENT_TYPE

_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document."""
    schemas = _schemas(tuple(s for route in routes for s in (route.ask, route.reply) if s is not None))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hotline",
            "version": version,
            "description": "Times are milliseconds since 1970, UTC. Errors are problem details (RFC 9457).",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "hotline"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


@functools.cache  # the same whenever a server starts, and the most work of its start
def _schemas(used: tuple[type[Struct], ...]) -> dict[str, Any]:
    structs: list[type[Struct]] = list(dict.fromkeys([*used, Problem]))
    _, components = msgspec.json.schema_components(structs, ref_template=_REF)
    by_name = {s.__name__: s for s in _reachable(structs)}
    for name, schema in components.items():
        struct = by_name.get(name)
        if struct is None:
            continue
        if doc := describe.struct_doc(struct):
            schema["description"] = doc
        else:
            schema.pop("description", None)
        for field, text in describe.field_docs(struct).items():
            if field in schema.get("properties", {}):
                schema["properties"][field] = {**schema["properties"][field], "description": text}
    return dict(sorted(components.items()))


def _reachable(structs: Iterable[type[Struct]]) -> set[type[Struct]]:
    """Structs and all those in their fields."""
    found: set[type[Struct]] = set()

    def look(info: Any) -> None:
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                return
            found.add(info.cls)
            for field in info.fields:
                look(field.type)
            return
        for name in ("item_type", "key_type", "value_type"):
            if (inner := getattr(info, name, None)) is not None:
                look(inner)
        for each in (*getattr(info, "types", ()), *getattr(info, "item_types", ())):
            look(each)

    for info in msgspec.inspect.multi_type_info(structs):
        look(info)
    return found


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "tags": [route.path.removeprefix("/api/v1").split("/")[1]],
        "x-role": route.role or "anybody",
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route),
        "security": _security(route),
    }
    if route.ask is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=route.ask.__name__)}}},
        }
    return operation


def _responses(route: Route) -> dict[str, Any]:
    problem = {
        "description": "A problem: what, where, and what to do",
        "content": {CONTENT_TYPE: {"schema": {"$ref": _REF.format(name=Problem.__name__)}}},
    }
    if route.socket is not None:
        return {"101": {"description": "A WebSocket"}, "default": problem}
    if route.reply is None:
        return {"200": {"description": "As bytes"}, "default": problem}
    good = {
        "description": route.summary,
        "content": {"application/json": {"schema": {"$ref": _REF.format(name=route.reply.__name__)}}},
    }
    return {"2XX": good, "default": problem}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.role is None:
        return []
    session: dict[str, list[str]] = {"session": []}
    if route.method != "GET":
        session["csrf"] = []
    return [session, {"token": []}]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    (_,), components = msgspec.json.schema_components([route.query])
    schema = components[route.query.__name__]
    docs = describe.field_docs(route.query)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": of,
            **({"description": docs[name]} if name in docs else {}),
        }
        for name, of in schema["properties"].items()
    ]


def _name(route: Route) -> str:
    words = re.findall(r"\w+", route.path.removeprefix("/api/v1"))
    return "_".join([route.method.lower(), *words])
