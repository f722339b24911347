"""Steps of a flow in Python, and the edges that `>>` draws between them; see `flow.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Protocol

from pydantic.alias_generators import to_camel

from botflow.flow.duration import write_duration

Text = str | Mapping[str, str]  # one text, or one for each language
Option = str | Mapping[str, Any]  # words, or an object
Files = Sequence[str | Mapping[str, str]]
Time = str | timedelta


class Drawing(Protocol):
    """The flow that steps belong to."""

    def connect(self, leaving: Exit, target: Step) -> Step: ...

    def rule(self, step: Step, written: Mapping[str, Any]) -> None: ...


class Exit:
    """One handle of a step. `exit >> step` draws the edge and gives back the step."""

    def __init__(self, step: Step, handle: str | None) -> None:
        self.step = step
        self.handle = handle

    def __rshift__(self, target: Step) -> Step:
        return self.step.flow.connect(self, target)


class Step:
    """A node of a flow under construction. `step >> other` leaves by its main handle, `step["handle"]` by another."""

    def __init__(self, flow: Drawing, id: str) -> None:
        self.flow = flow
        self.id = id

    def __getitem__(self, handle: str) -> Exit:
        return Exit(self, handle)

    def __rshift__(self, target: Step) -> Step:
        return self.flow.connect(Exit(self, None), target)

    def __rrshift__(self, exits: Iterable[Exit | Step]) -> Step:
        """Connect several exits to one step: `(menu["pizza"], menu["salad"]) >> quantity`."""
        for leaving in exits:
            self.flow.connect(leaving if isinstance(leaving, Exit) else Exit(leaving, None), self)
        return self

    def rules(
        self,
        *,
        retry: Mapping[Literal["attempts", "delay", "backoff"], Any] | None = None,
        time_limit: Time | None = None,
        credential: str | None = None,
    ) -> Step:
        """Set keys that any node may have: `flow.node("shop.pay").rules(retry={"attempts": 3, "delay": "1s"})`."""
        written = present(retry=as_written(retry), timeLimit=as_written(time_limit), credential=credential)
        self.flow.rule(self, written)
        return self


def present(**values: Any) -> dict[str, Any]:
    """Return the values that are not empty."""
    return {name: value for name, value in values.items() if value not in (None, "", {}, [])}


def document_key(name: str) -> str:
    """Return an argument's name as documents spell it: `time_zone` is `timeZone`, `from_` is `from`."""
    bare = name.rstrip("_")
    return to_camel(bare) if "_" in bare else bare


def as_written(value: Any) -> Any:
    """Return a property's value as JSON has it."""
    if isinstance(value, timedelta):
        return write_duration(value.total_seconds())
    if isinstance(value, Mapping):
        return {str(name): as_written(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_written(item) for item in value]
    return value


def named_items(
    items: Mapping[str, Option] | Mapping[str, str] | Sequence[Mapping[str, Any]], *, key: str, word: str
) -> list[dict[str, Any]]:
    """Return a list of objects from words, or objects, by their names."""
    if not isinstance(items, Mapping):
        return [dict(item) for item in items]
    return [{key: name, **({word: item} if isinstance(item, str) else item)} for name, item in items.items()]
