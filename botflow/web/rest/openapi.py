"""GET /openapi.json: what the operations take and answer, as OpenAPI 3.1; and a page that shows it, offline.

spectree writes the document from the operations' models. It neither validates nor serves: `operation` does, with
botflow's own refusals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import orjson
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, Router

from botflow.errors import RejectedInbound
from botflow.web.rest.json_response import ApiResponse
from botflow.web.rest.operation import Operation
from botflow.web.whole_file import WholeFile

SECURITY = "apiKey"
PROBLEM_TYPE = "application/problem+json"
STREAM_TYPE = "text/event-stream"


class ProblemDocument(BaseModel):
    """Why a call was refused (RFC 9457). `code` is stable; `hint` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    hint: str = ""
    id: str = ""


class Repeatable(BaseModel):
    """The header of a POST that may be sent again."""

    idempotency_key: str | None = Field(default=None, alias="Idempotency-Key", min_length=1, max_length=200)


class Conditional(BaseModel):
    """The header of an edit."""

    if_match: str | None = Field(default=None, alias="If-Match", pattern=r'^"[0-9]{1,9}"$')


class Kept(BaseModel):
    """The header of a GET whose answer the client has kept."""

    if_none_match: str | None = Field(default=None, alias="If-None-Match")


class RepeatableEdit(Repeatable, Conditional):
    """The headers of a POST that edits."""


def document_of(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document; RejectedInbound `openapi.not_installed` without the extra `service`."""
    try:
        from spectree import Response as Answers
        from spectree import SecurityScheme, SpecTree
        from spectree.models import SecureType, SecuritySchemeData
    except ImportError:
        raise _not_installed() from None

    spec = SpecTree(
        "starlette",
        mode="strict",
        title="botflow",
        version=version("botflow"),
        annotations=False,
        path="docs",
        naming_strategy=_name,
        nested_naming_strategy=lambda parent, child: child,
        security_schemes=[
            SecurityScheme(name=SECURITY, data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
        ],
        security={SECURITY: []},
        validation_error_model=ProblemDocument,
    )
    routes = []
    for operation in operations:
        answers = {f"HTTP_{operation.status.value}": operation.answer} if _is_json(operation) else {}
        refusals = {f"HTTP_{status}": ProblemDocument for status in _refusals(operation)}
        described = spec.validate(
            query=operation.query,
            json=operation.body,
            headers=_headers(operation),
            resp=Answers(*_without_model(operation), **answers, **refusals),
            tags=(operation.tag,),
            operation_id=operation.name,
            skip_validation=True,
        )(_function_of(operation))
        routes.append(Route(operation.address, described, methods=[operation.method]))
    spec.register(Router(routes))
    document: dict[str, Any] = spec.spec
    _name_problem_type(document)
    _forbid_null(document)
    _describe_bodies(document, operations)
    _describe_streams(document, operations)
    _link(document, operations)
    return document


def _is_json(operation: Operation) -> bool:
    return operation.answer is not None and issubclass(operation.answer, BaseModel)


def _without_model(operation: Operation) -> tuple[str, ...]:
    """Return the status of an answer that has no model: an empty one, or a download."""
    if operation.answer is None:
        return ("HTTP_204",)
    if operation.is_kept:
        return ("HTTP_304",)
    return () if _is_json(operation) else (f"HTTP_{operation.status.value}",)


def _not_installed() -> RejectedInbound:
    return RejectedInbound(
        "the API cannot describe itself here: a package is missing",
        code="openapi.not_installed",
        hint="pip install 'botflow[service]'",
        status=HTTPStatus.NOT_IMPLEMENTED,
    )


def _function_of(operation: Operation) -> Any:
    """Return a function of its own for each operation: spectree keeps by function what it describes, and calls none."""

    async def described(request: Request) -> Response:
        return await operation.answer_call(request)

    described.__name__ = operation.handler.__name__
    described.__doc__ = f"{operation.handler.__doc__}\n\nIt needs the scope `{operation.scope}`."
    return described


def _refusals(operation: Operation) -> list[int]:
    found = {400, 401, 403, 404, 422, 429}
    if operation.edits:
        found.add(412)
    if operation.method != "GET":
        found |= {409, 413}
    return sorted(found)


def _headers(operation: Operation) -> type[BaseModel] | None:
    match operation.creates, operation.edits:
        case True, True:
            return RepeatableEdit
        case True, False:
            return Repeatable
        case False, True:
            return Conditional
    return Kept if operation.is_kept else None


def _name(model: type[BaseModel]) -> str:
    """Return a schema's name: `PageOfWorkflow` for Page[Workflow]."""
    return model.__name__.replace("[", "Of").replace("]", "")


def _described(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (described for methods in document["paths"].values() for described in methods.values())


def _name_problem_type(document: dict[str, Any]) -> None:
    """Name the media type that refusals have: spectree writes application/json for every answer."""
    for described in _described(document):
        for status, answer in described["responses"].items():
            if status >= "400":
                answer["content"] = {PROBLEM_TYPE: answer["content"]["application/json"]}


def _forbid_null(document: dict[str, Any]) -> None:
    """Say that a query or a header has no null: a model's `None` means there that it is left out."""
    for described in _described(document):
        for parameter in described["parameters"]:
            choices = [each for each in parameter["schema"].pop("anyOf", ()) if each.get("type") != "null"]
            if len(choices) == 1:
                parameter["schema"] |= choices[0]
                parameter["schema"].pop("default", None)


def _describe_bodies(document: dict[str, Any], operations: Sequence[Operation]) -> None:
    """Say which bodies may be left out, and give an example of each."""
    for operation in operations:
        if operation.body is not None:
            described = document["paths"][operation.address][operation.method.lower()]["requestBody"]
            described["required"] = operation.body_is_needed
            if example := getattr(operation.body, "example", None):
                described["content"]["application/json"]["example"] = orjson.loads(example)


def _describe_streams(document: dict[str, Any], operations: Sequence[Operation]) -> None:
    """Name the other media type of an answer that may be a stream. OpenAPI 3.1 has no schema for its events."""
    for operation in operations:
        if operation.may_stream:
            answer = document["paths"][operation.address][operation.method.lower()]["responses"]["200"]
            answer["content"][STREAM_TYPE] = {"schema": {"type": "string"}}


def _link(document: dict[str, Any], operations: Sequence[Operation]) -> None:
    """Say what can be done with a thing that was made: its id goes into the addresses below its own."""
    for made in operations:
        if made.status != HTTPStatus.CREATED:
            continue
        beginning = f"{made.address}/{{"
        links = {
            operation.name: {
                "operationId": operation.name,
                "parameters": {operation.address.removeprefix(beginning).partition("}")[0]: "$response.body#/id"},
            }
            for operation in operations
            if operation.address.startswith(beginning) and operation.path.count("{") == made.path.count("{") + 1
        }
        document["paths"][made.address]["post"]["responses"]["201"]["links"] = links


# Redoc would send what its reader does to its makers, and fetch their logo: the page speaks with this server alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src data:; "
    "style-src 'unsafe-inline'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>botflow API</title>
<body style="margin: 0">
<redoc spec-url="openapi.json"></redoc>
<script type="module" src="docs/redoc.js"></script>
</html>
"""


def document_routes(operations: Sequence[Operation]) -> list[Route]:
    """Return the routes of the document and of its page. The document is written on its first use."""

    @cache
    def written() -> dict[str, Any]:
        return document_of(operations)

    async def openapi(request: Request) -> Response:
        return ApiResponse(written())

    async def page(request: Request) -> Response:
        return HTMLResponse(_PAGE, headers={"content-security-policy": _POLICY})

    async def script(request: Request) -> Response:
        if find_spec("offapi") is None:
            raise _not_installed()
        return WholeFile(str(files("offapi") / "redoc.js"), media_type="text/javascript")

    return [
        Route("/openapi.json", openapi, methods=["GET"]),
        Route("/docs", page, methods=["GET"]),
        Route("/docs/redoc.js", script, methods=["GET"]),
    ]
