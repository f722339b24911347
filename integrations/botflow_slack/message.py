"""The node type slack.message: what a turn fills in, and the action that posts it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Any

from pydantic import Field, model_validator

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.fields import Marker, Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.widgets import Widget
from botflow.nodes.custom.action import needed
from botflow_slack.client import call, opened
from botflow_slack.errors import PASSING
from botflow_slack.escaping import escape, rendered_blocks

TIMEOUT_S = 60.0
# https://docs.slack.dev/reference/methods/chat.postMessage#arguments
LONGEST_TEXT = 40_000
MOST_BLOCKS = 50
MOST_ATTACHMENTS = 20


class SlackMessageProperties(Properties):
    """The message, and the channel where it is posted."""

    channel: Annotated[str, Field(min_length=1, max_length=500), Widget("template-input", placeholder="C0123456789")]
    """The id or the name of a channel, or the id of a user for a direct message: `C0123456789`, `#orders`,
    `U0123456789`. May be a template. The bot must be in the channel."""
    text: Annotated[
        str,
        Field(max_length=LONGEST_TEXT),
        Marker("template", longest=LONGEST_TEXT),
        Widget("template-textarea"),
    ] = ""
    """The message, in Slack's markup. May be a template; values in it are shown as they are and cannot mention. With
    `blocks` it is what notifications show."""
    blocks: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_BLOCKS)] = ()
    """The message as Slack's blocks, with templates in their texts."""
    attachments: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_ATTACHMENTS)] = ()
    """Slack's attachments, with templates in their texts."""
    thread: Annotated[str, Field(max_length=500)] = ""
    """The `ts` of the message to answer in its thread, such as `{{ $posted.ts }}`. May be a template."""
    broadcast: bool = False
    """Show an answer in a thread in the channel, too."""

    @model_validator(mode="after")
    def _says_something(self) -> SlackMessageProperties:
        if not self.text.strip() and not self.blocks and not self.attachments:
            raise WrongProperty("there is nothing to post: give it a text, blocks or attachments", "text")
        return self


class SendSlackMessage(NodeType):
    """Posts a message in a channel or a thread of Slack, as the bot of a credential or of the settings.

    {id: posted, type: slack, actionType: message,
     properties: {channel: "#orders", text: "Order {{ order }} of {{ name }}"}}

    The output has the message's `channel` and `ts`. The node leaves by `error` when Slack refuses it. The code
    `slack.unknown` means that the answer was lost: the message may have been posted, and is not posted again. After a
    crash of botflow it may be posted a second time: Slack has no key to recognise it by.
    """

    name = "slack.message"
    title = "Post in Slack"
    section = "Services"
    icon = "slack"
    capabilities = ("asks the world",)
    properties = SlackMessageProperties
    module = "slack"

    def handles(self, properties: SlackMessageProperties) -> tuple[str, ...]:
        return ("next", "error")

    def outputs(self, properties: SlackMessageProperties) -> Outputs:
        return {
            "channel": Output("text", "the id of the channel"),
            "ts": Output("text", "the message's time stamp, by which threads name it"),
        }

    def visit(self, properties: SlackMessageProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        written: dict[str, Any] = {
            "channel": _filled(scene.render(properties.channel), "channel"),
            "text": scene.render_escaped(properties.text, escape)[:LONGEST_TEXT],
            "blocks": rendered_blocks(list(properties.blocks), scene),
            "attachments": rendered_blocks(list(properties.attachments), scene),
            "thread": scene.render(properties.thread).strip(),
            "broadcast": properties.broadcast,
        }
        return (yield from asked(self.name, {key: value for key, value in written.items() if value}))

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Post the message. The runtime calls this when the turn yields an Invoke."""
        written = ask.properties
        async with opened(needed(context)) as client:
            posted = await call(
                lambda: client.chat_postMessage(
                    channel=written["channel"],
                    text=written.get("text") or "",
                    blocks=written.get("blocks"),
                    attachments=written.get("attachments"),
                    thread_ts=written.get("thread"),
                    reply_broadcast=True if written.get("broadcast") and written.get("thread") else None,
                    unfurl_links=False,  # a preview would call an address that a visitor has written
                    unfurl_media=False,
                )
            )
        return {"channel": str(posted.get("channel", "")), "ts": str(posted.get("ts", ""))}


def asked(name: str, written: dict[str, Any], timeout_s: float = TIMEOUT_S) -> Generator[Ask, Answer, Outcome]:
    """Let the action do what was written, and leave; a failure that could be done twice is final."""
    answer = yield Invoke(type=name, properties=written, variables={}, timeout_s=timeout_s)
    if answer.failure is not None:
        code = answer.failure.code
        raise NodeFailure(answer.failure.message, code=code, is_final=code not in PASSING)
    return Leave("next", answer.value)


def _filled(rendered: str, name: str) -> str:
    if not rendered.strip():
        raise NodeFailure(f"what is written under {name} is empty", code="slack.channel", is_final=True)
    return rendered.strip()
