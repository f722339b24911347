"""Documents as newcomers write them, with one mistake each, or none, and what the checker says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from botflow.flow.problems import Problem
from tests.flow.read_documents import problems

HERE = Path(__file__).parent
_OURS = ("mistake", "right", "at", "says", "trigger", "others")
_TRIGGERS = {
    "any": {"id": "start", "type": "chatbot", "actionType": "message_received"},
    "twilio": {"id": "start", "type": "twilio", "actionType": "message_received"},
}


def entries(*files: str) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of the named files."""
    for file in files:
        yield from YAML(typ="safe").load(HERE / f"{file}.yaml")


def said_of(entry: Mapping[str, Any]) -> list[Problem]:
    """Return what the checker says of an entry's document."""
    document: dict[str, Any] = {"botflow": 1, "id": "shop"} | {
        key: value for key, value in entry.items() if key not in _OURS
    }
    trigger = entry.get("trigger", "any")
    if trigger != "none":
        first = document["nodes"][0]["id"]
        document["nodes"] = [{**_TRIGGERS[trigger], "next": first}, *document["nodes"]]
    return problems(_written(document), **{other["id"]: _written(other) for other in entry.get("others", ())})


def _written(document: Mapping[str, Any]) -> str:
    stream = StringIO()
    YAML(typ="safe").dump(document, stream)
    return stream.getvalue().replace("LONG", "Long " * 400)
