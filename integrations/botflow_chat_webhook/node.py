"""The node type chat.webhook: what a turn fills in, and the action that posts it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Any

import orjson
from pydantic import Field

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.widgets import Widget
from botflow.nodes.custom.action import needed
from botflow_chat_webhook.errors import PASSING, ChatFailure
from botflow_chat_webhook.parts import joined, parts_of
from botflow_chat_webhook.post import post
from botflow_chat_webhook.services import SERVICES, Service, ServiceName, service_of

TIMEOUT_S = 45.0


class ChatWebhookProperties(Properties):
    """The message."""

    text: Annotated[str, Field(min_length=1, max_length=20_000), Widget("template-textarea")]
    """The message, in the service's own markup; Teams shows it as plain text. May be a template; values in it are shown
    as they are, and call nobody. What is too long for the service is cut."""
    title: Annotated[str, Field(max_length=1_000), Widget("template-input")] = ""
    """A line in bold above it. May be a template."""
    service: ServiceName | None = None
    """`teams`, `discord`, `mattermost` or `slack`. Without it: the credential's, or what the host of the address
    says."""


class SendToChat(NodeType):
    """Posts a message by an incoming webhook of Teams, Discord, Mattermost or Slack.

    {id: tell, type: chat, actionType: webhook, credential: Sales channel,
     properties: {title: "A new order", text: "{{ name }} orders {{ order }}."}}

    The address of the webhook is a secret: it comes from a credential of the module chat_webhook, or from the settings.
    The output has the `service`, and with Discord the `id` of the message. The code `chat.unknown` means that the
    answer was lost: the message may have been posted, and is not posted again. After a crash of botflow it may be
    posted a second time.
    """

    name = "chat.webhook"
    title = "Post by a webhook"
    section = "Services"
    icon = "webhook"
    capabilities = ("asks the world",)
    properties = ChatWebhookProperties
    module = "chat_webhook"

    def handles(self, properties: ChatWebhookProperties) -> tuple[str, ...]:
        return ("next", "error")

    def outputs(self, properties: ChatWebhookProperties) -> Outputs:
        return {
            "service": Output("text", "the service that it was posted to"),
            "id": Output("text", "the id of the message, where the service says it"),
        }

    def visit(self, properties: ChatWebhookProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        parts = {"title": parts_of(properties.title, scene), "text": parts_of(properties.text, scene)}
        written = {name: "".join(each) for name, each in parts.items()}
        if not written["text"].strip():
            raise NodeFailure("there is nothing to post: the text is empty", code="chat.empty", is_final=True)
        if properties.service is not None:
            written["service"] = properties.service
        answer = yield Invoke(type=self.name, properties=written, variables={}, state=parts, timeout_s=TIMEOUT_S)
        if answer.failure is not None:
            code = answer.failure.code
            raise NodeFailure(answer.failure.message, code=code, is_final=code not in PASSING)
        return Leave("next", answer.value)

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Post the message. The runtime calls this when the turn yields an Invoke."""
        context = needed(context)
        url = context.credential.get("url", "")
        if not url:
            raise ChatFailure(
                "no address of a webhook is configured",
                code="chat.not_configured",
                hint="store a credential of the module chat_webhook, or set CHAT_WEBHOOK_URL",
            )
        service = _service(ask.properties.get("service") or context.credential.get("service"), url)
        title = " ".join(joined(ask.state["title"], service.escape).split())
        answer = await post(
            url,
            service.query,
            service.payload(title, joined(ask.state["text"], service.escape)),
            context.account_networks,
        )
        return {"service": service.name, "id": _id(answer)}


def _service(named: str | None, url: str) -> Service:
    known = named or service_of(url)
    if known is None or known not in SERVICES:
        raise ChatFailure(
            "the host of the webhook does not say which service it is",
            code="chat.service",
            hint="write service: teams, discord, mattermost or slack",
        )
    return SERVICES[known]


def _id(answer: bytes) -> str:
    """Return the id in an answer, "" without one."""
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return ""
    return str(found.get("id", ""))[:64] if isinstance(found, dict) else ""
