"""A local collector for tests: it takes spans by OTLP over HTTP, as OpenTelemetry's exporter sends them.

    with Collector() as collector:
        ...                                    # a botflow with collector.environment
        assert collector.span("turn order").trace_id == ...

What it reads is OTLP's own protobuf: https://opentelemetry.io/docs/specs/otlp/
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (  # type: ignore[import-untyped,unused-ignore]
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A span as the collector got it; `links` are the ids of spans. `instance` is the process that recorded it."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    has_failed: bool
    status: str
    took_ns: int
    resource: dict[str, Any]
    links: tuple[str, ...] = ()

    @property
    def instance(self) -> str:
        return str(self.resource["service.instance.id"])


@dataclass(slots=True)
class Collector:
    """A collector on 127.0.0.1. `headers` are those of the last request; `received` everything it got."""

    received: bytearray = field(default_factory=bytearray)
    headers: dict[str, str] = field(default_factory=dict)
    spans: list[Recorded] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Collector:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                collector.take(self.rfile.read(int(self.headers["content-length"])), dict(self.headers))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a process exports to this collector, soon."""
        assert self._server is not None
        url = f"http://127.0.0.1:{self._server.server_port}"
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "50"}

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Read a request of an exporter."""
        self.received += body
        self.headers = headers
        request = ExportTraceServiceRequest.FromString(body)
        for of_process in request.resource_spans:
            resource = _plain(of_process.resource.attributes)
            for scope in of_process.scope_spans:
                self.spans += [_recorded(span, resource) for span in scope.spans]

    def named(self, name: str) -> list[Recorded]:
        """Return the spans of this name, in the order of their end."""
        return [span for span in self.spans if span.name == name]

    async def span(self, name: str, count: int = 1) -> Recorded:
        """Wait until there are `count` spans of this name; return the last one."""
        async with asyncio.timeout(20):
            while len(self.named(name)) < count:  # noqa: ASYNC110 -- a thread of the collector sets no event
                await asyncio.sleep(0.02)
        return self.named(name)[-1]


def _recorded(span: Any, resource: dict[str, Any]) -> Recorded:
    return Recorded(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        kind=span.kind,
        attributes=_plain(span.attributes),
        events=[(event.name, _plain(event.attributes)) for event in span.events],
        has_failed=span.status.code == span.status.STATUS_CODE_ERROR,
        status=span.status.message,
        took_ns=span.end_time_unix_nano - span.start_time_unix_nano,
        resource=resource,
        links=tuple(link.span_id.hex() for link in span.links),
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
