"""Flows that the tests of `botflow.testing` talk to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow import Plugin, Properties, action, polling
from botflow.engine.node_type import ActionContext
from botflow.nodes.custom.polling import Pending

PIZZA = """
id: pizza
name: Pizza
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: welcome}
  - {id: welcome, type: chatbot, actionType: say, properties: {text: Welcome!}, next: menu}
  - id: menu
    type: chatbot
    actionType: menu
    properties:
      text: Hi! What would you like?
      options: [{id: pizza, label: Pizza, match: [pie]}, {id: salad, label: Salad}]
      variable: dish
      timeout: 24h
      reminders: [{after: 1h, text: Still there?}]
    on: {pizza: quantity, salad: quantity, timeout: late}
  - id: quantity
    type: chatbot
    actionType: ask
    properties: {text: How many?, variable: quantity, expect: integer, min: 1, max: 20}
    next: done
  - {id: done, type: chatbot, actionType: say, properties: {text: "{{ quantity }} × {{ dish }}, on the way."}}
  - {id: late, type: chatbot, actionType: say, properties: {text: Bye.}}
"""

DESK = """
id: desk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: route}
  - id: route
    type: ai
    actionType: route
    properties: {routes: [{handle: order, examples: [I am hungry]}, {handle: refund, examples: [money back]}]}
    on: {order: read, refund: reply, fallback: lost, error: broken}
  - id: read
    type: ai
    actionType: extract
    properties: {fields: {dish: {}, qty: {type: integer}}}
    on: {done: confirm, missing: lost, error: broken}
  - {id: confirm, type: chatbot, actionType: say, properties: {text: "{{ qty }} {{ dish }}."}}
  - {id: reply, type: ai, actionType: reply, properties: {instructions: Be kind., fallback: We are sorry.}}
  - {id: lost, type: chatbot, actionType: say, properties: {text: Pardon?}}
  - {id: broken, type: chatbot, actionType: say, properties: {text: A person will answer.}}
"""

SHOP = """
id: shop
variables: {name: Ann}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: item}
  - {id: item, type: chatbot, actionType: ask, properties: {text: Which part?, variable: item}, next: price}
  - id: price
    type: shop
    actionType: price
    credential: shop
    properties: {item: "{{ item }}"}
    on: {next: found, error: unknown}
  - {id: found, type: chatbot, actionType: say, properties: {text: "A {{ item }} costs {{ $price.euros }} euros."}}
  - {id: unknown, type: chatbot, actionType: say, properties: {text: "Sorry: {{ $price.code }}"}}
"""

MAKING = """
id: making
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: make}
  - {id: make, type: shop, actionType: make, properties: {item: "{{ $input.item }}"}, on: {next: end, timeout: late}}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ $make.result }}"}}
  - {id: late, type: logic, actionType: end, properties: {output: late}}
"""


class ItemProperties(Properties):
    """What is asked for."""

    item: str


@action("shop.price", timeout_s=5)
async def price(properties: ItemProperties, variables: Mapping[str, Any], context: ActionContext) -> dict[str, Any]:
    """Return the price of one item."""
    context.log("info", f"{variables['name']} asks for {properties.item}")
    await context.save("asked", properties.item.encode())
    return {"euros": {"bell": 12, "lamp": 30}[properties.item], "key": context.credential["key"]}


async def look(properties: ItemProperties, state: Any, context: ActionContext) -> Any:
    return Pending({"looks": state["looks"] + 1}) if state["looks"] < 2 else {"result": f"a {properties.item}"}


@polling("shop.make", check=look, every="30s", longest="5m")
async def make(properties: ItemProperties, context: ActionContext) -> Any:
    return {"looks": 0}


SHOP_PLUGIN = Plugin(name="shop", node_types=(price, make))
