"""chatbot.form: several questions in one node, of which one message may answer many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.flow.contact_fields import WrongContactValue
from botflow.flow.node_spec import Output, Outputs, Stored
from botflow.languages import sentences_in
from botflow.nodes.answers.fitting import fit_of
from botflow.nodes.chatbot.answer_kinds import answer_output
from botflow.nodes.chatbot.ask import Ask
from botflow.nodes.chatbot.former_answer import former_answer
from botflow.nodes.chatbot.forms.already_known import leads_here, said_before
from botflow.nodes.chatbot.forms.message import Form as Fields
from botflow.nodes.chatbot.forms.message import Understood, pressed, understand
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.properties import FormFieldProperties, FormProperties
from botflow.nodes.chatbot.invalid_answer_sentences import invalid_sentence
from botflow.nodes.chatbot.media_and_buttons import render_media
from botflow.nodes.chatbot.option import buttons
from botflow.nodes.chatbot.question import (
    ask_and_wait,
    forget_refusals,
    refuse,
    remind,
    wait_for_answer,
    was_refused,
    with_question,
)
from botflow.nodes.chatbot.worded_answer import tell_change, worded_answer

DONE, INVALID, TIMEOUT = "done", "invalid", "timeout"
_COUNTING = ("integer", "number")
_ASK = Ask()
_FILLED, _ASKED, _CONFIRMS = "filled", "asked", "confirms"  # names in the node's notes


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
        noted = self._take_said_before(properties, scene)
        scene.notes[_FILLED] = [*noted, *(name for name in self._known(properties, scene) if name not in noted)]
        if properties.text is None or noted or len(scene.notes[_FILLED]) == len(properties.fields):
            return self._ask_next(properties, scene, ", ".join(filter(None, noted.values())))
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

    def _take_said_before(self, properties: FormProperties, scene: Scene) -> Mapping[str, str]:
        """Store what the message that led here says of the fields, and return it in words by field."""
        scene.notes[_FILLED] = []
        if not leads_here(properties, scene):
            return {}
        form = _fields(properties, scene)
        said = said_before(form, scene.inbound.text.strip())
        noted = {}
        for name in filter(said.__contains__, form.fields):
            try:
                value = scene.set(name, said[name])
            except WrongContactValue:  # it is asked for, and refused with a reason
                continue
            noted[name] = worded_answer(form.fields[name].expectation, value, scene.language)
        scene.message_is_taken = bool(noted) or scene.message_is_taken
        return noted

    def _known(self, properties: FormProperties, scene: Scene) -> Iterator[str]:
        """Yield the fields that need no question, because their values are there."""
        for field in properties.fields:
            if field.skip_if_known and _ASK.is_known(field.question, scene):
                yield field.name

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

    def _ask_next(self, properties: FormProperties, scene: Scene, noted: str = "") -> Visit:
        """Ask for the field that is named, or for the first one that is missing; then for the confirmation. `noted`:
        values in words, said where no confirmation shows them now."""
        noted = sentences_in(scene.language).understood.format(values=noted) if noted else ""
        filled = scene.notes[_FILLED]
        missing = next((field.name for field in properties.fields if field.name not in filled), "")
        asked = scene.notes.get(_ASKED) or missing
        if not asked and properties.confirm is None:
            scene.say(noted)
            return self._leave(properties, scene)
        scene.notes.update({_ASKED: asked, _CONFIRMS: not asked})
        question = self.question(properties, scene)
        scene.say(f"{noted}\n{question}" if noted and asked else question, quick_replies=_buttons(properties, scene))
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
        made = buttons(properties.by_name[asked].question.expectation(scene).choices, are_answers=False)
        return tuple(replace(each, payload=pressed(asked, each.payload)) for each in made)
    if scene.notes.get(_CONFIRMS):
        said = sentences_in(scene.language)
        return tuple(QuickReply(title=word.capitalize(), payload=pressed("", word)) for word in (said.yes, said.no))
    return ()
