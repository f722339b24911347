"""logic.try: what to do when something in `try` fails, and what to do in any case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.node_type import EnterBody, Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.node_spec import NoProperties

TRY, ERROR, FINALLY = "try", "error", "finally"
_STAGE, _FAILURE = "stage", "failure"


class Try(NodeType):
    """Catches failures in its body, which begins at the handle `try`.

    {id: guard, type: logic, actionType: try}

    After a failure in `try` the body at `error` runs, and in any case the body at `finally`; both read `.code`,
    `.message` and `.node` of this node's output, which is not there without a failure. Then the node leaves by `next`.
    A failure in `error`, or without an `error`, fails the node after `finally`; a failure in `finally` fails it if
    nothing else has failed.

    `finally` also runs when the whole execution ends in a body: by `logic.end`, by a question that expires
    (`execution.expired`), by a bound of the engine, which no `error` takes (`limit.*`), and by a cancellation
    (`execution.cancelled`). Several `finally` run from the inside out. Then the execution ends as it would have without
    them; a failure in them only makes a failure of what had completed.

    Each of them has the means of one more turn: it visits at most 200 nodes, asks at most 40 times and says at most 10
    messages; a run has 1,000 turns for all of them. It may wait. After a cancellation all of them have five minutes; a
    cancellation with `skipFinally` ends them at once. After `limit.session_size` and `limit.kept_values` the largest
    variables are gone, so that the others take half of the limit.

    No `finally` runs when a turn is given up after three attempts (`attempt.dead`): its next attempt could break as
    well. Nor does it run when no process can run the workflow's version for the five minutes after a cancellation, and
    when a START after a STOP ends an execution that waited for anything but messages. A pause holds it back until the
    execution resumes.
    """

    name = "logic.try"
    title = "Try"
    section = "Control flow"
    icon = "shield"
    handle_labels = MappingProxyType(
        {"try": "What may fail", "error": "When it has failed", "finally": "In any case, last"}
    )

    def handles(self, properties: NoProperties) -> tuple[str, ...]:
        return ("next", TRY, ERROR, FINALLY)

    def bodies(self, properties: NoProperties) -> tuple[str, ...]:
        return (TRY, ERROR, FINALLY)

    def visit(self, properties: NoProperties, scene: Scene) -> Visit:
        scene.forget_output()
        scene.notes[_STAGE] = TRY
        return EnterBody(TRY)

    def resume(self, properties: NoProperties, scene: Scene) -> Visit:
        stage, failure = scene.notes[_STAGE], scene.failure
        if failure is not None and (stage != FINALLY or _FAILURE not in scene.notes):
            scene.notes[_FAILURE] = dict(failure)
            scene.keep_output(failure)
        if stage == TRY and failure is not None and scene.connected(ERROR):
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
        """Take a failure if `error` or `finally` is connected to handle it, and one in `finally` if it is the second:
        the first one is passed on."""
        stage = scene.notes[_STAGE]
        if stage == FINALLY:
            return _FAILURE in scene.notes
        return (stage == TRY and scene.connected(ERROR)) or scene.connected(FINALLY)

    def last_body(self, properties: NoProperties, scene: Scene) -> str:
        return FINALLY if scene.connected(FINALLY) else ""

    def is_finishing(self, properties: NoProperties, scene: Scene) -> bool:
        return bool(scene.notes[_STAGE] == FINALLY)

    def finish(self, properties: NoProperties, scene: Scene, error: Mapping[str, str]) -> None:
        scene.notes[_STAGE] = FINALLY
        scene.keep_output(error)
