"""What a scene reads for templates: the variables, the inbound, the outputs of nodes, the person and the clock."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from botflow.engine.forks.beginning import heard_before
from botflow.engine.level import Level
from botflow.engine.person.person_scene import PersonScene
from botflow.flow.fields import ITEM
from botflow.flow.templates.language_filters import CLOCK_NAMES, SETTINGS, RenderSettings
from botflow.flow.templates.template import INPUT, NODES, VARIABLES

CORRECTION = "correction"


class ReadingScene(PersonScene):
    """The part of a scene that fills in templates and evaluates conditions. The values for them are collected once and
    kept (`_context`) until one of them changes."""

    levels: list[Level]
    returned: Mapping[str, Any] | None
    _given: Mapping[str, Any] | None

    @property
    @abstractmethod
    def language(self) -> str: ...

    @property
    @abstractmethod
    def _owner(self) -> Level: ...

    def render(self, source: str) -> str:
        """Render a template over the variables, the inbound and the nodes' outputs."""
        return self.flow.templates.render(source, self._values())

    def render_escaped(self, source: str, escape: Callable[[str], str]) -> str:
        """Render a template of HTML or the like, with the values in it escaped by a function of a module."""
        return self.flow.templates.render_escaped(source, self._values(), escape)

    def render_item(self, source: str, item: Any) -> str:
        """Render a template that may also read `item`, one of a list."""
        return self.flow.templates.render(source, {**self._values(), ITEM: item})

    def render_value(self, value: Any, zone: ZoneInfo | None = None) -> Any:
        """Render every template inside a JSON value. A string that is one bare expression keeps that value's type.
        Times are those of `zone`, without it of the person's zone."""
        values = self._values() if zone is None else {**self._values(), SETTINGS: self._settings(lambda: zone)}
        return self.flow.templates.render_value(value, values)

    def render_returned(self, source: str) -> Any:
        """Render a template over the variables of the subflow that has just ended."""
        returned = self.returned or {}
        values = {**returned, VARIABLES: returned, SETTINGS: self._settings(self._zone_by(self.variables))}
        return self.flow.templates.render_value(source, values)

    def render_correction(self, source: str, old: str, new: str) -> str:
        """Render a template that may also read `$correction.old` and `$correction.new`."""
        values = self._values()
        nodes = {**values[NODES], CORRECTION: {"old": old, "new": new}}
        return self.flow.templates.render(source, {**values, NODES: nodes})

    def render_also(self, value: Any, **also: Any) -> Any:
        """Like `render_value`; `$name` reads each of `also`, before the output of a node with that id."""
        values = self._values()
        return self.flow.templates.render_value(value, {**values, NODES: {**values[NODES], **also}})

    def evaluate(self, condition: str) -> Any:
        """Evaluate a condition such as `qty >= 5`."""
        return self.flow.templates.evaluate(condition, self._values())

    def look_up(self, path: Sequence[str]) -> Any:
        """Return what a template would read at `path` (`("order", "size")`), or None when nothing is there."""
        found: Any = self._values()
        if path[0] in CLOCK_NAMES and path[0] not in found:
            found = found[SETTINGS].clock_values()
        for name in path:
            if not isinstance(found, Mapping) or name not in found:
                return None
            found = found[name]
        return found

    def _settings(self, zone: Callable[[], ZoneInfo]) -> RenderSettings:
        return RenderSettings(self.inbound.received_at, zone, (self.language, self._flow.language))

    def _values(self) -> dict[str, Any]:
        if self._context is None:
            owner = self._owner
            message = self._message()
            self._context = {
                **owner.variables,
                VARIABLES: owner.variables,
                INPUT: self._input(message),
                NODES: self._readable(message, owner.outputs),
                SETTINGS: self._settings(self._zone_by(owner.variables)),
            }
        return self._context

    def _input(self, message: Mapping[str, Any]) -> Any:
        """Return `$input` for templates: in every turn the input of the trigger that began the execution, which is any
        JSON value; in an execution that a message began, the message at hand."""
        if self.is_run:
            return self.levels[0].variables.get("input")
        return message if self._given is None else self._given["input"]

    def _message(self) -> Mapping[str, Any]:
        """Return `$message` for templates, unless a node has that id: what the person has just sent."""
        if self.inbound.kind == "trigger":
            return {"text": "", "channel": self.inbound.channel}
        if self.inbound.kind == "resume":
            return {"text": "", **heard_before(self.inbound), "channel": self.inbound.channel}
        return {"text": "", **self.inbound.content(), "channel": self.inbound.channel}
