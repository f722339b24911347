"""`@polling` makes a node type of two functions: one starts long work elsewhere, one checks whether it is done.

Between two checks the node parks, and holds no connection, no task and no memory. The state for the next check is in
the node's notes, so polling continues after a restart or a deployment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome, Park, Visit
from botflow.engine.scene import Scene
from botflow.errors import UsageError
from botflow.flow.duration import parse_duration
from botflow.flow.node_spec import Outputs
from botflow.nodes.custom.action import (
    ICON,
    capabilities_of_calls,
    documentation_of,
    leave_with,
    needed,
    outputs_of,
    rendered_properties,
    schema_of,
    validated,
)

P = TypeVar("P", bound=BaseModel)
Submit = Callable[[P, ActionContext], Awaitable[Any]]
Check = Callable[[P, Any, ActionContext], Awaitable[Any]]
SUBMIT, CHECK = "submit", "check"
_PENDING = "pending"  # a Pending's key in the runtime's journal


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet: `state` (plain JSON) is what the next check gets. None: the state that this check got."""

    state: Any = None


def polling(
    name: str,
    *,
    check: Check[P],
    every: str = "30s",
    longest: str = "24h",
    timeout_s: float = 30.0,
    title: str = "",
    icon: str = "",
    is_idempotent: bool = False,
) -> Callable[[Submit[P]], PollingNode]:
    """Make two functions the node type `name` (`type.action`); what it decorates is the first of them:

    `async def submit(properties, context)` starts the work and returns plain JSON to find it again;
    `async def check(properties, state, context)` returns Pending while it is not done, else the result, as an action.

    The first is called once per visit, but may run again after a crash: pass `context.key` on to a provider that takes
    idempotency keys. Checks are `every` so long. The node leaves by `next`, by `error` when either raises, and by
    `timeout` when there is no result within `longest`.

    `title`, `icon` and `is_idempotent` are as of an action; the docstring of the first function says what the node
    does, the return annotation of the second names the fields of its output.
    """
    every_s, longest_s = parse_duration(every), parse_duration(longest)

    def make(submit: Submit[P]) -> PollingNode:
        for function in (submit, check):
            if not iscoroutinefunction(function):
                raise UsageError(
                    f"submit and check of {name!r} must both be async functions",
                    code="action.not_async",
                    hint="write: async def",
                )
        made = PollingNode(name, submit, check, every_s, longest_s, timeout_s)
        made.title, made.icon = title, icon or ICON
        made.capabilities = capabilities_of_calls(is_idempotent=is_idempotent)
        return made

    return make


class PollingNode(NodeType):
    """The node type around the functions of a polling node."""

    handle_labels = MappingProxyType({"timeout": "It was not done in time"})

    def __init__(
        self, name: str, submit: Submit[Any], check: Check[Any], every_s: float, longest_s: float, timeout_s: float
    ) -> None:
        self.name = name
        self.properties: type[Any] = schema_of(name, submit)
        self._submit = submit
        self._look = check
        self._every_s = every_s
        self._longest_s = longest_s
        self._timeout_s = timeout_s

    @property
    def documentation(self) -> str:
        return documentation_of(self._submit)

    def outputs(self, properties: BaseModel) -> Outputs | None:
        return outputs_of(self._look)

    def handles(self, properties: BaseModel) -> tuple[str, ...]:
        return ("next", "error", "timeout")

    def rests(self, properties: BaseModel) -> bool:
        return True

    def visit(self, properties: BaseModel, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        rendered = rendered_properties(self.properties, properties, scene)
        state = yield from self._invoke(SUBMIT, rendered, None)
        scene.notes.update(properties=rendered, state=state, waited=0.0)
        return self._rest(scene)

    def resume(self, properties: BaseModel, scene: Scene) -> Visit:
        return self._check(properties, scene)

    def _check(self, properties: BaseModel, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        """Check whether it is done. Only the pauses between checks count towards `longest`, not the checks."""
        notes = scene.notes
        found = yield from self._invoke(CHECK, notes["properties"], notes["state"])
        if not (isinstance(found, Mapping) and found.keys() == {_PENDING}):
            return leave_with(found["done"] if isinstance(found, Mapping) else found, properties, scene)
        notes["state"] = found[_PENDING] if found[_PENDING] is not None else notes["state"]
        notes["waited"] += self._next_s(scene)
        if notes["waited"] < self._longest_s:
            return self._rest(scene)
        if scene.connected("timeout"):
            return Leave("timeout")
        raise NodeFailure(f"it was not done after {self._longest_s:g} s", code="polling.timeout")

    def _rest(self, scene: Scene) -> Park:
        return Park(for_s=self._next_s(scene))

    def _next_s(self, scene: Scene) -> float:
        return float(min(self._every_s, self._longest_s - scene.notes["waited"]))

    def _invoke(self, step: str, rendered: Any, state: Any) -> Generator[Ask, Answer, Any]:
        answer = yield Invoke(
            type=self.name, properties=rendered, variables={}, step=step, state=state, timeout_s=self._timeout_s
        )
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        return answer.value

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Call submit or check. The runtime calls this when the turn yields an Invoke."""
        properties = validated(self.properties, ask.properties)
        if ask.step == SUBMIT:
            return await self._submit(properties, needed(context))
        found = await self._look(properties, ask.state, needed(context))
        return {_PENDING: found.state} if isinstance(found, Pending) else {"done": found}
