"""What a form knows before its first question: of the message that led to it, and of values that are there already.

Nothing has been asked yet, so only values are taken that no other field could take, and no bare number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow.engine.corrections.phrases import correction
from botflow.engine.scene import Scene
from botflow.nodes.chatbot.forms.message import Form, is_question, negates
from botflow.nodes.chatbot.forms.properties import FormProperties
from botflow.nodes.chatbot.forms.reading import read_form
from botflow.nodes.chatbot.forms.words import words_of_error


def leads_here(properties: FormProperties, scene: Scene) -> bool:
    """Say whether the form reads the message that led to it. A node that took its answers from it comes first."""
    inbound = scene.inbound
    if inbound.kind != "message" or inbound.payload or not inbound.text.strip() or scene.message_is_taken:
        return False
    match properties.reads_message:
        case "always":
            return True
        case "never":
            return False
        case "unless_answer":
            return not scene.answered


def said_before(form: Form, text: str) -> Mapping[str, Any]:
    """Return the fields that the message fills by itself; none if it is not sure, takes something back or asks."""
    place = form.place
    if is_question(place.message(text)) or negates(form, text, is_text=False):
        return {}
    if correction(text, place.language) is not None or place.message(text).places_of(words_of_error(place.language)):
        return {}
    reading = read_form(tuple(form.fields.values()), text, place, extra=form.harmless)
    return reading.values if reading.clear == reading.values.keys() else {}
