"""`@action` makes a node type of a plain `async def`: the simplest way to call other services from a flow.

The engine stays pure: the node yields one Invoke, the runtime awaits the function and journals what it returned.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from inspect import cleandoc, iscoroutinefunction, signature
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, ValidationError

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.kept_values import LentVariables
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.errors import UsageError
from botflow.flow.node_spec import Capability, Output, Outputs, OutputType

P = TypeVar("P", bound=BaseModel)
ICON = "square-function"
# The types of JSON by those of annotations; the first that fits.
_TYPES: tuple[tuple[type, OutputType], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "text"),
    (Mapping, "object"),
    (Sequence, "list"),
)
ActionFunction = (
    Callable[[P, Mapping[str, Any]], Awaitable[Any]] | Callable[[P, Mapping[str, Any], ActionContext], Awaitable[Any]]
)


def action(
    name: str, *, timeout_s: float = 30.0, title: str = "", icon: str = "", is_idempotent: bool = False
) -> Callable[[ActionFunction[P]], ActionNode[P]]:
    """Make the decorated `async def function(properties, variables)` the node type `name` (`type.action`).

    Its first parameter's annotation is the schema of the node's properties (a botflow.Properties); templates in them
    are rendered before the call. It returns plain JSON, which goes into the variable that a property `variable` names;
    the fields of an object are also read as `{{ $node_id.field }}`, any other value as `{{ $node_id.value }}`. The node
    leaves by `next`, and by `error` when the function raises or does not return in time. It may run again after a
    crash, so its external changes must be safe to repeat: a third parameter `context` (an ActionContext) has a
    key for that, secret fields, a log, and a place for large results. `is_idempotent` says that they are.

    Its docstring says what the node does, `title` and `icon` (a name of Lucide's icons) are what people see. The fields
    of its output are those of the TypedDict that its return annotation names.
    """

    def make(function: ActionFunction[P]) -> ActionNode[P]:
        if not iscoroutinefunction(function):
            raise UsageError(
                f"the action {name!r} is not an async function", code="action.not_async", hint="write: async def"
            )
        made = ActionNode(name, function, timeout_s)
        made.title, made.icon = title, icon or ICON
        made.capabilities = capabilities_of_calls(is_idempotent=is_idempotent)
        return made

    return make


class ActionNode(NodeType, Generic[P]):
    """The node type around an action's function."""

    def __init__(self, name: str, function: ActionFunction[P], timeout_s: float) -> None:
        self.name = name
        self.properties: type[P] = schema_of(name, function)
        self._function: Callable[..., Awaitable[Any]] = function
        self._wants_context = len(signature(function).parameters) > 2
        self._timeout_s = timeout_s
        self._outputs = outputs_of(function)

    @property
    def documentation(self) -> str:
        return documentation_of(self._function)

    def outputs(self, properties: P) -> Outputs | None:
        return self._outputs

    def handles(self, properties: P) -> tuple[str, ...]:
        return ("next", "error")

    def visit(self, properties: P, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        rendered = rendered_properties(self.properties, properties, scene)
        answer = yield Invoke(
            type=self.name, properties=rendered, variables=dict(scene.variables), timeout_s=self._timeout_s
        )
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        return leave_with(answer.value, properties, scene)

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Call the function. The runtime calls this when the turn yields an Invoke."""
        variables = LentVariables(ask.variables, ask.kept) if ask.kept else ask.variables
        given = (validated(self.properties, ask.properties), variables)
        return await (self._function(*given, needed(context)) if self._wants_context else self._function(*given))


def capabilities_of_calls(*, is_idempotent: bool) -> tuple[Capability, ...]:
    """Return what a node may do that calls functions of an application."""
    return ("asks the world", "idempotent") if is_idempotent else ("asks the world",)


def documentation_of(function: Callable[..., Any]) -> str:
    return cleandoc(function.__doc__ or "")


def outputs_of(function: Callable[..., Any]) -> Outputs | None:
    """Return the fields of what a function returns, if its annotation is a TypedDict, or one `| Pending`."""
    returned = get_type_hints(function).get("return")
    found = next((each for each in (returned, *get_args(returned)) if is_typeddict(each)), None)
    return None if found is None else {name: Output(_type_of(hint)) for name, hint in get_type_hints(found).items()}


def _type_of(hint: Any) -> OutputType:
    origin = get_origin(hint) or hint
    if not isinstance(origin, type):
        return "any"
    return next((kind for type, kind in _TYPES if issubclass(origin, type)), "any")


def schema_of(name: str, function: Callable[..., Any]) -> type[Any]:
    """Return the properties' schema, which is the annotation of the function's first parameter."""
    hints = get_type_hints(function)
    hints.pop("return", None)
    schema = next(iter(hints.values()), None)
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        raise UsageError(
            f"the action {name!r} does not say what its properties are",
            code="action.schema",
            hint="write: async def function(properties: YourProperties, variables)",
        )
    return cast(type[Any], schema)


def rendered_properties(schema: type[BaseModel], properties: BaseModel, scene: Scene) -> Any:
    """Return the properties as JSON with their templates rendered; NodeFailure when they do not fit the schema then."""
    rendered = scene.render_value(properties.model_dump(mode="json", by_alias=True, exclude_unset=True))
    validated(schema, rendered)
    return rendered


def validated(schema: type[P], rendered: Any) -> P:
    """Return rendered properties as the function takes them; NodeFailure `action.properties` when they do not fit."""
    try:
        return schema.model_validate(rendered)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise NodeFailure(f"{where}: {first['msg']}", code="action.properties") from None


def needed(context: ActionContext | None) -> ActionContext:
    """Return the context; NodeFailure `action.no_context` where the action is called without one."""
    if context is None:
        raise NodeFailure(
            "this action needs a context, and there is no context in this place", code="action.no_context"
        )
    return context


def variables_of(properties: BaseModel) -> tuple[str, ...]:
    """Return the variable that a property `variable` names."""
    variable = getattr(properties, "variable", None)
    return (variable,) if isinstance(variable, str) else ()


def leave_with(value: Any, properties: BaseModel, scene: Scene) -> Leave:
    """Store a result in the variable that the properties name, and leave by `next`."""
    for variable in variables_of(properties):
        scene.set(variable, value)
    return Leave("next", value if isinstance(value, dict) else {"value": value})
