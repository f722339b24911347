"""`botflow worker FLOW...`: actions run in the processes that have them, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands.test_worker import execute, inbounds, post
from tests.cli.conftest import Call
from tests.cli.processes import SECRET, running
from tests.faults.servers_that_die import API_KEY
from tests.ports import free_port

STOCK = """
from botflow import Flow, Plugin, Properties, action

class Item(Properties):
    item: str

@action("shop.stock", timeout_s=5)
async def stock(properties: Item, variables):
    return {"left": 4}

plugin = Plugin(name="shop", node_types=(stock,))
flow = Flow("hear")
item = flow.ask("What are you looking for?", variable="item")
look = flow.node("shop.stock", id="look", item="{{ item }}")
flow.message_received() >> item >> look >> flow.say("We have {{ $look.left }}.")
"""


def test_a_conversations_action_runs_in_the_worker_that_has_it(tmp_path: Path, postgres_url: str) -> None:
    stock = tmp_path / "stock.py"
    stock.write_text(STOCK)
    settings = {
        "BOTFLOW_DATABASE_URL": postgres_url,
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_API_KEY": API_KEY,
    }
    health = f"127.0.0.1:{free_port()}"
    with running(tmp_path, "serve", str(stock), "--port", "0", "--no-worker", **settings) as web:
        web.wait_for("ready at")
        with running(tmp_path, "worker", "--health", health, **settings) as without:
            without.wait_for("worker_started")
            assert "node.unknown_type" in without.output
            assert "shop.stock" in without.output
            assert post(web, "ann", "hi")["messages"][0]["text"] == "What are you looking for?"
            with running(tmp_path, "worker", str(stock), **settings) as has_it:
                has_it.wait_for("worker_started")
                assert [each["text"] for each in post(web, "ann", "bell")["messages"]] == ["We have 4."]
                assert has_it.stop() == 0
            assert execute(postgres_url, "SELECT max(attempt) FROM inbounds WHERE key = 'm:bell'") == [(1,)]
            assert without.stop() == 0
    assert inbounds(postgres_url) == {}


def test_a_mistake_in_the_files_of_a_worker_is_said_at_the_start(
    tmp_path: Path, botflow: Call, postgres_url: str
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("botflow: 1\nid: broken\nnodes:\n  - {id: start, type: chatbot, actionType: nothing}\n")

    ended = botflow("worker", str(broken), BOTFLOW_DATABASE_URL=postgres_url, BOTFLOW_SECRET_KEY=SECRET)

    assert ended.status != 0
    assert "broken.yaml:4" in ended.err
    assert "node.unknown_type" in ended.err
    assert "Traceback" not in ended.err


def test_a_worker_publishes_nothing(tmp_path: Path, postgres_url: str) -> None:
    stock = tmp_path / "stock.py"
    stock.write_text(STOCK)
    settings = {"BOTFLOW_DATABASE_URL": postgres_url, "BOTFLOW_SECRET_KEY": SECRET}

    with running(tmp_path, "worker", str(stock), **settings) as worker:
        worker.wait_for("worker_started")
        assert worker.stop() == 0

    assert execute(postgres_url, "SELECT count(*) FROM workflows") == [(0,)]
