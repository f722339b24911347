"""Cuts a template into tags, and tags into tokens: the language's rules check them before minijinja parses anything.

Sizes are checked first: long or very many tags would overflow the stack of a recursive parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from botflow.errors import FlowError

MOST_TOKENS = 400  # in one tag
MOST_TAGS = 1_000
KEYWORDS = frozenset(("and", "or", "not", "in", "is", "if", "else", "elif", "for"))

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
        return self.kind == "name" and self.text not in KEYWORDS


@dataclass(frozen=True, slots=True)
class Tag:
    """A `{{ }}` or `{% %}` with its tokens (blanks included); `opening` and `closing` hold the braces."""

    opening: str
    tokens: tuple[Token, ...]
    closing: str

    @property
    def words(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.kind != "space")


def scan(source: str) -> Iterator[str | Tag]:
    """Yield a template's plain pieces and its tags; comments are dropped."""
    position, tags = 0, 0
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
        if tags > MOST_TAGS:
            raise TemplateRefused(
                f"the template has more than {MOST_TAGS} tags", opening.start(), code="template.too_large"
            )
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
    """Read up to `closing` (outside strings and braces), the end, or text that is not a token."""
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
