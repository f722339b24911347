"""chatbot.ask: ask a question, wait, and read the answer as the expected kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from types import MappingProxyType
from typing import Any

from botflow.engine.events import LogWritten
from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.flow.contact_fields import WrongContactValue
from botflow.flow.node_spec import Advice, Output, Outputs, Stored, Surroundings
from botflow.flow.templates.moments import is_kind
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Reading
from botflow.nodes.answers.fitting import fit_of, fit_of_refused, lacking_former
from botflow.nodes.answers.read_answer import FREE, read
from botflow.nodes.chatbot.answer_kinds import (
    STORED,
    answer_output,
)
from botflow.nodes.chatbot.ask_properties import AskProperties
from botflow.nodes.chatbot.bounds import is_within
from botflow.nodes.chatbot.former_answer import former_answer
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.media_and_buttons import render_media
from botflow.nodes.chatbot.option import buttons
from botflow.nodes.chatbot.option_advice import advice_on_options
from botflow.nodes.chatbot.question import (
    ask_and_wait,
    nothing_to_choose,
    refuse,
    remind,
    with_question,
)
from botflow.nodes.chatbot.undelivered import UNDELIVERED, after_failure
from botflow.nodes.chatbot.worded_answer import tell_change
from botflow.nodes.comparison import alike, is_number

# Fields of the output beside value, text and reason.
_MORE: Mapping[Kind, Outputs] = {
    "choice": {"label": Output("text", "what the person saw of the choice")},
    "choices": {"labels": Output("list", "what the person saw of the choices")},
    "media": {"media": Output("list", "all files of the message")},
}
_OF_FILES = {"expect": ("media", "file")}
_FORMER = "former"  # a name in the node's notes
_ONE_OF_MANY = "{} files came, and the variable {!r} stores the first; with `many: true` it is a list of all"


class Ask(NodeType):
    """Asks a question, waits, and stores the answer.

    {id: people, type: chatbot, actionType: ask,
     properties: {text: For how many?, variable: people, expect: integer, min: 1}}

    If nothing is connected to `invalid`, the question is asked again each time. The output is `value`, the stored
    answer, and `text`, what the person wrote; of files it is the caption, and `media` is the list of all of them. If
    `undelivered` is connected, the node leaves by it when the question does not arrive at a phone, with `code` and
    `reason` in the output; never after an answer.
    """

    name = "chatbot.ask"
    title = "Ask a question"
    section = "Conversation"
    icon = "circle-help"
    handle_labels = MappingProxyType(
        {"answered": "Answered", "invalid": "No answer that fits", "timeout": "No answer in time"}
    )
    properties = AskProperties

    def handles(self, properties: AskProperties) -> tuple[str, ...]:
        return ("answered", "invalid", "timeout", UNDELIVERED)

    def waits(self, properties: AskProperties) -> bool:
        return True

    def outputs(self, properties: AskProperties) -> Outputs:
        return {
            "value": answer_output(properties.expect, many=properties.many),
            "text": Output("text", "what the person wrote"),
            "reason": Output("text", "on `invalid`: why it did not fit"),
            **_MORE.get(properties.expect, {}),
        }

    def may_store(self, properties: AskProperties, value: Any) -> bool:
        match properties.expect:
            case "integer" | "number" | "duration" | "rating":
                return is_number(value)
            case "yes_no":
                return alike(True, value) or alike(False, value)
            case "choice":
                return not properties.choices or any(alike(option.id, value) for option in properties.options)
            case "choices":
                return isinstance(value, (list, tuple))
            case "date":
                return is_kind(value, date)
            case "time":
                return is_kind(value, time)
            case "location" | "media" | "file" | "money":
                return isinstance(value, Mapping)
            case "email" | "phone" | "url":
                return isinstance(value, str) and not is_kind(value, date) and not is_kind(value, time)
            case _:
                return True

    def stored(self, properties: AskProperties, name: str) -> Stored | None:
        if properties.expect == "choice" and properties.choices_from is not None:
            return Stored("text")
        if properties.expect == "choice":
            return Stored("choice", choices=tuple(option.id for option in properties.options))
        return None if properties.many else STORED.get(properties.expect)  # a list is none of the kinds

    def advice(self, properties: AskProperties, around: Surroundings) -> Iterable[Advice]:
        yield from advice_on_options(properties.options, "choices", around)
        if around.connected("invalid") and properties.retries == "unlimited":
            yield Advice(
                ("retries",), "it is never left by 'invalid', since its retries are unlimited", "give a number"
            )

    def visit(self, properties: AskProperties, scene: Scene) -> Visit:
        if properties.skip_if_known and self.is_known(properties, scene):
            return Leave("answered", {"value": scene.known(properties.variable or ""), "text": ""})
        scene.notes.clear()
        replies = _buttons(properties, scene)
        if properties.choices_from is not None and not replies:
            return nothing_to_choose(scene, "invalid", {"reason": "nothing_to_choose"})
        return ask_and_wait(
            scene,
            scene.render(properties.text),
            media=render_media(properties.media, scene) if properties.media else (),
            quick_replies=replies,
            reminders=properties.reminders,
            timeout_s=properties.timeout,
        )

    def is_known(self, properties: AskProperties, scene: Scene) -> bool:
        """Say whether the variable has a value that would be an answer."""
        known, expected = scene.known(properties.variable or ""), properties.expectation(scene)
        is_answer = known not in (None, "") and self.may_store(properties, known)
        return is_answer and is_within(known, expected.least, expected.most)

    def resume(self, properties: AskProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave("timeout")
        if scene.inbound.kind == "delivery":
            return after_failure(scene)
        if scene.alarm == "reminder":
            return remind(scene, properties.reminders, properties.text, quick_replies=_buttons(properties, scene))
        expectation = properties.expectation(scene)
        former = self._former(properties, scene)
        reading = self._read(properties, scene, expectation, former)
        if not isinstance(reading, Accepted):
            if former is not None:
                scene.notes[_FORMER] = former
            return self._again(properties, scene, expectation, reading.reason)
        if properties.variable and len(reading.more.get("media", ())) > 1 and not properties.many:
            count = len(reading.more["media"])
            scene.record(LogWritten(scene.node.id, "warning", _ONE_OF_MANY.format(count, properties.variable)))
        try:
            value = scene.set(properties.variable, reading.value) if properties.variable else reading.value
        except WrongContactValue as refused:
            return self._again(properties, scene, expectation, refused.code)
        tell_change(scene, expectation, properties.variable, value)
        return Leave("answered", {"value": value, "text": scene.inbound.text, **reading.more})

    def fits(self, properties: AskProperties, scene: Scene) -> Fit:
        """Say whether the message would be accepted as an answer; a text or a pattern takes nearly everything.

        What fits without the former answer, or only with one, is about this question, too: there it is asked again.
        """
        expectation = properties.expectation(scene)
        fit = fit_of(expectation, scene.inbound, scene.language, scene.flow.region)
        for former in dict.fromkeys((self._former(properties, scene), None)):
            if isinstance(self._read(properties, scene, expectation, former), Accepted):
                return fit
        lacking = lacking_former(expectation)
        needs_former = lacking is not None and isinstance(self._read(properties, scene, lacking, None), Accepted)
        if needs_former and fit == "exactly":
            return fit
        return fit_of_refused(expectation, scene.inbound, scene.language)

    def question(self, properties: AskProperties, scene: Scene) -> str:
        """Return the question in the words of this turn."""
        return scene.render(properties.text)

    def _former(self, properties: AskProperties, scene: Scene) -> str | None:
        """Return the answer that the message replaces, also when a first correction of it did not fit."""
        if scene.corrected is None:
            former = scene.notes.get(_FORMER)
            return former if isinstance(former, str) else None
        value = scene.corrected.get(properties.variable) if properties.variable else scene.corrected_output.get("value")
        return former_answer(properties.expect, value)

    def _read(self, properties: AskProperties, scene: Scene, expectation: Expectation, former: str | None) -> Reading:
        """Read the message as an answer, one that corrects `former` if that is given."""
        inbound = scene.inbound
        if properties.expect in ("date", "datetime"):
            inbound = replace(inbound, received_at=scene.local_now)
        if not expectation.question and not _stands_alone(expectation.kind, inbound.text):
            expectation = replace(expectation, question=scene.render(properties.text))
        if former is not None:
            expectation = replace(expectation, former=former)
        return read(expectation, inbound, scene.language, scene.flow.region)

    def _again(self, properties: AskProperties, scene: Scene, expectation: Expectation, reason: str) -> Visit:
        """Ask again; after `retries` refused answers leave by `invalid`; if that is not connected, keep asking."""
        is_too_often = refuse(scene, reason, properties.retries)
        if is_too_often and scene.connected("invalid"):
            return Leave("invalid", {"text": scene.inbound.text, "reason": reason})
        if properties.invalid_text is not None:
            words = scene.render(properties.invalid_text)
        else:
            words = invalid_sentence(expectation, reason, scene.language)
        if is_too_often:
            words = with_question(words, scene.render(properties.text))
        return ask_and_wait(
            scene,
            words,
            quick_replies=_buttons(properties, scene),
            reminders=properties.reminders,
            timeout_s=properties.timeout,
        )


def _stands_alone(kind: Kind, text: str) -> bool:
    """Say whether the words of the question cannot matter: to any text, or to a number that is all that was said."""
    return kind in FREE or (kind in ("integer", "number") and text.isascii() and text.isdecimal())


def _buttons(properties: AskProperties, scene: Scene) -> tuple[QuickReply, ...]:
    if not properties.has_choices:
        return ()
    expectation = properties.expectation(scene)
    # One press chooses one option: where a phone's buttons would stand for several, its numbered lines are better.
    are_answers = expectation.kind == "choice" or float(expectation.least or 1) <= 1
    return buttons(expectation.choices, are_answers=are_answers)
