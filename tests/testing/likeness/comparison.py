"""Holds a script on both sides and returns where they differ."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import Any

from botflow.engine.node_type import NodeType
from botflow.plugins import Plugin
from botflow.storage.database import open_database
from tests.testing.likeness.acts import Act, Script
from tests.testing.likeness.production import open_production
from tests.testing.likeness.seen import Held, Seen
from tests.testing.likeness.simulated import Done, Simulated

Draw = Callable[[Simulated], Act | None]  # the next act; None ends the conversation


@dataclass
class Compared:
    """What came of one conversation."""

    script: Script
    done: Sequence[Done]
    turns: int
    messages: int
    differences: list[str]


async def compare(
    script: Script, fresh: Callable[[], str], types: tuple[NodeType, ...] = (), draw: Draw | None = None
) -> Compared:
    """Hold the script's acts, and those that `draw` adds, in the Simulator; then the same in the runtime, on a `fresh`
    database. What stands in the end has every turn and message; where it differs, the first act is looked for."""
    plugins = (Plugin(name="likeness", node_types=types),) if types else ()
    simulated = Simulated(script, plugins)
    for act in script.acts:
        simulated.act(act)
    while draw is not None and (drawn := draw(simulated)) is not None:
        simulated.act(drawn)
    differences = await _held(simulated, fresh(), types, looks_at_each=False)
    if differences:
        differences = await _held(simulated, fresh(), types, looks_at_each=True) or differences
    last = simulated.done[-1].seen
    return Compared(
        script=script,
        done=simulated.done,
        turns=sum(len(each.turns) for each in last.sessions),
        messages=sum(len(each.messages) for each in last.sessions),
        differences=differences,
    )


async def _held(simulated: Simulated, url: str, types: tuple[NodeType, ...], *, looks_at_each: bool) -> list[str]:
    """Hold in the runtime what the Simulator has held, up to the first difference."""
    database = await open_database(url, migrate=False)
    try:
        async with open_production(simulated.script, database, simulated.began, types) as production:
            for number, done in enumerate(simulated.done, start=1):
                refusal = await production.act(done)
                found = _of_refusals(done.seen.refusal, refusal)
                if looks_at_each or number == len(simulated.done):
                    found += list(_differences(done.seen, await production.seen()))
                if found:  # what follows differs because of this
                    return ["\n  ".join([f"{simulated.script.name}, act {number}: {done.act}", *found])]
    finally:
        await database.close()
    return []


def _of_refusals(simulated: str, real: str) -> list[str]:
    """Compare the codes of refusals. A call that nothing hears is refused by the Simulator alone; what matters is that
    the runtime does nothing either."""
    return [f"refused with {real!r}, in the Simulator with {simulated!r}"] if real and real != simulated else []


def _differences(simulated: Seen, real: Seen) -> Iterator[str]:
    if real.contacts != simulated.contacts:
        yield f"contacts {real.contacts}, in the Simulator {simulated.contacts}"
    ours, theirs = [each.name[:3] for each in simulated.sessions], [each.name[:3] for each in real.sessions]
    if ours != theirs:
        yield f"sessions {theirs}, in the Simulator {ours}"
        return
    for mine, other in zip(simulated.sessions, real.sessions, strict=True):
        yield from _of_session(mine, other)


def _of_session(simulated: Held, real: Held) -> Iterator[str]:
    for field in fields(Held):
        mine, other = getattr(simulated, field.name), getattr(real, field.name)
        if mine != other:
            yield f"{real.name[:3]}: {field.name}\n    runtime   {_end(other, mine)}\n    simulator {_end(mine, other)}"


def _end(value: Any, other: Any) -> Any:
    """Return a value, or of a list what follows its part that is equal."""
    if not isinstance(value, list):
        return value
    equal = next(
        (at for at, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other))
    )
    return f"from {equal}: {value[equal:]}"


def copies_of(template: Path, folder: Path) -> Callable[[], str]:
    """Return what returns the URL of an empty database each time."""
    numbers = count()

    def fresh() -> str:
        return f"sqlite:///{shutil.copy(template, folder / f'{next(numbers)}.db')}"

    return fresh
