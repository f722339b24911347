"""The node type slack.file: a file of a visitor, of an action, of the web or of a text, uploaded to a channel.

Slack's upload has three steps: an address for the bytes, the bytes, and the call that shows the file in the channel.
Only the last one is seen by people.
https://docs.slack.dev/messaging/working-with-files#upload
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.nodes.custom.action import needed
from botflow.outgoing_files import WebFile
from botflow_slack.client import UPLOAD_S, call, opened
from botflow_slack.errors import SlackFailure
from botflow_slack.escaping import escape
from botflow_slack.message import asked

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

LARGEST = 16 * 1024 * 1024
LONGEST_COMMENT = 4_000
LONGEST_NAME = 200
TIMEOUT_S = 200.0
Source = Annotated[str, Field(min_length=1, max_length=2_000)]


class SlackFileProperties(Properties):
    """The file: one of `url`, `artifact` and `text`; and the channel where it is shown."""

    channel: Annotated[str, Field(min_length=1, max_length=500)]
    """The id of a channel: `C0123456789`. May be a template. Slack takes no name here."""
    url: Source | None = None
    """The address of a file: one that a visitor has sent, such as `{{ photo.url }}`, or one of the web."""
    artifact: Source | None = None
    """The name of a file that an action of this execution has saved."""
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    """The content itself, as a text. May be a template."""
    name: Annotated[str, Field(max_length=500)] = ""
    """The file's name. May be a template. Without it: the file's own."""
    title: Annotated[str, Field(max_length=500)] = ""
    """What Slack shows above the file. May be a template. Without it: the name."""
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""
    """A message beside the file, in Slack's markup. May be a template; values in it are shown as they are."""
    thread: Annotated[str, Field(max_length=500)] = ""
    """The `ts` of the message in whose thread the file is shown. May be a template."""

    @model_validator(mode="after")
    def _has_one_source(self) -> SlackFileProperties:
        if sum(source is not None for source in (self.url, self.artifact, self.text)) != 1:
            raise WrongProperty("a file has one of url, artifact and text", "url")
        return self


class SendSlackFile(NodeType):
    """Uploads a file to a channel or a thread of Slack, as the bot of a credential or of the settings.

    {id: show, type: slack, actionType: file,
     properties: {channel: C0123456789, url: "{{ photo.url }}", comment: "A photo by {{ name }}"}}

    The file has at most 16 MiB. The output has the file's id as `file`, its `name` and its `size` in bytes. After a
    crash of botflow the file may be shown twice.
    """

    name = "slack.file"
    title = "Upload to Slack"
    section = "Services"
    icon = "file-up"
    capabilities = ("asks the world",)
    properties = SlackFileProperties
    module = "slack"

    def handles(self, properties: SlackFileProperties) -> tuple[str, ...]:
        return ("next", "error")

    def outputs(self, properties: SlackFileProperties) -> Outputs:
        return {
            "file": Output("text", "the id of the file at Slack"),
            "name": Output("text", "its name"),
            "size": Output("integer", "its size in bytes"),
        }

    def visit(self, properties: SlackFileProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        written = {
            "channel": scene.render(properties.channel).strip(),
            "url": scene.render(properties.url or "").strip(),
            "artifact": scene.render(properties.artifact or "").strip(),
            "text": scene.render(properties.text or ""),
            "name": _line(scene.render(properties.name)),
            "title": _line(scene.render(properties.title)),
            "comment": scene.render_escaped(properties.comment, escape)[: 2 * LONGEST_COMMENT],
            "thread": scene.render(properties.thread).strip(),
        }
        if not written["channel"]:
            raise NodeFailure("what is written under channel is empty", code="slack.channel", is_final=True)
        if not any(written[source] for source in ("url", "artifact", "text")):
            raise NodeFailure("there is no file: what is written is empty", code="slack.file", is_final=True)
        given = {key: value for key, value in written.items() if value}
        return (yield from asked(self.name, given, TIMEOUT_S))

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Upload the file. The runtime calls this when the turn yields an Invoke."""
        context, written = needed(context), ask.properties
        file = await _read(written, context)
        name = written.get("name") or _line(file.name) or "file"
        async with opened(context) as client:
            place = await call(
                lambda: client.files_getUploadURLExternal(filename=name, length=len(file.content)), is_harmless=True
            )
            await _upload(client, str(place.get("upload_url", "")), file.content)
            shown = {
                "files": [{"id": place.get("file_id"), "title": written.get("title") or name}],
                "channel_id": written["channel"],
                "initial_comment": written.get("comment"),
                "thread_ts": written.get("thread"),
            }
            await call(
                lambda: client.api_call(
                    "files.completeUploadExternal",
                    json={key: value for key, value in shown.items() if value is not None},
                )
            )
        return {"file": str(place.get("file_id", "")), "name": name, "size": len(file.content)}


async def _read(written: Mapping[str, str], context: ActionContext) -> WebFile:
    if "text" in written:
        return WebFile("text.txt", "text/plain", written["text"].encode("utf-8", "replace"))
    if "artifact" not in written:
        return await context.file(written["url"], LARGEST)
    content = await context.load(written["artifact"])
    if content is None:
        raise SlackFailure(f"this execution has no artifact {written['artifact'][:80]!r}", code="slack.file")
    return WebFile(written["artifact"], "", content)


async def _upload(client: AsyncWebClient, url: str, content: bytes) -> None:
    """Send the bytes. The address gives access, so it is in no message."""
    from aiohttp import ClientError, InvalidURL

    if not content:
        raise SlackFailure("the file is empty, which Slack does not take", code="slack.file")
    if not url.startswith(("https://", "http://")) or client.session is None:
        raise SlackFailure("Slack gave no address for the file", code="slack.rejected")
    if client.base_url.startswith("https://") and not url.startswith("https://"):
        raise SlackFailure("Slack gave an address without TLS for the file", code="slack.rejected")
    try:
        async with (
            asyncio.timeout(UPLOAD_S),
            client.session.post(url, data=BytesIO(content), proxy=client.proxy or None) as answer,
        ):
            if answer.status != 200:
                raise SlackFailure(f"Slack does not take the file (status {answer.status})", code="slack.rejected")
    except InvalidURL:
        raise SlackFailure("Slack gave no address for the file", code="slack.rejected") from None
    except (TimeoutError, ClientError, OSError):  # nobody sees the file yet
        raise SlackFailure("the file could not be sent to Slack", code="slack.unreachable", retryable=True) from None


def _line(text: str) -> str:
    """Return a name on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST_NAME]
