"""conditional.switch: one value, and the case that it fits: an equal value, a range, or a pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, model_validator

from botflow.engine.events import ConditionDecided
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import HandleName, Pattern, Properties, WrongProperty
from botflow.flow.node_spec import Advice, ItemHandles, Output, Outputs, Surroundings
from botflow.flow.pattern import search
from botflow.flow.widgets import Widget
from botflow.nodes.comparison import alike, equal
from botflow.nodes.conditional import ELSE, Expression, distinct_handles, short
from botflow.nodes.ranges import Range, read_range


class SwitchCase(Properties):
    """What a value must be, and the handle to leave by when it is. A case has `equals`, or `from` and `below` or one of
    them, or a `pattern`."""

    handle: HandleName
    """The handle to leave by: its edge is followed when the value fits."""
    equals: Annotated[JsonValue, Widget("text", placeholder="L")] = None
    """The value to compare with."""
    from_: Annotated[float | str | None, Field(alias="from")] = None
    """The first value of a range: a number, a date such as `2026-12-24`, or a time such as `17:30`."""
    below: float | str | None = None
    """The first value after a range."""
    pattern: Pattern | None = None
    """A regular expression (RE2) that is found in the value, a text or a number; `(?i)` at its start ignores case."""

    @model_validator(mode="after")
    def _has_one_form(self) -> SwitchCase:
        ranged = self.from_ is not None or self.below is not None
        if ("equals" in self.model_fields_set) + ranged + (self.pattern is not None) != 1:
            raise WrongProperty("a case has either equals, or from and below or one of them, or a pattern", "equals")
        if ranged:
            try:
                read_range(self.from_, self.below)
            except ValueError as wrong:
                raise WrongProperty(str(wrong), "below" if self.from_ is None else "from") from None
        return self

    @cached_property
    def range(self) -> Range | None:
        """The range, for a case that has one."""
        if self.from_ is None and self.below is None:
            return None
        return read_range(self.from_, self.below)

    @property
    def is_equality(self) -> bool:
        return self.range is None and self.pattern is None

    @property
    def form(self) -> str:
        """The property that says what a value must be."""
        return next(name for name in ("equals", "pattern", "from", "below") if self._has(name))

    def fits(self, value: Any, zone: Callable[[], ZoneInfo]) -> bool:
        """Say whether a value fits, compared as people do."""
        if self.range is not None:
            return self.range.contains(value, zone)
        if self.pattern is not None:
            return (text := _text(value)) is not None and search(self.pattern, text)
        return alike(self.equals, value)

    def _has(self, name: str) -> bool:
        return ("from_" if name == "from" else name) in self.model_fields_set


class SwitchProperties(Properties):
    """The value, and the cases."""

    value: Annotated[Expression, Widget(placeholder="order.total")]
    """The value, an expression such as `size` or `order.total`."""
    cases: Annotated[tuple[SwitchCase, ...], Field(min_length=1, max_length=200)]
    """The cases, in order; the first that fits wins."""


class Switch(NodeType):
    """Leaves by the first case that a value fits, or by `else`.

    {id: size, type: conditional, actionType: switch,
     properties: {value: people, cases: [{handle: one, equals: 1}, {handle: few, from: 2, below: 8}]}}

    A case is a value (`equals`), a range (`from` is in it, `below` is the first after it) or a `pattern`. Ranges are of
    numbers, dates or times of day, and a value of another kind is in none of them. Texts are equal without regard to
    case and to blanks around them, and a text equals the number or the truth value that it spells: "5" is 5, "true" is
    true. A case that is equal in every letter goes before one that is not.
    """

    name = "conditional.switch"
    title = "Switch on a value"
    section = "Decisions"
    icon = "split"
    item_handles = ItemHandles("cases")
    properties = SwitchProperties

    def handles(self, properties: SwitchProperties) -> tuple[str, ...]:
        return distinct_handles(case.handle for case in properties.cases)

    def outputs(self, properties: SwitchProperties) -> Outputs:
        return {
            "handle": Output("text", "the handle of the case that fitted, or `else`"),
            "value": Output("any", "the value that was compared"),
        }

    def advice(self, properties: SwitchProperties, around: Surroundings) -> Iterable[Advice]:
        """Warn of cases that can never be chosen, and of ranges that overlap by mistake."""
        for position, case in enumerate(properties.cases):
            at = ("cases", position, case.form)
            before = properties.cases[:position]
            if (why := _never(case, before, properties.value, around)) is not None:
                message = f"the case {_named(case)} is never chosen: {why}"
                yield Advice(at, message, "change its value, or remove it")
            elif (other := _crossed(case, before)) is not None:
                message = f"the case {_named(case)} overlaps {_named(other)}, which gets the values in both"
                yield Advice(at, message, "let one range begin where the other ends", code="switch.overlap")

    def visit(self, properties: SwitchProperties, scene: Scene) -> Visit:
        value = scene.evaluate(properties.value)
        chosen = _chosen(properties.cases, value, lambda: scene.zone)
        scene.record(ConditionDecided(scene.node.id, chosen, {properties.value: short(value)}))
        return Leave(chosen, {"handle": chosen, "value": value})


def _chosen(cases: tuple[SwitchCase, ...], value: Any, zone: Callable[[], ZoneInfo]) -> str:
    first = next((case for case in cases if case.fits(value, zone)), None)
    if first is None:
        return ELSE
    if not first.is_equality:
        return first.handle
    return next((case for case in cases if case.is_equality and equal(case.equals, value)), first).handle


def _never(case: SwitchCase, before: tuple[SwitchCase, ...], value: str, around: Surroundings) -> str | None:
    """Say why a case cannot be chosen; None when it can, as far as that is known."""
    if case.is_equality:
        if any(other.is_equality and equal(other.equals, case.equals) for other in before):
            return "an earlier case is the same"
        if any(not other.is_equality and other.fits(case.equals, lambda: ZoneInfo("UTC")) for other in before):
            return "an earlier case takes this value"
        return None if around.may_be(value, case.equals) else f"{value} never has this value{_instead(value, around)}"
    if case.range is not None:
        ranges = [other.range for other in before if other.range is not None]
        return "earlier cases take all its values" if case.range.is_part_of(ranges) else None
    return "an earlier case is the same" if any(other.pattern == case.pattern for other in before) else None


def _instead(value: str, around: Surroundings) -> str:
    """Return the values that an expression may have instead, as far as they are known."""
    choices = [choice for stored in around.stored(value) for choice in stored.choices]
    return f", but {', '.join(choices[:10])}" if choices else ""


def _crossed(case: SwitchCase, before: tuple[SwitchCase, ...]) -> SwitchCase | None:
    """Return an earlier range that overlaps this one, unless one is a part of the other: a narrow range before a wide
    one is how authors write steps."""
    if case.range is None:
        return None
    return next((other for other in before if other.range is not None and case.range.crosses(other.range)), None)


def _named(case: SwitchCase) -> str:
    if case.range is not None:
        bounds = (("from", case.from_), ("below", case.below))
        return " ".join(
            f"{word} {bound:g}" if isinstance(bound, float) else f"{word} {bound}"
            for word, bound in bounds
            if bound is not None
        )
    return repr(short(case.equals if case.pattern is None else case.pattern))


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
