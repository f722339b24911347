"""Steps of this integration for flows in Python: `import botflow_email`, then `botflow_email.send(flow, to=...)`.

Without this helper, `flow.node("email.send", to=..., subject=..., text=...)` does the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from botflow.flow.building.flow import Flow
    from botflow.flow.building.step import Step

Addresses = str | Sequence[str]


def send(
    flow: Flow,
    *,
    to: Addresses,
    subject: str | None = None,
    text: str | None = None,
    html: str | None = None,
    template: str | None = None,
    cc: Addresses | None = None,
    bcc: Addresses | None = None,
    reply_to: Addresses | None = None,
    attachments: Sequence[str | Mapping[str, str]] | None = None,
    priority: Literal["high", "normal", "low"] | None = None,
    id: str | None = None,
) -> Step:
    """Send an e-mail, with texts or by the slug of a template; handles `next`, `error`."""
    return flow.node(
        "email.send",
        id=id,
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
        template=template,
        attachments=attachments,
        priority=priority,
    )
