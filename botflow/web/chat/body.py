"""What a visitor may post: checked by hand, field by field, each refusal with a code of its own.

orjson refuses lone surrogates, invalid UTF-8 and NaN; depth is bounded before it parses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson

from botflow.errors import RejectedInbound

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 8_000
LONGEST_ID = 200
LONGEST_PAYLOAD = 1_000
DEEPEST = 16
FIELDS = ("text", "messageId", "externalId", "payload")
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as posted. Empty strings stand for fields that were left out."""

    text: str
    message_id: str
    external_id: str
    payload: str


def parse_message(body: bytes) -> Posted:
    """Return the posted message; RejectedInbound says which field is wrong, and how to put it right."""
    fields = parse_object(body)
    text = _string(fields, "text", LONGEST_TEXT)
    payload = _string(fields, "payload", LONGEST_PAYLOAD)
    if not text and not payload:
        raise _wrong("text.missing", "the message has no text", 'send {"text": "hello"}')
    if not payload and not text.strip():
        raise _wrong("text.empty", "the message's text is blank", "send at least one character")
    return Posted(text, _id(fields, "messageId"), _id(fields, "externalId"), payload)


def parse_json(body: bytes, deepest: int = DEEPEST) -> Any:
    """Return what the body's JSON holds, nested at most so deep."""
    if body.count(b"{") + body.count(b"[") > deepest:
        _check_depth(body, deepest)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as failure:
        raise _not_json(body, failure) from None


def parse_object(body: bytes, known: Sequence[str] = FIELDS, deepest: int = DEEPEST) -> dict[str, Any]:
    """Return the body as a JSON object that holds none but known fields."""
    fields = parse_json(body, deepest)
    if not isinstance(fields, dict):
        raise RejectedInbound(
            "the body is not a JSON object", code="body.not_object", hint='send an object, as {"text": "hello"}'
        )
    for name in fields:
        if name not in known:
            close = get_close_matches(name[:40], known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it may have {', '.join(known)}"
            raise _wrong("body.unknown_field", f"the body has an unknown field {name[:40]!r}", hint)
    return fields


def _string(fields: dict[str, Any], name: str, longest: int) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong("body.wrong_type", f"{name} is not a string", f'send "{name}" in quotes')
    if len(value) > longest:
        raise _wrong(f"{_SNAKE[name]}.too_long", f"{name} is longer than {longest:,} characters", "send less at once")
    if "\x00" in value:
        raise _wrong(f"{_SNAKE[name]}.nul", f"{name} contains the character NUL", "leave it out")
    return value


def _id(fields: dict[str, Any], name: str) -> str:
    value = _string(fields, name, LONGEST_ID)
    if value and not value.isprintable():
        raise _wrong(f"{_SNAKE[name]}.invalid", f"{name} contains control characters", "use letters and digits")
    if not value and fields.get(name) is not None:
        raise _wrong(f"{_SNAKE[name]}.invalid", f"{name} is empty", f"leave {name} out, or give it a value")
    return value


_SNAKE = {"text": "text", "messageId": "message_id", "externalId": "external_id", "payload": "payload"}


def _check_depth(body: bytes, deepest: int) -> None:
    """Refuse nesting deeper than that; brackets within strings do not count."""
    depth = 0
    for byte in re.findall(rb"[\[{\]}]", _STRINGS.sub(b"", body)):
        depth += 1 if byte in b"[{" else -1
        if depth > deepest:
            raise RejectedInbound(
                f"the JSON is nested deeper than {deepest} levels", code="body.too_deep", hint="send it flatter"
            )


def _not_json(body: bytes, failure: orjson.JSONDecodeError) -> RejectedInbound:
    if not body.strip():
        return RejectedInbound("the body is empty", code="body.empty", hint='send {"text": "hello"}')
    if failure.msg.endswith("surrogate in string"):
        return RejectedInbound(
            "a text holds half of a surrogate pair", code="body.lone_surrogate", hint="send whole characters"
        )
    try:
        body.decode()
    except UnicodeDecodeError:
        return RejectedInbound("the body is not UTF-8", code="body.not_utf8", hint="encode it as UTF-8")
    return RejectedInbound(
        f"the body is not JSON (line {failure.lineno}, column {failure.colno})",
        code="body.not_json",
        hint='send JSON, as {"text": "hello"}',
    )


def _wrong(code: str, message: str, hint: str) -> RejectedInbound:
    return RejectedInbound(message, code=code, hint=hint, status=422)
