"""chatbot.ask: ask a question, wait, and read the answer as the expected kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import model_validator

from botflow.engine.events import LogWritten
from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.flow.contact_fields import WrongContactValue
from botflow.flow.fields import Pace, Pattern, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import Advice, Output, Outputs, Stored, Surroundings
from botflow.flow.templates.moments import is_kind
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Option, Reading
from botflow.nodes.answers.fitting import fit_of, fit_of_refused, lacking_former
from botflow.nodes.answers.read_answer import FREE, read
from botflow.nodes.chatbot.answer_kinds import (
    ANSWER,
    KIND_LABELS,
    STORED,
    Choices,
    FileKinds,
    LargestFile,
    LeastBound,
    MostBound,
    answer_output,
)
from botflow.nodes.chatbot.bounds import BOUNDED, fixed_bound, is_within, leaves_room, rendered_bound
from botflow.nodes.chatbot.former_answer import former_answer
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media
from botflow.nodes.chatbot.option import OptionProperties, OptionsFrom, buttons, options_from, repeated
from botflow.nodes.chatbot.option_advice import advice_on_options
from botflow.nodes.chatbot.question import (
    InvalidText,
    Reminders,
    Retries,
    WaitingTime,
    ask_and_wait,
    check_reminders,
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


class AskProperties(Properties):
    """The question, the expected kind of answer, and what to do when the answer does not fit or does not come."""

    text: Annotated[Spoken, Widget("template-textarea", label="Question", placeholder="What is your name?")]
    """The question. May be a template."""
    variable: Annotated[VariableName, Widget(label="Store in", group=ANSWER, placeholder="name")] | None = None
    """The variable that stores the answer; `contact.name` and the like are fields of the person."""
    skip_if_known: Annotated[bool, Widget(group=ANSWER, show_when={"variable": True})] = False
    """Whether the question is skipped when its variable, or field of the contact, has a value already that would be an
    answer. Then the node leaves by `answered` with that value. Only with a `variable`."""
    expect: Annotated[Kind, Widget(label="Kind of answer", options=KIND_LABELS, group=ANSWER)] = "text"
    """The kind of answer."""
    min: Annotated[LeastBound, Widget(group=ANSWER)] | None = None
    """The smallest number, the earliest date, time or moment, the shortest text, or the fewest choices. May be a
    template."""
    max: Annotated[MostBound, Widget(group=ANSWER)] | None = None
    """The largest number, the latest date, time or moment, the longest text, or the most choices. May be a template."""
    pattern: (
        Annotated[Pattern, Widget(group=ANSWER, placeholder="[A-Z]{2}[0-9]{4}", show_when={"expect": "regex"})] | None
    ) = None
    """A regular expression (RE2) that the whole answer must match. Only with `expect: regex`."""
    choices: Annotated[Choices, Widget(group=ANSWER)] = ()
    """The possible answers: texts, or objects with `id`, `label` and `match`. Only with `expect: choice` or
    `choices`."""
    choices_from: Annotated[OptionsFrom, Widget(group=ANSWER, show_when={"expect": ["choice", "choices"]})] | None = (
        None
    )
    """A list that makes the choices, in place of `choices`; the node leaves by `invalid` if the list is empty."""
    media: MediaList = ()
    """Files to send with the question: addresses, or objects with `url` and `contentType`."""
    accept: Annotated[FileKinds, Widget(group=ANSWER)] = ()
    """The kinds of files that fit: `image`, `audio`, `video`, extensions such as `pdf` and `docx`, or MIME types such
    as `image/png`; without it all. Only with `expect: media` or `file`."""
    max_size: Annotated[LargestFile, Widget(group=ANSWER)] | None = None
    """The largest size of each file, such as `5 MB`; a number is in bytes. Files from a phone come without their size,
    and are not refused for it. Only with `expect: media` or `file`."""
    many: Annotated[bool, Widget(label="Store all files", group=ANSWER, show_when={"expect": "media"})] = False
    """Whether the variable stores the list of all files of the message; otherwise it is the first one. Only with
    `expect: media`."""
    invalid_text: InvalidText | None = None
    """What to say when an answer does not fit; may be a template. Without it: a sentence in the flow's language."""
    retries: Retries = 3
    """How often an answer that does not fit is asked again, before the node leaves by `invalid`; a number, or
    `unlimited`."""
    timeout: WaitingTime | None = None
    """How long to wait; then the node leaves by `timeout`. Without it the question waits for ever."""
    reminders: Reminders = ()
    """Messages to a person who does not answer."""
    pace: Pace | None = None
    """How the chat shows the question: at once, or (`human`) as if a person typed it. Without it: as the workflow
    says."""

    @model_validator(mode="after")
    def _fits_together(self) -> AskProperties:
        if (self.pattern is None) == (self.expect == "regex"):
            raise WrongProperty("expect: regex and a pattern go together, and neither goes alone", "pattern")
        if self.has_choices != (self.expect in ("choice", "choices")):
            message = "expect: choice or choices and a list of choices go together, and neither goes alone"
            raise WrongProperty(message, "choices")
        if self.choices and self.choices_from is not None:
            raise WrongProperty("a question has either choices or choicesFrom", "choicesFrom")
        for name, written in (("accept", self.accept), ("maxSize", self.max_size)):
            if written and self.expect not in ("media", "file"):
                raise WrongProperty(f"{name} is about files: it needs expect: media or file", name)
        if self.many and self.expect != "media":
            raise WrongProperty("many is about several files: it needs expect: media", "many")
        if (self.min is not None or self.max is not None) and self.expect not in BOUNDED:
            message = f"min and max bound {', '.join(BOUNDED)}, but not {self.expect}"
            raise WrongProperty(message, "max" if self.min is None else "min")
        if (twice := repeated(self.options)) is not None:
            raise WrongProperty(f"two choices are named {self.options[twice].id!r}", "choices", twice)
        if self.fixed is not None and not leaves_room(self.fixed):
            raise WrongProperty(f"min {self.min} is more than max {self.max}: no answer can fit", "max")
        least = self.fixed.least if self.fixed is not None and self.expect == "choices" else None
        if self.choices and isinstance(least, (int, float)) and least > len(self.choices):
            raise WrongProperty(f"min {self.min} is more than there are choices: no answer can fit", "min")
        if self.skip_if_known and self.variable is None:
            raise WrongProperty("skipIfKnown looks at the variable: it needs one", "skipIfKnown")
        check_reminders(self.reminders, self.timeout)
        return self

    @property
    def has_choices(self) -> bool:
        return bool(self.choices) or self.choices_from is not None

    @cached_property
    def options(self) -> tuple[OptionProperties, ...]:
        """The choices, each with an id; a plain text is its own id."""
        return tuple(
            OptionProperties(id=choice, label=choice) if isinstance(choice, str) else choice for choice in self.choices
        )

    @cached_property
    def fixed(self) -> Expectation | None:
        """The expectation if it is the same in every turn, else None; ValueError for an invalid bound."""
        least, most = fixed_bound(self.expect, self.min, "min"), fixed_bound(self.expect, self.max, "max")
        changes = (self.min is not None and least is None) or (self.max is not None and most is None)
        if changes or self.choices_from is not None or not all(option.is_fixed for option in self.options):
            return None
        return Expectation(
            kind=self.expect,
            least=least,
            most=most,
            pattern=self.pattern,
            accept=self.accept,
            many=self.many,
            max_size=self.max_size,
            choices=tuple(option.option(None) for option in self.options),
            question="" if is_template(self.text) else self.text,
        )

    def expectation(self, scene: Scene) -> Expectation:
        """Return what is expected in this turn, templates rendered."""
        if self.fixed is not None:
            return self.fixed
        return Expectation(
            kind=self.expect,
            least=rendered_bound(self.expect, self.min, scene),
            most=rendered_bound(self.expect, self.max, scene),
            pattern=self.pattern,
            choices=self._choices(scene),
        )

    def _choices(self, scene: Scene) -> tuple[Option, ...]:
        if self.choices_from is not None:
            return options_from(self.choices_from, scene)
        return tuple(option.option(scene) for option in self.options)


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
