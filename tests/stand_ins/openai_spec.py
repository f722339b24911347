"""OpenAI's own description of its API (tests/specs), as checks of requests and of what the stand-in answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SPEC = Path(__file__).parents[1] / "specs" / "openai_chat_openapi.json"
ROOT = "urn:openai"
REQUESTS: Mapping[str, str] = {"/chat/completions": "CreateChatCompletionRequest", "/responses": "CreateResponse"}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def problems_of_request(path: str, body: dict[str, Any]) -> list[str]:
    """Return what a request breaks: its schema, parameters nobody knows, the rules of structured output."""
    name = REQUESTS[path]
    found = [f"{path}: {error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(body)]
    found += [f"{path}: unknown parameter {key!r}" for key in body.keys() - parameters(name)]
    chat = body.get("response_format", {}).get("json_schema")
    form = chat if chat is not None else body.get("text", {}).get("format", {})
    if "schema" in form:
        found += [f"{path}: {problem}" for problem in _problems_of_format(form)]
    return found


def problems_of_answer(schema: str, body: dict[str, Any]) -> list[str]:
    """Return how `body` differs from the component `schema`."""
    return [f"{schema}: {error.json_path}: {error.message[:200]}" for error in validator(schema).iter_errors(body)]


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPEC.read_text(), object_hook=_with_null)
    return loaded


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Say `nullable: true`, a word of OpenAPI 3.0, in JSON Schema."""
    return {"anyOf": [schema, {"type": "null"}]} if schema.get("nullable") is True else schema


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one component, with its references resolved inside the document."""
    registry = Registry().with_resource(ROOT, DRAFT202012.create_resource(document()))
    return Draft202012Validator({"$ref": f"{ROOT}#/components/schemas/{name}"}, registry=registry)


@cache
def parameters(name: str) -> frozenset[str]:
    """Return every property that the component or a part of it declares."""
    return frozenset(_properties({"$ref": f"#/components/schemas/{name}"}))


def _properties(schema: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("properties", {})
    for part in schema.get("allOf", ()):
        yield from _properties(part)


def _problems_of_format(form: dict[str, Any]) -> Iterator[str]:
    """Check what strict structured output demands; OpenAI refuses such a schema with status 400."""
    if not _NAME.fullmatch(form.get("name", "")):
        yield "the format's name is not of letters, digits, _ and -"
    if not form.get("strict"):
        yield "the format is not strict"
    schema = form["schema"]
    if schema.get("type") != "object":
        yield "the root of a strict schema is an object"
    if schema.get("additionalProperties") is not False:
        yield "a strict object has additionalProperties: false"
    if set(schema.get("required", ())) != set(schema.get("properties", {})):
        yield "a strict object requires all of its properties"
