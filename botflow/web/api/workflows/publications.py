"""Publications by plan over HTTP: planned, followed, and rolled back with the sessions that they moved."""

from __future__ import annotations

from botflow.errors import RejectedInbound
from botflow.records.access import Scope
from botflow.service.models import Page
from botflow.service.workflows.publication_models import Planning, PublicationPlan
from botflow.service.workflows.publications import Publication
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import PageQuery

TAG = "Publications"


async def plan_publication(call: Call) -> PublicationPlan:
    """Say how many sessions wait at each node, and what would become of each if the draft were published. Every session
    is tried against the draft. Nothing is changed; the answer's `token` publishes what was planned."""
    planning: Planning = call.body
    return await call.service.publications.plan_publication(
        call.path["workflow"], planning.moves, default=planning.default
    )


async def get_publications(call: Call) -> Page[Publication]:
    """List the publications of a workflow that had a plan, the newest first."""
    query: PageQuery = call.query
    return await call.service.publications.get_publications(
        call.path["workflow"], cursor=query.cursor, limit=query.limit
    )


async def get_publication(call: Call) -> Publication:
    """Read a publication: how many of its sessions have moved, and why others have not."""
    return await call.service.publications.get_publication(call.path["workflow"], _number(call))


async def rollback_publication(call: Call) -> Publication:
    """Serve the former version again, and return the moved sessions that have not gone on since."""
    return await call.service.publications.rollback_publication(call.path["workflow"], _number(call))


def _number(call: Call) -> int:
    """Return the publication in the address; RejectedInbound `publication.unknown`."""
    written = call.path["publication"]
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise RejectedInbound(
            f"{written[:40]!r} is no publication's id",
            code="publication.unknown",
            hint="list them with GET /api/v1/workflows/{workflow}/publications",
            status=404,
        )
    return int(written)


_ONE = "/workflows/{workflow}"
_READS, _WRITES = Scope.WORKFLOWS_READ, Scope.WORKFLOWS_WRITE
OPERATIONS = (
    Operation(
        method="POST",
        path=f"{_ONE}/plan",
        handler=plan_publication,
        scope=_WRITES,
        tag=TAG,
        body=Planning,
        answer=PublicationPlan,
        is_secret=True,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/publications",
        handler=get_publications,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[Publication],
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/publications/{{publication}}",
        handler=get_publication,
        scope=_READS,
        tag=TAG,
        answer=Publication,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/publications/{{publication}}/rollback",
        handler=rollback_publication,
        scope=_WRITES,
        tag=TAG,
        answer=Publication,
    ),
)
