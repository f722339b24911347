"""Files that visitors of the chat have sent, as storage and web pass them, and the addresses that flows keep of them.

A kept address begins with the public URL. Without one it is a path, with the path of the mount in front: the host is
never taken from a request, whose sender may write any. `complete` then puts the host before it where a table is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botflow.values import value

FILE_ID = "[A-Za-z0-9_-]{32}"
OWN_PATH = rf"/chat/[a-z0-9_-]+/files/({FILE_ID})(?:/[^\s/?#]+)?"
_KEPT_PATH = re.compile(rf"((?:/[^\s/?#]++)*?)({OWN_PATH}(?:\?[^\s#]*)?)")


@value(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A whole file of one session. `id` cannot be guessed; `size` is in bytes."""

    id: str
    session: int
    name: str
    content_type: str
    size: int

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "contentType": self.content_type, "size": self.size}


def complete(kept: Any, base: str) -> Any:
    """Return plain JSON with `base` before each text that is the path of a visitor's file.

    A `base` with a path names the mount, whatever mount is in the text; one without a path leaves the text's own.
    """
    if isinstance(kept, str):
        own = _KEPT_PATH.fullmatch(kept) if kept.startswith("/") else None
        return kept if own is None else base + (own[2] if urlsplit(base).path else kept)
    if isinstance(kept, list | tuple):
        return [complete(item, base) for item in kept]
    if isinstance(kept, Mapping):
        return {name: complete(item, base) for name, item in kept.items()}
    return kept
