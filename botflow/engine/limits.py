"""The bounds of one turn: with them, every turn of every flow ends."""

from __future__ import annotations

from botflow.errors import FlowError
from botflow.values import value

LARGEST_INPUT = 1_048_576  # bytes of JSON of a run's input: what is accepted can be run
LARGEST_INPUT_OF_PERSON = 20_000  # of a conversation's, whose state holds it up to three times


@value(frozen=True, slots=True, kw_only=True)
class Limits:
    """Steps are node visits; sizes are characters of JSON or text.

    A turn that is taken again for its state in the middle stops before the visit that follows `stops_after` events.
    """

    steps: int = 200
    asks: int = 40  # pauses between tries included
    messages: int = 40
    same_message: int = 3  # how often one turn may send the same message
    frames: int = 16
    effects: int = 1_100
    laps: int = 10_000  # turns of one single run
    last_laps: int = 1_000  # turns that a run may take for its `finally` bodies when it ends early
    session_characters: int = 65_536  # without the large values of a run
    kept_characters: int = 16_000_000  # large values that a run holds at once
    kept_in_all: int = 256_000_000  # and all that it has ever held
    message_characters: int = 16_000
    stops_after: int = -1  # never


class LimitExceeded(FlowError):
    """A turn ran into one of its bounds; the execution fails and says which."""

    code = "limit.exceeded"
