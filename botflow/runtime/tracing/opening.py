"""Decides whether this process records traces, and opens what records and exports them.

The standard variables OTEL_* say where to: the SDK reads sampling, headers, batches and limits from the process's own
environment. An application that has set up OpenTelemetry itself gets botflow's spans in its own provider.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points, version
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import unquote

import structlog

from botflow.runtime.served_flows import Flows
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing, traces_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import TracerProvider as AnyProvider

FLUSH_WITHIN_S = 5.0
HEADERS = ("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS")
GROUP = "opentelemetry_traces_exporter"  # where packages of OpenTelemetry name their exporters
CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
CONTENT_IN_SPANS = frozenset(("true", "span_only", "span_and_event"))

_log = structlog.get_logger("botflow.tracing")


def tracing_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of the exporters' headers, among which there is usually a key."""
    for name in HEADERS:
        for pair in environment.get(name, "").split(","):
            if value := pair.partition("=")[2].strip():
                yield from {value, unquote(value)}


def open_tracing(environment: Mapping[str, str], flows: Flows, instance: str) -> Tracing:
    """Return what records this process's traces; `instance` is the process's own name.

    Nothing is recorded when nothing is configured, or what it takes is not installed: a log line says so, because a
    platform may set the variables for all of its processes.
    """
    captures = environment.get(CONTENT, "").strip().lower() in CONTENT_IN_SPANS
    if (theirs := _application_provider()) is not None:
        from botflow.runtime.tracing.recorder import Recorder

        return Recorder(theirs, flows, captures_content=captures)
    names = traces_of(environment)
    if not names:
        return NO_TRACING
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        _log.warning(
            "tracing_off", hint="OTEL_* asks for traces: pip install 'botflow[otel]', or set OTEL_SDK_DISABLED=true"
        )
        return NO_TRACING
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    wanted = [_exporter_name(name, environment) for name in names]
    if missing := [name for name in wanted if name not in found]:
        _log.warning("tracing_off", exporters=missing, hint=f"install the exporter, or name one of {sorted(found)}")
        return NO_TRACING
    from botflow.runtime.tracing.recorder import Recorder

    provider = _own_provider([found[name].load() for name in wanted], instance)
    return Recorder(provider, flows, captures_content=captures, close=lambda: _shut_down(provider))


def _application_provider() -> AnyProvider | None:
    """Return the provider that the application has set for the whole process, if it has."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    provider = api.get_tracer_provider()
    is_set = not isinstance(provider, (api.ProxyTracerProvider, api.NoOpTracerProvider))
    return provider if is_set else None


def _exporter_name(name: str, environment: Mapping[str, str]) -> str:
    """Return the entry point's name: `otlp` is one of two, by the protocol; http/protobuf unless another is named."""
    if name != "otlp":
        return name
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    return "otlp_proto_grpc" if (protocol or "").strip() == "grpc" else "otlp_proto_http"


def _own_provider(exporters: list[type], instance: str) -> TracerProvider:
    """Return a provider of our own: it is not the process's, so that two botflows in one process stay apart."""
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    about = {
        **Resource.create().attributes,
        "service.name": "botflow",
        "service.version": version("botflow"),
        "service.instance.id": instance,
        **OTELResourceDetector().detect().attributes,  # what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say
    }
    provider = TracerProvider(resource=Resource(about), shutdown_on_exit=False)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter()))
    return provider


async def _shut_down(provider: TracerProvider) -> None:
    """Export what is left. A collector that does not answer must not hold up the process: the thread is left behind."""
    closing = threading.Thread(target=provider.shutdown, name="tracing-shutdown", daemon=True)
    closing.start()
    await asyncio.to_thread(closing.join, FLUSH_WITHIN_S)
    if closing.is_alive():
        _log.warning("tracing_stops_late", hint="the collector does not answer; the last spans are lost")
