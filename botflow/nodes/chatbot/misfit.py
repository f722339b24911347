"""What menus and cards do with a message that means none of their options."""

from __future__ import annotations

from typing import Protocol

from botflow.engine.node_type import Leave, Outcome
from botflow.engine.scene import Scene
from botflow.nodes.answers.expectation import Expectation, Option
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.option import buttons
from botflow.nodes.chatbot.question import Reminders, Retries, ask_and_wait, refuse, with_question

OTHER = "other"


class Choosing(Protocol):
    """The properties of a node that offers options."""

    @property
    def text(self) -> str: ...

    @property
    def invalid_text(self) -> str | None: ...

    @property
    def retries(self) -> Retries: ...

    @property
    def timeout(self) -> float | None: ...

    @property
    def reminders(self) -> Reminders: ...


def leave_or_offer_again(properties: Choosing, scene: Scene, options: tuple[Option, ...]) -> Outcome:
    """Leave by `other` if it is connected, else offer the options again; pictures are not repeated."""
    is_too_often = refuse(scene, "not_a_choice", properties.retries)
    if scene.connected(OTHER):
        return Leave(OTHER, {"text": scene.inbound.text})
    if properties.invalid_text is not None:
        words = scene.render(properties.invalid_text)
    else:
        words = invalid_sentence(Expectation(kind="choice"), "not_a_choice", scene.language)
    if is_too_often:
        words = with_question(words, scene.render(properties.text))
    return ask_and_wait(
        scene,
        words,
        quick_replies=buttons(options),
        reminders=properties.reminders,
        timeout_s=properties.timeout,
    )
