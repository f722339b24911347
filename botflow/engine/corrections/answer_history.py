"""The questions that a person can go back to, with the changes that each answer made; a list of bounded size.

An entry holds the positions of the frames at a question, and those of their variables, outputs and notes that differ
from the next entry (for the last one: from now). So the size of an entry is the size of its answer's changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from botflow.engine.session import Frame, Past

MOST_ANSWERS = 10
LARGEST_PAST = 8_000  # characters of JSON
_NOTHING = Frame(node="")


def remember(past: Past, began: Sequence[Frame], ended: Sequence[Frame], *, answered: bool, acted: bool) -> Past:
    """Return the questions that one can go back to, after a turn from one stack of frames to another.

    `answered`: it began with an answer to a question. `acted`: it did something in the world, which cannot be undone.
    """
    if acted:
        return Past(barred=True)
    if answered:
        entries = (*past.answered, _entry(began, ended))
    elif past.answered:
        last = past.answered[-1]
        entries = (*past.answered[:-1], _entry(former(last, began), ended))
    else:
        return past
    entries = entries[-MOST_ANSWERS:]
    sizes = [len(orjson.dumps(entry)) for entry in entries]
    while sum(sizes) > LARGEST_PAST:
        entries, sizes = entries[1:], sizes[1:]
    return Past(entries, past.barred)


def former(entry: Mapping[str, Any], later: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return the frames as they were at the entry's question; `later`: those of the next entry, or the current ones."""
    frames = []
    for position, (node, kind, flow, interrupt) in enumerate(entry["at"]):
        base = later[position] if position < len(later) else _NOTHING
        changes = entry["was"][position]
        frames.append(
            Frame(
                node=node,
                kind=kind,
                flow=flow,
                interrupt=interrupt,
                variables=_undone(base.variables, changes, "variables"),
                outputs=_undone(base.outputs, changes, "outputs"),
                notes=_undone(base.notes, changes, "notes"),
            )
        )
    return tuple(frames)


def _entry(began: Sequence[Frame], ended: Sequence[Frame]) -> dict[str, Any]:
    was = []
    for position, frame in enumerate(began):
        now = ended[position] if position < len(ended) else _NOTHING
        each = {
            "variables": _changes(frame.variables, now.variables),
            "outputs": _changes(frame.outputs, now.outputs),
            "notes": _changes(frame.notes, now.notes),
        }
        was.append({name: changes for name, changes in each.items() if changes})
    return {"at": [[frame.node, frame.kind, frame.flow, frame.interrupt] for frame in began], "was": was}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes from `after` back to `before`: values to set, and names to remove."""
    changes = {
        "set": {name: value for name, value in before.items() if name not in after or not _same(value, after[name])},
        "unset": [name for name in after if name not in before],
    }
    return {name: value for name, value in changes.items() if value}


def _undone(after: Mapping[str, Any], changes: Mapping[str, Any], part: str) -> dict[str, Any]:
    inner: Mapping[str, Any] = changes.get(part, {})
    unset = inner.get("unset", ())
    kept = {name: value for name, value in after.items() if name not in unset}
    return {**kept, **inner.get("set", {})}


def _same(left: Any, right: Any) -> bool:
    """Say whether two values are the same JSON; 1, 1.0 and true are not."""
    return left is right or orjson.dumps(left) == orjson.dumps(right)
