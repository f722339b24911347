"""Providers' webhooks about calls: a call to one of our numbers ends at once, and a workflow may write to the caller.

Checked like every webhook of a provider (provider_webhooks.py).
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.flow.graph import Flow, Node
from botflow.interfaces import Calls, MissedCall
from botflow.nodes.triggers.missed_call import MissedCallProperties, MissedCallTrigger
from botflow.runtime.runs.starts.missed_calls import CallStart
from botflow.runtime.served_flows import CannotRun, LiveFlow
from botflow.web.asgi import send_bytes
from botflow.web.context import Desk, desk_of
from botflow.web.provider_webhooks import LARGEST_BODY, in_time, provider_of, signed_request, unknown_provider


class ReceiveCall:
    """POST /{provider}/{workflow}/call: the provider's answer document that ends the call."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        channel, slug = provider_of(desk, scope), scope["path_params"]["workflow"]
        desk.runtime.flows.check_known(slug)
        request = await signed_request(desk, channel, scope, receive, LARGEST_BODY)
        if not isinstance(channel, Calls):
            raise unknown_provider(channel.name)
        live = desk.runtime.flows.get(slug)
        trigger = _trigger(live.flow)
        if trigger is None:
            raise RejectedInbound(
                f"the workflow {slug!r} has no trigger.missed_call",
                code="call.no_trigger",
                hint="add one, or remove this address from the number's voice settings",
                status=HTTPStatus.NOT_FOUND,
            )
        call = channel.parse_call(request)
        if call is not None:
            with desk.runtime.overload.place("providers"):
                await in_time(_start(desk, live, call, trigger.id), desk.runtime.timing.webhook_reply_s)
        properties = trigger.properties
        assert isinstance(properties, MissedCallProperties)
        answer = channel.end_call(properties.say, live.flow.language)
        await send_bytes(send, 200, answer.encode(), (b"content-type", channel.reply_type.encode()))


async def _start(desk: Desk, live: LiveFlow, call: MissedCall, node: str) -> None:
    """Start the conversation in the version that the caller's executions begin in."""
    version = live.version_for(call.caller)
    if version != live.version:
        on_trial = await _trigger_on_trial(desk, version)
        version, node = (version, on_trial.id) if on_trial is not None else (live.version, node)
    await desk.runtime.triggers.start_after_call(
        CallStart(workflow=live.workflow, flow_version=version, node=node, call=call)
    )


async def _trigger_on_trial(desk: Desk, version: int) -> Node | None:
    try:
        return _trigger(await desk.runtime.flows.version(version))
    except CannotRun:
        return None


def _trigger(flow: Flow) -> Node | None:
    """Return the flow's trigger for calls; a flow that runs once has nobody to write to."""
    if flow.mode == "single":
        return None
    return next((node for node in flow.triggers if node.type == MissedCallTrigger.name), None)
