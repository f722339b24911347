"""How a node's words become a message: which question its buttons answer, and how long the bot seems to type.

A pause is only a number for the chat page: nothing waits for it in a turn, an outbox or a test, and no message can
overtake another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from pydantic import BaseModel

from botflow.engine.effects import SendMessage
from botflow.flow.fields import Pace
from botflow.flow.graph import Flow

LETTERS_PER_S = 25.0  # about 300 words a minute: a person who types fast
SHORTEST_S, LONGEST_S = 0.4, 3.0  # of one message
LONGEST_TURN_S = 8.0  # of all messages of a turn


def with_question(message: SendMessage, flow: Flow, node: str) -> SendMessage:
    """Return the message with the question that its buttons answer, if they do, and the language of its buttons."""
    replies = message.quick_replies
    if replies and replies[0].is_free and not message.cards:
        return replace(message, language=flow.nodes[node].language)
    if not message.cards and not (replies and replies[0].is_option):
        return message
    return replace(message, question=f"{flow.id}/{node}", language=flow.nodes[node].language)


def pace_of(properties: BaseModel, of_flow: Pace) -> Pace:
    """Return the pace of a node: its own, or the workflow's."""
    own: Pace | None = getattr(properties, "pace", None) if _has_pace(type(properties)) else None
    return own or of_flow


@cache
def _has_pace(kind: type[BaseModel]) -> bool:
    return "pace" in kind.model_fields


def with_pause(message: SendMessage, before: Iterable[SendMessage], pace: Pace) -> SendMessage:
    """Return the message with its pause, if the pace is human; `before` are the turn's messages so far."""
    if pace != "human":
        return message
    left_s = LONGEST_TURN_S - sum(earlier.typing_s for earlier in before)
    wanted_s = min(max(len(message.text) / LETTERS_PER_S, SHORTEST_S), LONGEST_S)
    return replace(message, typing_s=round(max(min(wanted_s, left_s), 0.0), 1))
