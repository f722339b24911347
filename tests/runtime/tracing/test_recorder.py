"""What the recorder keeps of a call, without a server."""

from __future__ import annotations

from typing import Any, cast

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from botflow.engine.asks import Answer, AskModel
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing.recorder import Recorder

WORDS = "canary: my card is 4111"
SECRET = "canary-of-a-secret-4711"
ASK = AskModel(purpose="reply", text=WORDS, instructions=f"Never say {SECRET}", node="answer")


def recorder(**options: Any) -> tuple[Recorder, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Recorder(provider, cast(Flows, None), **options), exporter


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    [span] = exporter.get_finished_spans()
    return span


def test_a_models_span_has_no_words_unless_they_are_asked_for() -> None:
    tracing, exporter = recorder()
    with tracing.model_call("openai", ASK, 7, KnownSecrets().redactor()) as span:
        span.answered(Answer(value=WORDS, usage={"promptTokens": 3}))
    assert WORDS not in only(exporter).to_json()


def test_what_a_model_is_told_is_kept_without_secrets() -> None:
    tracing, exporter = recorder(captures_content=True)
    with tracing.model_call("openai", ASK, 7, KnownSecrets().redactor({SECRET})) as span:
        span.answered(Answer(value=WORDS))
    kept = only(exporter).to_json()
    assert WORDS in kept
    assert SECRET not in kept


def test_a_crash_leaves_its_type_and_not_its_message() -> None:
    tracing, exporter = recorder()
    with pytest.raises(ValueError, match="canary"), tracing.request("POST", ()):
        raise ValueError(WORDS)
    span = only(exporter)
    assert span.status.description == "ValueError"
    assert WORDS not in span.to_json()


def test_strangers_decide_neither_names_nor_state_of_a_span() -> None:
    tracing, exporter = recorder()
    twice = (b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    with tracing.request("CANARY", (twice, twice, (b"tracestate", b"a=canary"), (b"baggage", b"a=canary"))) as span:
        span.responded("unmatched", 405, "a canary, not a code")
        assert tracing.context()
    found = only(exporter)
    assert found.parent is None
    assert "canary" not in found.to_json().lower()
