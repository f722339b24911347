"""Errors in the form of the OpenAI API, with botflow's own codes.
https://platform.openai.com/docs/guides/error-codes"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import JSON_TYPE, NO_STORE, Disconnected, send_bytes
from botflow.web.problem import BEGUN, PROBLEM, Problem, problem_of, unexpected_problem

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class OpenAIErrors:
    """Answers what a route raises."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Disconnected:
            raise
        except Exception as failure:
            if BEGUN in scope:
                raise
            problem = problem_of(failure, scope) or unexpected_problem(failure, scope)
            scope[PROBLEM] = problem.code
            headers = [(name.encode(), text.encode()) for name, text in problem.headers.items()]
            body = orjson.dumps(_shown(problem))
            await send_bytes(send, problem.status, body, JSON_TYPE, NO_STORE, *headers)


def error_json(failure: RejectedInbound) -> dict[str, Any]:
    """Return an error in the middle of a stream."""
    return _shown(Problem(status=failure.status, code=failure.code, detail=failure.message, hint=failure.hint))


def _shown(problem: Problem) -> dict[str, Any]:
    kind = "server_error" if problem.status >= 500 else _TYPES.get(problem.status, "invalid_request_error")
    message = f"{problem.detail}: {problem.hint}" if problem.hint else problem.detail
    return {"error": {"message": message, "type": kind, "param": None, "code": problem.code}}
