"""The OpenAPI document as the clients see it: operations with their parameters, grouped by their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Any, Literal

from botflow.web.app import OPERATIONS
from botflow.web.rest.openapi import document_of

Schema = Mapping[str, Any]
Kind = Literal["call", "list", "nothing", "download", "events"]
_STREAM = "text/event-stream"
_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing that a call takes: a part of the query, or a field of the body."""

    name: str
    schema: Schema
    is_needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOperation:
    """A method of the clients.

    `document`: the schema of a body that is passed on as a whole, for which its name ends with "Document"; the fields
    of any other body are parameters. `answer` is the schema of the answer, of a list that of its items.
    """

    name: str
    tag: str
    method: str
    path: str
    says: str
    kind: Kind
    answer: Schema
    segments: tuple[str, ...]
    query: tuple[Parameter, ...]
    fields: tuple[Parameter, ...]
    document: Schema | None
    document_is_needed: bool
    has_body: bool
    edits: bool
    creates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    operations: tuple[ApiOperation, ...]
    schemas: Mapping[str, Schema]

    def by_tag(self) -> Iterator[tuple[str, list[ApiOperation]]]:
        """Yield each tag with its operations, in the order in which tags appear first."""
        tags = list(dict.fromkeys(each.tag for each in self.operations))
        ordered = sorted(self.operations, key=lambda each: tags.index(each.tag))
        for tag, found in groupby(ordered, lambda each: each.tag):
            yield tag, list(found)


@cache
def read_api() -> Api:
    """Return the API as its document describes it."""
    return read_document(document_of(OPERATIONS))


def read_document(document: Mapping[str, Any]) -> Api:
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    operations = [
        _operation(path, method.upper(), described, schemas)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    with_streams = [each for operation in operations for each in (operation, *_stream_of(operation, document))]
    return Api(operations=tuple(with_streams), schemas=schemas)


def _stream_of(operation: ApiOperation, document: Mapping[str, Any]) -> Iterator[ApiOperation]:
    """Yield the method that follows what the operation answers as server-sent events, if it does."""
    responses = document["paths"][operation.path][operation.method.lower()]["responses"]
    if _STREAM not in responses.get("200", {}).get("content", {}):
        return
    yield replace(
        operation,
        name=re.sub("^[a-z]+", "stream", operation.name),
        kind="events",
        says="Follow the events as they come, after the last one that is named; without it, from the oldest that is "
        "kept. The stream is taken up after its last event when it breaks off.",
        query=tuple(each for each in operation.query if each.name not in ("after", "limit")),
    )


def _operation(path: str, method: str, described: Mapping[str, Any], schemas: Mapping[str, Schema]) -> ApiOperation:
    parameters = described["parameters"]
    headers = {each["name"] for each in parameters if each["in"] == "header"}
    body = described.get("requestBody")
    schema = body["content"]["application/json"]["schema"] if body else None
    name = schema["$ref"].removeprefix(_REF) if schema else ""
    is_whole = name.endswith("Document")
    kind, answer = _answer(described, schemas)
    return ApiOperation(
        name=described["operationId"],
        tag=described["tags"][0],
        method=method,
        path=path,
        says=" ".join(f"{described['summary']} {described.get('description', '')}".split()),
        kind=kind,
        answer=answer,
        segments=tuple(re.findall(r"{(\w+)}", path)),
        query=tuple(_query_parameter(each) for each in parameters if each["in"] == "query"),
        fields=() if is_whole or not schema else tuple(_fields_of(schemas[name])),
        document=schema if is_whole else None,
        document_is_needed=bool(body and body["required"]),
        has_body=body is not None,
        edits="If-Match" in headers,
        creates="Idempotency-Key" in headers,
    )


def _answer(described: Mapping[str, Any], schemas: Mapping[str, Schema]) -> tuple[Kind, Schema]:
    """Return what kind of answer a call has, and its schema."""
    status, found = next((status, each) for status, each in described["responses"].items() if status < "300")
    if status == "204":
        return "nothing", {}
    schema = found.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return "download", {}
    properties = schemas.get(name_of(schema), {}).get("properties", {})
    # A list that is read from an event on, such as that of events, has no end: it is one call for each page.
    if properties.keys() == {"items", "next"} and any(each["name"] == "cursor" for each in described["parameters"]):
        return "list", properties["items"]["items"]
    return "call", schema


def _query_parameter(described: Mapping[str, Any]) -> Parameter:
    return Parameter(name=described["name"], schema=described["schema"], is_needed=described["required"])


def _fields_of(schema: Schema) -> Iterator[Parameter]:
    needed = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        yield Parameter(name=name, schema=each, is_needed=name in needed)


def name_of(schema: Schema) -> str:
    """Return the name of the schema that this one refers to; "" if it refers to none."""
    return str(schema.get("$ref", "")).removeprefix(_REF)


def references(schema: Any) -> Iterator[str]:
    """Yield the names of the schemas that this one is made of, without theirs."""
    match schema:
        case {"$ref": str()}:
            yield name_of(schema)
        case dict():
            for part, each in schema.items():
                if part not in ("default", "example", "examples", "discriminator"):
                    yield from references(each)
        case list():
            for each in schema:
                yield from references(each)


def is_moment(schema: Schema) -> bool:
    """Whether a text of a query is a time: its example is one."""
    return any(re.match(r"\d{4}-\d\d-\d\dT", str(each)) for each in schema.get("examples", ()))
