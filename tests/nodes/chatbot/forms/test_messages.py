"""What five forms store of the messages of messages.txt: never anything else than what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from botflow.flow.graph import Flow
from botflow.testing import Simulator
from tests.nodes.chatbot.forms.forms_to_write_to import FORMS, in_language

MESSAGES = Path(__file__).with_name("messages.txt")
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
MONEY = ("amount", "value")
# Of 437 messages: the values that are read, and those that are asked for though they were said.
READ, ASKED = 289, 56
READ_FIRST = 100


@dataclass(frozen=True, slots=True)
class Written:
    """A message to a form, and what it says: by field the value, and whether it must be read."""

    form: str
    language: str
    asked: str
    text: str
    says: Mapping[str, tuple[str, bool]]


def messages() -> Iterator[Written]:
    for line in MESSAGES.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        form, language, asked, text, labels = line.split("|")
        pairs = (label.split("=", 1) for label in labels.split(";") if label)
        says = {name: (value.rstrip("?").lower(), not value.endswith("?")) for name, value in pairs}
        yield Written(form, language, asked.strip("-"), text, says)


@cache
def flow(form: str, language: str, asked: str) -> Flow:
    fields, words = in_language(list(FORMS[form]), language)
    fields.sort(key=lambda field: field["name"] != asked)
    opening = {} if asked else {"text": "What may I do for you?"}
    start = {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "form"}
    placed = {"id": "form", "type": "chatbot", "actionType": "form"}
    document = {
        "id": form,
        "language": language,
        "region": "DE",
        "timeZone": "Europe/Berlin",
        "nodes": [start, {**placed, "properties": {**opening, "fields": fields, "words": words}}],
    }
    return Simulator(json.dumps(document)).flow


def stored(written: Written, *, is_first: bool = False) -> dict[str, str]:
    talk = Simulator(flow(written.form, written.language, written.asked), now=NOW)
    if not is_first:
        talk.says("hello")
    talk.says(written.text)
    return {name: plain(value) for name, value in talk.variables.items()}


def plain(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case {"amount": amount, "currency": currency}:
            return f"{amount:g} {currency}".lower()
        case list():
            return ",".join(value)
        case float():
            return f"{value:g}"
        case _:
            return str(value).lower()


def is_said(written: Written, name: str, value: str) -> bool:
    said = written.says.get(name, ("", False))[0]
    return bool(said) and (value.startswith(said.replace(".50", ".5")) if name in MONEY else value == said)


def test_nothing_is_stored_that_was_not_said() -> None:
    wrong, read, asked = [], 0, 0
    for written in messages():
        found = stored(written)
        wrong += [(written.text, name, value) for name, value in found.items() if not is_said(written, name, value)]
        read += len(found)
        asked += sum(must for name, (_, must) in written.says.items() if name not in found)
    assert wrong == []
    assert read >= READ
    assert asked <= ASKED


def test_nothing_is_taken_from_a_first_message_that_was_not_said() -> None:
    wrong, read = [], 0
    for written in messages():
        if not written.asked:
            found = stored(written, is_first=True)
            wrong += [(written.text, name, value) for name, value in found.items() if not is_said(written, name, value)]
            read += len(found)
    assert wrong == []
    assert read >= READ_FIRST
