"""A message that goes back to the previous question, or to the question whose answer it corrects, if the workflow's
`corrections` allow it. It never goes back past an action in the outside world: that would be done twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from botflow.engine import events
from botflow.engine.corrections.answer_history import former
from botflow.engine.corrections.phrases import correction, goes_back
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Answerable, Fit, NodeType
from botflow.engine.scene import Scene
from botflow.engine.session import Frame, Past
from botflow.languages import sentences_in

Turning = Literal["ask", "answer"]  # the current question is asked again, or takes the message


def turn_back(scene: Scene, node_types: Mapping[str, NodeType]) -> Turning | None:
    """Move the scene to the question that the message is about; None for a message that does not go back."""
    inbound = scene.inbound
    language = scene.flow.language
    if goes_back(inbound.payload or inbound.text, language):
        return None if _fit(scene, node_types, inbound) == "exactly" else _one_back(scene)
    found = correction(inbound.text, language) if not inbound.payload else None
    if found is None:
        return None
    meant = replace(inbound, text=found.value)
    was_refused = bool(scene.notes)
    here = _fit(scene, node_types, inbound)
    if (was_refused or found.may_answer) and not found.is_clear and here == "exactly":
        return None  # as an answer to the current question it fits better
    if found.may_tell and not found.is_clear and here == "loosely":
        return None
    if found.may_answer and _fit(scene, node_types, meant) == "exactly":
        scene.hear(meant)  # a polite "sorry, no"
        return "answer"
    loosely = found.is_clear and not (found.may_tell and here == "loosely")
    if (past := _corrected(scene, node_types, meant, loosely=loosely)) is not None:
        scene.past = past
        scene.hear(meant)
        scene.record(events.Rewound(scene.level.node))
        return "answer"
    return _refuse(scene) if scene.past.barred and loosely else None


def _one_back(scene: Scene) -> Turning:
    past = scene.past
    if (digression := _just_begun(scene)) is not None:
        scene.cut(digression)
        scene.record(events.Rewound(scene.level.node))
        return "ask"
    if past.answered:
        scene.stand_on(former(past.answered[-1], scene.frames))
        scene.past = replace(past, answered=past.answered[:-1])
        scene.record(events.Rewound(scene.level.node))
        return "ask"
    return _refuse(scene) if past.barred else "ask"


def _just_begun(scene: Scene) -> int | None:
    """Return the position of the digression in which no question has been answered: "back" leaves it."""
    at = scene.past.answered[-1]["at"] if scene.past.answered else ()
    for position in range(len(scene.levels) - 1, 0, -1):
        interrupt = scene.levels[position].interrupt
        if interrupt:
            return None if position < len(at) and at[position][3] == interrupt else position
    return None


def _refuse(scene: Scene) -> Turning:
    scene.record(events.Rewound(""))
    scene.say(sentences_in(scene.flow.language).cannot_change)
    return "ask"


def _corrected(scene: Scene, node_types: Mapping[str, NodeType], meant: Inbound, *, loosely: bool) -> Past | None:
    """Move to the last answered question that `meant` answers, and return the history before it.

    A question that takes any text counts only with `loosely`, and only if no stricter question takes `meant`.
    """
    now = scene.frames
    for wanted in ("exactly", "loosely") if loosely else ("exactly",):
        for frames, before in _questions(scene.past, now):
            scene.stand_on(frames)
            if _fit(scene, node_types, meant) == wanted:
                return before
    scene.stand_on(now)
    return None


def _questions(past: Past, now: tuple[Frame, ...]) -> Iterator[tuple[tuple[Frame, ...], Past]]:
    """Yield the frames at each answered question, the last one first, and the history before it."""
    frames = now
    for position in range(len(past.answered) - 1, -1, -1):
        frames = former(past.answered[position], frames)
        yield frames, replace(past, answered=past.answered[:position])


def _fit(scene: Scene, node_types: Mapping[str, NodeType], inbound: Inbound) -> Fit:
    node = scene.node
    node_type = node_types[node.type]
    if not isinstance(node_type, Answerable):
        return "no"
    heard = scene.inbound
    scene.hear(inbound)
    try:
        return node_type.fits(node.properties, scene)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - plugin code, or a bound that cannot be rendered: then it is not an answer
        return "no"
    finally:
        scene.hear(heard)
