"""chatbot.say: say something, and leave by `next`."""

from __future__ import annotations

from pydantic import model_validator

from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.spoken_texts import Spoken
from botflow.nodes.chatbot.media_and_buttons import Buttons, MediaList, render_buttons, render_media


class SayProperties(Properties):
    """What to say. A text that renders to nothing is not sent."""

    text: Spoken = ""
    """The text. May be a template."""
    media: MediaList = ()
    """Files to send: addresses, or objects with `url` and `contentType`."""
    quick_replies: Buttons = ()
    """Buttons: titles, or objects with `title` and `payload`."""

    @model_validator(mode="after")
    def _says_something(self) -> SayProperties:
        if not self.text.strip() and not self.media:
            raise ValueError("there is nothing to say: give it a text or media")
        return self


class Say(NodeType):
    """Says a text, with media and buttons.

    {id: hello, type: chatbot, actionType: say, properties: {text: "Hello {{ name }}!", quickReplies: [Order, Help]}}
    """

    name = "chatbot.say"
    properties = SayProperties

    def speaks(self, properties: SayProperties) -> bool:
        return True

    def outputs(self, properties: SayProperties) -> tuple[str, ...]:
        return ("text",)

    def visit(self, properties: SayProperties, scene: Scene) -> Visit:
        text = scene.render(properties.text)
        scene.say(
            text,
            media=render_media(properties.media, scene) if properties.media else (),
            quick_replies=render_buttons(properties.quick_replies, scene) if properties.quick_replies else (),
        )
        return Leave("next", {"text": text})
