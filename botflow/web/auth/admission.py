"""Whether a caller who was let in may read on: asked again and again while a stream is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from botflow.records.sessions import StoredSession
from botflow.web.auth.session_tokens import Visitor

StillValid = Callable[[], Awaitable[bool]]


class KeyAdmission:
    """A server's: its API key may be revoked at any time, so it is looked at with every beat of the stream too."""

    needs_beats = True
    left_s = float("inf")

    def __init__(self, is_valid: StillValid) -> None:
        self._is_valid = is_valid

    async def holds_for(self, stored: StoredSession) -> bool:
        """Whether the key is still in force."""
        return await self._is_valid()


class VisitorAdmission:
    """A visitor's: the session's row, which every stream reads anyway, says whether it is still theirs and whether the
    token was revoked. The rest is in the token and in the workflow's document."""

    needs_beats = False

    def __init__(self, visitor: Visitor, may_chat: Callable[[Visitor], bool]) -> None:
        self._visitor = visitor
        self._may_chat = may_chat

    @property
    def left_s(self) -> float:
        """For how many seconds the token may still be used: the stream ends with it."""
        return self._visitor.left_s

    async def holds_for(self, stored: StoredSession) -> bool:
        """Whether the visitor may still read the session."""
        is_theirs = not stored.token_revoked and stored.key.external_id == self._visitor.external_id
        return is_theirs and self._may_chat(self._visitor)


Admission = KeyAdmission | VisitorAdmission
