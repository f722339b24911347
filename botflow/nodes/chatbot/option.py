"""Options as an author writes them: an id, a label and other words for it; or a list that makes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from botflow.engine.events import LogWritten
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.flow.fields import NAME, ItemText, Properties
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import Spoken, SpokenItemText, SpokenItemWords, SpokenWords
from botflow.flow.widgets import Widget
from botflow.nodes.answers.expectation import Option

MOST_OPTIONS = 100
LONGEST_ID = 64
LONGEST_LABEL = 200
_OPTIONS = "options"  # a name in the node's notes


class OptionProperties(Properties):
    """One option of a menu, or one choice of a question."""

    id: Annotated[
        str, Field(min_length=1, max_length=LONGEST_ID), NAME, Widget("text", label="Name", placeholder="pizza")
    ]
    """The option's name. In a menu it is a handle; a question stores it."""
    label: Annotated[Spoken, Widget(placeholder="Pizza")] = ""
    """What the person sees; may be a template. Without it: the id."""
    match: Annotated[SpokenWords, Widget(label="Other words")] = ()
    """Other words that mean this option. May be templates."""

    @property
    def is_fixed(self) -> bool:
        """Say whether there is nothing to render."""
        return not any(is_template(text) for text in (self.label, *self.match))

    def option(self, scene: Scene | None) -> Option:
        """Return the option with its words rendered; without a scene, as they are written."""
        if scene is None:
            return Option(id=self.id, label=self.label or self.id, match=self.match)
        return Option(
            id=self.id,
            label=scene.render(self.label).strip() or self.id,
            match=tuple(scene.render(word) for word in self.match),
        )


class OptionsFrom(Properties):
    """Options that are made of a list: one for each of its items, which the templates read as `item`."""

    list: str
    """The list, such as `"{{ products }}"`; at most 100 items are offered."""
    id: ItemText = "{{ item }}"
    """The option's id, which is stored; never a position in the list, which may change."""
    label: SpokenItemText = ""
    """What the person sees. Without it: the id."""
    match: SpokenItemWords = ()
    """Other words that mean this option."""


def options_from(source: OptionsFrom, scene: Scene) -> tuple[Option, ...]:
    """Return the options of a list, as they are now when the question is asked, and as they were then for its answer:
    the list may change meanwhile, and "2" means what the person saw."""
    kept = scene.notes.get(_OPTIONS)
    if kept is None:
        kept = scene.notes[_OPTIONS] = [[option.id, option.label, *option.match] for option in _made(source, scene)]
    return tuple(Option(id=id, label=label, match=tuple(match)) for id, label, *match in kept)


def items_of(source: str, scene: Scene, most: int) -> list[Any]:
    """Return the items of a list variable, at most `most`; no items for what is no list. The log says what is wrong."""
    found = scene.render_value(source)
    if not isinstance(found, list):
        kind = "nothing" if found is None else "no list"
        scene.record(LogWritten(scene.node.id, "warning", f"{source} is {kind}, so there is nothing to choose"))
        return []
    if len(found) > most:
        more = f"{source} has {len(found)} items, and the first {most} are offered"
        scene.record(LogWritten(scene.node.id, "warning", more))
    return found[:most]


def _made(source: OptionsFrom, scene: Scene) -> Iterable[Option]:
    seen: set[str] = set()
    for item in items_of(source.list, scene, MOST_OPTIONS):
        id = scene.render_item(source.id, item).strip()[:LONGEST_ID]
        if not id or id in seen:
            said = "without an id" if not id else f"with the id of another one: {id!r}"
            scene.record(LogWritten(scene.node.id, "warning", f"{source.list} has an item {said}; it is left out"))
            continue
        seen.add(id)
        label = scene.render_item(source.label, item).strip()[:LONGEST_LABEL] or id
        words = (scene.render_item(word, item).strip()[:LONGEST_LABEL] for word in source.match)
        yield Option(id=id, label=label, match=tuple(filter(None, words)))


def repeated(options: Iterable[OptionProperties]) -> int | None:
    """Return the position of an option with the id of an earlier one, or None."""
    seen: set[str] = set()
    for position, option in enumerate(options):
        if option.id in seen:
            return position
        seen.add(option.id)
    return None


def buttons(options: Iterable[Option], *, are_answers: bool = True) -> tuple[QuickReply, ...]:
    """Return a quick reply for each option; pressing it brings back the option's id. `are_answers`: one of them is the
    whole answer to the node's question."""
    return tuple(QuickReply(title=option.label, payload=option.id, is_option=are_answers) for option in options)
