"""A span for each request that may change something: the outermost layer of a process that records traces.

Reads have none: a page that polls, a scrape or a stream that lasts an hour would hide the traces of messages. A span
says the route's template, never the path or the query: those hold numbers, names and secrets.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.runtime.tracing.tracing import Tracing
from botflow.web.middleware.request_watch import TRACE_ID
from botflow.web.problem import BEGUN, PROBLEM
from botflow.web.requests.route_templates import RouteTemplates

READS = frozenset(("GET", "HEAD", "OPTIONS"))


class RequestSpans:
    """Passes each request on, within its span."""

    def __init__(self, app: ASGIApp, templates: RouteTemplates, tracing: Tracing) -> None:
        self._app = app
        self._templates = templates
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in READS:
            await self._app(scope, receive, send)
            return
        with self._tracing.request(scope["method"], scope["headers"]) as span:
            scope[TRACE_ID] = span.trace_id
            try:
                await self._app(scope, receive, send)
            finally:
                status, _ = scope.get(BEGUN) or (0, 0.0)
                span.responded(self._templates.of(scope), status, scope.get(PROBLEM, ""))
