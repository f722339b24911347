"""Versions over HTTP: published, listed, read, and made the one that new executions get."""

from __future__ import annotations

from botflow.errors import RejectedInbound
from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.workflows.versions import Published, Publishing, Version, VersionDetail
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Versions"


async def get_versions(call: Call) -> Page[Version]:
    """List the versions of a workflow, the newest first."""
    query: PageQuery = call.query
    return await call.service.versions.get_versions(call.path["workflow"], cursor=query.cursor, limit=query.limit)


async def get_version(call: Call) -> VersionDetail:
    """Read a version with its documents."""
    return await call.service.versions.get_version(call.path["workflow"], _number(call))


async def publish_workflow(call: Call) -> Published:
    """Make a version of the draft, and serve it to new executions. Those under way keep theirs, or go where a plan says
    whose `token` is given."""
    publishing: Publishing = call.body
    return await call.service.versions.publish_workflow(
        call.path["workflow"], publishing.message, if_revision=call.if_revision, token=publishing.token
    )


async def rollback_workflow(call: Call) -> Published:
    """Serve a former version to new executions again. Those under way keep theirs."""
    return await call.service.versions.rollback_workflow(call.path["workflow"], _number(call))


def _number(call: Call) -> int:
    """Return the version in the address; RejectedInbound `version.unknown`."""
    written = call.path["version"]
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        raise RejectedInbound(
            f"{written[:40]!r} is no version's number",
            code="version.unknown",
            hint="list them with GET /api/v1/workflows/{workflow}/versions",
            status=404,
        )
    return int(written)


_ONE = "/workflows/{workflow}"
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="GET",
        path=f"{_ONE}/versions",
        handler=get_versions,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[Version],
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/versions/{{version}}",
        handler=get_version,
        scope=_READS,
        tag=TAG,
        answer=VersionDetail,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/publish",
        handler=publish_workflow,
        scope=_WRITES,
        tag=TAG,
        body=Publishing,
        answer=Published,
        edits=True,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/versions/{{version}}/rollback",
        handler=rollback_workflow,
        scope=_WRITES,
        tag=TAG,
        answer=Published,
    ),
)
