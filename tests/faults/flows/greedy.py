"""A workflow whose turns take longer than anybody waits: what a greedy address sends its messages to."""

import asyncio
from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action


@action("greedy.sleep", timeout_s=40)
async def sleep(properties: Properties, variables: Mapping[str, Any]) -> dict[str, Any]:
    await asyncio.sleep(30)
    return {}


plugin = Plugin(name="greedy", node_types=(sleep,))
flow = Flow("greedy")
flow.message_received() >> flow.node("greedy.sleep") >> flow.say("At last.")
