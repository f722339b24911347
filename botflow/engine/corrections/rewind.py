"""A message that goes back to the previous question, or to the question whose answer it corrects, if the workflow's
`corrections` allow it. It never goes back past an action in the outside world: that would be done twice.

What is behind an opener ("I meant 5") answers the question at hand if it fits there. An earlier answer changes only if
one earlier question alone can be meant. When several can, none changes, and the person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from botflow.engine import events
from botflow.engine.corrections.answer_history import former
from botflow.engine.corrections.phrases import Correction, correction, goes_back
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import FITTING, FREE, Answerable, Fit, NodeType
from botflow.engine.scene import Scene
from botflow.engine.session import Frame, Past
from botflow.engine.speech.buttons import option_of
from botflow.languages import sentences_in

Turning = Literal["ask", "answer"]  # the current question is asked again, or takes the message


class _Earlier(NamedTuple):
    """An answered question: the frames at it, those after its answer, the history before it, and how the value fits."""

    frames: tuple[Frame, ...]
    later: tuple[Frame, ...]
    before: Past
    fit: Fit


def turn_back(scene: Scene, node_types: Mapping[str, NodeType]) -> Turning | None:
    """Move the scene to the question that the message is about; None for a message that does not go back."""
    inbound = scene.inbound
    language = scene.language
    if goes_back(option_of(inbound.payload) or inbound.text, language):
        return None if _fit(scene, node_types, inbound) in FITTING else _one_back(scene)
    found = correction(inbound.text, language) if not inbound.payload else None
    if found is None or _fit(scene, node_types, inbound) == "literally":
        return None
    meant = replace(inbound, text=found.value)
    here = _without_literally(_fit(scene, node_types, meant))
    if here in FREE:
        return _from_free_text(scene, node_types, found, meant, here)
    if here != "no" and (scene.notes or found.opener == "wish" or found.may_answer):
        return _answer(scene, meant)
    earlier = _questions(scene, node_types, meant)
    fitting = [one for one in earlier if one.fit == "exactly" or (one.fit == "possibly" and here != "exactly")]
    if not fitting:
        return _answer(scene, meant) if here != "no" else _from_another_kind(scene, found, meant, earlier)
    chosen = _one_of(fitting) if here != "exactly" else None
    is_of_refused = bool(scene.notes) and not any(map(str.isalpha, meant.text))  # "50" did not fit, then "no, 60"
    if chosen is None or is_of_refused or (here == "possibly" and chosen.fit != "exactly"):
        return _unclear(scene)
    return _change(scene, chosen, meant)


def _from_free_text(
    scene: Scene, node_types: Mapping[str, NodeType], found: Correction, meant: Inbound, here: Fit
) -> Turning | None:
    """Decide about a correction at a question that takes any text: its own opener may belong to the text."""
    if scene.notes and not found.may_tell:
        return _answer(scene, meant)
    if found.may_tell and not found.is_clear:
        return None
    earlier = _questions(scene, node_types, meant)
    fitting = [one for one in earlier if one.fit == "exactly"]
    if fitting:
        chosen = _one_of([one for one in earlier if one.fit in ("exactly", "possibly")])
        return _change(scene, chosen, meant) if chosen is not None else _unclear(scene)
    if found.opener != "meant" or not (found.is_name or here == "hardly"):
        return None
    if scene.past.barred:
        return _refuse(scene)
    texts = _distinct([one for one in earlier if one.fit == "loosely"])
    if here == "hardly" or len(texts) > 1:
        return _unclear(scene)
    return _change(scene, texts[0], meant) if texts else _answer(scene, meant)


def _from_another_kind(scene: Scene, found: Correction, meant: Inbound, earlier: Sequence[_Earlier]) -> Turning | None:
    """Decide about a value that no question for its kind takes: it may be meant for an earlier free text."""
    if not found.is_clear or scene.notes:
        return None
    may_be_text = found.opener == "meant" and found.is_name
    texts = _distinct([one for one in earlier if one.fit == "loosely"]) if may_be_text else []
    if texts:
        return _change(scene, texts[0], meant) if len(texts) == 1 else _unclear(scene)
    return _refuse(scene) if scene.past.barred else None


def _one_of(fitting: Sequence[_Earlier]) -> _Earlier | None:
    """Return the only question that can be meant; of several the last one if no other fits exactly, and it does."""
    if len(distinct := _distinct(fitting)) == 1:
        return distinct[0]
    exact = [one for one in distinct if one.fit == "exactly"]
    return exact[0] if len(exact) == 1 and distinct[0] is exact[0] else None


def _distinct(questions: Sequence[_Earlier]) -> list[_Earlier]:
    """Return the questions, the last one first; of a node that asked several times only the last time."""
    distinct: dict[tuple[str, str], _Earlier] = {}
    for one in questions:
        distinct.setdefault((one.frames[-1].flow, one.frames[-1].node), one)
    return list(distinct.values())


def _answer(scene: Scene, meant: Inbound) -> Turning:
    scene.hear(meant)
    return "answer"


def _change(scene: Scene, question: _Earlier, meant: Inbound) -> Turning:
    scene.correct(question.frames, question.later)
    scene.past = question.before
    scene.hear(meant)
    scene.record(events.Rewound(scene.level.node))
    return "answer"


def _unclear(scene: Scene) -> Turning:
    scene.record(events.AnswerRefused(scene.level.node, "unclear_correction"))
    scene.say(sentences_in(scene.language).which_answer)
    return "ask"


def _refuse(scene: Scene) -> Turning:
    scene.record(events.Rewound(""))
    scene.say(sentences_in(scene.language).cannot_change)
    return "ask"


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


def _questions(scene: Scene, node_types: Mapping[str, NodeType], meant: Inbound) -> list[_Earlier]:
    """Return the answered questions, the last one first, with how `meant` fits each as what replaces its answer."""
    past, now = scene.past, scene.frames
    later, found = now, []
    for position in range(len(past.answered) - 1, -1, -1):
        frames = former(past.answered[position], later)
        scene.correct(frames, later)
        fit = _without_literally(_fit(scene, node_types, meant))
        found.append(_Earlier(frames, later, replace(past, answered=past.answered[:position]), fit))
        later = frames
    scene.stand_on(now)
    scene.corrected = None
    return found


def _without_literally(fit: Fit) -> Fit:
    """Return "exactly" for "literally": only of a whole message it matters that it repeats an option's own words."""
    return "exactly" if fit == "literally" else fit


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
