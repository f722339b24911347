"""Twilio's own description of its Messages API (tests/specs), as checks of requests and answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

SPEC = Path(__file__).parents[1] / "specs" / "twilio_messages_openapi.json"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "api.v2010.account.message"


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SPEC.read_text())
    return loaded


def problems_of_create(path: str, content_type: str, form: list[tuple[str, str]]) -> list[str]:
    """Return what a CreateMessage request has that the description does not allow."""
    operation = document()["paths"][MESSAGES]["post"]
    [(described_type, body)] = operation["requestBody"]["content"].items()
    problems = _problems_of_path(path)
    if content_type.partition(";")[0] != described_type:
        problems.append(f"content type {content_type}, not {described_type}")
    schema = _inlined(body["schema"])
    sent: dict[str, Any] = {}
    for name, value in form:
        described = schema["properties"].get(name)
        if described is None:
            problems.append(f"unknown parameter {name}")
        elif described.get("type") == "array":
            sent.setdefault(name, []).append(value)
        elif name in sent:
            problems.append(f"parameter {name} is given twice")
        else:
            sent[name] = _typed(value, described)
    return problems + [error.message for error in Draft7Validator(schema).iter_errors(sent)]


def problems_of_list(path: str, query: Mapping[str, str]) -> list[str]:
    """Return what a ListMessage request has that the description does not allow."""
    described = {
        parameter["name"]: parameter["schema"]
        for parameter in document()["paths"][MESSAGES]["get"]["parameters"]
        if parameter["in"] == "query"
    }
    problems = _problems_of_path(path)
    for name, value in query.items():
        if name not in described:
            problems.append(f"unknown query parameter {name}")
            continue
        schema = _inlined(described[name])
        problems += [error.message for error in Draft7Validator(schema).iter_errors(_typed(value, schema))]
    return problems


def problems_of_message(answer: Mapping[str, Any]) -> list[str]:
    """Return where an answer of the stand-in is not what Twilio would send."""
    schema = _inlined(document()["components"]["schemas"][MESSAGE])
    unknown = [f"unknown property {name}" for name in answer if name not in schema["properties"]]
    return unknown + [error.message for error in Draft7Validator(schema).iter_errors(answer)]


def account_of(path: str) -> str | None:
    """Return the account that a path of the description names; None for any other path."""
    for described in document()["paths"]:
        found = re.fullmatch(re.sub(r"\\{\w+\\}", "([^/]*)", re.escape(described)), path)
        if found:
            return found.group(1)
    return None


def _problems_of_path(path: str) -> list[str]:
    [described] = [
        parameter for parameter in document()["paths"][MESSAGES]["post"]["parameters"] if parameter["in"] == "path"
    ]
    account = account_of(path) or ""
    return [f"AccountSid: {error.message}" for error in Draft7Validator(described["schema"]).iter_errors(account)]


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    match schema.get("type"):
        case "integer" if value.lstrip("-").isdecimal():
            return int(value)
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case _:
            return value


def _inlined(schema: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema: references put in, `nullable` written as a type."""
    if isinstance(schema, list):
        return [_inlined(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    inlined = {name: _inlined(part) for name, part in schema.items() if name not in ("example", "x-twilio")}
    if inlined.pop("nullable", False) is True and isinstance(inlined.get("type"), str):
        inlined["type"] = [inlined["type"], "null"]
        if "enum" in inlined:
            inlined["enum"] = [*inlined["enum"], None]
    return inlined
