"""The properties of chatbot.ask, and the expectation that they make of an answer."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from pydantic import model_validator

from botflow.engine.scene import Scene
from botflow.flow.fields import Pace, Pattern, Properties, VariableName, WrongProperty
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.answers.expectation import Expectation, Kind, Option
from botflow.nodes.chatbot.answer_kinds import (
    ANSWER,
    KIND_LABELS,
    Choices,
    FileKinds,
    LargestFile,
    LeastBound,
    MostBound,
)
from botflow.nodes.chatbot.bounds import BOUNDED, fixed_bound, leaves_room, rendered_bound
from botflow.nodes.chatbot.media_and_buttons import MediaList
from botflow.nodes.chatbot.option import OptionProperties, OptionsFrom, options_from, repeated
from botflow.nodes.chatbot.question import (
    InvalidText,
    Reminders,
    Retries,
    WaitingTime,
    check_reminders,
)


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
