"""What ask and menu have in common: asking again when an answer does not fit."""

from __future__ import annotations

from botflow.engine.effects import QuickReply
from botflow.engine.events import AnswerRefused
from botflow.engine.node import WaitForMessage
from botflow.engine.scene import Scene

_TRIES = "tries"


def refuse(scene: Scene, reason: str) -> int:
    """Record that an answer does not fit, and return how many have not fitted by now."""
    tries = int(scene.notes.get(_TRIES, 0)) + 1
    scene.notes[_TRIES] = tries
    scene.record(AnswerRefused(scene.node.id, reason))
    return tries


def ask_again(
    scene: Scene, words: str, *, quick_replies: tuple[QuickReply, ...] = (), timeout_s: float | None = None
) -> WaitForMessage:
    """Say `words` with the question's buttons, and wait once more."""
    scene.say(words, quick_replies=quick_replies)
    return WaitForMessage(timeout_s)
