"""The language of a conversation with a flow that speaks several.

It begins in the language of the contact where the flow reads `$contact`, in that of the first message where the flow
detects it, in that of the last conversation, or in the flow's own. From then on the variable `language` decides: a menu
that stores it lets people choose. A change takes effect with the next node: an open question is read in the language in
which it was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botflow.engine.inbound import Inbound
from botflow.flow.graph import Flow
from botflow.languages.detection import detected_language

if TYPE_CHECKING:
    from botflow.engine.scene import Scene

VARIABLE = "language"


class Speech:
    """The workflow in all its languages, and the one that is spoken now; `language` is "" for the flow's own."""

    def __init__(self, own: Flow, language: str) -> None:
        self._own = own
        self.flow = own.spoken_in(language)

    @property
    def language(self) -> str:
        return "" if self.flow is self._own else self.flow.language

    def begin(self, scene: Scene, inbound: Inbound) -> None:
        """Choose the language of a new conversation. Later it is set as the variable `language`."""
        first = self._own.speaks(scene.contact_language or "") or self._detected(inbound)
        if first is not None:
            self._switch(scene, first)

    def follow_choice(self, scene: Scene) -> None:
        """Speak the language that the variable `language` names, if the flow speaks it."""
        chosen = scene.levels[0].variables.get(VARIABLE)
        known = self._own.speaks(chosen) if isinstance(chosen, str) else None
        if known is not None:
            self._switch(scene, known)
        scene.forget_values()

    def variables(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables at the start of a conversation, with the language unless the flow sets one itself."""
        return {VARIABLE: self.flow.language, **given}

    def _detected(self, inbound: Inbound) -> str | None:
        if not self._own.detects_language or inbound.kind != "message" or inbound.payload:
            return None
        return detected_language(inbound.text, (self._own.language, *self._own.translations))

    def _switch(self, scene: Scene, tag: str) -> None:
        if tag != self.flow.language:
            self.flow = self._own.spoken_in(tag)
            scene.speak(self.flow)
