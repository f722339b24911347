"""Checks of the filters for dates, times and numbers: arguments that are written out, and values that never fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from botflow.flow.checking.advice import Around
from botflow.flow.fields import Text
from botflow.flow.problems import Report
from botflow.flow.templates.language_filters import CLOCK_NAMES, LANGUAGE_FILTERS
from botflow.flow.templates.template import is_template
from botflow.flow.templates.tokens import Token, expressions
from botflow.flow.typed_document import Linked, LinkedNode

# Values of the kinds that a filter takes; one that may be none of them is misused.
_DATE, _TIME, _MOMENT = "2026-11-27", "19:30", "2026-11-27T19:30"
_SAMPLES: dict[str, tuple[Any, ...]] = {
    "date": (_DATE, _MOMENT),
    "time": (_TIME, _MOMENT),
    "datetime": (_MOMENT,),
    "number": (1, 1.5, "1"),
    "plural": (1, 1.5, "1"),
    "money": (1, 1.5, "1"),
    "shift": (_DATE, _TIME, _MOMENT),
    "at": (_DATE, _MOMENT),
    "timestamp": (_DATE, _MOMENT),
    "format": ("%s",),  # of printf; other languages have a filter of this name for dates
}
_SIGNS = ("+", "-")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


def check_filters(text: Text, linked: Linked, report: Report, node: LinkedNode | None) -> None:
    """Check every use of these filters in a template or condition that can be parsed."""
    if not (text.kind == "condition" or is_template(text.text)):
        return
    name = node.id if node else ""
    for words in expressions(text.text, bare=text.kind == "condition"):
        for position, word in enumerate(words):
            if position and words[position - 1].text == "|" and word.text in _SAMPLES:
                if word.text in LANGUAGE_FILTERS:
                    _check_argument(words, position, text, report, name)
                if node is not None:
                    _check_value(words, position, text, Around(linked, node), report)
            if node is not None and word.kind == "number" and position and words[position - 1].text in _SIGNS:
                _check_sum(words, position - 1, text, Around(linked, node), report)


def _check_argument(words: Sequence[Token], position: int, text: Text, report: Report, node: str) -> None:
    """Report an argument that is missing, too much, or written out and wrong."""
    name = words[position].text
    used = LANGUAGE_FILTERS[name]
    arguments = list(_arguments(words, position + 1))
    named = any(len(argument) > 1 and argument[1].text == "=" for argument in arguments)
    try:
        if used.read_named is not None:
            used.argument_of(name, (), dict(map(_named, arguments)))
        elif len(arguments) != 1 or named:
            used.argument_of(name, tuple(arguments), dict.fromkeys(("name",)) if named else {})
        elif used.read is None:
            used.argument_of(name, (None,), {})
        else:
            is_literal, value = _literal(arguments[0])
            if is_literal:
                used.argument_of(name, (value,), {})
    except ValueError as wrong:
        report.error("template.filter_argument", f"the filter {name}: {wrong}", text.path, node=node)


def _check_value(words: Sequence[Token], position: int, text: Text, around: Around, report: Report) -> None:
    """Warn of a variable or output that no node sets to a value which the filter takes."""
    name = words[position].text
    read = _operand(words[: position - 1])
    sources = around.stored(read) if name in LANGUAGE_FILTERS else ()
    is_free = bool(sources) and all(stored.kind in ("text", "object") for stored in sources)
    if read and (is_free or not any(around.may_be(read, sample) for sample in _SAMPLES[name])):
        report.warning(
            "template.filter_value",
            f"the filter {name} does not fit {read!r}: no node stores a value there that the filter takes",
            text.path,
            hint="use date, time or number" if name == "format" else "set `expect` of the question, such as date",
            node=around.node.id,
        )


def _check_sum(words: Sequence[Token], sign: int, text: Text, around: Around, report: Report) -> None:
    """Warn of `day + 1`: a date or time is a text, and the node would fail."""
    read = _operand(words[:sign])
    is_clock = read in CLOCK_NAMES and not around.is_variable(read)
    if is_clock or (
        read and not around.may_be(read, 1) and any(around.may_be(read, sample) for sample in (_DATE, _TIME))
    ):
        count = words[sign + 1].text
        report.warning(
            "template.filter_value",
            f"{read!r} is no number, and cannot be added to",
            text.path,
            hint=f'move a date or time by {read} | shift("{words[sign].text.strip("+")}{count}d")',
            node=around.node.id,
        )


def _operand(before: Sequence[Token]) -> str:
    """Return the variable or `$node.value` at the end of the words, if it stands alone."""
    for length in (3, 1):
        words = before[-length:]
        rest = before[:-length]
        alone = not rest or (rest[-1].kind == "operator" and rest[-1].text not in ("|", ".", ")", "]", "-"))
        is_output = (
            len(words) == 3 and words[0].kind == "dollar" and [word.text for word in words[1:]] == [".", "value"]
        )
        if length == 3 and is_output:
            return "".join(word.text for word in words) if alone else ""
        if length == 1 and words and words[0].is_name:
            return words[0].text if alone else ""
    return ""


def _arguments(words: Sequence[Token], start: int) -> Iterator[tuple[Token, ...]]:
    """Yield the arguments in the parentheses that begin at `start`; none without parentheses."""
    if start >= len(words) or words[start].text != "(":
        return
    depth, begin = 0, start + 1
    for position in range(start, len(words)):
        word = words[position].text if words[position].kind == "operator" else ""
        depth += (word in _OPENING) - (word in _CLOSING)
        if depth == 0 or (depth == 1 and word == ","):
            if position > begin:
                yield tuple(words[begin:position])
            begin = position + 1
        if depth == 0:
            return


def _named(argument: Sequence[Token]) -> tuple[str, object]:
    """Return a named argument; of one that is not written out some text."""
    if len(argument) < 3 or argument[1].text != "=":
        raise ValueError('its arguments have names: plural(one="# pizza", other="# pizzas")')
    is_literal, value = _literal(argument[2:])
    return argument[0].text, value if is_literal else ""


def _literal(argument: Sequence[Token]) -> tuple[bool, Any]:
    """Return whether an argument is written out, and its value."""
    sign = -1 if argument[0].text == "-" else 1
    word = argument[-1]
    if len(argument) > (2 if sign < 0 else 1):
        return False, None
    if word.kind == "number":
        return True, sign * (float(word.text) if set(word.text) & set(".eE") else int(word.text))
    if word.kind == "string" and "\\" not in word.text:
        return True, word.text[1:-1]
    return word.text in ("true", "false", "none"), None
