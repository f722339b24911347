"""What ask and menu have in common: asking again when an answer does not fit, and reminders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from botflow.engine.events import AnswerRefused, ReminderDue
from botflow.engine.inbound import Media
from botflow.engine.node_type import KeepWaiting, Leave, NodeFailure, WaitForMessage
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.flow.fields import Duration, Properties, WrongProperty
from botflow.flow.node_spec import Advice
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.chatbot.undelivered import is_watched, say_watched

_TRIES = "tries"
# Groups of properties in a form.
MISFITS, WAITING = "An answer that does not fit", "Waiting"


class Reminder(Properties):
    """What to say to a person who does not answer."""

    after: Duration
    """How long after the question, or after the last answer that did not fit."""
    text: Annotated[Spoken, Widget("template-textarea", rows=2)] | None = None
    """What to say; may be a template. Without it the question is repeated."""


def _or_unlimited(written: Any, count: ValidatorFunctionWrapHandler) -> Any:
    return written if written == "unlimited" else count(written)


if TYPE_CHECKING:
    Retries = int | Literal["unlimited"]
else:  # not a union: each of its members would report an error of its own
    _Count = Annotated[int, Field(ge=0, le=100)]
    Retries = Annotated[
        _Count,
        WrapValidator(_or_unlimited, json_schema_input_type=_Count | Literal["unlimited"]),
        PlainSerializer(lambda retries: retries),
        Widget("combobox", group=MISFITS, options={"unlimited": "As often as needed"}),
    ]
Reminders = Annotated[tuple[Reminder, ...], Field(max_length=10), Widget(group=WAITING)]
InvalidText = Annotated[Spoken, Widget("template-textarea", rows=2, group=MISFITS, label="What to say")]
WaitingTime = Annotated[Duration, Widget(group=WAITING, label="Wait at most")]


def check_reminders(reminders: Reminders, timeout_s: float | None) -> None:
    """WrongProperty for reminders that could never be sent."""
    if len({reminder.after for reminder in reminders}) < len(reminders):
        raise WrongProperty("two reminders come at the same time", "reminders")
    for position, reminder in enumerate(reminders):
        if timeout_s is not None and reminder.after >= timeout_s:
            message = "a reminder comes after the timeout, when the question is over"
            raise WrongProperty(message, "reminders", position, "after")


def ask_and_wait(
    scene: Scene,
    words: str,
    *,
    media: tuple[Media, ...] = (),
    quick_replies: tuple[QuickReply, ...] = (),
    reminders: Reminders = (),
    timeout_s: float | None = None,
) -> WaitForMessage:
    """Say `words` with the question's buttons, and wait for the answer, or for the news that they did not arrive."""
    if not is_watched(scene):
        scene.say(words, media=media, quick_replies=quick_replies)
        return wait_for_answer(reminders, timeout_s)
    say_watched(scene, words, "failed", media=media, quick_replies=quick_replies)
    return replace(wait_for_answer(reminders, timeout_s), delivery=True)


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


def nothing_to_choose(scene: Scene, handle: str, output: Mapping[str, Any] = MappingProxyType({})) -> Leave:
    """Leave by `handle` because a list has no items; NodeFailure `options.none` if that leads nowhere."""
    if not scene.connected(handle):
        raise NodeFailure(
            "there is nothing to choose: the list has no items",
            code="options.none",
            hint=f"connect {handle}, or fill the list before",
        )
    return Leave(handle, {"text": "", **output})


def refuse(scene: Scene, reason: str, retries: Retries) -> bool:
    """Record that an answer does not fit, and say whether more than `retries` have not fitted by now."""
    tries = int(scene.notes.get(_TRIES, 0)) + 1
    scene.notes[_TRIES] = tries
    scene.record(AnswerRefused(scene.node.id, reason))
    return retries != "unlimited" and tries > retries


def was_refused(scene: Scene) -> bool:
    """Say whether the last answer to the open question did not fit."""
    return _TRIES in scene.notes


def forget_refusals(scene: Scene) -> None:
    scene.notes.pop(_TRIES, None)


def with_question(words: str, question: str) -> str:
    """Return the explanation, and below it the question: after many tries it has scrolled out of view."""
    return words if question in words else f"{words}\n{question}"


def unused(properties: BaseModel, names: Sequence[str], because: str) -> Iterator[Advice]:
    """Yield advice about properties that were written and have no effect."""
    for name in names:
        if name in properties.model_fields_set:
            written = type(properties).model_fields[name].alias or name
            yield Advice((written,), f"{written} has no effect: {because}", "remove it, or the edge")
