"""The errors botflow raises: one root, split by who must act. Codes are stable; REST, logs and tests rely on them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_GUESSED = 64  # characters of an unknown word that are compared


class BotflowError(Exception):
    """Something went wrong; `code` is stable, `hint` says what to do next."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(BotflowError):
    """The developer must act: a bad call, an unknown setting, a plugin clash."""

    code = "usage"


class FlowError(BotflowError):
    """The flow's author must act: a broken graph, template, node or property."""

    code = "flow"


class RejectedInbound(BotflowError):
    """The sender must act: a bad signature, a malformed body, a session that takes no message."""

    code = "rejected"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        if status is not None:
            self.status = status


class ProviderError(BotflowError):
    """The world failed: a model, a channel or a database. `retryable` says whether trying again may help."""

    code = "provider"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retryable = retryable


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", *, likeness: float = 0.6) -> str:
    """Return a hint that names the known word closest to `word`, or `otherwise` when none is close.

    `likeness` is what counts as close: from 0 (anything) to 1 (the same word).
    """
    close = get_close_matches(word[:LONGEST_GUESSED], list(known), n=1, cutoff=likeness)
    return f"did you mean {close[0]}?" if close else otherwise
