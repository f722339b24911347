"""chatbot.ask: ask a question, wait, and read the answer as the expected kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, model_validator

from botflow.engine.effects import QuickReply
from botflow.engine.events import LogWritten
from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Pattern, Properties, WrongProperty
from botflow.flow.node_spec import Advice, Stored, Surroundings
from botflow.flow.spoken_texts import Spoken, SpokenChoice
from botflow.flow.templates.moments import is_kind
from botflow.flow.templates.template import is_template
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Reading
from botflow.nodes.answers.file_kinds import FileKind, FileSize
from botflow.nodes.answers.fitting import fit_of, fit_of_refused, lacking_former
from botflow.nodes.answers.read_answer import FREE, read
from botflow.nodes.chatbot.bounds import BOUNDED, Bound, fixed_bound, leaves_room, rendered_bound
from botflow.nodes.chatbot.former_answer import former_answer
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.option import OptionProperties, buttons, repeated
from botflow.nodes.chatbot.option_advice import advice_on_options
from botflow.nodes.chatbot.question import (
    Reminders,
    Retries,
    ask_again,
    check_reminders,
    refuse,
    remind,
    wait_for_answer,
    with_question,
)
from botflow.nodes.chatbot.worded_answer import tell_change
from botflow.nodes.comparison import alike, is_number

_MORE = {
    "choice": ("label",),
    "choices": ("labels",),
    "media": ("media",),
}  # fields of the output beside value, text and reason
_FORMER = "former"  # a name in the node's notes
_ONE_OF_MANY = "{} files came, and the variable {!r} stores the first; with `many: true` it is a list of all"
_FILE = Stored("object", fields=("url", "contentType", "name", "size"))
_STORED: Mapping[Kind, Stored] = {
    "text": Stored("text"),
    "email": Stored("text"),
    "phone": Stored("text"),
    "url": Stored("text"),
    "integer": Stored("number"),
    "number": Stored("number"),
    "yes_no": Stored("boolean"),
    "date": Stored("date"),
    "time": Stored("time"),
    "datetime": Stored("text"),
    "duration": Stored("number"),
    "money": Stored("object", fields=("amount", "currency")),
    "rating": Stored("number"),
    "location": Stored("object", fields=("latitude", "longitude", "label")),
    "media": _FILE,
    "file": _FILE,
}


class AskProperties(Properties):
    """The question, the expected kind of answer, and what to do when the answer does not fit or does not come."""

    text: Spoken
    """The question. May be a template."""
    variable: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The variable that stores the answer."""
    expect: Kind = "text"
    """The kind of answer."""
    min: Bound | None = None
    """The smallest number, the earliest date, time or moment, the shortest text, or the fewest choices. May be a
    template."""
    max: Bound | None = None
    """The largest number, the latest date, time or moment, the longest text, or the most choices. May be a template."""
    pattern: Pattern | None = None
    """A regular expression (RE2) that the whole answer must match. Only with `expect: regex`."""
    choices: Annotated[tuple[SpokenChoice | OptionProperties, ...], Field(max_length=100)] = ()
    """The possible answers: texts, or objects with `id`, `label` and `match`. Only with `expect: choice` or
    `choices`."""
    accept: Annotated[tuple[FileKind, ...], Field(max_length=20)] = ()
    """The kinds of files that fit: `image`, `audio`, `video`, extensions such as `pdf` and `docx`, or MIME types such
    as `image/png`; without it all. Only with `expect: media` or `file`."""
    max_size: Annotated[FileSize, Field(ge=1)] | None = None
    """The largest size of each file, such as `5 MB`; a number is in bytes. Files from a phone come without their size,
    and are not refused for it. Only with `expect: media` or `file`."""
    many: bool = False
    """Whether the variable stores the list of all files of the message; otherwise it is the first one. Only with
    `expect: media`."""
    invalid_text: Spoken | None = None
    """What to say when an answer does not fit; may be a template. Without it: a sentence in the flow's language."""
    retries: Retries = 3
    """How often an answer that does not fit is asked again, before the node leaves by `invalid`; a number, or
    `unlimited`."""
    timeout: Duration | None = None
    """How long to wait; then the node leaves by `timeout`. Without it the question waits for ever."""
    reminders: Reminders = ()
    """Messages to a person who does not answer."""

    @model_validator(mode="after")
    def _fits_together(self) -> AskProperties:
        if (self.pattern is None) == (self.expect == "regex"):
            raise ValueError("expect: regex and a pattern go together, and neither goes alone")
        if bool(self.choices) != (self.expect in ("choice", "choices")):
            raise ValueError("expect: choice or choices and a list of choices go together, and neither goes alone")
        for name, written in (("accept", self.accept), ("maxSize", self.max_size)):
            if written and self.expect not in ("media", "file"):
                raise WrongProperty(f"{name} is about files: it needs expect: media or file", name)
        if self.many and self.expect != "media":
            raise WrongProperty("many is about several files: it needs expect: media", "many")
        if (self.min is not None or self.max is not None) and self.expect not in BOUNDED:
            raise ValueError(f"min and max bound {', '.join(BOUNDED)}, but not {self.expect}")
        if (twice := repeated(self.options)) is not None:
            raise WrongProperty(f"two choices are named {self.options[twice].id!r}", "choices", twice)
        if self.fixed is not None and not leaves_room(self.fixed):
            raise WrongProperty(f"min {self.min} is more than max {self.max}: no answer can fit", "max")
        least = self.fixed.least if self.fixed is not None and self.expect == "choices" else None
        if isinstance(least, (int, float)) and least > len(self.choices):
            raise WrongProperty(f"min {self.min} is more than there are choices: no answer can fit", "min")
        check_reminders(self.reminders, self.timeout)
        return self

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
        if changes or not all(option.is_fixed for option in self.options):
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
            choices=tuple(option.option(scene) for option in self.options),
        )


class Ask(NodeType):
    """Asks a question, waits, and stores the answer.

    {id: people, type: chatbot, actionType: ask,
     properties: {text: For how many?, variable: people, expect: integer, min: 1}}

    If nothing is connected to `invalid`, the question is asked again each time. The output is `value`, the stored
    answer, and `text`, what the person wrote; of files it is the caption, and `media` is the list of all of them.
    """

    name = "chatbot.ask"
    properties = AskProperties

    def handles(self, properties: AskProperties) -> tuple[str, ...]:
        return ("answered", "invalid", "timeout")

    def waits(self, properties: AskProperties) -> bool:
        return True

    def outputs(self, properties: AskProperties) -> tuple[str, ...]:
        return ("value", "text", "reason", *_MORE.get(properties.expect, ()))

    def may_store(self, properties: AskProperties, value: Any) -> bool:
        match properties.expect:
            case "integer" | "number" | "duration" | "rating":
                return is_number(value)
            case "yes_no":
                return alike(True, value) or alike(False, value)
            case "choice":
                return any(alike(option.id, value) for option in properties.options)
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
        if properties.expect == "choice":
            return Stored("choice", choices=tuple(option.id for option in properties.options))
        return None if properties.many else _STORED.get(properties.expect)  # a list is none of the kinds

    def advice(self, properties: AskProperties, around: Surroundings) -> Iterable[Advice]:
        yield from advice_on_options(properties.options, "choices", around)
        if around.connected("invalid") and properties.retries == "unlimited":
            yield Advice(
                ("retries",), "it is never left by 'invalid', since its retries are unlimited", "give a number"
            )

    def visit(self, properties: AskProperties, scene: Scene) -> Visit:
        scene.notes.clear()
        scene.say(scene.render(properties.text), quick_replies=_buttons(properties, scene))
        return wait_for_answer(properties.reminders, properties.timeout)

    def resume(self, properties: AskProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave("timeout")
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
        value = scene.set(properties.variable, reading.value) if properties.variable else reading.value
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
        return ask_again(
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
    return buttons(properties.expectation(scene).choices) if properties.choices else ()
