"""Templates and conditions: minijinja over plain JSON, with limits on work and on the size of the output.

`{{ name }}` reads a variable, `{{ $var.name }}` too, `{{ $message.text }}` the message at hand, `{{ $input.text }}` the
input, and `{{ $node_id.field }}` a node's output. The dollar names live in namespaces of their own, so a node and a
variable may share a name. `now` and `today` are the moment of the turn. The grammar is in `grammar.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import minijinja

from botflow.errors import FlowError
from botflow.flow.templates.bounded_functions import TRUTHS, guarded_environment, measured_environment, plain_value
from botflow.flow.templates.grammar import INPUT, NODES, VARIABLES, named, translate, translate_expression
from botflow.flow.templates.language_filters import CLOCK_NAMES, SETTINGS, RenderSettings
from botflow.flow.templates.tokens import TemplateRefused, expressions, tokens_of
from botflow.languages import sentences_in

__all__ = ["INPUT", "NODES", "VARIABLES", "Templates", "is_template", "node_references", "plain_expression"]

LARGEST_TEXT = 20_000  # characters of one rendered text
LARGEST_ESCAPED = 200_000  # of one rendered text of HTML or the like: its tags take most of it
_MOST_COMPILED = 2_000  # sources; a flow has hundreds, a plugin may render generated texts
_SMALL = 1_000  # characters of a source whose output is too small to need measuring
_BARE = re.compile(r"\s*\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)
_CLOCK_WORD = re.compile(rf"\b(?:{'|'.join(CLOCK_NAMES)})\b")
_LONG_NUMBER = re.compile(r"[0-9.]{17}")
_TEMPLATE_FAILURES = (minijinja.TemplateError, TypeError, ValueError, OverflowError, TemplateRefused)


def is_template(text: str) -> bool:
    """Say whether a property's text holds anything to render."""
    return "{{" in text or "{%" in text


def plain_expression(source: str) -> str:
    """Return a bare expression with its `$names` as minijinja knows them, to find what it reads; never to evaluate it.

    An expression outside the language is returned unchanged.
    """
    try:
        return named(tokens_of(source))
    except TemplateRefused:
        return source


def bare_expression(text: str) -> str | None:
    """Return the expression of a text that is one `{{ expression }}` and nothing else."""
    bare = _BARE.fullmatch(text)
    return bare[1] if bare else None


def node_references(source: str, *, bare: bool) -> set[str]:
    """Return the nodes whose output a template, or a bare expression, reads as `$node.field`."""
    if "$" not in source:
        return set()
    words = (word for tag in expressions(source, bare=bare) for word in tag)
    return {word.text[1:] for word in words if word.kind == "dollar"} - {"input", "var"}


def field_references(source: str, *, bare: bool) -> set[tuple[str, str]]:
    """Return the (node, field) pairs that a template, or a bare expression, reads as `$node.field`."""
    if "$" not in source:
        return set()
    return {
        (name.text[1:], attribute.text)
        for words in expressions(source, bare=bare)
        for name, dot, attribute in zip(words, words[1:], words[2:], strict=False)
        if name.kind == "dollar" and dot.text == "." and attribute.kind == "name"
    }


class Templates:
    """One flow's compiled templates. A value is chainable-undefined at run time; the checker is strict."""

    def __init__(self) -> None:
        self._plain = guarded_environment()
        self._measured = measured_environment(LARGEST_TEXT)
        self._escaping: dict[Callable[[str], str], minijinja.Environment] = {}
        self._compiled: dict[str, tuple[minijinja.Environment, str, bool]] = {}
        self._expressions: dict[str, tuple[str, bool]] = {}

    def render(self, source: str, context: Mapping[str, Any]) -> str:
        """Render a text for people: a truth is "yes" or "no" in their language. FlowError `template.failed` says what
        went wrong and where."""
        return self._render(source, context, _people_say)

    def render_escaped(self, source: str, context: Mapping[str, Any], escape: Callable[[str], str]) -> str:
        """Render a text of a language such as HTML: `escape`, a function of a module, makes the values in it plain
        words there. What the author has written is left as it is.

        FlowError like `render`. Not for texts of every turn: the template is parsed each time.
        """
        environment = self._escaping.get(escape)
        if environment is None:
            environment = self._escaping[escape] = measured_environment(LARGEST_ESCAPED, escape)
        try:
            translated = translate(source, LARGEST_ESCAPED)
            values = _with_clock(context) if _reads_clock(translated) else context
            text: str = environment.render_str(translated, **{**values, TRUTHS: _people_say(context)})
        except _TEMPLATE_FAILURES as failure:
            raise FlowError(
                f"the template {_shorten(source)!r} failed: {_first_line(failure)}", code="template.failed"
            ) from failure
        if len(text) > LARGEST_ESCAPED:
            raise FlowError(
                f"the template {_shorten(source)!r} made {len(text)} characters, more than {LARGEST_ESCAPED}",
                code="template.too_large",
            )
        return text

    def _render(
        self, source: str, context: Mapping[str, Any], truths: Callable[[Mapping[str, Any]], tuple[str, str]]
    ) -> str:
        if not is_template(source):
            return source
        try:
            environment, name, reads_clock = self._compiled.get(source) or self._compile(source)
            values = _with_clock(context) if reads_clock else context
            if environment is self._measured:
                values = {**values, TRUTHS: truths(context)}
            text: str = environment.render_template(name, **values)
            if environment is self._plain and _is_for_programs(text):
                # A null must not be written as "None"; looking for it here is cheaper than a finalizer.
                self._measured.add_template(name, translate(source))
                text = self._measured.render_template(name, **{**values, TRUTHS: truths(context)})
        except _TEMPLATE_FAILURES as failure:
            raise FlowError(
                f"the template {_shorten(source)!r} failed: {_first_line(failure)}", code="template.failed"
            ) from failure
        if len(text) > LARGEST_TEXT:
            raise FlowError(
                f"the template {_shorten(source)!r} made {len(text)} characters, more than {LARGEST_TEXT}",
                code="template.too_large",
            )
        return text

    def render_value(self, value: Any, context: Mapping[str, Any]) -> Any:
        """Render every template inside a JSON value; a string that is one bare `{{ expression }}` keeps its type.

        Other texts may be for programs, such as an address: a truth in them is `true` or `false` in every language.
        """
        if isinstance(value, str):
            bare = bare_expression(value)
            return self.evaluate(bare, context) if bare is not None else self._render(value, context, _as_json)
        if isinstance(value, Mapping):
            return {name: self.render_value(item, context) for name, item in value.items()}
        if isinstance(value, list):
            return [self.render_value(item, context) for item in value]
        return value

    def evaluate(self, source: str, context: Mapping[str, Any]) -> Any:
        """Evaluate a condition such as `qty >= 5` to plain JSON; an unknown name is undefined, which becomes None."""
        try:
            expression, reads_clock = self._expressions.get(source) or self._translate(source)
            value = self._plain.eval_expr(expression, **(_with_clock(context) if reads_clock else context))
            return value if value is True or value is False else plain_value(value, LARGEST_TEXT)
        except _TEMPLATE_FAILURES as failure:
            raise FlowError(
                f"the condition {_shorten(source)!r} failed: {_first_line(failure)}", code="condition.failed"
            ) from failure

    def _compile(self, source: str) -> tuple[minijinja.Environment, str, bool]:
        """Add a template, named by a number: minijinja escapes HTML if the name ends like a file's, such as .html."""
        if len(self._compiled) >= _MOST_COMPILED:
            self._compiled.clear()
            self._plain.clear_templates()
            self._measured.clear_templates()
        translated = translate(source)
        is_small = len(source) <= _SMALL and "{%" not in translated
        environment = self._plain if is_small else self._measured
        name = str(len(self._compiled))
        environment.add_template(name, translated)
        compiled = self._compiled[source] = environment, name, _reads_clock(translated)
        return compiled

    def _translate(self, source: str) -> tuple[str, bool]:
        if len(self._expressions) >= _MOST_COMPILED:
            self._expressions.clear()
        expression = translate_expression(source)
        translated = self._expressions[source] = expression, _reads_clock(expression)
        return translated


def _is_for_programs(text: str) -> bool:
    """Say whether minijinja may have written a value in a way that is not for people; also a number of more than 15
    digits."""
    return "None" in text or "True" in text or "False" in text or _LONG_NUMBER.search(text) is not None


def _people_say(context: Mapping[str, Any]) -> tuple[str, str]:
    settings = context.get(SETTINGS)
    languages = settings.languages if isinstance(settings, RenderSettings) else ()
    said = sentences_in(languages[0] if languages else "en")
    return said.yes, said.no


def _as_json(context: Mapping[str, Any]) -> tuple[str, str]:
    return "true", "false"


def _reads_clock(translated: str) -> bool:
    return _CLOCK_WORD.search(translated) is not None


def _with_clock(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add `now` and `today`; a variable of that name comes first."""
    settings = context.get(SETTINGS)
    return {**settings.clock_values(), **context} if isinstance(settings, RenderSettings) else context


def _shorten(source: str) -> str:
    return source if len(source) <= 80 else source[:77] + "..."


def _first_line(failure: BaseException) -> str:
    return str(failure).splitlines()[0].split(" (in ")[0] if str(failure) else type(failure).__name__
