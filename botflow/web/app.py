"""The routes of the web application, and what is around them. `application` starts it, and hands requests to it."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from botflow.records.access import Scope as Access
from botflow.settings import Settings
from botflow.web.api import drafts, keys, publications, versions, workflows
from botflow.web.api.api_key import ApiKeyRequired
from botflow.web.api.contacts import put_contact
from botflow.web.api.decisions import list_decisions
from botflow.web.api.executions import (
    CHILDREN_FILTERS,
    Endpoint,
    cancel_execution,
    changing,
    list_executions,
    read_artifact,
    read_artifacts,
    read_children,
    read_logs,
    read_one,
    read_steps,
    reading,
    retry_execution,
    start_execution,
)
from botflow.web.api.outbounds import drop_outbound, list_outbounds, release_outbound
from botflow.web.api.results import export_results
from botflow.web.api.session_tokens import revoke_session
from botflow.web.api.start_hooks import ReceiveHook, tell_event
from botflow.web.chat.demo_page import page_routes
from botflow.web.chat.events import Events
from botflow.web.chat.files import ReadFile, SendFile
from botflow.web.chat.messages import Messages, OpenSession
from botflow.web.cors import ChatOrigins
from botflow.web.health import Alive, Ready, ShowMetrics
from botflow.web.problem import ProblemFence
from botflow.web.provider_webhooks import ReceiveMessage, ReceiveStatus
from botflow.web.request_watch import RequestWatch
from botflow.web.rest.openapi import document_routes
from botflow.web.rest.operation import API, routes_of
from botflow.web.shedding import Shedding

OPERATIONS = (
    *workflows.OPERATIONS,
    *drafts.OPERATIONS,
    *versions.OPERATIONS,
    *publications.OPERATIONS,
    *keys.OPERATIONS,
)


class Routes:
    """Routes in two layers, cross-origin rules and errors: Starlette's own application class would put two more layers
    around every message. Each request's scope must have a Desk: see `application.Application`."""

    def __init__(self, *, dev: bool, settings: Settings) -> None:
        # Without redirect_slashes: a redirect would turn a message into a GET.
        self.router = Router(_routes(dev=dev), redirect_slashes=False)
        answering = ChatOrigins(ProblemFence(self.router), settings.botflow_allowed_origins)
        self._outermost = RequestWatch(answering, self.router.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # then the router raises its 404 and 405 instead of answering in plain text
        await self._outermost(scope, receive, send)


def _routes(*, dev: bool) -> list[BaseRoute]:
    """Return the routes, the most used first; providers' last, because their first segment may be any word."""
    return [
        Route("/chat/{workflow}/messages", Shedding(Messages()), methods=["POST", "GET"]),
        Route("/chat/{workflow}/sessions", Shedding(OpenSession()), methods=["POST"]),
        Route("/chat/{workflow}/events", Events(), methods=["GET"]),
        Route("/chat/{workflow}/files", SendFile(), methods=["POST"]),
        Route("/chat/{workflow}/files/{file}", ReadFile(), methods=["GET"]),
        Route("/chat/{workflow}/files/{file}/{name}", ReadFile(), methods=["GET"]),
        *_api_routes(),
        *routes_of(OPERATIONS),
        *document_routes(OPERATIONS),
        Route("/hooks/{workflow}", Shedding(ReceiveHook())),
        Route("/hooks/{workflow}/{node}", Shedding(ReceiveHook())),
        Route("/healthz", Alive(), methods=["GET"]),
        Route("/readyz", Ready(), methods=["GET"]),
        Route("/metrics", ShowMetrics(), methods=["GET"]),
        *(page_routes() if dev else ()),
        Route("/{provider}/{workflow}", ReceiveMessage()),
        Route("/{provider}/{workflow}/status", ReceiveStatus()),
    ]


def _api_routes() -> list[Route]:
    """Return the routes below /api/v1; all of them need the API key."""
    one = "/executions/{id}"
    return [
        _api("GET", "/decisions", list_decisions, Access.SESSIONS_READ),
        _api("PUT", "/contacts/{channel}/{address}", put_contact, Access.SESSIONS_WRITE),
        _api("GET", "/outbounds", list_outbounds, Access.SESSIONS_READ),
        _api("POST", "/outbounds/{id}/release", release_outbound, Access.SESSIONS_WRITE),
        _api("POST", "/outbounds/{id}/drop", drop_outbound, Access.SESSIONS_WRITE),
        _api("POST", "/events", tell_event, Access.EXECUTIONS_WRITE, Middleware(Shedding)),
        _api("POST", "/workflows/{workflow}/executions", start_execution, Access.EXECUTIONS_WRITE),
        _api("POST", "/workflows/{workflow}/sessions/revoke", revoke_session, Access.SESSIONS_WRITE),
        _api("GET", "/executions", list_executions, Access.EXECUTIONS_READ),
        _api("GET", "/results", export_results, Access.EXECUTIONS_READ),
        _api("GET", one, reading(read_one), Access.EXECUTIONS_READ),
        _api("GET", f"{one}/children", reading(read_children, *CHILDREN_FILTERS), Access.EXECUTIONS_READ),
        _api("GET", f"{one}/steps", reading(read_steps), Access.EXECUTIONS_READ),
        _api("GET", f"{one}/logs", reading(read_logs, "level", "after"), Access.EXECUTIONS_READ),
        _api("GET", f"{one}/artifacts", reading(read_artifacts), Access.EXECUTIONS_READ),
        _api("GET", f"{one}/artifacts/{{key:path}}", read_artifact, Access.EXECUTIONS_READ),
        _api("POST", f"{one}/pause", changing("pause"), Access.EXECUTIONS_WRITE),
        _api("POST", f"{one}/resume", changing("resume"), Access.EXECUTIONS_WRITE),
        _api("POST", f"{one}/cancel", cancel_execution, Access.EXECUTIONS_WRITE),
        _api("POST", f"{one}/retry", retry_execution, Access.EXECUTIONS_WRITE),
    ]


def _api(method: str, path: str, endpoint: Endpoint, needed: Access, *inner: Middleware) -> Route:
    return Route(f"{API}{path}", endpoint, methods=[method], middleware=[Middleware(ApiKeyRequired, needed), *inner])
