"""A failure of somebody's code is one line in the log that leads to its place: workflow, node, execution, traceback.
Each turn is one, too, for those who want to see them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.engine.node_type import Leave, NodeType
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.nodes.custom.action import action
from botflow.plugins import Plugin
from tests.web.site import open_site

FLOW = """
botflow: 1
id: shop
name: Shop
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: look_up}
  - {id: look_up, type: %s, actionType: %s}
"""


class Article(Properties):
    pass


@action("stock.count")
async def count(properties: Article, variables: Mapping[str, Any]) -> Any:
    articles: dict[str, int] = {}
    return articles["no such article"]


class Shelf(NodeType):
    """A node whose own code has an error."""

    name = "stock.shelf"
    properties = Article

    def visit(self, properties: Article, scene: Scene) -> Leave:
        raise ZeroDivisionError("no shelf" + "s" * 10_000)


PLUGIN = Plugin(name="stock", node_types=(count, Shelf()))


async def failures(url: str, kind: str) -> list[dict[str, Any]]:
    """Serve the flow with this node, say something, and return the log's lines of failures."""
    flow = FLOW % tuple(kind.split("."))
    with capture_logs() as lines:
        async with open_site(url, flows=[flow], plugins=(PLUGIN,)) as site:
            visit = await site.visit("shop")
            answer = await visit.post(text="how many?")
            assert answer.json()["status"] == "failed"
    return [dict(line) for line in lines if line["log_level"] in ("warning", "error")]


async def test_a_crashed_action_is_logged_with_its_place_and_traceback(sqlite_url: str) -> None:
    asked, node, execution = await failures(sqlite_url, "stock.count")
    for line in (asked, node, execution):
        assert (line["workflow"], line["node"], line["code"]) == ("shop", "look_up", "action.crashed")
        assert line["reason"] == "KeyError: 'no such article'"
        assert line["execution"]
    assert asked["action"] == "stock.count"
    assert f'{__file__}", line' in asked["exception"]
    assert "in count" in asked["exception"]
    assert [line["event"] for line in (asked, node, execution)] == ["ask_failed", "node_failed", "execution_failed"]


async def test_a_crashed_node_is_logged_with_its_place_and_traceback(sqlite_url: str) -> None:
    node, execution = await failures(sqlite_url, "stock.shelf")
    assert (node["workflow"], node["node"], node["code"]) == ("shop", "look_up", "node.crashed")
    assert "in visit" in node["exception"]
    assert len(node["exception"]) <= 8_000
    assert len(node["reason"]) <= 500
    assert execution["event"] == "execution_failed"


async def test_each_turn_is_a_line_by_which_a_conversation_can_be_followed(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the person nor a word of theirs is in it."""
    with capture_logs() as lines, caplog.at_level(logging.DEBUG, "botflow.turns"):
        async with open_site(sqlite_url) as site:
            visit = await site.visit("order")
            for text in ("Ann", "pizza"):
                await visit.post(text=text)
            session, person = await visit.number(), visit.external_id
    turns = [line for line in lines if line["event"] == "turn"]
    assert {(line["workflow"], line["channel"], line["session"]) for line in turns} == {("order", "chat", session)}
    assert [(line["seq"], line["kind"], line["status"], line["node"], line["messages"]) for line in turns] == [
        (1, "opened", "waiting", "ask_name", 2),
        (2, "message", "waiting", "menu", 1),
        (3, "message", "completed", None, 1),
    ]
    assert len({line["execution"] for line in turns}) == 1
    assert all(0 <= line["ms"] < 60_000 for line in turns)
    assert not any(said in str(turns) for said in ("Ann", "izza", person))


async def test_turns_are_no_lines_otherwise(sqlite_url: str) -> None:
    with capture_logs() as lines:
        async with open_site(sqlite_url) as site:
            await (await site.visit("order")).post(text="Ann")
    assert "turn" not in [line["event"] for line in lines]
