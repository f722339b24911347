"""Files that visitors of the chat have sent, as storage and web pass them."""

from __future__ import annotations

from typing import Any

from botflow.values import value


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
