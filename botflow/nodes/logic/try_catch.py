"""logic.try: what to do when something in `try` fails, and what to do in any case."""

from __future__ import annotations

from botflow.engine.node_type import EnterBody, Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import NoProperties

TRY, ERROR, FINALLY = "try", "error", "finally"
_STAGE, _FAILURE = "stage", "failure"


class TryProperties(Properties):
    """A try has no properties."""


class Try(NodeType):
    """Catches failures in its body, which begins at the handle `try`.

    {id: guard, type: logic, actionType: try}

    After a failure in `try` the body at `error` runs; it reads `.code`, `.message` and `.node` of this node's output.
    The body at `finally` runs in both cases. Then the node leaves by `next`. A failure in `error` or `finally`, or
    without an `error`, fails the node. `logic.end` in a body ends the execution at once, without `finally`.
    """

    name = "logic.try"

    def handles(self, properties: NoProperties) -> tuple[str, ...]:
        return ("next", TRY, ERROR, FINALLY)

    def bodies(self, properties: NoProperties) -> tuple[str, ...]:
        return (TRY, ERROR, FINALLY)

    def visit(self, properties: NoProperties, scene: Scene) -> Visit:
        scene.notes[_STAGE] = TRY
        return EnterBody(TRY)

    def resume(self, properties: NoProperties, scene: Scene) -> Visit:
        stage, failure = scene.notes[_STAGE], scene.failure
        if failure is not None:
            scene.notes[_FAILURE] = dict(failure)
        if stage == TRY and failure is not None and scene.connected(ERROR):
            scene.keep_output(failure)
            scene.notes[_STAGE] = ERROR
            return EnterBody(ERROR)
        if stage == ERROR and failure is None:
            del scene.notes[_FAILURE]  # it has been handled
        if stage != FINALLY:
            scene.notes[_STAGE] = FINALLY
            return EnterBody(FINALLY)
        left = scene.notes.get(_FAILURE)
        if left is None:
            return Leave("next")
        raise NodeFailure(left["message"], code=left["code"], node=left["node"])

    def catches(self, properties: NoProperties, scene: Scene) -> bool:
        """Take a failure before `finally`, if `error` or `finally` is connected to handle it."""
        stage = scene.notes[_STAGE]
        return (stage == TRY and scene.connected(ERROR)) or (stage != FINALLY and scene.connected(FINALLY))
