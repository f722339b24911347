"""What a person thinks of a message, as web and storage pass it."""

from __future__ import annotations

from typing import Literal

from botflow.values import value

FeedbackValue = Literal["up", "down"]
LONGEST_COMMENT = 2_000  # characters


@value(frozen=True, slots=True, kw_only=True)
class GivenFeedback:
    """Feedback that a person gives. `value` None takes it back, with its comment. `comment` None says nothing about the
    comment: one of the same value is kept; "" removes it."""

    value: FeedbackValue | None
    comment: str | None = None
