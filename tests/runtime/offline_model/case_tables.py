"""The tables of labelled messages beside this file: what each means, and what the built-in model makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from botflow.testing import Simulator

HERE = Path(__file__).parent
ANSWER, EITHER, ABSTAIN = "answer", "either", "abstain"


class Said(NamedTuple):
    """A message, where it was said, what it means, and what was made of it."""

    place: str
    text: str
    meant: Any
    heard: Any


def tables(name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = YAML(typ="safe").load(HERE / f"{name}.yaml")
    return content


def interrupted(table: Mapping[str, Any]) -> Iterator[Said]:
    """Say each message of a table to its question; `heard` is the interrupt, or `answer`."""
    for name, question in table["questions"].items():
        talk = Simulator(_flow(table, question))
        for meant, texts in table["cases"][name].items():
            for text in texts:
                yield Said(f"{table['id']}.{name}", text, meant, _heard(talk, text))


def _flow(table: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    """Return a flow as JSON, which is YAML, too."""
    asked = {key: value for key, value in question.items() if key != "choices"}
    if "choices" in question:
        asked["choices"] = [{"id": label, "label": label} for label in question["choices"]]
    nodes = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "asked"},
        {"id": "asked", "type": "chatbot", "actionType": "ask", "properties": {"variable": "said", **asked}},
        *(
            {"id": name, "type": "chatbot", "actionType": "say", "properties": {"text": f"<{name}>"}}
            for name in table["interrupts"]
        ),
    ]
    interrupts = [{"id": name, "examples": texts, "target": name} for name, texts in table["interrupts"].items()]
    flow = {"id": table["id"], "language": table["language"], "nodes": nodes, "interrupts": interrupts}
    return json.dumps(flow)


def _heard(talk: Simulator, text: str) -> str:
    """Return the interrupt that a message leads to at the open question, or `answer`; it is open again afterwards."""
    if talk.node != "asked":
        talk.says("hallo")
    heard = talk.says(text)
    return heard[0].strip("<>") if heard and heard[0].startswith("<") else ANSWER
