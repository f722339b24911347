"""The doctor over HTTP: what is wrong with sessions that wait, one of them explained, and mended."""

from __future__ import annotations

from botflow.records.access import Scope
from botflow.service.doctor.finding_models import Diagnosis, Finding, FindingCode, Mended, Mending
from botflow.service.models import Page
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import OfWorkflow

TAG = "Doctor"


class FindingQuery(OfWorkflow):
    """Which findings; `code` for one kind."""

    code: FindingCode | None = None


async def get_findings(call: Call) -> Page[Finding]:
    """List what is wrong with sessions and runs that wait, and what to do. A call examines at most a thousand of them:
    a page may have few findings, or none, and another one after it."""
    query: FindingQuery = call.query
    return await call.service.doctor.get_findings(
        query.workflow, code=query.code, cursor=query.cursor, limit=query.limit
    )


async def get_diagnosis(call: Call) -> Diagnosis:
    """Explain what a session or a run waits for, and what is wrong with that. It changes nothing."""
    return await call.service.doctor.get_diagnosis(call.path["session"])


async def mend_session(call: Call) -> Mended:
    """Apply a remedy that the diagnosis shows, to the session as it was then."""
    mending: Mending = call.body
    return await call.service.doctor.mend_session(call.path["session"], mending)


OPERATIONS = (
    Operation(
        method="GET",
        path="/doctor/findings",
        handler=get_findings,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        query=FindingQuery,
        answer=Page[Finding],
    ),
    Operation(
        method="GET",
        path="/sessions/{session}/diagnosis",
        handler=get_diagnosis,
        scope=Scope.SESSIONS_READ,
        tag=TAG,
        answer=Diagnosis,
    ),
    Operation(
        method="POST",
        path="/sessions/{session}/mend",
        handler=mend_session,
        scope=Scope.SESSIONS_WRITE,
        tag=TAG,
        body=Mending,
        answer=Mended,
    ),
)
