"""What ask and menu have in common: asking again when an answer does not fit, and reminders."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from botflow.engine.effects import QuickReply
from botflow.engine.events import AnswerRefused, ReminderDue
from botflow.engine.node_type import KeepWaiting, WaitForMessage
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Properties, WrongProperty

_TRIES = "tries"


class Reminder(Properties):
    """What to say to a person who does not answer."""

    after: Duration
    """How long after the question, or after the last answer that did not fit."""
    text: str | None = None
    """What to say; may be a template. Without it the question is repeated."""


Reminders = Annotated[tuple[Reminder, ...], Field(max_length=10)]


def check_reminders(reminders: Reminders, timeout_s: float | None) -> None:
    """WrongProperty for reminders that could never be sent."""
    if len({reminder.after for reminder in reminders}) < len(reminders):
        raise WrongProperty("two reminders come at the same time", "reminders")
    for position, reminder in enumerate(reminders):
        if timeout_s is not None and reminder.after >= timeout_s:
            message = "a reminder comes after the timeout, when the question is over"
            raise WrongProperty(message, "reminders", position, "after")


def wait_for_answer(reminders: Reminders, timeout_s: float | None) -> WaitForMessage:
    """Wait for the answer, and for the reminders until it comes."""
    return WaitForMessage(timeout_s, tuple(sorted(reminder.after for reminder in reminders)))


def remind(
    scene: Scene, reminders: Reminders, question: str, *, quick_replies: tuple[QuickReply, ...] = ()
) -> KeepWaiting:
    """Say the reminder that is due, with the question's buttons, and keep waiting."""
    due = next((reminder for reminder in reminders if reminder.after == scene.alarm_s), None)
    scene.record(ReminderDue(scene.node.id))
    scene.say(scene.render(due.text if due and due.text is not None else question), quick_replies=quick_replies)
    return KeepWaiting()


def refuse(scene: Scene, reason: str) -> int:
    """Record that an answer does not fit, and return how many did not fit so far."""
    tries = int(scene.notes.get(_TRIES, 0)) + 1
    scene.notes[_TRIES] = tries
    scene.record(AnswerRefused(scene.node.id, reason))
    return tries


def ask_again(
    scene: Scene,
    words: str,
    *,
    quick_replies: tuple[QuickReply, ...] = (),
    reminders: Reminders = (),
    timeout_s: float | None = None,
) -> WaitForMessage:
    """Say `words` with the question's buttons, and wait once more."""
    scene.say(words, quick_replies=quick_replies)
    return wait_for_answer(reminders, timeout_s)
