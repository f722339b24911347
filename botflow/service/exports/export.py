"""A list as a file: read batch by batch as fast as its reader takes it, so that any size needs little memory.

Nothing is read ahead. A reader that leaves ends the reading with the batch that it got last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson
from pydantic import BaseModel

from botflow.csv_lines import csv_lines
from botflow.runtime.runs.results import Results, csv_header, csv_rows, json_lines
from botflow.service.models import Item, Page

Form = Literal["csv", "jsonl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A part of the file with this many rows; the header of a CSV file is none."""

    rows: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file to be read once. It is in the audit log already."""

    kind: str
    form: Form
    batches: AsyncIterator[Batch]


async def batches_of_pages(
    form: Form, model: type[Item], page: Page[Item], read: Callable[[str], Awaitable[Page[Item]]]
) -> AsyncIterator[Batch]:
    """Yield the first page of a list, and those after it that `read` returns; CSV begins with the names of the columns,
    which are those of the list's JSON."""
    if form == "csv":
        yield Batch(rows=0, content=csv_lines([columns_of(model)]).encode())
    while True:
        yield Batch(rows=len(page.items), content=_content(form, page.items))
        if page.next is None:
            return
        page = await read(page.next)


async def batches_of_results(form: Form, results: Results) -> AsyncIterator[Batch]:
    """Yield the results of a workflow; as CSV they have a column for each variable that was collected."""
    if form == "csv":
        yield Batch(rows=0, content=csv_header(results.variables).encode())
    async for page in results.pages():
        content = csv_rows(page, results.variables).encode() if form == "csv" else json_lines(page, results.variables)
        yield Batch(rows=len(page), content=content)


async def no_batches() -> AsyncIterator[Batch]:
    """Yield nothing."""
    return
    yield


def columns_of(model: type[BaseModel]) -> list[str]:
    """Return the names of the list's fields, in their order."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _content(form: Form, items: Sequence[BaseModel]) -> bytes:
    if form == "csv":
        return csv_lines(tuple(item.model_dump().values()) for item in items).encode()
    return b"".join(orjson.dumps(item.model_dump()) + b"\n" for item in items)
