"""The routes of the web application, and what is around them. `application` starts it, and hands requests to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from botflow.interfaces.chat_protocol import ChatProtocol
from botflow.web.api import campaigns, credentials, doctor, exports, node_types, plain_paths, schedules
from botflow.web.api.access import audit_log, keys, organizations, retention, token_keys, users
from botflow.web.api.events import events, webhooks
from botflow.web.api.executions import execution_changes, executions, forks, usage
from botflow.web.api.messages import decisions, feedback, inbounds, outbounds
from botflow.web.api.people import contacts, erasures, profiles
from botflow.web.api.sessions import handoffs, session_changes, sessions
from botflow.web.api.workflows import canaries, diffs, drafts, edges, graphs, nodes, publications, versions, workflows
from botflow.web.auth.sign_in import sign_in_routes
from botflow.web.chat.events import Events
from botflow.web.chat.feedback import GiveFeedback
from botflow.web.chat.files import ReadFile, SendFile
from botflow.web.chat.messages import Messages, OpenSession
from botflow.web.health import Alive, Ready, ShowMetrics
from botflow.web.hooks.start_hooks import ReceiveHook
from botflow.web.middleware.cors import ChatOrigins
from botflow.web.middleware.request_watch import RequestWatch
from botflow.web.middleware.shedding import Shedding
from botflow.web.problem import ProblemFence
from botflow.web.provider_calls import ReceiveCall
from botflow.web.provider_webhooks import ReceiveMessage, ReceiveStatus
from botflow.web.requests.route_templates import RouteTemplates
from botflow.web.rest.openapi import document_routes
from botflow.web.rest.operation import routes_of
from botflow.web.widget.files import WidgetFiles
from botflow.web.widget.look import ShowLook
from botflow.web.widget.pages import page_routes

OPERATIONS = (
    *workflows.OPERATIONS,
    *drafts.OPERATIONS,
    *nodes.OPERATIONS,
    *node_types.OPERATIONS,
    *edges.OPERATIONS,
    *graphs.OPERATIONS,
    *versions.OPERATIONS,
    *diffs.OPERATIONS,
    *publications.OPERATIONS,
    *canaries.OPERATIONS,
    *executions.OPERATIONS,
    *execution_changes.OPERATIONS,
    *forks.OPERATIONS,
    *exports.OPERATIONS,
    *schedules.OPERATIONS,
    *campaigns.OPERATIONS,
    *usage.OPERATIONS,
    *sessions.OPERATIONS,
    *session_changes.OPERATIONS,
    *handoffs.OPERATIONS,
    *doctor.OPERATIONS,
    *inbounds.OPERATIONS,
    *outbounds.OPERATIONS,
    *decisions.OPERATIONS,
    *feedback.OPERATIONS,
    *profiles.OPERATIONS,
    *contacts.OPERATIONS,
    *credentials.OPERATIONS,
    *keys.OPERATIONS,
    *token_keys.OPERATIONS,
    *users.OPERATIONS,
    *organizations.OPERATIONS,
    *retention.OPERATIONS,
    *audit_log.OPERATIONS,
    *erasures.OPERATIONS,
    *events.OPERATIONS,
    *webhooks.OPERATIONS,
    *plain_paths.OPERATIONS,
)

# Without state but the document, which takes a second of a core to write: all applications of a process share them.
_OPERATION_ROUTES = (*routes_of(OPERATIONS), *document_routes(OPERATIONS))


class Routes:
    """Routes in two layers, cross-origin rules and errors: Starlette's own application class would put two more layers
    around every message. Each request's scope must have a Desk: see `application.Application`."""

    def __init__(self, *, dev: bool, protocols: Iterable[ChatProtocol], widget: Path | None) -> None:
        # Without redirect_slashes: a redirect would turn a message into a GET.
        self.router = Router(_routes(protocols, widget, dev=dev), redirect_slashes=False)
        answering = ChatOrigins(ProblemFence(self.router))
        self.templates = RouteTemplates(self.router.routes)
        self._outermost = RequestWatch(answering, self.templates)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # then the router raises its 404 and 405 instead of answering in plain text
        await self._outermost(scope, receive, send)


def _routes(protocols: Iterable[ChatProtocol], widget: Path | None, *, dev: bool) -> list[BaseRoute]:
    """Return the routes, the most used first; providers' last, because their first segment may be any word."""
    return [
        Route("/chat/{workflow}/messages", Shedding(Messages()), methods=["POST", "GET"]),
        Route("/chat/{workflow}/sessions", Shedding(OpenSession()), methods=["POST"]),
        Route("/chat/{workflow}/events", Events(), methods=["GET"]),
        Route("/chat/{workflow}/files", SendFile(), methods=["POST"]),
        Route("/chat/{workflow}/feedback", Shedding(GiveFeedback()), methods=["POST"]),
        Route("/chat/{workflow}/files/{file}", ReadFile(), methods=["GET"]),
        Route("/chat/{workflow}/files/{file}/{name}", ReadFile(), methods=["GET"]),
        Route("/chat/{workflow}/look", ShowLook(), methods=["GET"]),
        Route("/widget/{name:path}", WidgetFiles(widget), methods=["GET"]),
        *page_routes(dev=dev),
        *_OPERATION_ROUTES,
        *sign_in_routes(),
        Route("/hooks/{workflow}", Shedding(ReceiveHook())),
        Route("/hooks/{workflow}/{node}", Shedding(ReceiveHook())),
        Route("/healthz", Alive(), methods=["GET"]),
        Route("/readyz", Ready(), methods=["GET"]),
        Route("/metrics", ShowMetrics(), methods=["GET"]),
        *(route for protocol in protocols for route in protocol.routes()),
        Route("/{provider}/{workflow}", ReceiveMessage()),
        Route("/{provider}/{workflow}/status", ReceiveStatus()),
        Route("/{provider}/{workflow}/call", ReceiveCall()),
    ]
