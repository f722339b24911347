"""Every refusal and failure as application/problem+json (RFC 9457) with a stable `code`; never a stack trace.

An unexpected error is logged under an id, and the client gets only that id.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.errors import BotflowError, ProviderError, RejectedInbound
from botflow.flow.problems import FlowProblems
from botflow.log_facts import log_facts
from botflow.runtime.process.overload import Overloaded
from botflow.web.asgi import Disconnected

RETRY_AFTER_S = 2
BEGUN = "botflow.begun"  # in a request's scope: the status and the moment of its response, once that has begun
PROBLEM = "botflow.problem"  # in a request's scope: the code of the problem that it was answered with
HTTP_CODES: Mapping[int, str] = {404: "http.not_found", 405: "http.method_not_allowed", 413: "body.too_large"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as the client reads it. `problems` are the checker's findings, of a flow document that was refused."""

    status: int
    code: str
    detail: str
    hint: str = ""
    id: str = ""
    problems: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Return the problem document."""
        full = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
            "id": self.id,
            "problems": self.problems,
        }
        return orjson.dumps({name: value for name, value in full.items() if value})

    def response(self) -> Response:
        headers = {"cache-control": "no-store", "x-content-type-options": "nosniff", **self.headers}
        return Response(self.body(), self.status, headers, media_type="application/problem+json")


class Refused(RejectedInbound):
    """A refusal with response headers (Retry-After, WWW-Authenticate)."""

    def __init__(self, message: str, *, code: str, status: int, headers: Mapping[str, str], hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint, status=status)
        self.headers = headers


def problem_of(failure: Exception, scope: Scope) -> Problem | None:
    """Return the client's problem for `failure`; None for an unexpected error."""
    match failure:
        case RejectedInbound():
            headers = dict(failure.headers) if isinstance(failure, Refused) else _challenge(failure.status)
            return Problem(
                status=failure.status, code=failure.code, detail=failure.message, hint=failure.hint, headers=headers
            )
        case FlowProblems():
            return _flow_problem(failure)
        case Overloaded():
            return _overloaded(failure)
        case ProviderError(retryable=True):
            return unavailable()
        case HTTPException():
            return _http_problem(failure, scope)
        case _:
            return None


def unavailable() -> Problem:
    """A temporary failure outside: the client keeps its message and sends it again under the same id."""
    return Problem(
        status=503,
        code="service.unavailable",
        detail="something this server depends on does not answer at the moment",
        hint="nothing was lost: send the same request again, with the same messageId",
        headers={"retry-after": str(RETRY_AFTER_S)},
    )


def _challenge(status: int) -> Mapping[str, str]:
    return {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}  # RFC 9110, 15.5.2


def _overloaded(failure: Overloaded) -> Problem:
    return Problem(
        status=503,
        code=failure.code,
        detail=failure.message,
        hint="nothing was stored: send the same request again after as many seconds as Retry-After says",
        headers={"retry-after": str(failure.retry_after_s)},
    )


class ProblemFence:
    """Answers every error that the routes raise. Around it, a RequestWatch notes when a response begins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Disconnected:
            return
        except Exception as failure:
            started = BEGUN in scope
            problem = None if started else problem_of(failure, scope)
            if problem is None:
                problem = unexpected_problem(failure, scope)
            scope[PROBLEM] = problem.code
            if started:
                raise  # a response has begun and cannot be changed: the server closes the connection
            await send_problem(problem, scope, receive, send)


async def send_problem(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with `problem`. A server that knows no responses to the handshake of a WebSocket answers 403 by itself."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
    else:
        await problem.response()(scope, receive, send)


def unexpected_problem(failure: Exception, scope: Scope) -> Problem:
    """Log the failure under an id; the client's problem has only the id."""
    incident = str(log_facts().get("request") or secrets.token_hex(6))
    code = failure.code if isinstance(failure, BotflowError) else "server.error"
    structlog.get_logger("botflow.web").error(
        "request_failed", id=incident, method=scope["method"], code=code, exc_info=failure
    )
    return Problem(
        status=500,
        code="server.error",
        detail="the server made a mistake; it has been logged",
        hint=f"tell the operator this id: {incident}",
        id=incident,
    )


def _flow_problem(failure: FlowProblems) -> Problem:
    errors = [problem for problem in failure.problems if problem.severity == "error"]
    return Problem(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        code=failure.code,
        detail=errors[0].message,
        hint=errors[0].hint,
        problems=[problem.to_json() for problem in failure.problems],
    )


def _http_problem(failure: HTTPException, scope: Scope) -> Problem:
    headers = dict(failure.headers or {})
    match failure.status_code:
        case 404:
            detail, hint = f"there is nothing at {scope['path']}", ""
        case 405:
            allowed = ", ".join(sorted(part.strip() for part in headers.get("Allow", "").split(",")))
            headers = {"Allow": allowed}
            detail, hint = f"{scope['path']} does not take {scope['method']}", f"it takes {allowed}"
        case _:
            detail, hint = failure.detail, ""
    code = HTTP_CODES.get(failure.status_code, f"http.{failure.status_code}")
    return Problem(status=failure.status_code, code=code, detail=detail, hint=hint, headers=headers)
