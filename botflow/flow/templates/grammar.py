"""The template language: the part of minijinja's language that is safe for templates from any author.

Statements are `if` and `for`, calls are `range`, filters and tests are those listed here; definitions, includes and
repetitions are refused. `$names` become look-ups, `*` a product of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from botflow.errors import did_you_mean
from botflow.flow.templates.bounded_multiplication import guard_products
from botflow.flow.templates.language_filters import CLOCK_NAMES, LANGUAGE_FILTERS
from botflow.flow.templates.operands import spaced
from botflow.flow.templates.ordering import ORDERING_WORDS, guard_ordering
from botflow.flow.templates.tokens import KEYWORDS, Tag, TemplateRefused, Token, scan, tokens_of

LARGEST_SOURCE = 20_000  # characters of a template
LARGEST_LOOP = 4_000  # characters of a template that holds a loop: its text may be written once per pass
MOST_JOINS = 50  # `~` and `+` in one tag: each may copy a long text
STATEMENTS = frozenset(("if", "elif", "else", "endif", "for", "endfor"))
FUNCTIONS = frozenset(("range",))
PLAIN_FILTERS = frozenset(
    (
        *("abs", "attr", "bool", "capitalize", "count", "d", "default", "dictsort", "first", "float", "format"),
        *("groupby", "int", "items", "join", "last", "length", "lines", "list", "lower", "map", "max", "min"),
        *("reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "split", "string"),
        *("sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode"),
    )
)
FILTERS = PLAIN_FILTERS | LANGUAGE_FILTERS.keys()
TESTS = frozenset(
    (
        *("boolean", "defined", "divisibleby", "endingwith", "eq", "even", "false", "float", "ge", "gt", "in"),
        *("integer", "iterable", "le", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sequence"),
        *("startingwith", "string", "true", "undefined", "upper"),
    )
)
INPUT, VARIABLES, NODES = "__input", "__var", "__node"


def translate(source: str, longest: int = LARGEST_SOURCE) -> str:
    """Return the template for minijinja; TemplateRefused when it is outside the language."""
    if len(source) > longest:
        raise TemplateRefused(
            f"the template has {len(source)} characters, at most {longest}", 0, code="template.too_large"
        )
    parts = []
    for part in scan(source):
        if isinstance(part, str):
            parts.append(part)
        else:
            if part.opening.startswith("{%"):
                _check_statement(part, source)
            parts.append(part.opening + _translate(part.tokens) + part.closing)
    return "".join(parts)


def translate_expression(source: str) -> str:
    """The same for a bare expression such as a condition."""
    return _translate(tokens_of(source), is_condition=True)


def _check_statement(tag: Tag, source: str) -> None:
    """Refuse statements outside the language, and loops that could write a long text many times."""
    word = tag.words[0]
    if word.text not in STATEMENTS:
        raise TemplateRefused(
            f"the statement {word.text!r} is not available in templates",
            word.offset,
            code="template.forbidden",
            hint="use if and for; assign variables with logic.set",
        )
    if word.text == "for" and any(token.text == "recursive" and token.kind == "name" for token in tag.words):
        raise TemplateRefused("loops cannot be recursive", word.offset, code="template.forbidden")
    if word.text == "for" and len(source) > LARGEST_LOOP:
        raise TemplateRefused(
            f"a template with a loop has at most {LARGEST_LOOP} characters", word.offset, code="template.too_large"
        )


def _translate(tokens: tuple[Token, ...], *, is_condition: bool = False) -> str:
    words = [token for token in tokens if token.kind != "space"]
    for position in range(len(words)):
        _check_word(words, position)
    if sum(word.kind == "operator" and word.text in ("~", "+") for word in words) > MOST_JOINS:
        raise TemplateRefused(
            f"the expression joins more than {MOST_JOINS} parts", words[0].offset, code="template.too_large"
        )
    guarded = words
    if any(token.text == "*" and token.kind == "operator" for token in words):
        guarded = guard_products(guarded)
    if is_condition and any(token.text in ORDERING_WORDS for token in words):
        guarded = guard_ordering(guarded)
    return named(tokens if guarded is words else spaced(guarded))


def _check_word(words: list[Token], position: int) -> None:
    """Refuse calls of unknown functions, and filters that are not known to be harmless."""
    word = words[position]
    before = words[position - 1] if position else None
    if before is not None and before.text == "|" and word.kind == "name":
        if word.text not in FILTERS:
            raise TemplateRefused(
                f"there is no filter {word.text!r}",
                word.offset,
                code="template.unknown_filter",
                hint=did_you_mean(word.text, FILTERS, f"the filters are {', '.join(sorted(FILTERS))}"),
            )
    elif word.kind == "name" and word.text not in KEYWORDS and _is_test(words, position):
        if word.text not in TESTS:
            raise TemplateRefused(
                f"there is no test {word.text!r}",
                word.offset,
                code="template.unknown_test",
                hint=did_you_mean(word.text, TESTS, f"the tests are {', '.join(sorted(TESTS))}"),
            )
    elif word.text == "(" and before is not None and before.is_operand_end and not _may_call(words, position - 1):
        raise TemplateRefused(
            f"{before.text!r} cannot be called",
            before.offset,
            code="template.forbidden",
            hint=_instead_of_call(before.text),
        )


def _instead_of_call(name: str) -> str:
    if name in CLOCK_NAMES:
        return f"write {name} without parentheses"
    if name in LANGUAGE_FILTERS:
        return f"use a filter: {LANGUAGE_FILTERS[name].example}"
    return f"use a filter: |{name}" if name in FILTERS else "templates read values; they call range only"


def _may_call(words: list[Token], position: int) -> bool:
    """Say whether the name at `position` may come before a parenthesis."""
    before = words[position - 1].text if position else ""
    return before == "|" or _is_test(words, position) or (words[position].text in FUNCTIONS and before != ".")


def _is_test(words: list[Token], position: int) -> bool:
    before = [word.text for word in words[max(0, position - 2) : position]]
    return before[-1:] == ["is"] or before == ["is", "not"]


def named(tokens: Iterable[Token]) -> str:
    """Return the tokens as text, each `$name` as its look-up."""
    return "".join(_namespace(token.text) if token.kind == "dollar" else token.text for token in tokens)


def _namespace(dollar: str) -> str:
    name = dollar[1:]
    if name == "input":
        return INPUT
    if name == "var":
        return VARIABLES
    return f"{NODES}.{name}" if not name[0].isdigit() else f'{NODES}["{name}"]'
