"""Files that are written while they are sent: no list is ever whole in memory, and a client that leaves ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from starlette.responses import Response, StreamingResponse

from botflow.service.exports.export import Export, Form

_TYPES: Mapping[Form, str] = MappingProxyType(
    {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl; charset=utf-8"}
)


def download(export: Export) -> Response:
    """Return the file as a download that a browser does not execute, and that caches must not store."""
    return StreamingResponse(
        _contents(export),
        headers={
            "content-type": _TYPES[export.form],
            "content-disposition": f'attachment; filename="{export.kind}.{export.form}"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        },
    )


async def _contents(export: Export) -> AsyncIterator[bytes]:
    async for batch in export.batches:
        yield batch.content
