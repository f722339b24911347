"""chatbot.say: say something, and leave by `next`."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from botflow.engine.node_type import Leave, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Pace, Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.chatbot.media_and_buttons import Buttons, MediaList, render_buttons, render_media
from botflow.nodes.chatbot.undelivered import NOT_DELIVERED, UNDELIVERED, after_failure, is_watched, say_watched


class SayProperties(Properties):
    """What to say. A text that renders to nothing is not sent."""

    text: Annotated[Spoken, Widget("template-textarea", placeholder="Hello {{ name }}!")] = ""
    """The text. May be a template."""
    media: MediaList = ()
    """Files to send: addresses, or objects with `url` and `contentType`."""
    quick_replies: Buttons = ()
    """Buttons: titles, or objects with `title` and `payload`, or with `title` and `url` for a link."""
    pace: Pace | None = None
    """How the chat shows the message: at once, or (`human`) as if a person typed it. Without it: as the workflow
    says."""

    @model_validator(mode="after")
    def _says_something(self) -> SayProperties:
        if not self.text.strip() and not self.media:
            raise WrongProperty("there is nothing to say: give it a text or media", "text")
        return self


REPORT_WITHIN_S = 60.0  # some carriers report no arrival; a failure is mostly known within seconds


class Say(NodeType):
    """Says a text, with media and buttons.

    {id: hello, type: chatbot, actionType: say, properties: {text: "Hello {{ name }}!", quickReplies: [Order, Help]}}

    If `undelivered` is connected, the node waits on phones until the message has arrived, for a minute at most. When it
    does not arrive, the node leaves by `undelivered`, with `code` and `reason` in the output.
    """

    name = "chatbot.say"
    title = "Say"
    section = "Conversation"
    icon = "message-square"
    properties = SayProperties

    def handles(self, properties: SayProperties) -> tuple[str, ...]:
        return ("next", UNDELIVERED)

    def speaks(self, properties: SayProperties) -> bool:
        return True

    def outputs(self, properties: SayProperties) -> Outputs:
        return {
            "text": Output("text", "what was said"),
            "reason": Output("text", "on `undelivered`: why it did not arrive"),
        }

    def visit(self, properties: SayProperties, scene: Scene) -> Visit:
        text = scene.render(properties.text)
        media = render_media(properties.media, scene) if properties.media else ()
        quick_replies = render_buttons(properties.quick_replies, scene) if properties.quick_replies else ()
        if (text.strip() or media) and is_watched(scene):
            say_watched(scene, text, "delivered", media=media, quick_replies=quick_replies)
            scene.notes["text"] = text
            return Park(("delivery",), for_s=REPORT_WITHIN_S)
        scene.say(text, media=media, quick_replies=quick_replies)
        return Leave("next", {"text": text})

    def resume(self, properties: SayProperties, scene: Scene) -> Visit:
        text = scene.notes["text"]
        if scene.inbound.parameters.get("state") in NOT_DELIVERED and scene.connected(UNDELIVERED):
            return after_failure(scene, {"text": text})
        return Leave("next", {"text": text})
