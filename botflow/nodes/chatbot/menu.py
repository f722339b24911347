"""chatbot.menu: offer options, and leave by the one that the person means."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, model_validator

from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Pace, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import Advice, ItemHandles, Output, Outputs, Stored, Surroundings
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.answers.choosing.choice import choose
from botflow.nodes.answers.expectation import Expectation, Option
from botflow.nodes.answers.fitting import fit_of_option
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media
from botflow.nodes.chatbot.misfit import OTHER, leave_or_offer_again
from botflow.nodes.chatbot.option import MOST_OPTIONS, OptionProperties, OptionsFrom, buttons, options_from, repeated
from botflow.nodes.chatbot.option_advice import advice_on_options
from botflow.nodes.chatbot.question import (
    InvalidText,
    Reminders,
    Retries,
    WaitingTime,
    ask_and_wait,
    check_reminders,
    nothing_to_choose,
    remind,
    unused,
)
from botflow.nodes.chatbot.undelivered import UNDELIVERED, after_failure
from botflow.nodes.chatbot.worded_answer import tell_change
from botflow.nodes.comparison import alike

CHOSEN, TIMEOUT = "chosen", "timeout"


class MenuProperties(Properties):
    """The question, its options, and what to do when no option fits or no answer comes."""

    text: Annotated[Spoken, Widget("template-textarea", label="Question", placeholder="What would you like?")]
    """The question. May be a template."""
    options: Annotated[tuple[OptionProperties, ...], Field(max_length=MOST_OPTIONS)] = ()
    """The options; each id is a handle. The ids `other`, `timeout` and `undelivered` are reserved."""
    options_from: OptionsFrom | None = None
    """A list that makes the options, in place of `options`; then the node leaves by `chosen`, and by `other` if the
    list is empty."""
    media: MediaList = ()
    """Files to send with the question: addresses, or objects with `url` and `contentType`."""
    variable: Annotated[VariableName, Widget(label="Store in")] | None = None
    """The variable that stores the id of the chosen option."""
    invalid_text: InvalidText | None = None
    """What to say when no option fits; may be a template. Without it: a sentence in the flow's language."""
    retries: Retries = 3
    """After how many misfits the question is repeated beside `invalidText`; a number, or `unlimited`. Not used when
    `other` is connected."""
    timeout: WaitingTime | None = None
    """How long to wait; then the node leaves by `timeout`. Without it the menu waits for ever."""
    reminders: Reminders = ()
    """Messages to a person who does not answer."""
    pace: Pace | None = None
    """How the chat shows the question: at once, or (`human`) as if a person typed it. Without it: as the workflow
    says."""

    @model_validator(mode="after")
    def _has_distinct_options(self) -> MenuProperties:
        if bool(self.options) == (self.options_from is not None):
            raise WrongProperty("a menu has either options or optionsFrom", "options")
        if (twice := repeated(self.options)) is not None:
            raise WrongProperty(f"two options are named {self.options[twice].id!r}", "options", twice, "id")
        for position, option in enumerate(self.options):
            if option.id in (OTHER, TIMEOUT, UNDELIVERED):
                message = f"an option cannot be named {option.id!r}: the node has a meaning for that word"
                raise WrongProperty(message, "options", position, "id")
        check_reminders(self.reminders, self.timeout)
        return self

    @cached_property
    def fixed(self) -> tuple[Option, ...] | None:
        """The options when they are the same in every turn, else None."""
        if not all(option.is_fixed for option in self.options):
            return None
        return tuple(option.option(None) for option in self.options)

    def rendered(self, scene: Scene) -> tuple[Option, ...]:
        """Return the options of this turn."""
        if self.options_from is not None:
            return options_from(self.options_from, scene)
        return tuple(option.option(scene) for option in self.options) if self.fixed is None else self.fixed


class Menu(NodeType):
    """Offers options and leaves by the id of the chosen one. People choose by button, by number or in words.

    {id: dish, type: chatbot, actionType: menu,
     properties: {text: What would you like?, options: [{id: pizza, label: Pizza, match: [pie]}, {id: salad}]}}

    WhatsApp shows up to three options as buttons and up to ten as a list, and a text message has them numbered.

    If `other` is connected, the node leaves by it as soon as no option fits. Otherwise the menu is repeated.
    `undelivered` is as for `chatbot.ask`.
    """

    name = "chatbot.menu"
    title = "Menu"
    section = "Conversation"
    icon = "list"
    handle_labels = MappingProxyType({"other": "No option fits", "timeout": "No answer in time"})
    item_handles = ItemHandles("options", "id", "label")
    properties = MenuProperties

    def handles(self, properties: MenuProperties) -> tuple[str, ...]:
        chosen = (CHOSEN,) if properties.options_from is not None else (option.id for option in properties.options)
        return (*chosen, OTHER, TIMEOUT, UNDELIVERED)

    def waits(self, properties: MenuProperties) -> bool:
        return True

    def outputs(self, properties: MenuProperties) -> Outputs:
        return {
            "value": Output("text", "the id of the chosen option"),
            "label": Output("text", "what the person saw of it"),
            "text": Output("text", "what the person wrote"),
            "reason": Output("text", "on `undelivered`: why the question did not arrive"),
        }

    def may_store(self, properties: MenuProperties, value: Any) -> bool:
        return not properties.options or any(alike(option.id, value) for option in properties.options)

    def stored(self, properties: MenuProperties, name: str) -> Stored | None:
        if properties.options_from is not None:
            return Stored("text")
        return Stored("choice", choices=tuple(option.id for option in properties.options))

    def advice(self, properties: MenuProperties, around: Surroundings) -> Iterable[Advice]:
        yield from advice_on_options(properties.options, "options", around)
        if around.connected(OTHER):
            yield from unused(
                properties, ("retries", "invalid_text"), f"{OTHER!r} is connected, and is left by at once"
            )

    def visit(self, properties: MenuProperties, scene: Scene) -> Visit:
        scene.notes.clear()
        options = properties.rendered(scene)
        if not options:
            return nothing_to_choose(scene, OTHER)
        return ask_and_wait(
            scene,
            scene.render(properties.text),
            media=render_media(properties.media, scene) if properties.media else (),
            quick_replies=buttons(options),
            reminders=properties.reminders,
            timeout_s=properties.timeout,
        )

    def resume(self, properties: MenuProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave(TIMEOUT)
        if scene.inbound.kind == "delivery":
            return after_failure(scene)
        options = properties.rendered(scene)
        if scene.alarm == "reminder":
            return remind(scene, properties.reminders, properties.text, quick_replies=buttons(options))
        chosen = choose(options, scene.inbound, scene.language, scene.render(properties.text))
        if chosen is None:
            return leave_or_offer_again(properties, scene, options)
        if properties.variable:
            scene.set(properties.variable, chosen.id)
        tell_change(scene, Expectation(kind="choice", choices=options), properties.variable, chosen.id)
        handle = chosen.id if properties.options_from is None else CHOSEN
        return Leave(handle, {"value": chosen.id, "label": chosen.label, "text": scene.inbound.text})

    def fits(self, properties: MenuProperties, scene: Scene) -> Fit:
        """Say whether the message means one of the options."""
        options, language = properties.rendered(scene), scene.language
        if choose(options, scene.inbound, language, scene.render(properties.text)) is None:
            return "no"
        return fit_of_option(options, scene.inbound, language, scene.flow.region)

    def question(self, properties: MenuProperties, scene: Scene) -> str:
        """Return the question in the words of this turn."""
        return "\n".join((scene.render(properties.text), *(option.label for option in properties.rendered(scene))))
