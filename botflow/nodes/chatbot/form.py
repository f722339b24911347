"""chatbot.form: several questions in one node, of which one message may answer many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Annotated

from pydantic import Field as Limits
from pydantic import ValidationError, model_validator

from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.engine.text_folding import fold
from botflow.flow.contact_fields import WrongContactValue
from botflow.flow.fields import Marker, Pace, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import Output, Outputs, Stored
from botflow.flow.translating.spoken_texts import Spoken, by_language
from botflow.flow.widgets import Widget
from botflow.languages import sentences_in
from botflow.nodes.answers.expectation import WordedKind
from botflow.nodes.answers.fitting import fit_of
from botflow.nodes.chatbot.answer_kinds import KIND_LABELS, Choices, LeastBound, MostBound, answer_output
from botflow.nodes.chatbot.ask import Ask, AskProperties
from botflow.nodes.chatbot.form_message import Form as Fields
from botflow.nodes.chatbot.form_message import Understood, understand
from botflow.nodes.chatbot.form_place import Field, Place
from botflow.nodes.chatbot.former_answer import former_answer
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media
from botflow.nodes.chatbot.option import buttons
from botflow.nodes.chatbot.question import (
    Reminders,
    Retries,
    WaitingTime,
    ask_and_wait,
    check_reminders,
    forget_refusals,
    refuse,
    remind,
    wait_for_answer,
    was_refused,
    with_question,
)
from botflow.nodes.chatbot.worded_answer import tell_change

Word = Annotated[str, Limits(min_length=1, max_length=64), Widget("text")]
DONE, INVALID, TIMEOUT = "done", "invalid", "timeout"
FormWords = Annotated[tuple[Word, ...], Marker("template", spoken="words"), by_language(tuple[Word, ...])]
_COUNTING = ("integer", "number")
_ASK = Ask()
_FILLED, _ASKED, _CONFIRMS = "filled", "asked", "confirms"  # names in the node's notes


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


class Form(NodeType):
    """Fills several fields, from as few messages as the person likes: "4 tomorrow at 7pm, under Ann".

    {id: booking, type: chatbot, actionType: form,
     properties: {fields: [{name: people, text: How many?, expect: integer}, {name: day, text: When?, expect: date}],
                  confirm: "{{ people }} on {{ day }}?"}}

    A message fills every field for which it holds one clear value, if all its words are understood; missing fields are
    asked in order. "Make it 5 people" changes a field. The output holds each field's value.
    """

    name = "chatbot.form"
    title = "Form"
    section = "Conversation"
    icon = "clipboard-list"
    handle_labels = MappingProxyType(
        {"done": "All filled", "invalid": "No answer that fits", "timeout": "No answer in time"}
    )
    properties = FormProperties

    def handles(self, properties: FormProperties) -> tuple[str, ...]:
        return (DONE, INVALID, TIMEOUT)

    def waits(self, properties: FormProperties) -> bool:
        return True

    def sets(self, properties: FormProperties) -> tuple[str, ...]:
        return tuple(field.name for field in properties.fields)

    def outputs(self, properties: FormProperties) -> Outputs:
        found = {field.name: answer_output(field.expect) for field in properties.fields}
        return {
            **found,
            "text": Output("text", "what the person wrote last"),
            "reason": Output("text", "on `invalid`: why it did not fit"),
        }

    def stored(self, properties: FormProperties, name: str) -> Stored | None:
        field = properties.by_name.get(name)
        return None if field is None else _ASK.stored(field.question, name)

    def visit(self, properties: FormProperties, scene: Scene) -> Visit:
        if _FILLED in scene.notes:  # a digression is over
            return self._ask_next(properties, scene)
        scene.notes[_FILLED] = []
        if properties.text is None:
            return self._ask_next(properties, scene)
        media = render_media(properties.media, scene) if properties.media else ()
        scene.say(scene.render(properties.text), media=media)
        return wait_for_answer(properties.reminders, properties.timeout)

    def resume(self, properties: FormProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave(TIMEOUT)
        if scene.alarm == "reminder":
            return remind(
                scene, properties.reminders, self._open(properties, scene), quick_replies=_buttons(properties, scene)
            )
        form = _fields(properties, scene)
        found = understand(form, scene.inbound)
        if found.confirmed:
            return self._leave(properties, scene)
        if found.values:
            return self._store(properties, scene, form, found)
        if found.named:
            scene.notes.update({_ASKED: found.named, _CONFIRMS: False})
            return self._ask_next(properties, scene)
        return self._again(properties, scene, form, found)

    def fits(self, properties: FormProperties, scene: Scene) -> Fit:
        """Say how well the message fits: it is the form's own when it fills or changes a field by its own words."""
        form = _fields(properties, scene)
        found = understand(form, scene.inbound)
        if found.is_text:
            expectation = form.fields[form.asked].expectation
            return fit_of(expectation, scene.inbound, form.place.language, form.place.region)
        return "literally" if found.values or found.confirmed or found.declined or found.named else "no"

    def question(self, properties: FormProperties, scene: Scene) -> str:
        """Return the open question in the words of this turn."""
        return scene.render(self._open(properties, scene))

    def _store(self, properties: FormProperties, scene: Scene, form: Fields, found: Understood) -> Visit:
        before = {name: scene.known(name) for name in form.filled}
        filled = [*form.filled, *(name for name in found.values if name not in form.filled)]
        for name, value in found.values.items():
            try:
                stored = scene.set(name, value)
            except WrongContactValue as refused:
                return self._again(properties, scene, form, replace(found, values={}, reason=refused.code))
            if name in before:
                scene.corrected = before
                tell_change(scene, form.fields[name].expectation, name, stored)
        scene.notes.clear()
        scene.notes[_FILLED] = filled
        return self._ask_next(properties, scene)

    def _ask_next(self, properties: FormProperties, scene: Scene) -> Visit:
        """Ask for the field that is named, or for the first one that is missing; then for the confirmation."""
        filled = scene.notes[_FILLED]
        missing = next((field.name for field in properties.fields if field.name not in filled), "")
        asked = scene.notes.get(_ASKED) or missing
        if not asked and properties.confirm is None:
            return self._leave(properties, scene)
        scene.notes.update({_ASKED: asked, _CONFIRMS: not asked})
        scene.say(self.question(properties, scene), quick_replies=_buttons(properties, scene))
        return wait_for_answer(properties.reminders, properties.timeout)

    def _again(self, properties: FormProperties, scene: Scene, form: Fields, found: Understood) -> Visit:
        """Say why the message filled nothing, and ask the open question once more."""
        said = sentences_in(form.place.language)
        if found.declined:
            return ask_and_wait(
                scene, said.what_to_change, reminders=properties.reminders, timeout_s=properties.timeout
            )
        is_too_often = refuse(scene, found.reason, properties.retries)
        if is_too_often and scene.connected(INVALID):
            return Leave(INVALID, {"text": scene.inbound.text, "reason": found.reason})
        if found.reason == "unsure":
            scene.say(said.unsure)
        elif form.asked:
            words = self._invalid(properties, scene, form, found.reason)
            words = with_question(words, self.question(properties, scene)) if is_too_often else words
            return ask_and_wait(
                scene,
                words,
                quick_replies=_buttons(properties, scene),
                reminders=properties.reminders,
                timeout_s=properties.timeout,
            )
        if not form.asked and not form.confirms:
            forget_refusals(scene)  # they were about the opening
        return self._ask_next(properties, scene)

    def _invalid(self, properties: FormProperties, scene: Scene, form: Fields, reason: str) -> str:
        field = properties.by_name[form.asked]
        if field.invalid_text is not None:
            return scene.render(field.invalid_text)
        return invalid_sentence(form.fields[form.asked].expectation, reason, form.place.language)

    def _open(self, properties: FormProperties, scene: Scene) -> str:
        """Return the open question, not rendered."""
        asked = scene.notes.get(_ASKED)
        if asked:
            return properties.by_name[asked].text
        if scene.notes.get(_CONFIRMS):
            return properties.confirm or ""
        return properties.text or properties.fields[0].text

    def _leave(self, properties: FormProperties, scene: Scene) -> Leave:
        values = {field.name: scene.known(field.name) for field in properties.fields}
        return Leave(DONE, {**values, "text": scene.inbound.text})


def _fields(properties: FormProperties, scene: Scene) -> Fields:
    """Return the form as this turn finds it, bounds and options rendered."""
    has_moments = any(field.expect == "datetime" for field in properties.fields)
    counted = tuple(word for field in properties.fields if field.expect in _COUNTING for word in field.folded_words)
    return Fields(
        fields={
            field.name: Field(
                name=field.name,
                expectation=replace(field.question.expectation(scene), former=_former(field, scene)),
                words=field.folded_words,
                is_partial=has_moments and field.expect in ("date", "time"),
            )
            for field in properties.fields
        },
        filled=tuple(scene.notes.get(_FILLED, ())),
        asked=scene.notes.get(_ASKED, ""),
        confirms=bool(scene.notes.get(_CONFIRMS)),
        is_retry=was_refused(scene),
        goes_back=scene.policy.corrections,
        harmless=properties.harmless,
        place=Place(scene.language, scene.flow.region, scene.local_now, counted),
    )


def _former(field: FormFieldProperties, scene: Scene) -> str | None:
    """Return the answer that a new one replaces, if the field is filled."""
    is_filled = field.name in scene.notes.get(_FILLED, ())
    return former_answer(field.expect, scene.known(field.name)) if is_filled else None


def _buttons(properties: FormProperties, scene: Scene) -> tuple[QuickReply, ...]:
    """Return the options of the open question; yes and no to confirm."""
    asked = scene.notes.get(_ASKED)
    if asked and properties.by_name[asked].choices:
        # Its questions share one node, so a button is not marked as an answer to this one of them.
        return buttons(properties.by_name[asked].question.expectation(scene).choices, are_answers=False)
    if scene.notes.get(_CONFIRMS):
        said = sentences_in(scene.language)
        return tuple(QuickReply(title=word.capitalize(), payload=word) for word in (said.yes, said.no))
    return ()
