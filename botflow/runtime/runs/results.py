"""The results of a workflow's executions as a table: who, when, how it ended, and one column per
variable that was collected.

Executions are read in pages, so that an export of any size needs little memory.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from botflow.csv_lines import csv_lines
from botflow.errors import RejectedInbound, did_you_mean
from botflow.records.files import complete
from botflow.records.runs import ExecutionFilter, ExecutionRecord
from botflow.runtime.runs.result_columns import ResultColumns
from botflow.storage.runs.executions import Executions

MOST_LISTED = 20  # workflows that an error names
PAGE = 100  # each may hold 64 kB
FIXED = ("execution", "workflow", "version", "who", "started", "ended", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Results to read: executions up to the id `last` (None without any), and the names of the variables shown.

    `base` is the address of this botflow, which completes the addresses of visitors' files; "" when it is not known.
    """

    store: Executions
    wanted: ExecutionFilter
    variables: tuple[str, ...]
    last: str | None
    base: str

    async def pages(self) -> AsyncIterator[list[ExecutionRecord]]:
        """Yield the executions, oldest first, at most PAGE at once."""
        if self.last is not None:
            async for page in _pages(self.store, self.wanted, self.last):
                yield [with_addresses(record, self.base) for record in page]


async def find_results(store: Executions, wanted: ExecutionFilter, base: str) -> Results:
    """Read all executions once for the names of what they collected, which a table needs before its first row.

    RejectedInbound `workflow.unknown` (404) when there is no such workflow.
    """
    columns = ResultColumns()
    last = None
    async for page in _pages(store, wanted, None):
        for version in await store.versions(columns.unknown(record.flow_version for record in page)):
            columns.learn(version.id, version.number, version.documents.get(version.slug, {}))
        for record in page:
            columns.add(record.flow_version, record.variables)
        last = page[-1].id
    if last is None and wanted.workflow not in (known := await store.workflows(wanted.organization)):
        raise _unknown(wanted.workflow or "", known)
    return Results(store=store, wanted=wanted, variables=columns.names, last=last, base=base)


def with_addresses(record: ExecutionRecord, base: str) -> ExecutionRecord:
    """Return the execution with complete addresses of visitors' files, so that they lead there from a spreadsheet."""
    return replace(
        record,
        input=complete(record.input, base),
        output=complete(record.output, base),
        variables=complete(record.variables, base),
    )


def _unknown(workflow: str, known: Sequence[str]) -> RejectedInbound:
    """Return the refusal of a workflow that is none of the `known` ones."""
    listed = f"there are: {', '.join(known[:MOST_LISTED])}" if known else "the database holds none yet"
    more = ", ...; botflow workflows lists all" if len(known) > MOST_LISTED else ""
    return RejectedInbound(
        f"there is no workflow {workflow[:64]!r}",
        code="workflow.unknown",
        hint=did_you_mean(workflow, known, f"{listed}{more}"),
        status=404,
    )


async def _pages(store: Executions, wanted: ExecutionFilter, until: str | None) -> AsyncIterator[list[ExecutionRecord]]:
    after = None
    while page := await store.results(PAGE, wanted, after=after, until=until):
        yield page
        after = page[-1].id


def csv_header(variables: Sequence[str]) -> str:
    """Return the first line. A variable with the name of another column is called `$var.name`."""
    return csv_lines([[*FIXED, *(f"$var.{name}" if name in FIXED else name for name in variables)]])


def csv_rows(records: Iterable[ExecutionRecord], variables: Sequence[str]) -> str:
    """Return one line per execution (RFC 4180); texts that begin like a formula are defused, numbers are not."""
    return csv_lines(
        [*_fixed(record).values(), *(record.variables.get(name) for name in variables)] for record in records
    )


def json_lines(records: Iterable[ExecutionRecord], variables: Sequence[str]) -> bytes:
    """Return one JSON object per line; the variables keep their types."""
    return b"".join(
        orjson.dumps(
            {
                **_fixed(record),
                "channel": record.channel,
                "trigger": record.trigger,
                "input": record.input,
                "metadata": record.metadata,
                "output": record.output,
                "error": record.error,
                "variables": {name: record.variables[name] for name in variables if name in record.variables},
            }
        )
        + b"\n"
        for record in records
    )


def _fixed(record: ExecutionRecord) -> dict[str, Any]:
    return {
        "execution": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "who": record.who,
        "started": record.started_at.isoformat(),
        "ended": record.ended_at.isoformat() if record.ended_at is not None else None,
        "status": record.status,
    }
