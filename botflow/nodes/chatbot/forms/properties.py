"""The properties of chatbot.form: its fields, and what is said around them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Limits
from pydantic import ValidationError, model_validator

from botflow.engine.text_folding import fold
from botflow.flow.fields import Marker, Pace, Properties, VariableName, WrongProperty
from botflow.flow.translating.spoken_texts import Spoken, by_language
from botflow.flow.widgets import Widget
from botflow.nodes.answers.expectation import WordedKind
from botflow.nodes.chatbot.answer_kinds import KIND_LABELS, Choices, LeastBound, MostBound
from botflow.nodes.chatbot.ask_properties import AskProperties
from botflow.nodes.chatbot.media_and_buttons import MediaList
from botflow.nodes.chatbot.question import Reminders, Retries, WaitingTime, check_reminders

Word = Annotated[str, Limits(min_length=1, max_length=64), Widget("text")]
FormWords = Annotated[tuple[Word, ...], Marker("template", spoken="words"), by_language(tuple[Word, ...])]
_READING = {"unless_answer": "Unless it answered another question", "always": "Always", "never": "Never"}


class FormFieldProperties(Properties):
    """One field: its variable, its question, and the kind of its answer."""

    name: Annotated[VariableName, Widget(label="Store in", placeholder="people")]
    """The variable that stores the answer; its words are words of the field, too."""
    text: Annotated[Spoken, Widget("template-textarea", rows=2, label="Question", placeholder="How many people?")]
    """The question, asked when no message has answered it. May be a template."""
    expect: Annotated[WordedKind, Widget(label="Kind of answer", options=KIND_LABELS)] = "text"
    """The kind of answer, of those that are said in words."""
    min: LeastBound | None = None
    """The smallest answer, as in `chatbot.ask`."""
    max: MostBound | None = None
    """The largest answer, as in `chatbot.ask`."""
    choices: Choices = ()
    """The possible answers, as in `chatbot.ask`."""
    words: Annotated[FormWords, Limits(max_length=20)] = ()
    """Words that people write beside this answer: `[people, guests]`, `[under]`. A field for free text is filled by a
    longer message only behind one of its words."""
    skip_if_known: bool = False
    """Whether the field is not asked for when its variable, or field of the contact, has a value already that would be
    an answer. People may change it like any other."""
    invalid_text: Annotated[Spoken, Widget("template-textarea", rows=2)] | None = None
    """What to say when an answer does not fit; may be a template. Without it: a sentence in the flow's language."""

    @cached_property
    def question(self) -> AskProperties:
        """The field as a question of its own; ValidationError when its properties do not go together."""
        return AskProperties(
            text=self.text, variable=self.name, expect=self.expect, min=self.min, max=self.max, choices=self.choices
        )

    @cached_property
    def folded_words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(fold, (self.name.replace("_", " "), *self.words)))))


class FormProperties(Properties):
    """The fields, in the order in which they are asked, and what is said around them."""

    text: Annotated[Spoken, Widget("template-textarea", rows=2, label="Opening question")] | None = None
    """The opening question, which many fields may answer at once. May be a template. Without it the first field's
    question is asked."""
    media: MediaList = ()
    """Files to send with the opening question: addresses, or objects with `url` and `contentType`."""
    fields: Annotated[tuple[FormFieldProperties, ...], Limits(min_length=1, max_length=20)]
    """The fields: `{name, text, expect, ...}`."""
    words: Annotated[FormWords, Limits(max_length=50), Widget(label="Harmless words")] = ()
    """Further words that change no answer: `[table, book, reservation]`."""
    reads_message: Annotated[
        Literal["unless_answer", "always", "never"], Widget(label="Read the message before", options=_READING)
    ] = "unless_answer"
    """Whether the message that led to the form is read for it, too: `unless_answer` it was one to another question,
    `always`, or `never`. Only what is clear without a question is taken. The form says what it took, or confirms it."""
    confirm: Annotated[Spoken, Widget("template-textarea", rows=2, label="Closing question")] | None = None
    """The question whether all is right, asked when all fields are filled; a template. Without it none is asked."""
    retries: Retries = 3
    """How often a question is asked again, before the node leaves by `invalid`; a number, or `unlimited`."""
    timeout: WaitingTime | None = None
    """How long to wait for each answer; then the node leaves by `timeout`. Without it the form waits for ever."""
    reminders: Reminders = ()
    """Messages to a person who does not answer."""
    pace: Pace | None = None
    """How the chat shows its questions: at once, or (`human`) as if a person typed them. Without it: as the workflow
    says."""

    @model_validator(mode="after")
    def _fits_together(self) -> FormProperties:
        seen: set[str] = set()
        for position, field in enumerate(self.fields):
            if field.name in seen:
                raise WrongProperty(f"two fields are named {field.name!r}", "fields", position, "name")
            seen.add(field.name)
            try:
                _ = field.question
            except ValidationError as refused:
                message = refused.errors()[0]["msg"].removeprefix("Value error, ")
                raise WrongProperty(message, "fields", position) from None
        if self.media and self.text is None:
            raise WrongProperty("media go with the opening question: give it a text", "media")
        check_reminders(self.reminders, self.timeout)
        return self

    @cached_property
    def by_name(self) -> Mapping[str, FormFieldProperties]:
        return {field.name: field for field in self.fields}

    @cached_property
    def harmless(self) -> frozenset[str]:
        return frozenset(word for words in self.words for word in fold(words).split(" "))
