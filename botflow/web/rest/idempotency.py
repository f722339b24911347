"""Idempotency-Key: a POST that is sent again under the same key gets the first one's answer, and does nothing again.

A request that was cut off after it began is not repeated: whether it took effect is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from botflow.errors import BotflowError, ProviderError, RejectedInbound
from botflow.storage.service import idempotency
from botflow.web.context import desk_of

HEADER = "idempotency-key"
LONGEST_KEY = 200
LARGEST_KEPT = 1024 * 1024  # bytes of an answer
_KEPT_HEADERS = ("content-type", "etag")


async def answer_once(
    request: Request, organization: int, body: bytes, answer: Callable[[], Awaitable[Response]], *, is_secret: bool
) -> Response:
    """Answer the request, or return what was answered under its key; without a key, just answer. An answer that holds
    a secret is not kept.

    RejectedInbound `idempotency.invalid`, `.other_request` (422), `.unfinished` or `.not_kept` (409). A request that
    was refused is forgotten, so that it may be corrected; one that broke, or was stopped, is not.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return await answer()
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise RejectedInbound(
            f"Idempotency-Key is not a text of 1 to {LONGEST_KEY} printable characters",
            code="idempotency.invalid",
            hint="a UUID is a good one",
        )
    engine = desk_of(request.scope).runtime.database.within(organization)
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()
    former = await engine.write(idempotency.begin, organization, key, digest)
    if former is not None:
        return _repeated(former, digest)
    try:
        response = await answer()
    except BotflowError as failure:
        if not isinstance(failure, ProviderError):  # its change may be stored: a commit whose answer was lost
            await engine.write(idempotency.forget, organization, key)
        raise
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    kept = None if is_secret or len(response.body) > LARGEST_KEPT else bytes(response.body)
    await engine.write(idempotency.finish, organization, key, response.status_code, headers, kept)
    return response


def _repeated(former: idempotency.FormerRequest, digest: bytes) -> Response:
    if former.digest != digest:
        raise RejectedInbound(
            "another request had this Idempotency-Key",
            code="idempotency.other_request",
            hint="use a new key for each request, and the same one only to repeat it",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    if former.status is None:
        raise RejectedInbound(
            "the request with this Idempotency-Key is under way, or was cut off",
            code="idempotency.unfinished",
            hint="send it again in a moment; if that goes on, look whether it took effect, and use a new key if not",
            status=HTTPStatus.CONFLICT,
        )
    if former.body is None:
        raise RejectedInbound(
            "the request with this Idempotency-Key was carried out; its answer was shown once, and is not kept",
            code="idempotency.not_kept",
            hint="read what it made with GET; if its secret is lost, revoke it and make another one",
            status=HTTPStatus.CONFLICT,
        )
    headers = {**former.headers, "cache-control": "no-store", "idempotency-replayed": "true"}
    return Response(former.body, former.status, headers)
