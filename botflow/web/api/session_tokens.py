"""Revoking a chat visitor's token over HTTP."""

from __future__ import annotations

from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.service.models import Body
from botflow.storage.session_tokens import revoke_token
from botflow.web.chat.body import Id
from botflow.web.context import desk_of
from botflow.web.json_body import parse_body
from botflow.web.request_bodies import read_body
from botflow.web.rest.json_response import ApiResponse

LARGEST_BODY = 4096


class Revoked(Body):
    """The body: whose token."""

    example = '{"externalId": "visitor:..."}'

    external_id: Id


async def revoke_session(request: Request) -> ApiResponse:
    """POST /api/v1/workflows/{slug}/sessions/revoke `{"externalId"}`: 200 `{"sessionId", "externalId", "revoked"}`.

    The token is refused from now on by every process, and its streams end. 404 `session.unknown`.
    """
    runtime = desk_of(request.scope).runtime
    revoked = parse_body(await read_body(request.scope, request.receive, LARGEST_BODY), Revoked)
    workflow, external_id = request.path_params["workflow"], revoked.external_id
    is_storable = workflow.isprintable()  # no database accepts a NUL
    session = await runtime.database.engine.write(revoke_token, workflow, external_id) if is_storable else None
    if session is None:
        raise RejectedInbound(
            f"{external_id!r} has no chat in the workflow {workflow!r}",
            code="session.unknown",
            hint="list them: botflow sessions",
            status=404,
        )
    runtime.hub.wake((session,))  # streams look at once
    return ApiResponse({"sessionId": str(session), "externalId": external_id, "revoked": True})
