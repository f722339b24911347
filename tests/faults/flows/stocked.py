# The flow `hear` with an action of its own in the place of a model: only a process that has this file can run it.
"""A word is answered at once, one with "think" in it by an action, which writes down which process ran it."""

import os
from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action


class Heard(Properties):
    """What was said."""

    text: str


@action("stock.repeat")
async def repeat(properties: Heard, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Repeat it."""
    _write(f"{os.getpid()} {properties.text}\n")
    return {"said": f"You said: {properties.text}"}


def _write(line: str) -> None:
    with open(os.environ["BOTFLOW_TEST_ERRANDS"], "a", encoding="utf-8") as file:
        file.write(line)


plugin = Plugin(name="stocked", node_types=(repeat,))

flow = Flow("stocked", name="Stocked")
listen = flow.ask("Go on.", variable="said", id="listen")
kind = flow.branch({"think": "'think' in said"}, id="kind")
look = flow.node("stock.repeat", id="look", text="{{ said }}")
flow.message_received() >> listen >> kind
kind["else"] >> flow.say("Heard {{ said }}.") >> listen
kind["think"] >> look >> flow.say("{{ $look.said }}") >> listen
