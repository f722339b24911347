"""The bounds of one turn: with them, every turn of every flow ends."""

from __future__ import annotations

from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class Limits:
    """Steps are node visits; sizes are characters of JSON or text."""

    steps: int = 200
    asks: int = 40  # pauses between tries included
    messages: int = 40
    same_message: int = 3  # how often one turn may send the same message
    frames: int = 16
    effects: int = 1_100
    laps: int = 10_000  # turns of one single run
    session_characters: int = 65_536
    message_characters: int = 16_000
