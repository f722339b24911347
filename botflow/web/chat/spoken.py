"""Which workflows speak a protocol of others: those that name it in `chat.protocols`."""

from __future__ import annotations

from botflow.errors import RejectedInbound
from botflow.runtime.served_flows import LiveFlow
from botflow.web.context import Desk


def spoken_flow(desk: Desk, slug: str, protocol: str) -> LiveFlow:
    """Return a workflow that speaks `protocol`; RejectedInbound `workflow.unknown`, or `protocol.off` (404)."""
    live = desk.runtime.flows.get(slug)
    if protocol not in live.flow.chat.protocols:
        raise RejectedInbound(
            f"the workflow {slug!r} does not speak {protocol}",
            code="protocol.off",
            hint=f"add it to the workflow's document: chat: {{protocols: [{protocol}]}}",
            status=404,
        )
    return live
