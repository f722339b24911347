"""Steps of this integration for flows in Python: `import botflow_chat_webhook`, then `botflow_chat_webhook.send(...)`.

Without this helper, `flow.node("chat.webhook", text=...)` does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step
    from botflow_chat_webhook.services import ServiceName


def send(
    flow: Flow,
    text: str,
    *,
    title: str | None = None,
    service: ServiceName | None = None,
    credential: str | None = None,
    id: str | None = None,
) -> Step:
    """Post a message by an incoming webhook of Teams, Discord, Mattermost or Slack; handles `next`, `error`."""
    step = flow.node("chat.webhook", id=id, text=text, title=title, service=service)
    return step.rules(credential=credential) if credential is not None else step
