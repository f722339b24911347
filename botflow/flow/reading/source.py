"""From text to plain JSON: YAML 1.2 or JSON, each value with its line and column.

A document is read as data and nothing else: no aliases (they can grow without bound), no tags, no duplicate keys, no
values that JSON does not have. `on`, `yes` and dates are strings, as YAML 1.2 has it. Size and depth are bounded.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NoReturn

from pydantic.alias_generators import to_camel, to_snake
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from botflow.flow.problems import FlowProblems, Path, Place, Problem
from botflow.flow.reading.json_advice import advice_on_json
from botflow.flow.whole_numbers import is_storable

LARGEST_DOCUMENT = 1024 * 1024  # bytes
DEEPEST = 64
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_CONSTANTS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_LONGEST_INTEGER = 2 + 22  # `0o` and the octal digits of 64 bits


_ADVICE = {  # ruamel's complaint, and the advice to the author
    "mapping values are not allowed here": "put a text that holds a colon in quotes; otherwise look at the indentation",
    "expected <block end>": "look at the indentation: what belongs together begins in the same column",
    "character '\\t'": "indent with spaces, not with tabs",
    "unexpected end of stream": "a quotation mark is never closed",
    "but got": "a bracket is never closed, or a comma is missing",
}


class Reading:
    """A text's plain value, and the place of each part of it."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text.removeprefix("\ufeff")  # a byte order mark, as some editors on Windows write it
        self.name = name
        self._check_text()
        self.is_json, self.value = self._read()

    def place(self, path: Path) -> Place:
        """Return the place of `path`, or of its nearest ancestor that has one.

        Keys are found in either spelling (camelCase, snake_case), and inside a React Flow node's `data` too.
        """
        known: Path = ()
        for step in path:
            found = next((way for way in _spellings(known, step) if way in self._places), None)
            if found is None:
                break
            known = found
        return self._places.get(known, Place(1, 1))

    @cached_property
    def _places(self) -> dict[Path, Place]:
        """Places are needed only for errors, so JSON is parsed for them only then."""
        if not self.is_json:
            return self._yaml[1]
        # JSON is YAML except for tabs between tokens; its strings cannot contain tabs.
        try:
            return _Composer(self.text.replace("\t", " "), self.name).compose()[1]
        except FlowProblems:
            return {}

    @cached_property
    def _yaml(self) -> tuple[Any, dict[Path, Place]]:
        return _Composer(self.text, self.name).compose()

    def _check_text(self) -> None:
        size = len(self.text.encode("utf-8", "surrogatepass"))
        if size > LARGEST_DOCUMENT:
            refuse("document.too_large", f"the document has {size} bytes, at most {LARGEST_DOCUMENT}", self.name)
        if unusable := _UNUSABLE.search(self.text):
            place = _place_at(self.text, unusable.start())
            refuse("document.character", _unusable(unusable[0]), self.name, place)

    def _read(self) -> tuple[bool, Any]:
        if self.text.lstrip()[:1] in ("{", "["):
            try:
                return True, json.loads(self.text, object_pairs_hook=self._object)
            except json.JSONDecodeError as failure:
                if self.name.endswith(".json"):
                    fault, hint, offset = advice_on_json(failure)
                    message = f"the text is not JSON: {fault}"
                    refuse("document.syntax", message, self.name, _place_at(self.text, offset), hint)
            except RecursionError:
                refuse("document.too_deep", f"the document is nested more than {DEEPEST} deep", self.name)
        return False, self._yaml[0]

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = dict(pairs)
        if len(seen) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            twice = next(name for name, count in counts.items() if count > 1)
            first = self.text.find(json.dumps(twice))
            at = self.text.find(json.dumps(twice), first + 1)
            refuse("document.duplicate_key", f"the key {twice!r} is here twice", self.name, _place_at(self.text, at))
        return seen


class _Composer:
    """Builds plain values from the parser's events, with a stack of its own: it does not recurse."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._text = text
        self._places: dict[Path, Place] = {}

    def compose(self) -> tuple[Any, dict[Path, Place]]:
        events = self._events()
        value: Any = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("document.syntax", "one file holds one document", event)
                if event.version is not None and tuple(event.version) != (1, 2):
                    self._refuse("document.syntax", "documents are YAML 1.2; remove the %YAML directive", event)
            elif isinstance(event, NodeEvent):
                value = self._value(event, events, ())
        return value, self._places

    def _events(self) -> Iterator[Any]:
        depth = 0
        try:
            for event in YAML(pure=True).parse(self._text):
                if isinstance(event, MappingStartEvent | SequenceStartEvent):
                    depth += 1
                    if depth > DEEPEST:
                        self._refuse("document.too_deep", f"the document is nested more than {DEEPEST} deep", event)
                elif isinstance(event, CollectionEndEvent):
                    depth -= 1
                yield event
        except MarkedYAMLError as failure:
            mark = failure.problem_mark or failure.context_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
            refuse("document.syntax", f"the text is not YAML: {failure.problem}", self._name, place, _advice(failure))
        except (YAMLError, ValueError) as failure:
            refuse("document.syntax", f"the text is not YAML: {str(failure).splitlines()[0]}", self._name, Place(1, 1))

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        self._places.setdefault(path, _start(event))
        if isinstance(event, AliasEvent) or event.anchor:
            self._refuse("document.alias", "anchors and aliases (& and *) are not read; write the value out", event)
        if event.tag is not None:
            self._refuse("document.tag", f"the tag {event.tag} is not read; write the plain value", event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return [self._value(item, events, (*path, position)) for position, item in enumerate(_until_end(events))]
        return self._mapping(events, path)

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in _until_end(events):
            if not isinstance(event, ScalarEvent):
                self._refuse("document.syntax", "a key must be a word (put a text that begins with { in quotes)", event)
            key = event.value
            if key in mapping:
                self._refuse("document.duplicate_key", f"the key {key!r} is here twice", event)
            self._places[(*path, key)] = _start(event)
            mapping[key] = self._value(next(events), events, (*path, key))
        return mapping

    def _scalar(self, event: ScalarEvent) -> Any:
        text: str = event.value
        if event.style == ">":
            text = text.replace("\a", "")  # the parser's own marks of where lines were folded
        if unusable := _UNUSABLE.search(text):
            self._refuse("document.character", _unusable(unusable[0]), event)
        if not event.implicit[0]:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            base = 0 if text[:2] in ("0o", "0x") else 10
            if len(text) > _LONGEST_INTEGER or not is_storable(number := int(text, base)):
                self._refuse("document.number", f"the number {text[:24]} cannot be stored; put it in quotes", event)
            return number
        if _FLOAT.fullmatch(text):
            if not _is_storable(value := float(text)):
                self._refuse("document.number", f"the number {text[:24]} cannot be stored; put it in quotes", event)
            return value
        return text

    def _refuse(self, code: str, message: str, event: Any) -> NoReturn:
        refuse(code, message, self._name, _start(event))


def unfit(value: Any) -> tuple[str, str] | None:
    """Return a code and a sentence when `value` is not plain JSON that can be stored, else None.

    JSON's grammar allows values that no database can store: depth, NUL and lone surrogates as escapes, huge numbers.
    """
    level = [value]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += [*item, *item.values()]
            elif isinstance(item, list | tuple):
                below += item
            elif isinstance(item, str):
                if unusable := _UNUSABLE.search(item):
                    return "document.character", _unusable(unusable[0])
            elif isinstance(item, int | float):
                if not _is_storable(item):
                    return "document.number", f"the number {str(item)[:24]} cannot be stored; put it in quotes"
            elif item is not None:
                return "document.invalid", f"a {type(item).__name__} is not JSON"
        if not below:
            return None
        level = below
    return "document.too_deep", f"the document is nested more than {DEEPEST} deep"


def _advice(failure: MarkedYAMLError) -> str:
    """Return what an author should do about the parser's complaint, for the most common mistakes."""
    problem = str(failure.problem)
    return next((advice for words, advice in _ADVICE.items() if words in problem), "")


def refuse(code: str, message: str, name: str, place: Place | None = None, hint: str = "") -> NoReturn:
    """Raise FlowProblems with one error: the text cannot be read any further."""
    place = place or Place(1, 1)
    problem = Problem(
        code=code, severity="error", message=message, file=name, line=place.line, column=place.column, hint=hint
    )
    raise FlowProblems([problem]) from None


def _until_end(events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return
        yield event


def _is_storable(number: int | float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else is_storable(number)


def _unusable(character: str) -> str:
    what = "a NUL character" if character == "\x00" else "half of a surrogate pair"
    return f"the document holds {what}, which no database and no channel can carry"


def _start(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _place_at(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _spellings(known: Path, step: str | int) -> Iterator[Path]:
    yield (*known, step)
    if isinstance(step, str):
        for inside in (known, (*known, "data")):
            yield from ((*inside, spelling) for spelling in (step, to_snake(step), to_camel(step)))
