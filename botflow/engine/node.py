"""What a node type is, and the outcomes a visit may have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from botflow.engine.asks import Answer, Ask
from botflow.engine.inbound import Inbound
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.graph import Category


@dataclass(frozen=True, slots=True)
class Leave:
    """Go on by `handle`. `output` is what `$node.field` reads."""

    handle: str = "next"
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitForMessage:
    """Park here until the person writes, or until `timeout_s` has passed since the commit."""

    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class EnterSubflow:
    """Push a frame that runs `workflow` with `variables`; its end resumes this node with `scene.returned`."""

    workflow: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """End the whole execution."""


Outcome = Leave | WaitForMessage | EnterSubflow | End
Visit = Outcome | Generator[Ask, Answer, Outcome]


class NodeFailure(FlowError):
    """A node could not do its work: it leaves by `error` if that is connected, else the execution fails."""

    code = "node.failed"


class NodeType(Protocol):
    """A kind of node. A visit returns an Outcome, or is a generator that yields Asks when it needs the world."""

    @property
    def name(self) -> str:
        """`type.action`, for example `chatbot.ask`."""

    @property
    def category(self) -> Category: ...

    @property
    def properties(self) -> type[BaseModel]: ...

    def handles(self, properties: Any) -> tuple[str, ...]: ...

    def waits(self, properties: Any) -> bool: ...

    def sets(self, properties: Any) -> tuple[str, ...]: ...

    def visit(self, properties: Any, scene: Scene) -> Visit:
        """Run the node on entry; also when a digression is over and its question must be asked again."""


@runtime_checkable
class Resumable(Protocol):
    """The second ability of a node type that waits or enters a subflow."""

    def resume(self, properties: Any, scene: Scene) -> Visit:
        """Go on with what it waited for: `scene.inbound` (a message or a timeout), or `scene.returned`."""


@runtime_checkable
class Starts(Protocol):
    """The second ability of a trigger."""

    def starts(self, properties: Any, inbound: Inbound) -> bool:
        """Say whether this trigger takes `inbound`."""


@runtime_checkable
class Invocable(Protocol):
    """The second ability of a plugin's node type whose work is an `async def` (see `action`)."""

    async def invoke(self, properties: Any, variables: Mapping[str, Any]) -> Any: ...


Action = Callable[[Any, Mapping[str, Any]], Awaitable[Any]]
