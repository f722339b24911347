"""GET /widget/...: the widget that a plugin brings, for pages of any site.

Its files are small, so they are in memory, compressed once. `v1.js` is looked up again after some minutes; what has its
hash in its name is kept for ever: the chunks, and each file of the manifest as `v1.<hash>.js`, for pages that name its
checksum (https://www.w3.org/TR/SRI/).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import header, send_bytes
from botflow.web.context import desk_of
from botflow.web.requests.rate_limits import PAGES_PER_ADDRESS, Use

OWN = Path(__file__).parent.parent / "static" / "page"
MANIFEST = "manifest.json"
TYPES = {
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
}
SHORT = b"public, max-age=300, stale-while-revalidate=86400"
FOR_EVER = b"public, max-age=31536000, immutable"
SHARED = (
    (b"access-control-allow-origin", b"*"),  # scripts and chunks are imported by pages of other sites
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept-encoding"),
)


@dataclass(frozen=True, slots=True)
class WidgetFile:
    """A file as it is sent."""

    content: bytes
    packed: bytes
    tag: str
    kind: bytes
    is_kept: bool


class WidgetFiles:
    """Serves the files of a widget, without one only those of the pages."""

    def __init__(self, folder: Path | None) -> None:
        self._files = widget_files(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        await desk.limiter.check(Use(PAGES_PER_ADDRESS, desk.address_of(scope)))
        name = scope["path_params"]["name"]
        file = self._files.get(name)
        if file is None:
            raise RejectedInbound(
                f"the widget has no file {name[:80]!r}",
                code="widget.unknown",
                hint="a page names /widget/v1.js; names with a hash change with each release of botflow",
                status=404,
            )
        is_packed = "gzip" in (header(scope, b"accept-encoding") or "")
        tag = f'"{file.tag}{"-gz" if is_packed else ""}"'.encode()
        headers = (*SHARED, (b"etag", tag), (b"cache-control", FOR_EVER if file.is_kept else SHORT))
        if tag.decode() in (header(scope, b"if-none-match") or ""):
            await send_bytes(send, 304, b"", *headers)
            return
        encoding = ((b"content-encoding", b"gzip"),) if is_packed else ()
        body = file.packed if is_packed else file.content
        await send_bytes(send, 200, body, (b"content-type", file.kind), *encoding, *headers)


@cache  # the same for all applications of a process
def widget_files(folder: Path | None) -> Mapping[str, WidgetFile]:
    """Return the files by the name that follows /widget/."""
    files = {f"page/{path.name}": _read(path) for path in sorted(OWN.iterdir())}
    if folder is not None:
        files.update(_of_widget(folder))
    return files


def _of_widget(folder: Path) -> Iterator[tuple[str, WidgetFile]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in TYPES:
            name = path.relative_to(folder).as_posix()
            yield name, _read(path, is_kept=name.startswith("chunks/"))
    for name, facts in orjson.loads((folder / MANIFEST).read_bytes()).items():
        path = folder / name
        if path.parent == folder:
            yield f"{path.stem}.{facts['hash']}{path.suffix}", _read(path, is_kept=True)


def _read(path: Path, *, is_kept: bool = False) -> WidgetFile:
    content = path.read_bytes()
    return WidgetFile(
        content=content,
        packed=gzip.compress(content, 9, mtime=0),
        tag=hashlib.sha256(content).hexdigest()[:16],
        kind=TYPES[path.suffix],
        is_kept=is_kept,
    )
