"""Checks of comparisons with a value that is written out: whether what a question stores can ever be like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from botflow.errors import did_you_mean
from botflow.flow.checking.advice import Around
from botflow.flow.fields import Text
from botflow.flow.node_spec import Stored
from botflow.flow.problems import Report
from botflow.flow.templates.moments import clock_text, is_kind, read_clock
from botflow.flow.templates.operands import ends_comparison, operand_end, operand_start
from botflow.flow.templates.ordering import ORDERING_OPERATORS, number_in
from botflow.flow.templates.template import is_template
from botflow.flow.templates.tokens import Token, expressions
from botflow.flow.typed_document import Linked, LinkedNode

_TRUTH = {"true": True, "True": True, "false": False, "False": False}
_EXACT_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class _Comparison(NamedTuple):
    """`read sign value`, or the other way round; `shown` is how it is written."""

    read: str
    sign: str
    values: tuple[Any, ...]
    shown: str


def check_comparisons(text: Text, linked: Linked, report: Report, node: LinkedNode) -> None:
    """Warn of comparisons that never hold, always hold or cannot be made, and of fields that a value never has."""
    if not (text.kind == "condition" or is_template(text.text)):
        return
    around = Around(linked, node)
    for words in expressions(text.text, bare=text.kind == "condition"):
        for found in _comparisons(words):
            if sources := around.stored(found.read):
                _check(found, sources, text, report, node.id)
        _check_fields(words, around, text, report)


def _check(found: _Comparison, sources: Sequence[Stored], text: Text, report: Report, node: str) -> None:
    misfits = _misfits_order if found.sign in ORDERING_OPERATORS else _never_equals
    for value in found.values:
        if not all(misfits(stored, value) for stored in sources):
            continue
        written = f'"{value}"' if isinstance(value, str) else str(value).lower()
        if found.sign in ORDERING_OPERATORS:
            code, message = (
                "condition.mismatch",
                f"{found.shown}: {found.read} is {sources[0].words}, not like {written}",
            )
        elif len(found.values) > 1 or found.sign in ("in", "not in"):
            code, message = "property.no_effect", f"{found.shown}: {found.read} is never {written}"
        else:
            always = "always" if found.sign == "!=" else "never"
            code = "property.no_effect"
            message = f"{found.shown} {always} holds: {found.read} is {sources[0].words}, never {written}"
        report.warning(code, message, text.path, hint=_hint(found.read, sources[0], value), node=node)


def _never_equals(stored: Stored, value: Any) -> bool:
    match stored.kind:
        case "number" | "boolean":
            return isinstance(value, str)
        case "choice":
            return value not in stored.choices
        case "date":
            return not (isinstance(value, str) and len(value) == 10 and is_kind(value, date))
        case "time":
            return not (isinstance(value, str) and _EXACT_CLOCK.fullmatch(value))
        case "text" | "datetime":
            return not isinstance(value, str)
        case _:
            return True


def _misfits_order(stored: Stored, value: Any) -> bool:
    """Say whether the order is one of letters by accident, or an error."""
    match stored.kind:
        case "choice":
            return not isinstance(value, str) and all(number_in(choice) is None for choice in stored.choices)
        case "date":
            return not (isinstance(value, str) and value == value.strip() and _is_day(value))
        case "text" | "datetime":
            return not isinstance(value, str)
        case "boolean":
            return True
        case _:
            return _never_equals(stored, value)


def _is_day(value: str) -> bool:
    return is_kind(value, date) or is_kind(value, datetime)


def _hint(read: str, stored: Stored, value: Any) -> str:
    match stored.kind:
        case "number":
            is_number = isinstance(value, str) and number_in(value) is not None
            return f"write {value.strip()} without quotes" if is_number else "compare it with a number"
        case "boolean":
            return f"a yes is stored as true, a no as false: write {read}, or not {read}"
        case "choice":
            folded = {choice.casefold(): choice for choice in reversed(stored.choices)}
            if (same := folded.get(str(value).strip().casefold())) is not None:
                return f"did you mean {same}?"
            return did_you_mean(str(value), stored.choices, f"the ids are {', '.join(stored.choices[:10])}")
        case "date":
            return _hint_for_date(value)
        case "time":
            try:
                return f'write "{clock_text(read_clock(value))}"'
            except ValueError:
                return 'write a time as "09:30"'
        case "datetime":
            return 'compare it with a text such as "2026-11-27T09:30"'
        case "text":
            return "ask for a number with `expect`: integer or number; or compare with a text, in quotes"
        case _:
            return f"it has {', '.join(stored.fields)}"


def _hint_for_date(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    parts: tuple[str, ...] = ()
    if found := _YEAR_FIRST.fullmatch(text):
        parts = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        parts = found.groups()[::-1]
    if parts:
        day = "-".join((parts[0], parts[1].zfill(2), parts[2].zfill(2)))
        if is_kind(day, date):
            return f'write "{day}"'
    return 'write a date as "2026-12-31", today or today | shift("7d")'


def _comparisons(words: Sequence[Token]) -> Iterator[_Comparison]:
    """Yield each comparison of a variable or output with values that are written out."""
    for position, word in enumerate(words):
        is_in = word.kind == "name" and word.text == "in"
        is_sign = word.kind == "operator" and (word.text in ("==", "!=") or word.text in ORDERING_OPERATORS)
        if not (is_in or is_sign):
            continue
        is_negated = is_in and position > 0 and words[position - 1].text == "not"
        middle = position - is_negated
        start, end = operand_start(words, middle, ends_comparison), operand_end(words, position, ends_comparison)
        if start and words[start - 1].text == "for":
            continue
        left, right = words[start:middle], words[position + 1 : end]
        shown = " ".join(each.text for each in words[start:end]).replace(" . ", ".")
        sign = f"not {word.text}" if is_negated else word.text
        for operand, other in ((left, right), (right, left)):
            values = _list_of(other) if is_in else _literal(other)
            if (read := _read(operand)) and values and not (is_in and operand is right):
                yield _Comparison(read, sign, values, shown)


def _read(words: Sequence[Token]) -> str:
    """Return the variable or output that the words are; "" when they are anything else."""
    if len(words) == 1 and words[0].is_name and words[0].text not in _TRUTH:
        return words[0].text
    is_path = len(words) == 3 and words[0].kind == "dollar" and words[1].text == "." and words[2].is_name
    return "".join(word.text for word in words) if is_path else ""


def _literal(words: Sequence[Token]) -> tuple[Any, ...]:
    """Return the value that is written out, alone; nothing for any other expression."""
    sign = -1 if words and words[0].text == "-" else 1
    if len(words) != (2 if sign < 0 else 1):
        return ()
    word = words[-1]
    if word.kind == "number":
        number = number_in(word.text)
        return () if number is None else (sign * number,)
    if word.kind == "string" and sign > 0 and "\\" not in word.text:
        return (word.text[1:-1],)
    return (_TRUTH[word.text],) if word.is_name and sign > 0 and word.text in _TRUTH else ()


def _list_of(words: Sequence[Token]) -> tuple[Any, ...]:
    """Return the values of a list that is written out; nothing if one of them is an expression."""
    if len(words) < 3 or (words[0].text, words[-1].text) not in (("[", "]"), ("(", ")")):
        return ()
    values: list[Any] = []
    item: list[Token] = []
    for word in (*words[1:-1], Token("operator", ",", 0)):
        if word.kind == "operator" and word.text == ",":
            literal = _literal(item)
            if item and not literal:
                return ()
            values += literal
            item = []
        else:
            item.append(word)
    return tuple(values)


def _check_fields(words: Sequence[Token], around: Around, text: Text, report: Report) -> None:
    """Warn of `card.URL`: a field that the stored value never has."""
    for position in range(1, len(words) - 1):
        if words[position].text != "." or words[position].kind != "operator" or not words[position + 1].is_name:
            continue
        read = next((name for length in (3, 1) if (name := _value_before(words, position, length))), "")
        sources = around.stored(read) if read else ()
        field = words[position + 1].text
        if not sources or any(field in stored.fields for stored in sources):
            continue
        fields = sources[0].fields
        close = next((each for each in fields if each.casefold() == field.casefold()), None)
        likely = close or next((each for each in fields if len(field) > 2 and each.startswith(field)), None)
        known = f"it has {', '.join(fields)}" if fields else f"write {{{{ {read} }}}}"
        report.warning(
            "template.unknown_field",
            f"{read} is {sources[0].words}, and has no field {field!r}",
            text.path,
            hint=f"did you mean {likely}?" if likely else did_you_mean(field, fields, known),
            node=around.node.id,
        )


def _value_before(words: Sequence[Token], dot: int, length: int) -> str:
    start = dot - length
    if start < 0 or (start and words[start - 1].text in (".", "|")):
        return ""
    return _read(words[start:dot])
