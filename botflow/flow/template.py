"""Templates and conditions: minijinja over plain JSON, with limits on work and on the size of what comes out.

`{{ name }}` reads a variable, `{{ $var.name }}` too, `{{ $input.text }}` the inbound, `{{ $node_id.field }}` a node's
output. The dollar names live in namespaces of their own, so a node and a variable may share a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import minijinja

from botflow.errors import FlowError

FUEL = 20_000  # instructions; a sentence needs about ten
LARGEST_TEXT = 20_000  # characters of one rendered text
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_BARE = re.compile(r"\s*\{\{((?:(?!\}\}).)*)\}\}\s*", re.DOTALL)
_DOLLAR = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
INPUT, VARIABLES, NODES = "__input", "__var", "__node"


def is_template(text: str) -> bool:
    """Say whether a property's text holds anything to render."""
    return "{{" in text or "{%" in text


def plain(source: str) -> str:
    """Rewrite the dollar names inside tags to the namespaces minijinja can read."""
    return _TAG.sub(lambda tag: plain_expression(tag[0]), source) if "$" in source else source


def plain_expression(source: str) -> str:
    """The same for a bare expression such as a condition."""
    return _DOLLAR.sub(_namespace, source) if "$" in source else source


def _namespace(name: re.Match[str]) -> str:
    if name[1] == "input":
        return INPUT
    return VARIABLES if name[1] == "var" else f"{NODES}.{name[1]}"


class Templates:
    """One flow's compiled templates. A value is chainable-undefined at run time; the checker is strict."""

    def __init__(self) -> None:
        self._environment = minijinja.Environment(undefined_behavior="chainable", auto_escape_callback=lambda _: False)
        self._environment.fuel = FUEL
        self._compiled: set[str] = set()
        self._expressions: dict[str, str] = {}

    def render(self, source: str, context: Mapping[str, Any]) -> str:
        """Render `source`; FlowError `template.failed` says what went wrong and where."""
        if not is_template(source):
            return source
        try:
            if source not in self._compiled:
                self._environment.add_template(source, plain(source))
                self._compiled.add(source)
            text: str = self._environment.render_template(source, **context)
        except (minijinja.TemplateError, TypeError, ValueError) as failure:
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
        """Render every template inside a JSON value; a string that is one bare `{{ expression }}` keeps its type."""
        if isinstance(value, str):
            bare = _BARE.fullmatch(value)
            return self.evaluate(bare[1], context) if bare else self.render(value, context)
        if isinstance(value, Mapping):
            return {name: self.render_value(item, context) for name, item in value.items()}
        if isinstance(value, list):
            return [self.render_value(item, context) for item in value]
        return value

    def evaluate(self, source: str, context: Mapping[str, Any]) -> Any:
        """Evaluate a condition such as `qty >= 5`; unknown names are undefined, and an undefined result is None."""
        expression = self._expressions.get(source)
        if expression is None:
            expression = self._expressions[source] = plain_expression(source)
        try:
            return self._environment.eval_expr(expression, **context)
        except (minijinja.TemplateError, TypeError, ValueError) as failure:
            raise FlowError(
                f"the condition {_shorten(source)!r} failed: {_first_line(failure)}", code="condition.failed"
            ) from failure


def _shorten(source: str) -> str:
    return source if len(source) <= 80 else source[:77] + "..."


def _first_line(failure: BaseException) -> str:
    return str(failure).splitlines()[0] if str(failure) else type(failure).__name__


def node_references(source: str) -> set[str]:
    """Return the nodes whose output `source` reads as `$node.field`."""
    return set(_DOLLAR.findall(source)) - {"input", "var"} if "$" in source else set()
