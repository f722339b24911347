"""Cards as an author writes them: a picture, a title, a text, and buttons that choose or open a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from botflow.engine.events import LogWritten
from botflow.engine.inbound import Media
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import Card, QuickReply, marked
from botflow.flow.fields import ITEM, NAME, ItemText, Marker, Properties, WrongProperty
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import SpokenItemText
from botflow.nodes.chatbot.media_and_buttons import checked_address, checked_link, rendered_address, rendered_link
from botflow.nodes.chatbot.option import LONGEST_ID, LONGEST_LABEL, items_of

MOST_CARDS = 30
LONGEST_TITLE = LONGEST_LABEL
LONGEST_TEXT = 1_000
_ITEM = Marker("template", also=(ITEM,))
ItemAddress = Annotated[str, Field(max_length=2_000), _ITEM, AfterValidator(checked_address)]
ItemLink = Annotated[str, Field(max_length=2_000), _ITEM, AfterValidator(checked_link)]


class CardButton(Properties):
    """A button of a card. With an `id` it chooses the card, with a `url` it opens a link."""

    label: SpokenItemText
    """What the person sees."""
    id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID), NAME] | None = None
    """The handle by which the node leaves when the button is pressed; cards may have buttons of the same id."""
    url: ItemLink | None = None
    """The address that it opens instead: `https://…`, `tel:…` or `mailto:…`."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> CardButton:
        if (self.id is None) == (self.url is None):
            raise WrongProperty("a card's button has either an id or a url", "id")
        return self


class CardProperties(Properties):
    """One card."""

    id: ItemText = ""
    """The card's name, which is stored when the person chooses it. Needed where a button chooses."""
    title: SpokenItemText
    """The title."""
    text: SpokenItemText = ""
    """What is below the title."""
    picture: ItemAddress = ""
    """The address of a picture."""
    buttons: Annotated[tuple[CardButton, ...], Field(max_length=3)] = ()
    """The buttons."""

    @property
    def choosing(self) -> tuple[str, ...]:
        """The ids of the buttons that choose."""
        return tuple(button.id for button in self.buttons if button.id is not None)

    @model_validator(mode="after")
    def _can_be_chosen(self) -> CardProperties:
        if self.choosing and not self.id:
            raise WrongProperty("a card that can be chosen needs an id, which is stored", "id")
        if len(set(self.choosing)) < len(self.choosing):
            raise WrongProperty("two buttons of a card have the same id", "buttons")
        return self


class CardsFrom(CardProperties):
    """Cards that are made of a list: one for each of its items, which the templates read as `item`."""

    list: str
    """The list, such as `"{{ products }}"`; at most 30 items are shown."""


class Choice(NamedTuple):
    """What one button of one card means: both ids, and the button's payload."""

    card: str
    button: str

    @property
    def id(self) -> str:
        return f"{self.card}/{self.button}"


class Deck(NamedTuple):
    """The cards of a turn, and what their choosing buttons mean, in order."""

    cards: tuple[Card, ...]
    choices: tuple[Choice, ...]


def deck_of(cards: Iterable[CardProperties], source: CardsFrom | None, scene: Scene) -> Deck:
    """Return the cards with their words rendered. One without a title, or with an earlier one's id, is left out."""
    renderers: Iterable[tuple[CardProperties, Callable[[str], str]]] = (
        ((card, scene.render) for card in cards)
        if source is None
        else ((source, partial(_render_item, scene, item)) for item in items_of(source.list, scene, MOST_CARDS))
    )
    shown: list[Card] = []
    choices: list[Choice] = []
    seen: set[str] = set()
    for card, render in renderers:
        id, title = render(card.id).strip()[:LONGEST_ID], render(card.title).strip()[:LONGEST_TITLE]
        if not title or (card.choosing and (not id or id in seen)):
            wrong = "no title" if not title else f"the id of another one: {id!r}" if id else "no id"
            scene.record(LogWritten(scene.node.id, "warning", f"a card has {wrong}; it is left out"))
            continue
        seen.add(id)
        choices += [Choice(id, button) for button in card.choosing]
        shown.append(_card(card, id, title, render, f"{scene.flow.id}/{scene.node.id}"))
    return Deck(tuple(shown), tuple(choices))


def _render_item(scene: Scene, item: Any, source: str) -> str:
    return scene.render_item(source, item)


def _card(card: CardProperties, id: str, title: str, render: Callable[[str], str], question: str) -> Card:
    address = rendered_address(render(card.picture))
    buttons = (_button(button, id, render, question) for button in card.buttons)
    return Card(
        title=title,
        text=render(card.text).strip()[:LONGEST_TEXT],
        picture=Media(url=address, content_type="image/*") if address else None,
        buttons=tuple(button for button in buttons if button is not None),
    )


def _button(button: CardButton, card: str, render: Callable[[str], str], question: str) -> QuickReply | None:
    title = render(button.label).strip()[:LONGEST_TITLE]
    if button.id is not None:
        payload = marked(question, Choice(card, button.id).id)
        return QuickReply(title=title or button.id, payload=payload, is_option=True)
    address = rendered_link(render(button.url or ""))
    return QuickReply(title=title or address, url=address) if address else None


def repeated_card(cards: Iterable[CardProperties]) -> int | None:
    """Return the position of a card with the id of an earlier one, or None. Templates are not compared."""
    seen: set[str] = set()
    for position, card in enumerate(cards):
        if card.id and not is_template(card.id) and card.id in seen:
            return position
        seen.add(card.id)
    return None
