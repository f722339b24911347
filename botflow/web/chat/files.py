"""Files of visitors over HTTP: one request stores a file, and a message then names it.

The bytes go to the database as they come, so a visitor's file is never held in memory. What it is, its first bytes
tell (`file_types`). A file is a download, except for a picture, and nothing in it is executed.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.records.files import FILE_ID, SentFile
from botflow.storage.files import Files
from botflow.web.asgi import Disconnected, header, send_json
from botflow.web.auth.callers import TrustedServer, Visitor, external_id_of, required
from botflow.web.chat.file_names import plain_name
from botflow.web.chat.file_types import ENOUGH, PICTURES, type_of
from botflow.web.chat.history import external_id_in, query_fields
from botflow.web.context import Desk, desk_of
from botflow.web.problem import Refused
from botflow.web.requests.rate_limits import (
    BYTES_OF_A_MESSAGE,
    FILE_READS_PER_ADDRESS,
    FILES_PER_SESSION,
    STORED_PER_ADDRESS,
    Use,
)
from botflow.web.requests.request_bodies import read_in_pieces

LARGEST_FILE = 10 * 1000 * 1000
PIECE = 128 * 1024
MOST = 80  # at once: with their pieces, of up to 384 kB, they fill less than half of what `request_bodies` may hold
MOST_PER_ADDRESS = 8
MOST_PER_SESSION = 4
MOST_WRITES = 2  # to the database at once: messages go before files
_RETRY = {"retry-after": "5"}


class Uploads:
    """The files that this process receives at the moment: bounded in all, per address and per session."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()
        self.writing = asyncio.Semaphore(MOST_WRITES)

    @contextmanager
    def place(self, session: int, address: str | None) -> Iterator[None]:
        """Count a file during a `with` block. `address` is None for a server, which speaks for many people."""
        bounds = {"all": MOST, f"session {session}": MOST_PER_SESSION}
        if address is not None:
            bounds[f"address {address}"] = MOST_PER_ADDRESS
        for name, most in bounds.items():
            if self._of[name] >= most:
                raise _too_many(everywhere=name == "all")
        self._of.update(bounds.keys())
        try:
            yield
        finally:
            self._of.subtract(bounds.keys())
            self._of += Counter()  # forgets names that count nothing


class SendFile:
    """POST /chat/{workflow}/files: 201 with the file's id, which a message then names."""

    def __init__(self) -> None:
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        slug = scope["path_params"]["workflow"]
        caller = await desk.caller(scope, slug)
        fields = query_fields(scope)
        external_id = external_id_of(caller, external_id_in(fields), slug)
        address = desk.address_of(scope) if isinstance(caller, Visitor) else None
        if address is not None:
            await desk.limiter.check(
                Use(FILES_PER_SESSION, external_id), Use(STORED_PER_ADDRESS, address, BYTES_OF_A_MESSAGE)
            )
        session = (await desk.session_of(caller, external_id_in(fields), slug)).id
        _check_declared_size(scope)
        with self._uploads.place(session, address):
            async with aclosing(read_in_pieces(scope, receive, LARGEST_FILE, PIECE)) as pieces:
                file = await self._store(desk, session, address, plain_name(fields.get("name", "")), scope, pieces)
        links = desk.links.of(session, scope)
        await send_json(send, 201, links.shown([{**file.to_json(), "url": links.given(slug, file)}])[0])

    async def _store(
        self, desk: Desk, session: int, address: str | None, name: str, scope: Scope, pieces: AsyncGenerator[bytes]
    ) -> SentFile:
        """Store the body as a file; what is stored of an incomplete one is deleted."""
        files = desk.runtime.database.files
        file: SentFile | None = None
        is_whole = False
        index = size = 0
        try:
            async for piece in pieces:
                if address is not None:
                    await desk.limiter.check(Use(STORED_PER_ADDRESS, address, len(piece)))
                size += len(piece)
                async with self._uploads.writing:
                    if file is None:
                        file = _new_file(session, name, header(scope, b"content-type") or "", piece)
                        await files.begin(file, piece)
                    else:
                        index += 1
                        await files.add(file.id, index, piece)
            if file is None:
                raise _empty()
            await files.complete(file.id, size)
            is_whole = True
        finally:
            if file is not None and not is_whole:
                await files.drop(file.id)
        return replace(file, size=size)


async def keep_file(
    desk: Desk, session: int, visitor: tuple[str, str] | None, *, name: str, declared: str, content: bytes
) -> SentFile:
    """Store a file that came within a message of another protocol; `visitor` is the external id and the address of one
    without an API key. RejectedInbound and Refused as for a file that is sent by itself."""
    if visitor is not None:
        external_id, address = visitor
        size = len(content) + BYTES_OF_A_MESSAGE
        await desk.limiter.check(Use(FILES_PER_SESSION, external_id), Use(STORED_PER_ADDRESS, address, size))
    if not content:
        raise _empty()
    if len(content) > LARGEST_FILE:
        raise _too_large()
    file = _new_file(session, plain_name(name), declared, content)
    files = desk.runtime.database.files
    is_whole = False
    try:
        await files.begin(file, content[:PIECE])
        for index, start in enumerate(range(PIECE, len(content), PIECE), start=1):
            await files.add(file.id, index, content[start : start + PIECE])
        await files.complete(file.id, len(content))
        is_whole = True
    finally:
        if not is_whole:
            await files.drop(file.id)
    return replace(file, size=len(content))


class ReadFile:
    """GET /chat/{workflow}/files/{file}, or with a name behind it: for a signed address, the visitor's token or the API
    key."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        await desk.limiter.check(Use(FILE_READS_PER_ADDRESS, desk.address_of(scope)))
        file = await self._admitted(desk, scope)
        await send({"type": "http.response.start", "status": 200, "headers": _headers(file)})
        async for piece in _pieces(desk.runtime.database.files, file):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _admitted(self, desk: Desk, scope: Scope) -> SentFile:
        """Return the file, if the caller may read it."""
        slug, id = scope["path_params"]["workflow"], scope["path_params"]["file"]
        fields = query_fields(scope)
        signature = fields.get("signature", "")
        caller = None if signature else required(await desk.caller(scope, slug), slug)
        files, workflow = desk.runtime.database.files, desk.runtime.flows.get(slug).workflow
        file = await files.find(workflow, id) if re.fullmatch(FILE_ID, id) else None
        if signature:
            if file is None or not desk.links.admits(file, fields.get("expires", ""), signature):
                raise RejectedInbound(
                    "this address of a file has expired, or is not ours",
                    code="file.link_invalid",
                    hint="read the conversation again for a new address, or send the visitor's token or the API key",
                    status=403,
                )
            return file
        if file is not None and not isinstance(caller, TrustedServer):
            stored = await desk.session_of(caller, "", slug)
            file = file if stored.id == file.session else None
        if file is None:
            raise RejectedInbound("there is no such file in this conversation", code="file.unknown", status=404)
        return file


async def _pieces(files: Files, file: SentFile) -> AsyncGenerator[bytes]:
    index = sent = 0
    while sent < file.size:
        piece = await files.piece(file.id, index)
        if piece is None:
            raise Disconnected  # it was deleted meanwhile: the response ends before its length
        yield piece
        sent += len(piece)
        index += 1


def _headers(file: SentFile) -> list[tuple[bytes, bytes]]:
    how = "inline" if file.content_type in PICTURES else "attachment"
    return [
        (b"content-type", file.content_type.encode()),
        (b"content-length", b"%d" % file.size),
        (b"content-disposition", f"{how}; filename*=UTF-8''{quote(file.name, safe='')}".encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"private, max-age=86400, immutable"),
    ]


def _new_file(session: int, name: str, declared: str, beginning: bytes) -> SentFile:
    kind = type_of(beginning[:ENOUGH], declared)
    if kind is None:
        raise RejectedInbound(
            "a file of this kind is not taken",
            code="file.type",
            hint="send a picture (not SVG), a PDF, a sound or a video, with its own Content-Type",
            status=415,
        )
    id = secrets.token_urlsafe(24)
    return SentFile(id=id, session=session, name=name or kind.replace("/", "."), content_type=kind, size=0)


def _empty() -> RejectedInbound:
    return RejectedInbound("the file is empty", code="file.empty", hint="choose another file", status=422)


def _check_declared_size(scope: Scope) -> None:
    declared = header(scope, b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:18]) > LARGEST_FILE:
        raise _too_large()


def _too_large() -> RejectedInbound:
    return RejectedInbound(
        f"the file is larger than {LARGEST_FILE:,} bytes", code="file.too_large", hint="send a smaller one", status=413
    )


def _too_many(*, everywhere: bool) -> Refused:
    if everywhere:
        return Refused(
            "too many files are on their way to this server at once",
            code="file.full",
            hint="send the file again after as many seconds as Retry-After says",
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            headers=_RETRY,
        )
    return Refused(
        "you send too many files at once",
        code="file.too_many",
        hint="send one after the other",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers=_RETRY,
    )
