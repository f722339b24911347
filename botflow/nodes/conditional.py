"""conditional.branch: the first condition that holds. The values that it read are recorded with the choice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, NamedTuple

import minijinja
import orjson
from pydantic import BeforeValidator, Field

from botflow.engine.events import ConditionDecided
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.fields import Condition, HandleName, Properties
from botflow.flow.node_spec import ItemHandles, Output, Outputs
from botflow.flow.templates.template import INPUT, NODES, VARIABLES, bare_expression, plain_expression
from botflow.flow.widgets import Widget

ELSE = "else"
LONGEST_SEEN = 80  # characters of one value in the log


def _without_braces(value: Any) -> Any:
    """Accept `{{ qty >= 5 }}` as the expression inside: a common way to write it."""
    bare = bare_expression(value) if isinstance(value, str) else None
    return value if bare is None else bare.strip()


Expression = Annotated[Condition, BeforeValidator(_without_braces)]


class Sight(NamedTuple):
    """One value: its name as the author writes it (`$ask.value`), and its path in a template's context."""

    name: str
    path: tuple[str, ...]


class Case(Properties):
    """One condition, and the handle to leave by when it holds."""

    handle: HandleName
    """The handle to leave by: its edge is followed when the condition holds."""
    when: Annotated[Expression, Widget(label="Condition", placeholder="qty >= 5")]
    """The condition, such as `qty >= 5`."""

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """What the condition reads, computed once."""
        return sights(self.when)


class BranchProperties(Properties):
    """The conditions."""

    cases: Annotated[tuple[Case, ...], Field(min_length=1, max_length=100)]
    """The conditions, in order; the first that holds wins."""


class Branch(NodeType):
    """Leaves by the first case whose condition holds, or by `else`.

    {id: big, type: conditional, actionType: branch, properties: {cases: [{handle: large, when: "qty >= 5"}]}}
    """

    name = "conditional.branch"
    title = "Branch on conditions"
    section = "Decisions"
    icon = "git-branch"
    item_handles = ItemHandles("cases")
    properties = BranchProperties

    def handles(self, properties: BranchProperties) -> tuple[str, ...]:
        return distinct_handles(case.handle for case in properties.cases)

    def outputs(self, properties: BranchProperties) -> Outputs:
        return {"handle": Output("text", "the handle of the case that held, or `else`")}

    def visit(self, properties: BranchProperties, scene: Scene) -> Visit:
        saw: dict[str, Any] = {}
        chosen = ELSE
        for case in properties.cases:
            for sight in case.sights:
                saw[sight.name] = short(scene.look_up(sight.path))
            if scene.evaluate(case.when):
                chosen = case.handle
                break
        scene.record(ConditionDecided(scene.node.id, chosen, saw))
        return Leave(chosen, {"handle": chosen})


def distinct_handles(handles: Iterable[str]) -> tuple[str, ...]:
    """Return each handle once, then `else`: several cases may have the same handle."""
    return (*dict.fromkeys(handles), ELSE)


def short(value: Any) -> Any:
    """Return a value fit for the log: long texts are cut, lists and objects become a piece of their JSON."""
    if isinstance(value, (dict, list, tuple)):
        value = orjson.dumps(value, default=str).decode()
    if isinstance(value, str) and len(value) > LONGEST_SEEN:
        return value[: LONGEST_SEEN - 1] + "…"
    return value


def sights(expression: str) -> tuple[Sight, ...]:
    """Return what `expression` reads, by name; nothing when it does not parse, which the checker reports."""
    try:
        source = f"{{{{ {plain_expression(expression)} }}}}"
        found = minijinja.Environment().undeclared_variables_in_str(source, nested=True)
    except (minijinja.TemplateError, FlowError):
        return ()
    seen = (_sight(*path.split(".")) for path in found)
    return tuple(sorted(sight for sight in seen if sight is not None))


def _sight(space: str, *rest: str) -> Sight | None:
    path = (space, *rest)
    if space == VARIABLES:
        return Sight(".".join(rest), path)
    if space == NODES:
        return Sight("$" + ".".join(rest), path)
    if space == INPUT:
        return Sight(".".join(("$input", *rest)), path)
    if space == "range" or space.startswith("__"):  # a function, not a value
        return None
    return Sight(".".join(path), path)
