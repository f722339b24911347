"""A readable transcript: what the person did, what the flow said, and when time passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.speech.written_buttons import button_lines

Speaker = Literal["person", "flow", "time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine:
    """One line. `message` is the flow's message; `text` is what a terminal shows."""

    at: datetime
    speaker: Speaker
    text: str
    message: SendMessage | None = None


def person_did(inbound: Inbound) -> TranscriptLine:
    """Return the line of the person's inbound; `(opens the chat)` for an opened chat."""
    parts = [inbound.text] if inbound.text else []
    parts += [f"[{medium.content_type or 'media'}] {medium.url}" for medium in inbound.media]
    if inbound.location is not None:
        place = inbound.location
        parts.append(f"[location] {place.latitude:g}, {place.longitude:g} {place.label}".rstrip())
    if inbound.kind == "opened":
        parts = ["(opens the chat)"]
    return TranscriptLine(at=inbound.received_at, speaker="person", text=" ".join(parts))


def flow_said(message: SendMessage, at: datetime) -> TranscriptLine:
    """Return the line of a message, with its media and numbered buttons as `botflow chat` shows them."""
    lines = [message.text] if message.text else []
    lines += [f"[{medium.content_type or 'media'}] {medium.url}" for medium in message.media]
    lines += button_lines(message)
    if message.to:
        lines = [f"(to {message.to}: {' '.join(lines)})"]
    return TranscriptLine(at=at, speaker="flow", text="\n".join(lines), message=message)


def time_passed(words: str, at: datetime) -> TranscriptLine:
    return TranscriptLine(at=at, speaker="time", text=f"({words} later)")


def written(lines: Iterable[TranscriptLine]) -> str:
    """Return lines as one text; what the person did begins with `> `."""
    return "".join(f"{'> ' if line.speaker == 'person' else ''}{line.text}\n" for line in lines)
