"""What a message says about the fields, apart from its corrections: its statements, its requests and its questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from botflow.engine.text_folding import fold
from botflow.nodes.answers.choosing.yes_no import meaning
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.chatbot.forms.place import Place
from botflow.runtime.offline_model.extraction.explicit_values import Explicit, explicit_values
from botflow.runtime.offline_model.extraction.fields import Sought
from botflow.runtime.offline_model.extraction.free_text import free_text
from botflow.runtime.offline_model.extraction.references import is_reference
from botflow.runtime.offline_model.extraction.told_values import HARMLESS, Setting, told_values
from botflow.runtime.offline_model.extraction.words import asking, offers, requests, turning

_SENTENCE_END = re.compile(r"(?<=[!?\n])|(?<=[^\d\s]\.)(?=\s)")
MOST_SENTENCES = 8
_GREETING = word_set("hi hello hey there hallo hola bonjour salut please and so ok")


def read_statement(fields: Sequence[Sought], text: str, setting: Setting) -> Mapping[str, Any]:
    """Return the values that are sure."""
    if (alone := _alone(fields, text, setting)) is not None:
        return alone
    language = setting.words.language
    explicit = explicit_values(fields, text, setting.words)
    rest = _without(text, explicit)
    asked = {one.field for one in explicit}
    others = [field for field in fields if field.name not in asked]
    told, offered, is_understood = [], [], True
    sentences = [sentence for sentence in _SENTENCE_END.split(rest) if sentence.strip()]
    if len(sentences) > MOST_SENTENCES:
        return _sure(explicit)
    for sentence in sentences:
        match _mood(sentence, language):
            case "question" if _holds_value(others, sentence, setting):
                return _sure(explicit)
            case "question":
                is_understood = is_understood and turning(language).isdisjoint(fold(sentence).split())
            case "offer":
                offered.append(sentence.replace("?", " "))
            case _:
                told.append(sentence.replace("?", " "))
    extra = frozenset((*requests(language), *offers(language)))
    values: dict[str, Any] = {}
    for part, is_offer in ((" ".join(told), False), (" ".join(offered), True)):
        read = told_values(others, part, setting, extra=extra) if part.strip() else None
        if read is None:
            continue
        if not read.is_understood or not is_understood or not values.keys().isdisjoint(read.values):
            return _sure(explicit)
        counts = {field.name for field in others if field.counts and field.name in read.named}
        values |= {name: value for name, value in read.values.items() if not is_offer or name in counts}
    return values | {one.field: one.value for one in explicit}


def _alone(fields: Sequence[Sought], text: str, setting: Setting) -> Mapping[str, Any] | None:
    """Return what a message is that is nothing but the value of an only field; None if it is not."""
    if len(fields) != 1:
        return None
    [field] = fields
    if field.type == "boolean":
        means = meaning(text, setting.words.language)
        return None if means is None else {field.name: means}
    if field.is_reference and (reference := is_reference(text)) is not None:
        if field.type == "text":
            return {field.name: reference}
        return {field.name: int(reference)} if reference.isdecimal() else None
    if field.is_free and (said := free_text(text, setting.words)) is not None:
        return {field.name: said}
    return None


def _mood(sentence: str, language: str) -> str:
    """Return whether a sentence is a question, or only looks like one: a request, or a question for an offer."""
    folded = fold(sentence).split()
    while folded and folded[0] in _GREETING:
        del folded[0]
    said = " ".join(folded) + " "
    if said.startswith(tuple(f"{phrase} " for phrase in requests(language))):
        return "request"
    if said.startswith(tuple(f"{phrase} " for phrase in offers(language))):
        return "offer"
    begins = said.startswith(tuple(f"{phrase} " for phrase in asking(language)))
    if "?" in sentence or "¿" in sentence or (begins and not said.startswith("would like ")):
        return "question"
    return "statement"


def _holds_value(fields: Sequence[Sought], sentence: str, setting: Setting) -> bool:
    """Say whether a question has what may be a value."""
    place = Place(setting.words.language, setting.region, setting.now)
    message = place.message(sentence)
    if not message.is_searched or "@" in sentence:
        return True
    return any(field.expectation is not None and place.find(field.expectation, message) for field in fields)


def _without(text: str, explicit: Sequence[Explicit]) -> str:
    for one in sorted(explicit, key=lambda one: -one.start):
        text = f"{text[: one.start]}{HARMLESS}{text[one.end :]}"
    return text


def _sure(explicit: Sequence[Explicit]) -> Mapping[str, Any]:
    return {one.field: one.value for one in explicit if one.is_sure}
