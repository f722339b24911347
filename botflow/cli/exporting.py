"""Writes exports from the command line, without a server: pages are read on a connection that cannot write, while the
entry of the audit log is a transaction of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from botflow.cli.archive import checked_url, read_archive
from botflow.cli.operator import as_operator
from botflow.cli.output.visible import visible
from botflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy import Connection

    from botflow.interfaces import Channels
    from botflow.records.access import Principal
    from botflow.service.exports.export import Batch, Export
    from botflow.service.exports.exports import Exports
    from botflow.storage.read_only import Archive, Reader

    Given = ParamSpec("Given")
    Result = TypeVar("Result")


class _Database:
    """A database whose lists are read by one connection, and written by others."""

    def __init__(self, reader: Reader) -> None:
        self.read = reader.read

    async def write(
        self, work: Callable[Concatenate[Connection, Given], Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        from botflow.storage.one_off import run_once_sync

        return run_once_sync(checked_url(), lambda connection: work(connection, *args, **kwargs))


def write_export(organization: str, kind: str, given: dict[str, Any], output: Path | None) -> int:
    """Write a list to `output`, or to standard output; return how many rows it has. UsageError `query.invalid` for a
    filter that the list does not have."""
    names_person = "external_id" in given

    async def begin(exports: Exports) -> Export:
        return await _checked(getattr(exports, f"export_{kind.replace('-', '_')}"), kind, given)

    return run_export(organization, begin, output, names_person=names_person)


def run_export(
    organization: str, begin: Callable[[Exports], Awaitable[Export]], output: Path | None, *, names_person: bool = False
) -> int:
    """Write what `begin` returns to `output`, or to standard output, and return how many rows it has."""
    caller: Principal = as_operator(organization, lambda connection, operator: operator)

    async def run(archive: Archive) -> int:
        from botflow.clock import SystemClock
        from botflow.service.exports.exports import Exports

        channels = _channels() if names_person else {}
        export = await begin(Exports(_Database(archive.reader), channels, SystemClock(), caller))
        return await _write(export.batches, output)

    return read_archive(run)


def _channels() -> Channels:
    """Return the channels of installed plugins, which know the one form of an address."""
    from botflow.plugins import channel_types, installed_plugins

    return channel_types(installed_plugins())


async def _checked(method: Callable[..., Awaitable[Export]], kind: str, given: dict[str, Any]) -> Export:
    from pydantic import ValidationError, validate_call

    try:
        return await validate_call(method)(**given)
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False)[0]
        option = str(first["loc"][0]).replace("external_id", "person").replace("_", "-")
        if first["type"] == "unexpected_keyword_argument":
            raise UsageError(f"{kind} cannot be filtered by --{option}", code="query.invalid") from None
        raise UsageError(f"--{option}: {first['msg']}", code="query.invalid") from None


async def _write(batches: AsyncIterator[Batch], output: Path | None) -> int:
    """Write batch by batch; return the number of rows."""
    rows = 0
    if output is None:
        async for batch in batches:
            rows += batch.rows
            _print(batch.content)
        return rows
    try:
        with output.open("wb") as file:
            async for batch in batches:
                rows += batch.rows
                file.write(batch.content)
    except OSError as failure:
        raise UsageError(
            f"{output} cannot be written: {failure.strerror or failure}",
            code="export.file",
            hint="name a file in a folder that exists, with room for it",
        ) from None
    return rows


def _print(content: bytes) -> None:
    """Write rows as they are to a pipe; a terminal would obey what people have written in them."""
    if sys.stdout.isatty():
        content = visible(content.decode().replace("\r\n", "\n")).encode()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
