"""Records requests, turns, calls and sends as spans of OpenTelemetry. What they say is in `descriptions.py`.

A span that is never ended is never exported: a turn that was begun for a commit which was refused leaves none.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from botflow.engine.asks import Answer, AskModel, Invoke
from botflow.interfaces import Sent
from botflow.log_facts import LogFacts, add_log_fact, log_with
from botflow.records.leases import Lease
from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TurnCommit, TurnId
from botflow.redaction.redactor import Redactor
from botflow.runtime.process.bounded_labels import code_label
from botflow.runtime.process.measurements import METHODS
from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing import descriptions
from botflow.runtime.tracing.descriptions import ERROR, Attributes
from botflow.runtime.tracing.tracing import Span, Tracing

TRACE_PARENT = "traceparent"
OTHER_METHOD = "_OTHER"  # of the conventions
LOCAL_MODELS = frozenset(("lexical",))  # built in: no server is called
# tracestate is not passed on: it is a text that any stranger may write.
_PROPAGATOR = TraceContextTextMapPropagator()
_turn: ContextVar[trace.Span | None] = ContextVar("botflow_turn_span", default=None)


async def _nothing() -> None:
    """Close a provider that belongs to the application."""


class Recorder(Tracing):
    """Records with the tracer of `provider`. `captures_content`: models' spans hold what is said to and by them."""

    is_on = True

    def __init__(
        self,
        provider: trace.TracerProvider,
        flows: Flows,
        *,
        captures_content: bool = False,
        close: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self._tracer = provider.get_tracer("botflow")
        self._flows = flows
        self._captures_content = captures_content
        self._close = close

    def context(self) -> str:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(TRACE_PARENT, "")

    @contextmanager
    def request(self, method: str, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[Span]:
        if trace.get_current_span().get_span_context().is_valid:
            parent = None  # the application that botflow is mounted in has begun a span for it
        else:
            named = [value.decode("latin-1") for name, value in headers if name == b"traceparent"]
            parent = _parent(named[0] if len(named) == 1 else "")
        about = {"http.request.method": method if method in METHODS else OTHER_METHOD}
        with self._span(about["http.request.method"], parent, SpanKind.SERVER, about) as span:
            yield _Request(span, about["http.request.method"])

    @contextmanager
    def turn(self, lease: Lease) -> Iterator[Span]:
        queued, workflow = lease.queued, self._slug(lease.session.key.workflow)
        about = {"botflow.workflow": workflow, "botflow.attempt": queued.attempt, "botflow.session": queued.id.session}
        is_timer = queued.inbound.kind == "timeout"
        parent, links = (Context(), _links(queued.trace)) if is_timer else (_parent(queued.trace), ())
        with self._span(f"turn {workflow}", parent, SpanKind.INTERNAL, about, links) as span:
            turn = _turn.set(span)
            recorded = _Turn(span, _written(span) if is_timer or not queued.trace else queued.trace)
            add_log_fact("trace_id", recorded.trace_id)
            try:
                yield recorded
            finally:
                _turn.reset(turn)

    def begin(self, commit: TurnCommit, seconds: float, *, after: str = "") -> TurnCommit:
        span = self._turn_span(commit, seconds, _links(after))
        _turn.set(span)
        return replace(commit, trace=_written(span))

    def stamped(self, commit: TurnCommit) -> TurnCommit:
        return replace(commit, trace=self.context())

    def committed(self, commit: TurnCommit, turn: TurnId, seconds: float) -> None:
        span = _turn.get()
        is_current = span is not None and span is trace.get_current_span()  # `turn` ends it
        if span is None:  # committed with a change of consent, in a transaction
            span = self._turn_span(commit, seconds)
        span.set_attributes(descriptions.turn_attributes(commit, turn, self._slug(commit.read.key.workflow)))
        for name, about in descriptions.path_of(commit):
            span.add_event(name, about)
        if code := descriptions.failure_of(commit):
            _fail(span, code)
        if not is_current:
            span.end()
            _turn.set(None)

    @contextmanager
    def model_call(self, provider: str, ask: AskModel, session: int, redactor: Redactor) -> Iterator[Span]:
        about = descriptions.model_attributes(provider, ask, session)
        kind = SpanKind.INTERNAL if provider in LOCAL_MODELS else SpanKind.CLIENT
        with self._span("chat", None, kind, about) as span:
            if self._captures_content:
                span.set_attributes(descriptions.asked_content(ask, redactor))
            yield _ModelCall(span, captures_content=self._captures_content)

    @contextmanager
    def action(self, ask: Invoke) -> Iterator[Span]:
        about = {"botflow.node": ask.node, "botflow.node.type": ask.type, "botflow.attempt": ask.attempt}
        with self._span(f"action {ask.type}", None, SpanKind.INTERNAL, about) as span:
            yield _Call(span)

    @contextmanager
    def send(self, outbound: StoredOutbound, provider: str) -> Iterator[Span]:
        about = descriptions.send_attributes(outbound, provider)
        channel = about["botflow.channel"]
        with self._span(f"send {channel}", _parent(outbound.trace), SpanKind.CLIENT, about) as span:
            recorded = _Send(span)
            log_with(LogFacts({"trace_id": recorded.trace_id}))
            yield recorded

    async def close(self) -> None:
        await self._close()

    def _turn_span(self, commit: TurnCommit, seconds: float, links: Sequence[Link] = ()) -> trace.Span:
        began_ns = time.time_ns() - int(max(0.0, seconds) * 1e9)
        name = f"turn {self._slug(commit.read.key.workflow)}"
        return self._tracer.start_span(name, links=links, start_time=began_ns)

    def _slug(self, workflow: int) -> str:
        return self._flows.slug_of(workflow) or "unknown"

    @contextmanager
    def _span(
        self, name: str, parent: Context | None, kind: SpanKind, about: Attributes, links: Sequence[Link] = ()
    ) -> Iterator[trace.Span]:
        """Begin a span, below the present one if there is no `parent`. The SDK would record an exception with its
        message, which may quote anything: only its type is kept."""
        with self._tracer.start_as_current_span(
            name, parent, kind, dict(about), links, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as failure:
                _fail(span, type(failure).__name__)
                raise


def _parent(written: str) -> Context:
    """Return a context with the span that a traceparent names, or with none: the present task's is not meant."""
    carrier: Mapping[str, str] = {TRACE_PARENT: written}
    return _PROPAGATOR.extract(carrier, Context())


def _links(written: str) -> tuple[Link, ...]:
    """Return a link to the span that a traceparent names. Time has caused what is linked: its trace would last for days
    as a part of that one (https://opentelemetry.io/docs/specs/otel/overview/#links-between-spans)."""
    named = trace.get_current_span(_parent(written)).get_span_context()
    return (Link(named),) if named.is_valid else ()


def _written(span: trace.Span) -> str:
    """Return the traceparent that names a span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
    return carrier.get(TRACE_PARENT, "")


def _fail(span: trace.Span, code: str) -> None:
    span.set_status(Status(StatusCode.ERROR, code))
    span.set_attribute(ERROR, code)


class _Recorded(Span):
    """A span that is recorded."""

    __slots__ = ("_span",)

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_id(self) -> str:
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def failed(self, code: str) -> None:
        _fail(self._span, code_label(code))


class _Turn(_Recorded):
    __slots__ = ("_context",)

    def __init__(self, span: trace.Span, context: str) -> None:
        super().__init__(span)
        self._context = context

    @property
    def context(self) -> str:
        return self._context


class _Request(_Recorded):
    __slots__ = ("_method",)

    def __init__(self, span: trace.Span, method: str) -> None:
        super().__init__(span)
        self._method = method

    def responded(self, route: str, status: int, code: str) -> None:
        about: dict[str, Any] = {"http.route": route}
        if status:
            about["http.response.status_code"] = status
        if code:
            about["botflow.code"] = code_label(code)
        self._span.set_attributes(about)
        self._span.update_name(f"{self._method} {route}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not status:  # a refusal is no error of the server
            _fail(self._span, code_label(code) or (str(status) if status else "closed"))


class _Call(_Recorded):
    __slots__ = ()

    def answered(self, answer: Answer) -> None:
        if answer.failure is not None:
            _fail(self._span, code_label(answer.failure.code))


class _ModelCall(_Call):
    __slots__ = ("_captures_content",)

    def __init__(self, span: trace.Span, *, captures_content: bool) -> None:
        super().__init__(span)
        self._captures_content = captures_content

    def answered(self, answer: Answer) -> None:
        super().answered(answer)
        used = descriptions.usage_attributes(answer)
        self._span.set_attributes(dict(used))
        if model := used.get(descriptions.REQUEST_MODEL):
            self._span.update_name(f"chat {model}")
        if self._captures_content and answer.failure is None:
            self._span.set_attributes(dict(descriptions.answered_content(answer)))


class _Send(_Recorded):
    __slots__ = ()

    def sent(self, sent: Sent) -> None:
        self._span.set_attribute("botflow.message.state", sent.state)
        if sent.provider_id:
            self._span.set_attribute("messaging.message.id", sent.provider_id)
        if sent.state != "sent":
            _fail(self._span, code_label(sent.error_code) or sent.state)
