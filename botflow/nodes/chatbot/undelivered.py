"""The handle `undelivered` of nodes that say something: the way out when the message does not arrive.

Nothing is watched while the handle leads nowhere, and in the chat, where whatever is said is there to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal

from botflow.engine.effects import SendMessage
from botflow.engine.inbound import CHAT, Media
from botflow.engine.node_type import KeepWaiting, Leave
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply

UNDELIVERED = "undelivered"
NOT_DELIVERED = ("failed", "suppressed")  # states that a message ends in


def is_watched(scene: Scene) -> bool:
    """Say whether the node must know what becomes of its message."""
    return scene.connected(UNDELIVERED) and scene.inbound.channel != CHAT


def say_watched(
    scene: Scene,
    text: str,
    awaited: Literal["delivered", "failed"],
    *,
    media: tuple[Media, ...] = (),
    quick_replies: tuple[QuickReply, ...] = (),
) -> None:
    """Say `text` as `scene.say` does, and let the wait that begins in this turn know of its delivery, or failure."""
    message = SendMessage(text=text, media=media, quick_replies=quick_replies)
    if text.strip() or media:
        scene.send(replace(message, awaited_by=scene.group, awaited=awaited))


def after_failure(scene: Scene, output: Mapping[str, Any] = MappingProxyType({})) -> Leave | KeepWaiting:
    """Leave by `undelivered`, with what is known of the failure; keep waiting if a later version has no such edge."""
    if not scene.connected(UNDELIVERED):
        return KeepWaiting()
    news = scene.inbound.parameters
    return Leave(UNDELIVERED, {**output, "code": news.get("code", ""), "reason": news.get("reason", "")})
