"""Actions in a test: the author's own functions, or the outcomes that a test scripts instead."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import Literal, cast

from pydantic import BaseModel

from botflow.engine.asks import Answer, AskFailure, Invoke
from botflow.engine.node_type import ActionContext, Invocable, NodeType
from botflow.errors import UsageError, did_you_mean
from botflow.nodes.custom.polling import Pending
from botflow.outgoing_files import WebFile, read_web_file
from botflow.outgoing_targets import Network
from botflow.settings import Networks
from botflow.testing.scripted.outcomes import answer_of, failed, play, run_to_end

Step = Literal["", "submit", "check"]
LOOPBACK: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class ActionLog:
    """The ActionContext of a call in a test: its logs, progress and artifacts can be read afterwards."""

    def __init__(self, ask: Invoke, execution: str, credential: Mapping[str, str], artifacts: dict[str, bytes]) -> None:
        """`artifacts` are those of the execution: `save` adds to them."""
        self._ask = ask
        self._execution = execution
        self._credential = credential
        self._artifacts = artifacts
        self.lines: list[tuple[str, str]] = []
        self.fraction = 0.0

    @property
    def execution(self) -> str:
        return self._execution

    @property
    def node(self) -> str:
        return self._ask.node

    @property
    def attempt(self) -> int:
        return self._ask.attempt

    @property
    def key(self) -> str:
        return f"{self._execution}:{self._ask.key}"

    @property
    def credential(self) -> Mapping[str, str]:
        return self._credential

    @property
    def account(self) -> str:
        return self._ask.credential or ""

    @property
    def account_networks(self) -> Sequence[Network] | None:
        return LOOPBACK if self._ask.credential else None

    @property
    def networks(self) -> Networks:
        """Those of this machine: a test calls servers of its own."""
        return LOOPBACK

    async def is_home(self) -> bool:
        return True

    def hide(self, secret: str) -> None:
        """A test may see what it gave."""

    def log(self, level: Literal["debug", "info", "warning", "error"], message: str) -> None:
        self.lines.append((level, message))

    async def progress(self, fraction: float, note: str = "") -> None:
        self.fraction = fraction

    async def save(self, name: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        self._artifacts[name] = content

    async def load(self, name: str) -> bytes | None:
        return self._artifacts.get(name)

    async def file(self, url: str, largest: int) -> WebFile:
        return await read_web_file(url, LOOPBACK, largest)


class ScriptedActions:
    """Answers Invokes: by the test's script where there is one, else by the action's own function."""

    def __init__(self, node_types: Mapping[str, NodeType]) -> None:
        self._node_types = node_types
        self._scripts: dict[tuple[str, Step], list[object]] = {}

    def script(self, name: str, outcomes: tuple[object, ...], step: Step = "") -> None:
        """Replace the action `name` by these outcomes, in order; the last one is repeated.

        UsageError `simulator.action` when there is no such action, or no outcome.
        """
        actions = [name for name, kind in self._node_types.items() if isinstance(kind, Invocable)]
        if name not in actions:
            hint = did_you_mean(name, actions, f"there are: {', '.join(actions)}; others come by plugins=[...]")
            raise UsageError(f"there is no action {name!r}", code="simulator.action", hint=hint)
        if not outcomes:
            raise UsageError(
                f"no outcome is given for {name!r}",
                code="simulator.action",
                hint="give a result, an exception, a function",
            )
        self._scripts[name, step] = list(outcomes)

    def call(self, ask: Invoke, context: ActionLog) -> Answer:
        """Return the Answer of one call; failures have the codes of production (`action.timeout`, `action.crashed`)."""
        node_type = self._node_types.get(ask.type)
        if not isinstance(node_type, Invocable):
            return failed("action.unknown", f"the node type {ask.type!r} has no action to invoke")
        action: Invocable = node_type
        schema = cast(NodeType, node_type).properties
        scripts = self._scripts.get((ask.type, cast(Step, ask.step)))

        def produce() -> object:
            if scripts is None:
                return run_to_end(_in_time(action, ask, context))
            scripted = scripts.pop(0) if len(scripts) > 1 else scripts[0]
            return _as_step(ask.step, play(scripted, *_arguments(ask, schema, context)))

        return answer_of("action", ask.timeout_s, produce)


async def _in_time(action: Invocable, ask: Invoke, context: ActionContext) -> object:
    """Await the action's own function for as long as production would: real seconds, not the virtual clock's."""
    async with asyncio.timeout(ask.timeout_s):
        return await action.invoke(ask, context)


def _arguments(ask: Invoke, schema: type[BaseModel], context: ActionContext) -> tuple[object, ...]:
    """Return the arguments of the action's own function: see `action` and `polling`."""
    properties = schema.model_validate(ask.properties)
    match ask.step:
        case "submit":
            return properties, context
        case "check":
            return properties, ask.state, context
        case _:
            return properties, ask.variables, context


def _as_step(step: str, made: object) -> object:
    """Return a result as a polling node's check gives it; whole Answers and failures are returned unchanged."""
    if step != "check" or isinstance(made, (Answer, AskFailure)):
        return made
    return {"pending": made.state} if isinstance(made, Pending) else {"done": made}
