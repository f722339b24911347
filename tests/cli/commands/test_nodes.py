"""`botflow nodes`: what an author finds out about node types on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.node_types import EVERY

SHOP = """\
from collections.abc import Mapping
from typing import Any, TypedDict

from botflow import Flow, Plugin, Properties, action


class StockProperties(Properties):
    item: str
    \"\"\"What is looked for.\"\"\"


class Stock(TypedDict):
    left: int


@action("shop.stock")
async def stock(properties: StockProperties, variables: Mapping[str, Any]) -> Stock:
    \"\"\"Asks the shop how many of a thing it has.\"\"\"
    return {"left": 1}


plugin = Plugin(name="shop", node_types=(stock,))
flow = Flow("shop")
flow.message_received() >> flow.node("shop.stock", item="bell")
"""


def test_the_node_types_are_a_table_by_section(botflow: Call) -> None:
    ended = botflow("nodes")

    lines = ended.out.splitlines()
    assert (ended.status, lines[0].split()) == (0, ["NAME", "TITLE", "CAPABILITIES"])
    assert {line.split()[0] for line in lines if "." in line} == set(EVERY)
    assert lines.index("Conversation") < lines.index("Twilio")


def test_one_node_type_is_told_with_all_that_a_flow_needs(botflow: Call) -> None:
    ended = botflow("nodes", "chatbot.menu")

    for said in ("chatbot.menu  Menu (Conversation, action)", "one for each of options", "actionType: menu"):
        assert said in ended.out
    assert "  text  text or one for each language; required\n      The question. May be a template." in ended.out
    assert "\nOption\n  id  text; required" in ended.out


def test_a_misspelt_one_is_guessed(botflow: Call) -> None:
    ended = botflow("nodes", "chatbot.aks")

    assert (ended.status, ended.err) == (
        2,
        "error: there is no node type 'chatbot.aks'. Did you mean chatbot.ask?\n",
    )


def test_machines_get_what_the_api_answers(botflow: Call) -> None:
    one = json.loads(botflow("nodes", "chatbot.ask", "--json").out)
    every = json.loads(botflow("nodes", "--json").out)

    assert one in every
    assert one["propertiesSchema"]["properties"]["expect"]["x-field"]["widget"] == "select"


def test_an_authors_own_node_type_is_shown_from_its_file(botflow: Call) -> None:
    Path("shop.py").write_text(SHOP)

    shown = json.loads(botflow("nodes", "shop.stock", "--flow", "shop.py", "--json").out)

    assert (shown["title"], shown["section"]) == ("Stock", "Shop")
    assert shown["description"] == "Asks the shop how many of a thing it has."
    assert shown["capabilities"] == ["asks the world"]
    assert shown["outputs"] == [{"name": "left", "type": "integer", "description": ""}]
    assert shown["propertiesSchema"]["properties"]["item"]["description"] == "What is looked for."
