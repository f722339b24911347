"""Files that are written while they are sent: no list is ever whole in memory, and a client that leaves ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from starlette.responses import Response, StreamingResponse

from botflow.service.exports.export import Export, Form
from botflow.web.rest.operation import Call

_TYPES: Mapping[Form, str] = MappingProxyType(
    {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl; charset=utf-8"}
)


def download(call: Call, export: Export) -> Response:
    """Return the file as a download that a browser does not execute, and that caches must not store."""
    return StreamingResponse(
        _contents(call, export),
        headers={
            "content-type": _TYPES[export.form],
            "content-disposition": f'attachment; filename="{export.kind}.{export.form}"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


async def _contents(call: Call, export: Export) -> AsyncIterator[bytes]:
    """Yield the file; RejectedInbound when the caller may not read it any more, which breaks the connection: a file
    that ended there would look whole."""
    async for batch in export.batches:
        await call.check_caller()
        yield batch.content
