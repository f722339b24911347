"""What a message to a form means: an answer, several, a correction, a yes to all of it, or nothing that is sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botflow.engine.corrections.phrases import Correction, correction, goes_back
from botflow.engine.inbound import Inbound
from botflow.languages import base_language
from botflow.nodes.answers.expectation import Accepted, Expectation, Kind, Refused
from botflow.nodes.answers.fitting import is_bare_number
from botflow.nodes.answers.message import Message
from botflow.nodes.answers.read_answer import read
from botflow.nodes.chatbot.forms.free_text import is_no_text, may_be_no_answer, without_frame
from botflow.nodes.chatbot.forms.place import Field, Place
from botflow.nodes.chatbot.forms.reading import FormReading, read_form
from botflow.nodes.chatbot.forms.values import values_of
from botflow.nodes.chatbot.forms.words import (
    are_of_names,
    beginnings_of_question,
    is_harmless,
    verbs_of_change,
    words_of_change,
    words_of_error,
    words_of_kind,
    words_of_yes,
)

_FREE = ("text", "regex")
_NEGATING = ("en", "es")  # languages whose "no" stands before what it takes back, too
_PICKED = ("choice", "choices", "yes_no")
_PARTS: tuple[Kind, ...] = ("date", "time")
_NUMBERED = ("1", "2")  # yes and no, where buttons are shown as numbered lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in a turn. `filled`: the names of the fields with an answer. `asked`: the field of the open question, ""
    for the opening and the confirmation; `confirms`: the open question is the confirmation. `is_retry`: its last answer
    did not fit. `goes_back`: "back" leads to the field that was filled last."""

    fields: Mapping[str, Field]
    filled: tuple[str, ...]
    asked: str
    confirms: bool
    is_retry: bool
    goes_back: bool
    harmless: frozenset[str]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The values by field. `is_text`: the whole message is a free text. `named`: the field that the person wants to
    change. `reason`: why nothing was understood, a stable code."""

    values: Mapping[str, Any] = field(default_factory=dict)
    is_text: bool = False
    confirmed: bool = False
    declined: bool = False
    named: str = ""
    reason: str = "unsure"


def understand(form: Form, inbound: Inbound) -> Understood:
    """Return what a message to the form means."""
    found = _understood(form, inbound)
    changes = any(name in form.filled and name != form.asked for name in found.values)
    return Understood() if changes and not _is_change(form, inbound.text.strip()) else found


def _is_change(form: Form, text: str) -> bool:
    """Say whether a message that has other values than the stored ones means to change these. A question asks what was
    understood ("is it friday?"), and at the confirmation a yes, or an "and", comes with a reason: "yes, but for 2"."""
    message = form.place.message(text)
    opener = correction(text, form.place.language)
    if opener is not None and opener.is_clear:
        return True
    if text.endswith("?") or is_question(message):
        return False
    goes_on = bool(message.folded) and message.folded[0] in message.lexicon.and_words
    agrees = bool(message.places_of(words_of_yes(message.language)))
    is_told = bool(message.places_of(verbs_of_change(message.language)))
    return not form.confirms or is_told or not (agrees or goes_on)


def is_question(message: Message) -> bool:
    """Say whether a message begins like a question about a value: "is it friday"."""
    return any(first == 0 for first, _ in message.places_of(beginnings_of_question(message.language)))


def _understood(form: Form, inbound: Inbound) -> Understood:
    text = inbound.text.strip()
    asked = form.fields.get(form.asked)
    is_text = asked is not None and asked.expectation.kind in _FREE
    if form.goes_back and goes_back(inbound.payload or text, form.place.language):
        return Understood(named=_before(form), reason="no_field_before")
    if inbound.payload or not text:
        return _pressed(form, inbound)
    if not (is_text and form.is_retry) and negates(form, text, is_text=is_text):
        return Understood()
    found = correction(text, form.place.language)
    if found is not None and (values := _corrected(form, found)):
        return Understood(values=values)
    if found is not None and is_text and not form.is_retry and _is_number(form, found.value):
        return Understood()  # "no, 8" is no name, and may be for several fields
    if found is not None and found.is_clear and _is_about_fields(form, found.value):
        return Understood()
    if (complaint := _complaint(form, text)) is not None:
        return complaint
    if not form.is_retry and (wanted := _to_be_changed(form, text)):
        return Understood(named=wanted, reason="declined")
    reading = _read(form, form.fields, text, form.asked)
    if form.confirms:
        return _at_confirmation(form, inbound, reading)
    if asked is not None and is_text:
        return _at_free_text(form, asked, inbound, reading)
    if asked is not None and _picks(form, asked, inbound, reading):
        return _answered(asked, inbound, form.place)
    if reading.values and _may_take(form, reading):
        return Understood(values=reading.values)
    if asked is None:
        return Understood(named=_only(reading.named), reason="empty" if reading.is_sure else "unsure")
    if reading.values or not (reading.is_sure or (asked.name in reading.shared and reading.mentioned <= {asked.name})):
        return Understood()  # "if possible for 4" is no time of day
    return _answered(asked, inbound, form.place, named=_only(reading.named))


def _is_number(form: Form, said: str) -> bool:
    return is_bare_number(form.place.inbound(said), form.place.language, form.place.region)


def _before(form: Form) -> str:
    """Return the field that was filled before the open question, "" for none."""
    position = form.filled.index(form.asked) if form.asked in form.filled else len(form.filled)
    return form.filled[position - 1] if position > 0 else ""


def pressed(field: str, option: str) -> str:
    """Return the payload of a button that answers the question of a field, "" for the confirmation. Without the name an
    old button could answer another field: they share one node."""
    return f"{field}/{option}"


def _pressed(form: Form, inbound: Inbound) -> Understood:
    """Return what a button means, or a message without words: it is about the open question."""
    owner, mark, option = inbound.payload.partition("/")
    if mark and (owner in form.fields or not owner):
        if owner != form.asked or not (owner or form.confirms):
            return Understood()  # the button of an older question
        inbound = replace(inbound, payload=option)
    if form.asked:
        return _answered(form.fields[form.asked], inbound, form.place)
    return _agreed(form, inbound) if form.confirms else Understood(reason="empty")


def _answered(asked: Field, inbound: Inbound, place: Place, *, named: str = "") -> Understood:
    reading = read(asked.expectation, replace(inbound, received_at=place.received_at), place.language, place.region)
    if isinstance(reading, Accepted):
        return Understood(values={asked.name: reading.value})
    return Understood(named=named if named != asked.name else "", reason=reading.reason)


def _agreed(form: Form, inbound: Inbound) -> Understood:
    reading = read(Expectation(kind="yes_no"), inbound, form.place.language, form.place.region)
    if isinstance(reading, Refused):
        return Understood(reason=reading.reason)
    return Understood(confirmed=reading.value is True, declined=reading.value is False, reason="declined")


def _at_confirmation(form: Form, inbound: Inbound, reading: FormReading) -> Understood:
    if (number := inbound.text.strip().rstrip(".)")) in _NUMBERED:
        return Understood(confirmed=number == "1", declined=number == "2", reason="declined")
    if reading.values and _may_take(form, reading):
        return Understood(values=reading.values)
    if reading.values or not reading.is_sure:
        return Understood()
    return Understood(named=_only(reading.named)) if len(reading.named) == 1 else _agreed(form, inbound)


def negates(form: Form, text: str, *, is_text: bool) -> bool:
    """Say whether a "no" belongs to the value behind it: "no el viernes", but not "no, el viernes"."""
    message = form.place.message(text)
    if base_language(message.language) not in _NEGATING or "no" not in message.folded:
        return False
    valued = _valued(form, message, is_text=is_text)
    return any(word == "no" and not valued.isdisjoint(_behind(message, at)) for at, word in enumerate(message.folded))


def _valued(form: Form, message: Message, *, is_text: bool) -> set[int]:
    """Return the words of values, and those that lead to free texts. In an answer that is a text, a number alone is
    none: "No 12 Salad Lane"."""
    values = values_of(tuple(form.fields.values()), message, form.place)
    others = [words for one in form.fields.values() if one.name != form.asked for words in one.words]
    may_be_bare = not is_text or bool(message.places_of(others))
    leading = [words for one in form.fields.values() if one.expectation.kind in _FREE for words in one.words]
    led = {first for first, last in message.places_of(leading) if last < len(message.words)}
    return led.union(*(one.words for one in values if may_be_bare or not one.is_bare))


def _behind(message: Message, at: int) -> range:
    """Return the words of the clause behind a word, up to the first one that is not harmless."""
    last = at
    while last + 1 < len(message.words) and not message.words[last].ends_clause:
        last += 1
        if not is_harmless(message.folded[last], message.language):
            break
    return range(at + 1, last + 1)


def _complaint(form: Form, text: str) -> Understood | None:
    """Return what a message means that says that answers are wrong: "no, the time is wrong", "7pm is wrong"."""
    place = form.place
    if not place.message(text).places_of(words_of_error(place.language)):
        return None
    extra = form.harmless | words_of_change(place.language) | words_of_error(place.language)
    reading = read_form(tuple(form.fields.values()), text, place, extra=extra)
    about = reading.named | reading.values.keys()
    if not about or not (form.confirms or (about <= {*form.filled} and not form.is_retry)):
        return None
    return Understood(named=_only(about), declined=len(about) > 1, reason="declined")


def _to_be_changed(form: Form, text: str) -> str:
    """Return the field that a message wants to change without its new value, "" for none: "change the date"."""
    language = form.place.language
    if not form.place.message(text).places_of(verbs_of_change(language)):
        return ""
    kinds = [one.expectation.kind for one in form.fields.values()]
    fields = [
        replace(one, words=(*one.words, *words_of_kind(one.expectation.kind, language)))
        if kinds.count(one.expectation.kind) == 1
        else one
        for one in form.fields.values()
    ]
    reading = read_form(fields, text, form.place, extra=form.harmless | words_of_change(language))
    return _only(reading.named)


def _only(names: frozenset[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def _at_free_text(form: Form, asked: Field, inbound: Inbound, reading: FormReading) -> Understood:
    """Decide about a message to a question that takes any text: it may as well be about other fields."""
    missing = [one for name, one in form.fields.items() if name not in (*form.filled, asked.name)]
    is_clear = bool(reading.values) and reading.clear == reading.values.keys()
    if is_clear and _names_fields(form, inbound.text, reading):
        return Understood(values=reading.values)
    others = _read(form, {one.name: one for one in missing}, inbound.text, "")
    if others.values and others.clear == others.values.keys():
        return Understood(values=others.values)
    is_for_others = is_clear or not others.is_sure or _may_be_for_others(form, inbound, reading)
    is_for_others = is_for_others or _is_part_of_moment(form, missing, inbound.text)
    if not form.is_retry and (is_for_others or asked.name in reading.mentioned):
        return Understood()  # who writes it once more means it as the text
    if is_no_text(inbound.text):
        return Understood(reason="empty")
    is_name = are_of_names(asked.words)
    if not form.is_retry and may_be_no_answer(form.place.message(inbound.text), is_name=is_name):
        return Understood()
    said = without_frame(inbound.text.strip(), form.place.language)
    answered = _answered(asked, replace(inbound, text=said), form.place)
    return replace(answered, is_text=bool(answered.values))


def _names_fields(form: Form, text: str, reading: FormReading) -> bool:
    """Say whether the message has own words of every field that it fills, so that it is no free text."""
    without = {name: replace(form.fields[name], words=()) for name in reading.values}
    return _read(form, {**form.fields, **without}, text, "").values.keys() != reading.values.keys()


def _picks(form: Form, asked: Field, inbound: Inbound, reading: FormReading) -> bool:
    """Say whether the message answers a question with options by their numbers: "2", "1 and 3"; not another field's."""
    is_alone = reading.clear | reading.mentioned <= {asked.name}
    return asked.expectation.kind in _PICKED and is_alone and bool(_answered(asked, inbound, form.place).values)


def _may_take(form: Form, reading: FormReading) -> bool:
    """Say whether no answer is changed by a bare number that is only by its kind for that field."""
    return all(name not in form.filled or name in reading.clear or name == form.asked for name in reading.values)


def _corrected(form: Form, found: Correction) -> Mapping[str, Any]:
    """Return the fields that the value behind an opener fills or changes; none if that is not sure."""
    clear = _read(form, form.fields, found.value, "")
    if clear.values:
        return clear.values
    asked = form.fields.get(form.asked)
    is_free = asked is not None and asked.expectation.kind in _FREE
    at_hand = _read(form, form.fields, found.value, form.asked) if asked is not None and not is_free else FormReading()
    if at_hand.values and (found.opener == "wish" or form.is_retry):
        return at_hand.values
    filled = _read(form, _of(form, form.filled), found.value, "")
    if filled.values or not filled.is_sure:
        return filled.values
    if at_hand.values:
        return at_hand.values
    if found.opener != "meant" or not found.is_name or not clear.is_sure:
        return {}
    texts = [name for name in form.filled if form.fields[name].expectation.kind in _FREE]
    name = form.asked if is_free and not texts else texts[0] if len(texts) == 1 else ""
    return _answered(form.fields[name], form.place.inbound(found.value), form.place).values if name else {}


def _is_about_fields(form: Form, text: str) -> bool:
    """Say whether a text, of which nothing was taken, holds values or own words of fields that were not asked for."""
    reading = _read(form, form.fields, text, "")
    return not reading.is_sure or not reading.mentioned <= {form.asked}


def _may_be_for_others(form: Form, inbound: Inbound, reading: FormReading) -> bool:
    """Say whether a message has another field's own words beside a value or a number ("50 people", where at most 20 are
    taken), or is a bare number that another field can read."""
    if not reading.is_sure and (reading.clear or is_bare_number(inbound, form.place.language, form.place.region)):
        return True
    return not reading.mentioned <= {form.asked} and any(character.isdigit() for character in inbound.text)


def _is_part_of_moment(form: Form, missing: Iterable[Field], text: str) -> bool:
    """Say whether a message has a day or a time, where a day with its time is still to be asked for."""
    if not any(one.expectation.kind == "datetime" for one in missing):
        return False
    parts: dict[str, Field] = {kind: Field(name=kind, expectation=Expectation(kind=kind)) for kind in _PARTS}
    reading = _read(form, parts, text, "")
    return bool(reading.values) or not reading.is_sure


def _of(form: Form, names: Iterable[str]) -> Mapping[str, Field]:
    return {name: form.fields[name] for name in names}


def _read(form: Form, fields: Mapping[str, Field], text: str, asked: str) -> FormReading:
    extra = form.harmless | words_of_change(form.place.language) if form.confirms else form.harmless
    return read_form(tuple(fields.values()), text, form.place, asked=asked, extra=extra)
