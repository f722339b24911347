"""The node type email.send: what a turn fills in, and the action that sends it.

The turn is pure: it fills in the templates and yields one Invoke. The action reads the files, writes the e-mail and
hands it over; its answer is journalled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from html import escape
from types import MappingProxyType
from typing import Any

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.node_spec import Output, Outputs
from botflow.nodes.custom.action import needed
from botflow_email.account import account_of
from botflow_email.attachments import named_files, read_files
from botflow_email.direction import directed
from botflow_email.errors import PASSING, EmailFailure
from botflow_email.mailboxes import Mailbox, mailbox, one_line, rendered
from botflow_email.message import Email, message_id
from botflow_email.properties import LONGEST_RENDERED_SUBJECT, MOST_RECIPIENTS, SendEmailProperties, texts_of
from botflow_email.smtp import hand_over

TIMEOUT_S = 150.0
ROLES = ("to", "cc", "bcc", "replyTo")


class SendEmail(NodeType):
    """Sends an e-mail by SMTP, with the account of a credential or of the settings.

    {id: confirm, type: email, actionType: send,
     properties: {to: "{{ email }}", subject: "Your order {{ order }}", text: "Thank you, {{ name }}!"}}

    The output has the `messageId`, and the `accepted` and `rejected` addresses. The node leaves by `error` when no
    receiver was accepted. The code `email.unknown` means that the connection broke while the server had the e-mail: it
    may have been sent, and is not sent again. After a crash of botflow it may be sent a second time, with the same
    Message-ID, by which most receivers drop it.
    """

    name = "email.send"
    title = "Send an e-mail"
    section = "Services"
    icon = "mail"
    capabilities = ("asks the world",)
    handle_labels = MappingProxyType({"next": "Sent", "error": "It failed"})
    properties = SendEmailProperties
    takes_template = True
    module = "email"

    def handles(self, properties: SendEmailProperties) -> tuple[str, ...]:
        return ("next", "error")

    def outputs(self, properties: SendEmailProperties) -> Outputs:
        return {
            "messageId": Output("text", "the Message-ID that the e-mail has"),
            "accepted": Output("list", "the addresses that the server has taken"),
            "rejected": Output("list", "the addresses that it has refused"),
        }

    def visit(self, properties: SendEmailProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        try:
            written = _filled_in(properties, scene)
        except EmailFailure as failure:
            raise NodeFailure(failure.message, code=failure.code, is_final=True) from None
        answer = yield Invoke(type=self.name, properties=written, variables={}, timeout_s=TIMEOUT_S)
        if answer.failure is not None:
            code = answer.failure.code
            raise NodeFailure(answer.failure.message, code=code, is_final=code not in PASSING)
        return Leave("next", answer.value)

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Send the e-mail. The runtime calls this when the turn yields an Invoke."""
        context = needed(context)
        account = await asyncio.to_thread(account_of, context)  # the check of addresses is imported there
        email = await _email(ask.properties, account.sender, context)
        content = await asyncio.to_thread(email.content)
        refused = await hand_over(account, email.recipients, content, needs_utf8=email.needs_utf8, context=context)
        unwanted = {each.address for each in refused}
        return {
            "messageId": email.message_id,
            "accepted": [address for address in email.recipients if address not in unwanted],
            "rejected": [each.to_json() for each in refused],
        }


def _filled_in(properties: SendEmailProperties, scene: Scene) -> dict[str, Any]:
    """Return the e-mail as plain JSON with its templates filled in."""
    people = {
        role: rendered(texts_of(written), scene, MOST_RECIPIENTS)
        for role, written in zip(
            ROLES, (properties.to, properties.cc, properties.bcc, properties.reply_to), strict=True
        )
    }
    if not people["to"]:
        raise EmailFailure("there is no receiver: what is written under to is empty", code="email.address")
    if sum(len(people[role]) for role in ("to", "cc", "bcc")) > MOST_RECIPIENTS:
        raise EmailFailure(f"there are more than {MOST_RECIPIENTS} recipients", code="email.too_many")
    language = scene.level.flow.nodes[scene.level.node].language
    return {
        **people,
        "subject": _shortened(one_line(scene.render(properties.subject))),
        "text": scene.render(properties.text),
        "html": directed(scene.render_escaped(properties.html, escape), language) if properties.html else "",
        "priority": properties.priority,
        "attachments": named_files(properties.attachments, scene),
    }


def _shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_RENDERED_SUBJECT else subject[: LONGEST_RENDERED_SUBJECT - 1] + "…"


async def _email(written: dict[str, Any], sender: Mailbox, context: ActionContext) -> Email:
    people = {role: [mailbox(each, role) for each in written[role]] for role in ROLES}
    return Email(
        sender=sender,
        to=people["to"],
        cc=people["cc"],
        bcc=people["bcc"],
        reply_to=people["replyTo"],
        subject=written["subject"],
        text=written["text"],
        html=written["html"],
        priority=written["priority"],
        attachments=await read_files(written["attachments"], context),
        message_id=message_id(context.key, sender),
    )
