"""The template language: the part of minijinja's that cannot hurt, however a template was written.

A source is cut into tags and tokens before minijinja sees it. Statements are `if` and `for`, calls are `range`; what
defines, includes or repeats is refused. `$names` become look-ups, and `*` becomes a product of numbers: minijinja
would repeat a text, and neither its fuel nor its own limits stop `"x" * 10 ** 9`. Long or deep expressions are refused,
for they overflow the stack of a parser that recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from botflow.errors import FlowError

LARGEST_SOURCE = 20_000  # characters of a template
LARGEST_LOOP = 4_000  # characters of a template that holds a loop: its text may be written once per turn of it
MOST_TOKENS = 400  # in one tag
MOST_TAGS = 1_000
STATEMENTS = frozenset(("if", "elif", "else", "endif", "for", "endfor"))
FUNCTIONS = frozenset(("range",))
FILTERS = frozenset(
    (
        *("abs", "attr", "bool", "capitalize", "count", "d", "default", "dictsort", "first", "float", "format"),
        *("groupby", "int", "items", "join", "last", "length", "lines", "list", "lower", "map", "max", "min"),
        *("reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "split", "string"),
        *("sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode"),
    )
)
TESTS = frozenset(
    (
        *("boolean", "defined", "divisibleby", "endingwith", "eq", "even", "false", "float", "ge", "gt", "in"),
        *("integer", "iterable", "le", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sequence"),
        *("startingwith", "string", "true", "undefined", "upper"),
    )
)
INPUT, VARIABLES, NODES, PRODUCT = "__input", "__var", "__node", "__product"

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<number>[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)
    |(?P<dollar>\$[A-Za-z0-9_]+)
    |(?P<name>[^\W0-9]\w*)
    |(?P<operator>\*\*|//|==|!=|<=|>=|[-+*/%~|.,:()\[\]{}<>=])""",
    re.VERBOSE | re.DOTALL,
)
_OPENING = re.compile(r"\{[{%#]")
_CLOSING = {"{{": re.compile(r"[-+]?\}\}"), "{%": re.compile(r"[-+]?%\}")}
_WORDS = frozenset(("and", "or", "not", "in", "is", "if", "else", "elif", "for", "recursive", *STATEMENTS))
_LOWER = frozenset(("+", "-", "~", "==", "!=", "<", "<=", ">", ">=", "=", ",", ":"))
_HIGHER = frozenset(("*", "/", "//", "%", "**"))
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class TemplateRefused(FlowError):
    """A template or condition cannot be used. `offset` is the place of the fault in its source."""

    code = "template.syntax"

    def __init__(self, message: str, offset: int, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression; `offset` counts characters from the start of the source."""

    kind: str
    text: str
    offset: int

    @property
    def is_operand_end(self) -> bool:
        return self.kind in ("string", "number", "dollar") or self.text in (")", "]", "}") or self.is_name

    @property
    def is_name(self) -> bool:
        return self.kind == "name" and self.text not in _WORDS


@dataclass(frozen=True, slots=True)
class Tag:
    """A `{{ }}` or `{% %}` with its tokens (blanks included); `opening` and `closing` hold the braces."""

    opening: str
    tokens: tuple[Token, ...]
    closing: str

    @property
    def words(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.kind != "space")


def translate(source: str) -> str:
    """Return the template as minijinja may have it; TemplateRefused when it steps outside the language."""
    if len(source) > LARGEST_SOURCE:
        raise TemplateRefused(
            f"the template has {len(source)} characters, at most {LARGEST_SOURCE}", 0, code="template.too_large"
        )
    parts = [
        part if isinstance(part, str) else part.opening + _translate(part.tokens) + part.closing
        for part in scan(source)
    ]
    return "".join(parts)


def translate_expression(source: str) -> str:
    """The same for a bare expression such as a condition."""
    return _translate(tokens_of(source))


def scan(source: str) -> Iterator[str | Tag]:
    """Yield a template's plain pieces and its tags; comments are dropped."""
    position, tags, loops = 0, 0, 0
    while opening := _OPENING.search(source, position):
        yield source[position : opening.start()]
        if opening[0] == "{#":
            end = source.find("#}", opening.end())
            if end < 0:
                raise TemplateRefused("a comment is not closed", opening.start(), hint="add #}")
            position = end + 2
            continue
        tag, position = _read_tag(source, opening)
        tags += 1
        if tag.opening.startswith("{%"):
            loops += _check_statement(tag, opening.start())
        if tags > MOST_TAGS or (loops and len(source) > LARGEST_LOOP):
            what = f"{LARGEST_LOOP} characters" if loops else f"{MOST_TAGS} tags"
            raise TemplateRefused(f"the template has more than {what}", opening.start(), code="template.too_large")
        yield tag
    yield source[position:]


def tokens_of(source: str) -> tuple[Token, ...]:
    """Cut a bare expression into tokens."""
    tokens, position = _read_tokens(source, 0, None)
    if position < len(source):
        raise TemplateRefused(f"{source[position]!r} does not belong here", position)
    if not any(token.kind != "space" for token in tokens):
        raise TemplateRefused("the expression is empty", 0)
    return tokens


def named(tokens: Iterable[Token]) -> str:
    """Return the tokens as text, each `$name` as the look-up that it stands for."""
    return "".join(_namespace(token.text) if token.kind == "dollar" else token.text for token in tokens)


def expressions(source: str, *, bare: bool) -> Iterator[tuple[Token, ...]]:
    """Yield the words of each tag of a template, or of one bare expression."""
    if bare:
        yield tuple(token for token in tokens_of(source) if token.kind != "space")
    else:
        yield from (part.words for part in scan(source) if isinstance(part, Tag))


def _read_tag(source: str, opening: re.Match[str]) -> tuple[Tag, int]:
    start = opening.end()
    braces = opening[0]
    if source[start : start + 1] in ("-", "+"):
        braces, start = braces + source[start], start + 1
    tokens, position = _read_tokens(source, start, _CLOSING[opening[0]])
    closing = _CLOSING[opening[0]].match(source, position)
    if closing is None:
        end = "}}" if opening[0] == "{{" else "%}"
        if position < len(source):
            raise TemplateRefused(f"{source[position]!r} does not belong here", position)
        raise TemplateRefused(f"{opening[0]} is not closed", opening.start(), hint=f"add {end}")
    if not any(token.kind != "space" for token in tokens):
        raise TemplateRefused("there is nothing between the braces", opening.start())
    return Tag(braces, tokens, closing[0]), closing.end()


def _read_tokens(source: str, position: int, closing: re.Pattern[str] | None) -> tuple[tuple[Token, ...], int]:
    """Read up to `closing` (outside strings and braces), the end, or what is no token."""
    tokens: list[Token] = []
    braces = 0
    while position < len(source):
        if closing is not None and not braces and closing.match(source, position):
            break
        found = _TOKEN.match(source, position)
        if found is None:
            break
        braces += {"{": 1, "}": -1}.get(found[0], 0)
        tokens.append(Token(found.lastgroup or "", found[0], position))
        position = found.end()
        if len(tokens) > 2 * MOST_TOKENS:
            raise TemplateRefused(
                f"the expression has more than {MOST_TOKENS} parts", tokens[0].offset, code="template.too_large"
            )
    return tuple(tokens), position


def _check_statement(tag: Tag, offset: int) -> bool:
    """Refuse statements outside the language; return whether this one is a loop."""
    word = tag.words[0].text
    if word not in STATEMENTS:
        raise TemplateRefused(
            f"the statement {word!r} is not available in templates",
            offset,
            code="template.forbidden",
            hint="use if and for; assign variables with logic.set",
        )
    if word == "for" and any(token.text == "recursive" and token.kind == "name" for token in tag.words):
        raise TemplateRefused("loops cannot be recursive", offset, code="template.forbidden")
    return word == "for"


def _translate(tokens: tuple[Token, ...]) -> str:
    words = [token for token in tokens if token.kind != "space"]
    for position in range(len(words)):
        _check_word(words, position)
    if any(token.text == "*" and token.kind == "operator" for token in words):
        tokens = tuple(_guard_products(words))
    return named(tokens)


def _check_word(words: list[Token], position: int) -> None:
    """Refuse calls but of known functions, and filters that are not known to be harmless."""
    word = words[position]
    before = words[position - 1] if position else None
    if before is not None and before.text == "|" and word.kind == "name":
        if word.text not in FILTERS:
            raise TemplateRefused(
                f"there is no filter {word.text!r}",
                word.offset,
                code="template.unknown_filter",
                hint=f"the filters are {', '.join(sorted(FILTERS))}",
            )
    elif word.kind == "name" and word.text not in _WORDS and _is_test(words, position):
        if word.text not in TESTS:
            raise TemplateRefused(
                f"there is no test {word.text!r}",
                word.offset,
                code="template.unknown_test",
                hint=f"the tests are {', '.join(sorted(TESTS))}",
            )
    elif word.text == "(" and before is not None and before.is_operand_end and not _may_call(words, position - 1):
        raise TemplateRefused(
            f"{before.text!r} cannot be called",
            before.offset,
            code="template.forbidden",
            hint=f"use a filter: |{before.text}"
            if before.text in FILTERS
            else "templates read values; they call range only",
        )


def _may_call(words: list[Token], position: int) -> bool:
    """Say whether the name at `position` may stand before a parenthesis."""
    before = words[position - 1].text if position else ""
    return before == "|" or _is_test(words, position) or (words[position].text in FUNCTIONS and before != ".")


def _is_test(words: list[Token], position: int) -> bool:
    before = [word.text for word in words[max(0, position - 2) : position]]
    return before[-1:] == ["is"] or before == ["is", "not"]


def _namespace(dollar: str) -> str:
    name = dollar[1:]
    if name == "input":
        return INPUT
    if name == "var":
        return VARIABLES
    return f"{NODES}.{name}" if not name[0].isdigit() else f'{NODES}["{name}"]'


def _guard_products(words: list[Token]) -> list[Token]:
    """Rewrite every `a * b` to a call of the product of numbers, from left to right, blanks between all words."""
    position = 0
    while position < len(words):
        if words[position].kind == "operator" and words[position].text == "*":
            start, end = _operand_start(words, position), _operand_end(words, position)
            if start == position or end == position + 1:
                raise TemplateRefused("'*' needs a number on both sides", words[position].offset)
            call = [Token("guard", f"{PRODUCT}(", words[position].offset)]
            comma = [Token("guard", ",", words[position].offset)]
            close = [Token("guard", ")", words[position].offset)]
            words = [
                *words[:start],
                *call,
                *words[start:position],
                *comma,
                *words[position + 1 : end],
                *close,
                *words[end:],
            ]
            position = start  # the operands may hold products of their own, inside parentheses
        position += 1
    spaced: list[Token] = []
    for word in words:
        spaced += [word, Token("space", " ", word.offset)]
    return spaced


def _operand_end(words: list[Token], product: int) -> int:
    """Return where the right operand of the product ends: before an operator that binds as weakly, or a bracket."""
    depth, position = 0, product + 1
    while position < len(words):
        word, before = words[position], words[position - 1]
        if _opens(word):
            depth += 1
        elif _closes(word):
            if not depth:
                break
            depth -= 1
        elif not depth and _ends_operand(word):
            is_sign = word.text in ("+", "-") and (before.text in _HIGHER)
            if not is_sign:
                break
        elif not depth and word.text in _HIGHER - {"**"} and word.kind == "operator":
            break
        position += 1
    return position


def _operand_start(words: list[Token], product: int) -> int:
    """Return where the left operand of the product starts: after an operator that binds more weakly, or a bracket."""
    depth, position = 0, product
    while position > 0:
        word = words[position - 1]
        if _closes(word):
            depth += 1
        elif _opens(word):
            if not depth:
                break
            depth -= 1
        elif not depth and _ends_operand(word):
            is_sign = word.text in ("+", "-") and position > 1 and words[position - 2].text in _HIGHER
            if not is_sign:
                break
        position -= 1
    return position


def _ends_operand(word: Token) -> bool:
    return (word.kind == "operator" and word.text in _LOWER) or (word.kind == "name" and word.text in _WORDS)


def _opens(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS


def _closes(word: Token) -> bool:
    return word.kind in ("operator", "guard") and word.text[-1] in _PAIRS.values()
