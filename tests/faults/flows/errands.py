# A run that asks the world: what the crash tests of executions start.
"""Six errands, one after the other, then one for each item at once. Every call leaves a line in a file."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action
from botflow.engine.node_type import ActionContext

CHAIN = ("one", "two", "three", "four", "five", "six")


class Errand(Properties):
    """What to do, and for how long."""

    name: str
    seconds: float | str = 0.0


@action("errand.run")
async def run(properties: Errand, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
    """Write down that the errand was run, and under which key."""
    _write(f"{properties.name} {context.key} {os.getpid()}\n")
    await asyncio.sleep(float(properties.seconds))
    context.log("info", f"ran {properties.name}")
    return {"done": properties.name}


def _write(line: str) -> None:
    with open(os.environ["BOTFLOW_TEST_ERRANDS"], "a", encoding="utf-8") as file:
        file.write(line)


plugin = Plugin(name="errands", node_types=(run,))

flow = Flow("errands", name="Errands", mode="single")
last = flow.manual(id="start")
for name in CHAIN:
    errand = flow.node("errand.run", id=name, name=name, seconds="{{ $input.seconds }}")
    last = last >> errand
fan = flow.parallel(each="{{ $input.items }}", variable="results", id="fan")
last >> fan
fan["each"] >> flow.node("errand.run", id="work", name="{{ item }}", seconds="{{ $input.seconds }}")
fan["done"] >> flow.end(output={"chain": "{{ $six.done }}", "fan": "{{ results | length }}"}, id="end")
