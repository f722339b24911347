"""chatbot.cards: show cards with pictures and buttons, and leave by the button that the person presses."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, model_validator

from botflow.engine.node_type import Fit, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import options_of
from botflow.flow.fields import Pace, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import Advice, ItemHandles, Output, Outputs, Stored, Surroundings
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.answers.choosing.choice import choose
from botflow.nodes.answers.expectation import Expectation, Option
from botflow.nodes.answers.fitting import fit_of_option
from botflow.nodes.chatbot.card import MOST_CARDS, CardProperties, CardsFrom, Choice, Deck, deck_of, repeated_card
from botflow.nodes.chatbot.misfit import OTHER, leave_or_offer_again
from botflow.nodes.chatbot.option import buttons
from botflow.nodes.chatbot.question import (
    InvalidText,
    Reminders,
    Retries,
    WaitingTime,
    check_reminders,
    nothing_to_choose,
    remind,
    wait_for_answer,
)
from botflow.nodes.chatbot.worded_answer import tell_change

TIMEOUT = "timeout"
_SHOWN = "shown"  # a name in the node's notes


class CardsProperties(Properties):
    """The cards, and what to do when no button fits or no answer comes."""

    text: Annotated[Spoken, Widget("template-textarea", placeholder="What would you like?")] = ""
    """What is said before the cards. May be a template."""
    cards: Annotated[tuple[CardProperties, ...], Field(max_length=MOST_CARDS)] = ()
    """The cards."""
    cards_from: CardsFrom | None = None
    """A list that makes the cards, in place of `cards`; if it is empty, the node leaves by `other`, or by `next` where
    no button chooses."""
    variable: Annotated[VariableName, Widget(label="Store in")] | None = None
    """The variable that stores the id of the chosen card."""
    invalid_text: InvalidText | None = None
    """What to say when no card fits; may be a template. Without it: a sentence in the flow's language."""
    retries: Retries = 3
    """After how many misfits the question is repeated beside `invalidText`; a number, or `unlimited`. Not used when
    `other` is connected."""
    timeout: WaitingTime | None = None
    """How long to wait; then the node leaves by `timeout`. Without it the cards wait for ever."""
    reminders: Reminders = ()
    """Messages to a person who does not answer."""
    pace: Pace | None = None
    """How the chat shows the cards: at once, or (`human`) after a pause. Without it: as the workflow says."""

    @property
    def handles(self) -> tuple[str, ...]:
        """The ids of all buttons that choose, in order."""
        cards = self.cards if self.cards_from is None else (self.cards_from,)
        return tuple(dict.fromkeys(id for card in cards for id in card.choosing))

    @model_validator(mode="after")
    def _fits_together(self) -> CardsProperties:
        if bool(self.cards) == (self.cards_from is not None):
            raise WrongProperty("it has either cards or cardsFrom", "cards")
        if (twice := repeated_card(self.cards)) is not None:
            raise WrongProperty(f"two cards are named {self.cards[twice].id!r}", "cards", twice, "id")
        for handle in self.handles:
            if handle in (OTHER, TIMEOUT):
                raise WrongProperty(f"a button cannot be named {handle!r}: the node has a meaning for it", "cards")
        check_reminders(self.reminders, self.timeout)
        return self


class Cards(NodeType):
    """Shows cards with pictures, titles, texts and buttons. A button chooses its card, or opens a link.

    {id: dish, type: chatbot, actionType: cards,
     properties: {text: What would you like?, variable: dish, cards: [
       {id: pizza, title: Pizza, text: 8 euros, buttons: [{id: order, label: Order}]},
       {id: soup, title: Soup, text: 5 euros, buttons: [{id: order, label: Order}]}]}}

    The node leaves by the id of the pressed button, and `$dish.value` is the id of its card. The chat shows the cards
    side by side. WhatsApp shows the pictures one below the other, then the choices as buttons or as a list; a text
    message has all as numbered lines, without pictures. Where no button chooses, the node does not wait, and leaves by
    `next`.
    """

    name = "chatbot.cards"
    title = "Cards"
    section = "Conversation"
    handle_labels = MappingProxyType({"next": "Shown", "other": "No card fits", "timeout": "No answer in time"})
    item_handles = ItemHandles("cards.buttons", "id", "label")
    icon = "gallery-horizontal-end"
    properties = CardsProperties

    def handles(self, properties: CardsProperties) -> tuple[str, ...]:
        return (*properties.handles, OTHER, TIMEOUT) if properties.handles else ("next",)

    def waits(self, properties: CardsProperties) -> bool:
        return bool(properties.handles)

    def speaks(self, properties: CardsProperties) -> bool:
        return not properties.handles

    def outputs(self, properties: CardsProperties) -> Outputs:
        return {
            "value": Output("text", "the id of the chosen card"),
            "button": Output("text", "the id of the button that chose it"),
            "label": Output("text", "what the person saw of the choice"),
            "text": Output("text", "what the person wrote"),
        }

    def advice(self, properties: CardsProperties, around: Surroundings) -> Iterable[Advice]:
        """Warn of cards that look as if they could be chosen, and cannot."""
        named = next((at for at, card in enumerate(properties.cards) if card.id), None)
        hint = "give it buttons, such as [{id: order, label: Order}]"
        if properties.handles or (named is None and properties.variable is None):
            return
        if named is None:
            yield Advice(("variable",), "no card has a button that chooses it, so nothing is stored", hint)
        else:
            message = f"the card {properties.cards[named].id!r} has an id, and no card has buttons that choose it"
            yield Advice(("cards", named, "id"), message, hint)

    def stored(self, properties: CardsProperties, name: str) -> Stored | None:
        return Stored("text")

    def visit(self, properties: CardsProperties, scene: Scene) -> Visit:
        scene.notes.clear()
        deck = deck_of(properties.cards, properties.cards_from, scene)
        if properties.handles and not deck.choices:
            return nothing_to_choose(scene, OTHER)
        text = scene.render(properties.text)
        scene.say(text, cards=deck.cards)
        if not properties.handles:
            return Leave("next", {"text": text})
        scene.notes[_SHOWN] = _kept(deck)
        return wait_for_answer(properties.reminders, properties.timeout)

    def resume(self, properties: CardsProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave(TIMEOUT)
        options = _options(scene)
        if scene.alarm == "reminder":
            return remind(scene, properties.reminders, properties.text, quick_replies=buttons(options))
        chosen = choose(options, scene.inbound, scene.language, scene.render(properties.text))
        if chosen is None:
            return leave_or_offer_again(properties, scene, options)
        choice = next(Choice(*kept[:2]) for kept in scene.notes[_SHOWN] if Choice(*kept[:2]).id == chosen.id)
        if properties.variable:
            scene.set(properties.variable, choice.card)
        tell_change(scene, Expectation(kind="choice", choices=options), properties.variable, choice.id)
        output = {"value": choice.card, "button": choice.button, "label": chosen.label, "text": scene.inbound.text}
        return Leave(choice.button, output)

    def fits(self, properties: CardsProperties, scene: Scene) -> Fit:
        """Say whether the message means one of the cards."""
        options, language = _options(scene), scene.language
        if choose(options, scene.inbound, language, scene.render(properties.text)) is None:
            return "no"
        return fit_of_option(options, scene.inbound, language, scene.flow.region)

    def question(self, properties: CardsProperties, scene: Scene) -> str:
        """Return the question in the words of this turn."""
        return "\n".join((scene.render(properties.text), *(option.label for option in _options(scene))))


def _kept(deck: Deck) -> list[list[Any]]:
    """Return what the answer to these cards is read by; the list that made them may change meanwhile."""
    labels = (option.title for option in options_of(deck.cards))
    return [[*choice, label] for choice, label in zip(deck.choices, labels, strict=True)]


def _options(scene: Scene) -> tuple[Option, ...]:
    return tuple(Option(id=Choice(card, button).id, label=label) for card, button, label in scene.notes[_SHOWN])
