"""Answers as values: JSON becomes the dataclasses of `models`.

What a newer server says besides is left out, and a new word of an enumeration is passed on as it is: a client need not
be renewed with its server.
"""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from keyword import iskeyword
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from botflow_client.errors import UnexpectedAnswer
from botflow_client.pages import Page

T = TypeVar("T")


def read_answer(expected: type[T], content: bytes) -> T:
    """Return the JSON of an answer as `expected`; UnexpectedAnswer says which part is something else."""
    try:
        value = json.loads(content)
    except ValueError:
        raise UnexpectedAnswer("the answer is no JSON: is this the address of a botflow server?") from None
    answer: T = read_as(expected, value, "the answer")
    return answer


def read_page(item: type[T], content: bytes) -> Page[T]:
    """Return a page of a list of `item`."""
    found = read_answer(dict[str, Any], content)
    items: list[T] = read_as(list[item], found.get("items"), "items")  # type: ignore[valid-type]
    following: str | None = read_as(str | None, found.get("next"), "next")
    return Page(items=items, next=following)


def read_as(expected: Any, value: Any, where: str) -> Any:
    """Return a JSON value as the type that an annotation names."""
    if expected is Any:
        return value
    if isinstance(expected, type) and is_dataclass(expected):
        return _read_object(expected, value, where)
    origin, parts = get_origin(expected), get_args(expected)
    if origin in (Union, types.UnionType):
        return _read_one_of(parts, value, where)
    if origin is Literal:
        return value
    if origin is list:
        _check(isinstance(value, list), where, "a list")
        return [read_as(parts[0], each, f"{where}[{index}]") for index, each in enumerate(value)]
    if origin is dict:
        _check(isinstance(value, dict), where, "an object")
        return {name: read_as(parts[1], each, f"{where}.{name}") for name, each in value.items()}
    return _read_plain(expected, value, where)


def _read_object(expected: type, value: Any, where: str) -> Any:
    _check(isinstance(value, dict), where, "an object")
    read = {}
    for field, name, annotation in _fields_of(expected):
        if name in value:
            read[field.name] = read_as(annotation, value[name], f"{where}.{name}")
        else:
            _check(field.default is not MISSING or field.default_factory is not MISSING, f"{where}.{name}", "there")
    return expected(**read)


@cache
def _fields_of(expected: type) -> list[tuple[Field[Any], str, Any]]:
    """Return each field with its name in JSON and its type."""
    annotations = get_type_hints(expected)
    return [(field, wire_name(field.name), annotations[field.name]) for field in fields(expected)]


def wire_name(name: str) -> str:
    """Return a name as JSON has it: `external_id` is `externalId`, and `from_` is `from`."""
    if name.endswith("_") and iskeyword(name[:-1]):
        return name[:-1]
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def _read_one_of(parts: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in parts:
        return None
    wrong = UnexpectedAnswer(f"{where} is null")
    for part in parts:
        if part is not type(None):
            try:
                return read_as(part, value, where)
            except UnexpectedAnswer as other:
                wrong = other
    raise wrong


def _read_plain(expected: Any, value: Any, where: str) -> Any:
    if expected is datetime:
        try:
            return datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise UnexpectedAnswer(f"{where} is no time") from None
    if expected is float:
        _check(isinstance(value, int | float) and not isinstance(value, bool), where, "a number")
        return float(value)
    is_right = value is None if expected in (None, type(None)) else type(value) is expected
    _check(is_right, where, f"of type {getattr(expected, '__name__', expected)}")
    return value


def _check(is_right: bool, where: str, what: str) -> None:
    if not is_right:
        raise UnexpectedAnswer(f"{where} is not {what}: is the server of another release?")
