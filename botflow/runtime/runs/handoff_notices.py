"""Telling people of a new handoff: the run of what a flow has connected to `requested`, and the conversation's link."""

from __future__ import annotations

from botflow.engine.effects import OpenHandoff
from botflow.engine.handoffs import told_of
from botflow.engine.session import Parent
from botflow.records.runs import RunStart, StoredEffect
from botflow.settings import Settings


def telling(effect: StoredEffect, request: OpenHandoff, url: str) -> RunStart | None:
    """Return the run that tells people of a handoff; None if the flow tells nobody, or the conversation is over. `url`
    is the address of a conversation, as `handoff_url` gives it."""
    tell = request.tell
    if tell is None or not effect.flow_version:
        return None
    return RunStart(
        workflow=effect.workflow,
        flow_version=effect.flow_version,
        trigger="child",
        input={**tell.variables, "handoff": told_of(request, effect.session, url)},
        parameters={"flow": tell.flow, "node": tell.node},
        key=f"child:{effect.name}",
        priority=effect.priority,
        parent=Parent(session=effect.session, group="", branch="requested"),
        trace=effect.trace,
    )


def handoff_url(settings: Settings) -> str:
    """Return where people read a conversation, with `{handoff}` and `{session}` in it: the setting, else the API of
    this server; "" if its own address is not known."""
    if settings.botflow_handoff_url is not None:
        return settings.botflow_handoff_url
    if settings.botflow_public_url is None:
        return ""
    return settings.botflow_public_url.rstrip("/") + "/api/v1/handoffs/{handoff}"
