"""An execution's log at four levels: a view over its turns' events, and over what its asks and actions reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from botflow.engine import events
from botflow.engine.events import Event
from botflow.records.runs import TurnLog

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)

_KINDS: Mapping[str, type[Event]] = MappingProxyType(
    {
        kind.kind: kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind.kind
    }
)
_INFO = frozenset(
    {
        "started",
        "completed",
        "waits",
        "child",
        "emitted",
        "reminder",
        "paused",
        "resumed",
        "taken_up",
        "forked",
        "moved",
        "checkpoint",
        "closing",
    }
)
_WARNING = frozenset({"retried", "refused", "error", "expired", "cancelling", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line. `version` and `index` order the lines; `fields` are the event's own."""

    version: int
    index: int
    at: datetime
    level: Level
    event: str
    node: str
    message: str
    fields: Mapping[str, Any]


def log_of(turns: Sequence[TurnLog], least: Level = "debug") -> list[LogEntry]:
    """Return the lines of these turns from level `least` on, in order."""
    wanted = LEVELS[LEVELS.index(least) :]
    return [entry for turn in turns for entry in _lines(turn) if entry.level in wanted]


def _lines(turn: TurnLog) -> Iterator[LogEntry]:
    index = 0
    for answer in turn.answers:
        for level, message in answer.usage.get("log", ()):
            yield _entry(turn, index, level, "log", answer.node, message, {})
            index += 1
        if answer.failure is not None:
            yield _entry(turn, index, "warning", "ask_failed", answer.node, answer.failure["message"], answer.failure)
            index += 1
    for kind, *values in turn.trace:
        known = _KINDS.get(kind)
        names = [field.name for field in fields(known)] if known is not None else ["node"]
        facts = dict(zip(names, values, strict=False))
        node, message = str(facts.pop("node", "")), str(facts.pop("message", ""))
        yield _entry(turn, index, _level(kind, facts), kind, node, message, facts)
        index += 1


def _level(kind: str, facts: Mapping[str, Any]) -> Level:
    if kind == events.LogWritten.kind:
        return cast(Level, facts["level"])
    if kind == events.ExecutionFailed.kind:
        return "error"
    return "warning" if kind in _WARNING else "info" if kind in _INFO else "debug"


def _entry(
    turn: TurnLog, index: int, level: Level, event: str, node: str, message: str, facts: Mapping[str, Any]
) -> LogEntry:
    place = {"version": turn.version, "index": index}
    return LogEntry(**place, at=turn.at, level=level, event=event, node=node, message=message, fields=facts)
