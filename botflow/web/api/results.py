"""GET /api/v1/results?workflow=...: the results of a workflow's executions, as CSV or as JSON lines."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse

from botflow.errors import RejectedInbound
from botflow.records.runs import ExecutionFilter
from botflow.runtime.runs.results import Results, csv_header, csv_rows, json_lines
from botflow.web.api.query import moment_in, parse_query, status_in, workflow_in
from botflow.web.context import desk_of

_FORMATS = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl; charset=utf-8"}


async def export_results(request: Request) -> StreamingResponse:
    """Stream the results, oldest first: `workflow`, and if wanted `after`, `before`, `status`, `format`."""
    given = parse_query(request, ("workflow", "after", "before", "status", "format"))
    form = given.get("format", "csv")
    workflow = workflow_in(given)
    if form not in _FORMATS or workflow is None:
        problem = "results belong to a workflow" if workflow is None else "format is csv or jsonl"
        raise RejectedInbound(problem, code="query.invalid", hint="?workflow=NAME&format=csv")
    wanted = ExecutionFilter(
        workflow=workflow,
        started_after=moment_in(given, "after"),
        started_before=moment_in(given, "before"),
        status=status_in(given),
    )
    desk = desk_of(request.scope)
    results = await desk.runtime.executions.results(wanted, desk.base_of(request.scope))
    return StreamingResponse(
        _csv(results) if form == "csv" else _json_lines(results),
        headers={
            "content-type": _FORMATS[form],
            "content-disposition": f'attachment; filename="results.{form}"',
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
