"""Compares the flow's messages with those a test expects; failures show the conversation's state and last lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from botflow.engine.effects import SendMessage
from botflow.engine.events import ExecutionFailed
from botflow.flow.graph import Node
from botflow.testing.transcript import TranscriptLine, written

SHOWN_LINES = 12  # of the conversation, in a failed assertion
Expected = str | re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the conversation is: the node where it waits, and why the execution failed, if it has. `notes` say why the
    flow may be silent."""

    node: Node | None
    failure: ExecutionFailed | None
    has_begun: bool
    lines: Sequence[TranscriptLine]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        if self.failure is not None:
            return f"the execution failed at the node {self.failure.node!r}"
        if self.node is not None:
            return f"the conversation waits at the node {self.node.id!r} ({self.node.type})"
        return "the conversation has ended" if self.has_begun else "the conversation has not begun"


def is_heard(expected: Expected, message: SendMessage) -> bool:
    """Say whether a message matches: the whole text, or a pattern somewhere in it."""
    if isinstance(expected, str):
        return expected == message.text
    return expected.search(message.text) is not None


def differences(message: SendMessage, buttons: Sequence[str] | None, media: Sequence[str] | None) -> list[str]:
    """Return what is wrong with a message's buttons (titles) and media (addresses), in order; None: not compared."""
    found = []
    titles = [reply.title for reply in message.quick_replies]
    urls = [medium.url for medium in message.media]
    if buttons is not None and titles != list(buttons):
        found.append(f"expected buttons: {list(buttons)}\nbut there are:    {titles}")
    if media is not None and urls != list(media):
        found.append(f"expected media: {list(media)}\nbut there are:  {urls}")
    return found


def unlike(expected: Expected, heard: SendMessage | None) -> str:
    """Return a text with the expected and the actual messages."""
    wanted = repr(expected) if isinstance(expected, str) else f"something like {expected.pattern!r}"
    came = "nothing more was said" if heard is None else repr(heard.text)
    return f"expected:  {wanted}\nbut heard: {came}"


def complaint(what: str, standing: Standing) -> str:
    """Return the message of a failed assertion: what is wrong, where the conversation is, and its last lines."""
    failure = standing.failure
    why = f"\n{failure.code}: {failure.message}" if failure is not None else ""
    noted = "".join(f"\n{note}" for note in standing.notes)
    left_out = len(standing.lines) - SHOWN_LINES
    shown = written(standing.lines[-SHOWN_LINES:]) or "(nothing)\n"
    indented = "".join(f"  {line}\n" for line in shown.splitlines())
    more = f"  ... {left_out} lines before\n" if left_out > 0 else ""
    return f"{what}\n\n{standing}{why}{noted}\n\nthe conversation:\n{more}{indented}".rstrip("\n")
