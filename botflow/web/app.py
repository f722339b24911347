"""The web application: routes, and what surrounds them. The lifespan opens the runtime and yields the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from botflow.errors import BotflowError
from botflow.runtime.app import Runtime
from botflow.settings import Settings
from botflow.web.api.contacts import PutContact
from botflow.web.api.decisions import ListDecisions
from botflow.web.api.executions import (
    ChangeExecution,
    ListExecutions,
    ReadArtifact,
    ReadExecution,
    StartExecution,
    read_artifacts,
    read_children,
    read_logs,
    read_one,
    read_steps,
)
from botflow.web.api.outbounds import DecideOutbound, ListOutbounds
from botflow.web.api.start_hooks import ReceiveHook, TellEvent
from botflow.web.auth.callers import Gate
from botflow.web.auth.secret_key import secret_key
from botflow.web.chat.demo_page import page_routes
from botflow.web.chat.events import Events, Streams
from botflow.web.chat.messages import Messages, OpenSession
from botflow.web.context import Desk
from botflow.web.cors import ChatOrigins
from botflow.web.health import Alive, Ready, ShowMetrics
from botflow.web.problem import ProblemFence, answer_problem
from botflow.web.provider_webhooks import ReceiveMessage, ReceiveStatus
from botflow.web.rate_limits import RateLimiter
from botflow.web.shedding import Shedding

RuntimeFactory = Callable[[], AbstractAsyncContextManager[Runtime]]


def create_app(runtime_factory: RuntimeFactory, *, dev: bool, settings: Settings) -> Starlette:
    """Return the application. UsageError when a setting is missing that is required outside of --dev.

    `app.state.streams.close()` ends the open streams; a server calls it before it waits for its connections.
    """
    gate = Gate(
        secret_key(settings, dev=dev),
        settings.botflow_api_key.get_secret_value() if settings.botflow_api_key else None,
    )
    streams = Streams()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        async with runtime_factory() as runtime:
            yield {"desk": open_desk(runtime, gate, dev=dev, settings=settings)}

    app = Starlette(
        routes=_routes(streams, dev=dev),
        middleware=[Middleware(ProblemFence), Middleware(ChatOrigins, settings.botflow_allowed_origins)],
        exception_handlers={BotflowError: answer_problem, HTTPException: answer_problem},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # a redirect would turn a message into a GET
    app.state.streams = streams
    return app


def open_desk(runtime: Runtime, gate: Gate, *, dev: bool, settings: Settings) -> Desk:
    return Desk(
        runtime=runtime,
        settings=settings,
        gate=gate,
        limiter=RateLimiter(runtime.clock, runtime.counter),
        providers={channel.name: channel for channel in runtime.channels.values()},
        dev=dev,
    )


def _routes(streams: Streams, *, dev: bool) -> list[Route]:
    """Return the routes, the hottest first; providers, whose first segment may be any word, last."""
    return [
        Route("/chat/{workflow}/messages", Shedding(Messages()), methods=["POST", "GET"]),
        Route("/chat/{workflow}/sessions", Shedding(OpenSession()), methods=["POST"]),
        Route("/chat/{workflow}/events", Events(streams), methods=["GET"]),
        Route("/api/v1/decisions", ListDecisions(), methods=["GET"]),
        Route("/api/v1/contacts/{channel}/{address}", PutContact(), methods=["PUT"]),
        Route("/api/v1/outbounds", ListOutbounds(), methods=["GET"]),
        Route("/api/v1/outbounds/{id}/release", DecideOutbound("release"), methods=["POST"]),
        Route("/api/v1/outbounds/{id}/drop", DecideOutbound("drop"), methods=["POST"]),
        Route("/api/v1/events", Shedding(TellEvent()), methods=["POST"]),
        Route("/hooks/{workflow}", Shedding(ReceiveHook())),
        Route("/hooks/{workflow}/{node}", Shedding(ReceiveHook())),
        *_execution_routes(),
        Route("/healthz", Alive(), methods=["GET"]),
        Route("/readyz", Ready(), methods=["GET"]),
        Route("/metrics", ShowMetrics(), methods=["GET"]),
        *(page_routes() if dev else ()),
        Route("/{provider}/{workflow}", Shedding(ReceiveMessage())),
        Route("/{provider}/{workflow}/status", ReceiveStatus()),
    ]


def _execution_routes() -> list[Route]:
    one = "/api/v1/executions/{id}"
    return [
        Route("/api/v1/workflows/{workflow}/executions", StartExecution(), methods=["POST"]),
        Route("/api/v1/executions", ListExecutions(), methods=["GET"]),
        Route(one, ReadExecution(read_one), methods=["GET"]),
        Route(f"{one}/children", ReadExecution(read_children), methods=["GET"]),
        Route(f"{one}/steps", ReadExecution(read_steps), methods=["GET"]),
        Route(f"{one}/logs", ReadExecution(read_logs, "level", "after"), methods=["GET"]),
        Route(f"{one}/artifacts", ReadExecution(read_artifacts), methods=["GET"]),
        Route(f"{one}/artifacts/{{key:path}}", ReadArtifact(), methods=["GET"]),
        Route(f"{one}/pause", ChangeExecution("pause"), methods=["POST"]),
        Route(f"{one}/resume", ChangeExecution("resume"), methods=["POST"]),
        Route(f"{one}/cancel", ChangeExecution("cancel"), methods=["POST"]),
        Route(f"{one}/retry", ChangeExecution("retry"), methods=["POST"]),
    ]
