"""Counts every request, and logs it at the level debug: its route, status, milliseconds and bytes.

At debug, and not at info: a busy server answers hundreds of messages a second, a line for each would take a tenth of
the time of a turn, and hide the lines that need someone. The metrics count them all; what fails has lines of its own,
at warning or error, which carry the same `request`. The line has the route's template, never the path or the query:
those hold numbers, names and secrets.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from functools import partial
from itertools import count

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from botflow.log_facts import LogFacts, log_with
from botflow.runtime.process.measurements import METHODS
from botflow.runtime.process.tally import OTHER
from botflow.web.context import desk_of
from botflow.web.problem import BEGUN, PROBLEM
from botflow.web.requests.route_templates import RouteTemplates

TRACE_ID = "botflow.trace_id"  # of a scope, where traces are recorded
CLOSED = "closed"  # the client left before the response began
_SWITCHED = 101  # a WebSocket was opened
_BEGINNINGS = frozenset(("http.response.start", "websocket.accept", "websocket.http.response.start"))
_STATUS = {hundred: f"{hundred}xx" for hundred in range(1, 6)}
# https://www.w3.org/TR/trace-context/#traceparent-header
_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestWatch:
    """Passes each request on. A request has begun to be answered, and is counted, when its response begins: a stream
    may last for an hour. Its line in the log is written at its end. `templates` are of the routes that it may take."""

    def __init__(self, app: ASGIApp, templates: RouteTemplates) -> None:
        self._app = app
        self._templates = templates
        self._log = structlog.get_logger("botflow.requests")
        self._level = logging.getLogger("botflow.requests")
        self._name = secrets.token_hex(4)  # of this process, in the names of its requests
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        is_logged = self._level.isEnabledFor(logging.DEBUG)
        facts = LogFacts({}, partial(self._facts, scope))
        log_with(facts)
        sent_bytes = 0

        async def watch(message: Message) -> None:
            nonlocal sent_bytes
            if message["type"] in _BEGINNINGS:
                scope[BEGUN] = message.get("status", _SWITCHED), time.perf_counter()
            elif is_logged:
                sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            status, ended_s = scope.get(BEGUN) or (0, time.perf_counter())
            took_s = ended_s - began_s
            route = self._templates.of(scope)
            measurements = desk_of(scope).runtime.measurements
            measurements.requested(route, scope["method"], _STATUS.get(status // 100, CLOSED), took_s)
            if PROBLEM in scope:
                measurements.refused(scope[PROBLEM])
            if is_logged:
                self._log_request(scope, route, status, took_s, sent_bytes)
            facts.end()

    def _log_request(self, scope: Scope, route: str, status: int, took_s: float, sent_bytes: int) -> None:
        self._log.debug(
            "request",
            method=scope["method"] if scope["method"] in METHODS else OTHER,
            route=route,
            status=int(status) or CLOSED,
            ms=round(took_s * 1000, 1),
            bytes=sent_bytes,
            **({"code": scope[PROBLEM]} if PROBLEM in scope else {}),
        )

    def _facts(self, scope: Scope) -> dict[str, object]:
        """Return what each line of the log says about this request: its id, and the id of a trace that it belongs to.

        A trusted proxy may name both by X-Request-ID and traceparent, any caller the trace. Where traces are recorded,
        each request that may change something has one.
        """
        facts: dict[str, object] = {"request": f"{self._name}-{next(self._numbers):x}"}
        for name, value in scope["headers"]:
            if name == b"traceparent":
                if (found := _TRACE_PARENT.fullmatch(value)) is not None:
                    facts["trace_id"] = found[1].decode()
            elif name == b"x-request-id" and _REQUEST_ID.fullmatch(value) and _is_from_proxy(scope):
                facts["request"] = value.decode()
        if TRACE_ID in scope:
            facts["trace_id"] = scope[TRACE_ID]
        return facts


def _is_from_proxy(scope: Scope) -> bool:
    client = scope.get("client")
    return client is not None and desk_of(scope).proxies.trusts(client[0])
