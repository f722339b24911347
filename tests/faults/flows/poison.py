# A flow with nodes that go wrong on purpose: what the tests of poison messages talk to.
"""Two poisons, as messages and as timers: one breaks the loop outside of any node's own fence, one ends the process."""

import asyncio
import os
import signal
from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeType, Visit, WaitForMessage
from botflow.engine.scene import Scene


class FragileTrigger(NodeType):
    """Starts on every message, and at the word "poison" leaves by what can be no handle."""

    name = "test.fragile"
    category = "trigger"
    properties = Properties

    def handles(self, properties: Properties) -> tuple[str, ...]:
        return ("next", "fuse", "bomb")

    def starts(self, properties: Properties, inbound: Inbound) -> bool:
        return True

    def visit(self, properties: Properties, scene: Scene) -> Visit:
        if scene.inbound.text == "poison":
            return Leave(["next"])  # type: ignore[arg-type]  # that is the poison
        return Leave(scene.inbound.text if scene.inbound.text in ("fuse", "bomb") else "next")


class Fuse(Properties):
    """Whether the end of the wait ends the process."""

    kills: bool = False


class Burn(NodeType):
    """Waits for a second; a message goes on, the end of the time is the poison."""

    name = "test.burn"
    properties = Fuse

    def waits(self, properties: Fuse) -> bool:
        return True

    def visit(self, properties: Fuse, scene: Scene) -> Visit:
        scene.say("Tick.")
        return WaitForMessage(1.0)

    def resume(self, properties: Fuse, scene: Scene) -> Visit:
        if not scene.timed_out:
            return Leave()
        if properties.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        return Leave(["next"])  # type: ignore[arg-type]  # as above


class Heard(Properties):
    """What the person said."""

    text: str


@action("test.act")
async def act(properties: Heard, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Echo, at once or after a while, or end the process as kill -9 does."""
    if properties.text == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if properties.text == "slow":
        await asyncio.sleep(1.0)
    return {"text": properties.text}


plugin = Plugin(name="poison", node_types=(FragileTrigger(), Burn(), act))

flow = Flow("poison", name="Poison")
echo = flow.node("test.act", id="echo", text="{{ $input.text }}")
start = flow.node("test.fragile", id="start")
start >> echo >> flow.say("Echo {{ $echo.text }}.")
defused = flow.say("Defused.")
(
    start["fuse"] >> flow.node("test.burn", id="fuse"),
    start["bomb"] >> flow.node("test.burn", id="bomb", kills=True),
) >> defused
