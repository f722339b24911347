"""Addresses of visitors' files: signed for one session and a time, so that a picture can be shown without a header.

A signature is good for files of its session only; the file's row says whose it is. Without a signature the address
needs the visitor's token or the API key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from starlette.types import Scope

from botflow.keyring import Keyring
from botflow.records.files import OWN_PATH, SentFile
from botflow.values import value

SHOWN_FOR_S = 24 * 3600  # in the chat, which signs anew with each reading
GIVEN_FOR_S = 30 * 24 * 3600  # to the flow, which may pass the address on
_OWN = re.compile(rf"({OWN_PATH})(?:\?expires=([0-9]{{1,12}})&signature=([A-Za-z0-9_-]+))?")


@value(frozen=True, slots=True)
class SessionLinks:
    """The addresses for a reader of one session; `root` is the path under which this application is mounted."""

    links: FileLinks
    session: int
    root: str

    def given(self, workflow: str, file: SentFile) -> str:
        """Return a file's address for the flow, which keeps it."""
        return self.links.given(workflow, file, self.root)

    def shown(self, media: Iterable[dict[str, Any]], *, are_own: bool = False) -> list[dict[str, Any]]:
        """Return media as the reader gets them: files of its session with a fresh address, and their `id`.

        `are_own` says that the session's person has sent them: then it does not matter which secret signed them.
        """
        return [self.links.shown(medium, self.session, self.root, is_own=are_own) for medium in media]


class FileLinks:
    """Makes and checks signed addresses. `public_url` returns where we are reached at the moment, with the path of a
    mount; None when it is not known."""

    def __init__(self, keyring: Keyring, public_url: Callable[[], str | None]) -> None:
        self._keys = keyring.all("file links")
        self._public_url = public_url

    def of(self, session: int, scope: Scope) -> SessionLinks:
        """Return the addresses for a reader of `session`, at this request."""
        return SessionLinks(self, session, quote(scope.get("root_path", "")))

    def given(self, workflow: str, file: SentFile, root: str) -> str:
        """Return a file's address for the flow, which ends with its name: complete when the public URL is known, else
        below `root`, the path of the mount. A request's Host counts for nothing here: its sender may write any."""
        path = f"/chat/{workflow}/files/{file.id}/{quote(file.name, safe='')}"
        return (self._public_url() or root) + self._signed(path, file.id, file.session, GIVEN_FOR_S)

    def shown(self, medium: dict[str, Any], session: int, root: str, *, is_own: bool = False) -> dict[str, Any]:
        """Return a medium for a reader of `session`: one of its files gets a fresh address, and its `id`.

        A file of another session keeps the address that the flow has passed on, which is signed for that session.
        """
        url = medium["url"]
        bases = [base for base in (self._public_url(), root, "") if base is not None and url.startswith(base)]
        own = next((found for base in bases if (found := _OWN.fullmatch(url, len(base)))), None)
        if own is None:
            return medium
        if not is_own and own[4] and not self._is_signed(own[4], own[2], session, own[3]):
            return {**medium, "url": root + url} if own.start() == 0 else medium
        return {**medium, "id": own[2], "url": root + self._signed(own[1], own[2], session, SHOWN_FOR_S)}

    def admits(self, file: SentFile, expires: str, signature: str) -> bool:
        """Say whether this signature opens the file now."""
        if not expires.isascii() or not expires.isdigit() or len(expires) > 12 or int(expires) < time.time():
            return False
        return self._is_signed(signature, file.id, file.session, expires)

    def _is_signed(self, signature: str, file: str, session: int, expires: str) -> bool:
        given = signature.encode("utf-8", "surrogateescape")
        return any(hmac.compare_digest(given, _signature(key, file, session, expires)) for key in self._keys)

    def _signed(self, path: str, file: str, session: int, for_s: int) -> str:
        """Return the path with a signature that stays the same for a day, so that browsers find it in their cache."""
        expires = str((int(time.time()) // SHOWN_FOR_S + 1) * SHOWN_FOR_S + for_s)
        return f"{path}?expires={expires}&signature={_signature(self._keys[0], file, session, expires).decode()}"


def _signature(key: bytes, file: str, session: int, expires: str) -> bytes:
    digest = hmac.digest(key, f"{file} {session} {expires}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:18])
