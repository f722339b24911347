"""Holds a script on both sides and returns where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
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


async def compare(script: Script, url: str, types: tuple[NodeType, ...] = (), draw: Draw | None = None) -> Compared:
    """Hold the script's acts, and those that `draw` adds, in the Simulator; then the same in the runtime."""
    plugins = (Plugin(name="likeness", node_types=types),) if types else ()
    simulated = Simulated(script, plugins)
    for act in script.acts:
        simulated.act(act)
    while draw is not None and (drawn := draw(simulated)) is not None:
        simulated.act(drawn)
    differences: list[str] = []
    database = await open_database(url, migrate=False)
    try:
        async with open_production(script, database, simulated.began, types) as production:
            for number, done in enumerate(simulated.done):
                real = await production.act(done)
                found = list(_differences(done, real))
                if found:
                    where = f"{script.name}, act {number} {done.act}"
                    differences.append("\n  ".join([where, *found]))
                    break  # what follows differs because of this
    finally:
        await database.close()
    last = simulated.done[-1].seen if simulated.done else Seen()
    return Compared(
        script=script,
        done=simulated.done,
        turns=sum(len(each.turns) for each in last.sessions),
        messages=sum(len(each.messages) for each in last.sessions),
        differences=differences,
    )


def _differences(done: Done, real: Seen) -> Iterator[str]:
    simulated = done.seen
    # A call that nothing hears is refused by the Simulator alone; what matters is that the runtime does nothing either.
    if real.refusal and real.refusal != simulated.refusal:
        yield f"refused with {real.refusal!r}, in the Simulator with {simulated.refusal!r}"
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


def copy_of(template: Path, folder: Path) -> str:
    """Return the URL of an empty database of one conversation's own."""
    file = folder / f"{len(list(folder.iterdir()))}.db"
    file.write_bytes(template.read_bytes())
    return f"sqlite:///{file}"
