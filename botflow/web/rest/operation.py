"""One operation of the API: its address, who may call it, what it takes and answers.

Routes and OpenAPI come from it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from botflow.crash_points import reach
from botflow.errors import RejectedInbound
from botflow.records.access import Principal, Scope
from botflow.service.models import Body, Shown
from botflow.service.service import Service
from botflow.web.context import desk_of
from botflow.web.middleware.shedding import Shedding
from botflow.web.requests.json_body import parse_body
from botflow.web.requests.request_bodies import read_body
from botflow.web.rest.idempotency import answer_once
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.kept_answers import unless_known
from botflow.web.rest.query import Query, read_query
from botflow.web.rest.revisions import etag_of, if_match

API = "/api/v1"
LARGEST_BODY = 64 * 1024
DEEPEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that was read and allowed. `query` and `body` are instances of the operation's models. `recognise` says
    who calls with the request's credentials now: long answers ask again."""

    request: Request
    service: Service
    recognise: Callable[[], Awaitable[Principal]]
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    if_revision: int | None = None

    async def check_caller(self) -> None:
        """RejectedInbound when the caller may not make this call any more: a key was revoked, a person removed."""
        if (await self.recognise()).organization != self.service.caller.organization:
            raise RejectedInbound("the caller belongs to another organization now", code="token.invalid", status=401)


Handler = Callable[[Call], Awaitable[Shown | Response | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`handler`'s docstring is the operation's description. With `edits`, `If-Match` names the revision to edit.

    `answer` is the model of the answer, None for an empty one, Response for one that is no JSON; `is_secret` if it
    shows a secret; `may_stream` if it is sent as server-sent events to who accepts them;
    `is_kept` if a client may keep it, and asks by its ETag whether it is the same. `is_shed`: refused by 503
    when this process has as many requests as it can hold. `root` is where its path begins. Without `needs_body` a body
    is needed if a field of it is.
    """

    method: str
    path: str
    handler: Handler
    scope: Scope
    tag: str
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    answer: type[Shown | Response] | None = None
    status: HTTPStatus = HTTPStatus.OK
    edits: bool = False
    needs_body: bool | None = None
    is_secret: bool = False
    is_shed: bool = False
    may_stream: bool = False
    is_kept: bool = False
    root: str = API
    largest_body: int = LARGEST_BODY

    @property
    def name(self) -> str:
        """Return its id in OpenAPI: the handler's name in camelCase."""
        first, *others = self.handler.__name__.split("_")
        return first + "".join(word.title() for word in others)

    @property
    def address(self) -> str:
        """Return its whole path as OpenAPI writes it: `/api/v1/workflows/{workflow}/edges/{edge}`."""
        return f"{self.root}{self.path}".replace(":path}", "}")

    @property
    def creates(self) -> bool:
        """Whether a repeated call would do it again, so that it takes an Idempotency-Key."""
        return self.method == "POST"

    @property
    def body_is_needed(self) -> bool:
        """Whether a body must be sent: one whose fields may all be left out need not."""
        if self.needs_body is not None or self.body is None:
            return bool(self.needs_body)
        return any(each.is_required() for each in self.body.model_fields.values())

    async def answer_call(self, request: Request) -> Response:
        """Read the call, refuse what is wrong with it, and answer it."""
        desk = desk_of(request.scope)
        caller = await desk.principal(request.scope, self.scope)
        query = read_query(request, self.query)
        body = await self._read_body(request)
        service = Service(desk.runtime, caller)
        call = Call(
            request=request,
            service=service,
            recognise=partial(desk.gate.principal, request.scope, self.scope),
            path=request.path_params,
            query=query,
            body=body[1],
            if_revision=if_match(request) if self.edits else None,
        )
        if self.creates:
            return await answer_once(
                *(request, caller.organization, body[0], lambda: self._answer(call)), is_secret=self.is_secret
            )
        return await self._answer(call)

    async def _read_body(self, request: Request) -> tuple[bytes, Any]:
        if self.method in ("GET", "DELETE"):
            return b"", None
        raw = await read_body(request.scope, request.receive, self.largest_body)
        if self.body is None:
            return raw, None
        if issubclass(self.body, Body):
            return raw, parse_body(raw or (b"" if self.body_is_needed else b"{}"), self.body, DEEPEST)
        return raw, raw

    async def _answer(self, call: Call) -> Response:
        answer = await self.handler(call)
        if self.method != "GET":
            reach("change.committed")
        if isinstance(answer, Response):
            return answer
        if answer is None:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"cache-control": "no-store"})
        if self.is_kept:
            return unless_known(call.request, answer)
        return ApiResponse(answer.model_dump(), self.status, etag_of(answer))


def routes_of(operations: Iterable[Operation]) -> list[Route]:
    """Return a route for each address, which takes all methods of its operations."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(f"{operation.root}{operation.path}", {})[operation.method] = operation
    return [_route(path, methods) for path, methods in by_path.items()]


def _route(address: str, operations: Mapping[str, Operation]) -> Route:
    async def endpoint(request: Request) -> Response:
        operation = operations.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(operations)})
        return await operation.answer_call(request)

    shedding = [Middleware(Shedding)] if any(each.is_shed for each in operations.values()) else None
    route = Route(address, endpoint, middleware=shedding)
    route.methods = None  # all of them: else providers' webhooks, whose addresses may look alike, would take the others
    return route
