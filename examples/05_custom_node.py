# Run it: botflow chat examples/05_custom_node.py
"""A node of your own: an async function becomes the node type `shop.price`, and a plugin brings it to a flow.

To install it for every flow, put it into a package and name the plugin in that package's entry points:
[project.entry-points."botflow.plugins"]
shop = "your_package:plugin"
"""

from collections.abc import Mapping
from typing import Any

from botflow import Flow, Plugin, Properties, action

PRICES = {"bell": 12, "lamp": 30, "saddle": 45}  # stands for your shop's API


class PriceProperties(Properties):
    """What the node needs; a template in it is rendered before the function is called."""

    item: str


@action("shop.price", timeout_s=5)
async def price(properties: PriceProperties, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the price of one item; an exception leads the flow to the node's `error` handle."""
    return {"euros": PRICES[properties.item.lower().rstrip("s")]}


plugin = Plugin(name="shop", node_types=(price,))

flow = Flow("prices", name="Price list")
item = flow.ask("Which part do you need?", variable="item")
look_up = flow.node("shop.price", id="look_up", item="{{ item }}")
found = flow.say("A {{ item }} costs {{ $look_up.euros }} euros.")
unknown = flow.say("We do not have that. We have bells, lamps and saddles.")

flow.message_received() >> item >> look_up >> found
look_up["error"] >> unknown >> item
