"""The results of a workflow's executions over HTTP, as CSV or as JSON lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from starlette.responses import Response, StreamingResponse

from botflow.records.access import Scope
from botflow.records.runs import ExecutionFilter, ExecutionStatus
from botflow.runtime.runs.results import Results, csv_header, csv_rows, json_lines
from botflow.web.api.executions import TAG
from botflow.web.context import desk_of
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import Moment, Query, QueryText

Form = Literal["csv", "jsonl"]
_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/jsonl; charset=utf-8",
}


class ResultsQuery(Query):
    """Of which executions, and in which form. They started at `after` or later, and earlier than `before`."""

    workflow: QueryText
    status: ExecutionStatus | None = None
    after: Moment | None = None
    before: Moment | None = None
    format: Form = "csv"


async def export_results(call: Call) -> Response:
    """Download the results of a workflow's executions, oldest first; as CSV with one column per variable."""
    query: ResultsQuery = call.query
    wanted = ExecutionFilter(
        workflow=query.workflow, status=query.status, started_after=query.after, started_before=query.before
    )
    scope = call.request.scope
    results = await call.service.executions.export_results(wanted, desk_of(scope).base_of(scope))
    return StreamingResponse(
        _csv(results) if query.format == "csv" else _json_lines(results),
        headers={
            "content-type": _TYPES[query.format],
            "content-disposition": f'attachment; filename="results.{query.format}"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


async def _csv(results: Results) -> AsyncIterator[str]:
    yield csv_header(results.variables)
    async for page in results.pages():
        yield csv_rows(page, results.variables)


async def _json_lines(results: Results) -> AsyncIterator[bytes]:
    async for page in results.pages():
        yield json_lines(page)


OPERATIONS = (
    Operation(
        method="GET",
        path="/results",
        handler=export_results,
        scope=Scope.EXECUTIONS_READ,
        tag=TAG,
        query=ResultsQuery,
        answer=Response,
    ),
)
