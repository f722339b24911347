"""Answers that clients keep (RFC 9110, 13.1.2): the ETag is a digest of the content, and If-None-Match with it gets 304
without a body while the answer would be the same."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botflow.service.models import Shown
from botflow.web.rest.json_response import ApiResponse


def unless_known(request: Request, answer: Shown) -> Response:
    """Return the answer, or 304 to who has it."""
    response = ApiResponse(answer.model_dump())
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers.update({"etag": tag, "cache-control": "private, no-cache"})  # kept, and asked for each time
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag not in known and "*" not in known:
        return response
    headers = {name: response.headers[name] for name in ("etag", "cache-control")}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
