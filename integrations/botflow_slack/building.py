"""Steps of this integration for flows in Python: `import botflow_slack`, then `botflow_slack.send_message(flow, ...)`.

Without these helpers, `flow.node("slack.message", channel=..., text=...)` does the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step


def send_message(
    flow: Flow,
    channel: str,
    text: str | None = None,
    *,
    blocks: Sequence[Mapping[str, Any]] | None = None,
    attachments: Sequence[Mapping[str, Any]] | None = None,
    thread: str | None = None,
    broadcast: bool | None = None,
    id: str | None = None,
) -> Step:
    """Post a message in a channel or a thread; handles `next`, `error`."""
    return flow.node(
        "slack.message",
        id=id,
        channel=channel,
        text=text,
        blocks=blocks,
        attachments=attachments,
        thread=thread,
        broadcast=broadcast,
    )


def send_file(
    flow: Flow,
    channel: str,
    *,
    url: str | None = None,
    artifact: str | None = None,
    text: str | None = None,
    name: str | None = None,
    title: str | None = None,
    comment: str | None = None,
    thread: str | None = None,
    id: str | None = None,
) -> Step:
    """Upload a file to a channel or a thread; handles `next`, `error`."""
    return flow.node(
        "slack.file",
        id=id,
        channel=channel,
        url=url,
        artifact=artifact,
        text=text,
        name=name,
        title=title,
        comment=comment,
        thread=thread,
    )
