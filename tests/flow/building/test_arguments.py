"""The top-level keys of a document are arguments of `Flow`; any other argument is refused with advice."""

from __future__ import annotations

from typing import Any

import pytest

from botflow import Flow, UsageError
from botflow.flow.building.step import document_key
from botflow.flow.document import Document
from botflow.flow.problems import FlowProblems

WRITTEN: dict[str, Any] = {
    "name": "Shop",
    "description": "Takes orders",
    "language": "de",
    "languages": ["en"],
    "detect_language": True,
    "region": "DE",
    "execution_mode": "single",
    "variables": {"size": "L"},
    "contact_fields": {"birthday": {"type": "date"}},
    "apology": "Sorry.",
    "chat": {"page": True},
    "theme": {"color": "#0b6b5d", "logo": "https://pictures.example/logo.png"},
    "credentials": {"twilio": "Production Twilio"},
    "results": ["name"],
    "templates": {"welcome": {"subject": "Hello", "text": "Hi"}},
    "time_zone": "Europe/Berlin",
    "expires": "3d",
    "expired_text": "Bye.",
    "corrections": True,
    "corrected_text": "Changed.",
    "recap": "So:",
    "bursts": "merge",
    "merge_within": "1s",
    "pace": "human",
    "ordering": "sent",
    "validity": "1h",
    "quiet_hours": {"from": "21:00", "to": "08:00"},
    "countries": ["DE"],
    "opt_outs": "channel",
    "budgets": {"session": {"segments": 5}},
}


def document(**arguments: Any) -> dict[str, Any]:
    flow = Flow("shop", **arguments)
    flow.manual() >> flow.end()
    return dict(flow.documents()["shop"])


def test_every_key_of_a_document_is_an_argument() -> None:
    assert set(WRITTEN) == set(Document.model_fields) - {"botflow", "id", "nodes", "edges", "interrupts"}
    written = document(**WRITTEN)
    for name, value in WRITTEN.items():
        assert written[document_key(name)] == value


def test_mode_is_short_for_execution_mode() -> None:
    assert document(mode="single")["executionMode"] == document(execution_mode="single")["executionMode"] == "single"
    with pytest.raises(UsageError, match="contradict") as refused:
        document(mode="single", execution_mode="persistent")
    assert refused.value.code == "builder.argument"


@pytest.mark.parametrize(("name", "hint"), [("interrupts", "flow.interrupt"), ("nodes", "methods"), ("edges", ">>")])
def test_what_methods_make_is_no_argument(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"no argument '{name}'") as refused:
        document(**{name: []})
    assert refused.value.code == "builder.argument"
    assert hint in refused.value.hint


@pytest.mark.parametrize(("name", "meant"), [("timezone", "timeZone"), ("burst", "bursts")])
def test_any_other_argument_is_refused_with_advice(name: str, meant: str) -> None:
    with pytest.raises(FlowProblems, match=f"did you mean {meant}"):
        document(**{name: "x"})
