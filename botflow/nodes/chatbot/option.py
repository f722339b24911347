"""Options as an author writes them: an id, a label that people see, and other words for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from botflow.engine.effects import QuickReply
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.spoken_texts import Spoken, SpokenWords
from botflow.flow.templates.template import is_template
from botflow.nodes.answers.expectation import Option


class OptionProperties(Properties):
    """One option of a menu, or one choice of a question."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    """The option's name. In a menu it is a handle; a question stores it."""
    label: Spoken = ""
    """What the person sees; may be a template. Without it: the id."""
    match: SpokenWords = ()
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


def repeated(options: Iterable[OptionProperties]) -> int | None:
    """Return the position of an option with the id of an earlier one, or None."""
    seen: set[str] = set()
    for position, option in enumerate(options):
        if option.id in seen:
            return position
        seen.add(option.id)
    return None


def buttons(options: Iterable[Option]) -> tuple[QuickReply, ...]:
    """Return a quick reply for each option; pressing it brings back the option's id."""
    return tuple(QuickReply(title=option.label, payload=option.id) for option in options)
