"""`botflow worker` as a process: its queues, its health, and a stop that loses nothing."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, Process, running
from tests.faults.hear_conversations import HEAR
from tests.faults.servers_that_die import API_KEY
from tests.ports import free_port
from tests.stand_ins.openai import OpenAIStandIn

STOP_S = 20.0


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [
        ("--queue", "sends", "turns, executions, effects"),
        ("--health", "9000", "127.0.0.1:9000"),
        ("--health", "localhost:", "127.0.0.1:9000"),
        ("--queue", "turns,effects", "turns, executions, effects"),
        ("--health", "127.0.0.1:65536", "127.0.0.1:9000"),
        ("--health", ":9000", "127.0.0.1:9000"),
        ("--health", f"127.0.0.1:{'9' * 5_000}", "127.0.0.1:9000"),
    ],
)
def test_an_option_that_fits_nothing_is_one_line_of_error(botflow: Call, option: str, value: str, hint: str) -> None:
    ended = botflow("worker", option, value)

    assert ended.status == 2
    assert value in ended.err
    assert hint in ended.err
    assert "Traceback" not in ended.err


def test_a_health_address_in_use_ends_the_worker_before_it_takes_a_job(
    tmp_path: Path, botflow: Call, postgres_url: str
) -> None:
    settings = {"BOTFLOW_DATABASE_URL": postgres_url, "BOTFLOW_SECRET_KEY": SECRET}
    health = f"127.0.0.1:{free_port()}"
    with running(tmp_path, "worker", "--health", health, **settings) as first:
        first.wait_for("worker_started")
        ended = botflow("worker", "--health", health, **settings)
        ready = get(f"http://{health}/readyz")
        assert first.stop() == 0

    assert ended.status == 2
    assert "cannot listen" in ended.err
    assert json.loads(ready)["components"] == {"database": "ok", "worker": "ok"}


def test_a_stopped_worker_releases_its_turns_and_others_run_them(tmp_path: Path, postgres_url: str) -> None:
    """Two turns wait for a model that takes longer than a stop. A worker of runs leaves them alone."""
    with OpenAIStandIn(ms=60_000) as openai:
        settings = {
            "BOTFLOW_DATABASE_URL": postgres_url,
            "BOTFLOW_SECRET_KEY": SECRET,
            "BOTFLOW_API_KEY": API_KEY,
            **openai.environment,
        }
        with running(tmp_path, "serve", str(HEAR), "--port", "0", "--no-worker", **settings) as web:
            web.wait_for("ready at")
            for person in ("ann", "bob"):
                post(web, person, "hi")
                threading.Thread(target=leave_waiting, args=(web, person, "think"), daemon=True).start()
            until(lambda: inbounds(postgres_url) == {"waiting": 2})
            with running(tmp_path, "worker", **settings) as stopped:
                until(lambda: openai.calls == 2)
                assert inbounds(postgres_url) == {"leased": 2}
                began_s = time.monotonic()
                assert stopped.stop() == 0
                took_s = time.monotonic() - began_s
            assert inbounds(postgres_url) == {"waiting": 2}
            assert execute(postgres_url, "SELECT max(attempt) FROM inbounds") == [(0,)], "a stop counts no attempt"
            openai.ms = 0
            with running(tmp_path, "worker", "--queue", "executions", "--queue", "effects", **settings) as other:
                other.wait_for("worker_started")
                until(
                    lambda: len(execute(postgres_url, "SELECT 1 FROM processes WHERE queues LIKE '%executions%'")) == 1
                )
                time.sleep(2.0)  # several looks
                assert inbounds(postgres_url) == {"waiting": 2}
            with running(tmp_path, "worker", "--queue", "turns", **settings):
                until(lambda: inbounds(postgres_url) == {})
            replies = [post(web, person, "think")["messages"] for person in ("ann", "bob")]
    print(f"\nA worker with two turns under way stopped in {took_s:.1f} s of {STOP_S:g}; both ran elsewhere, once.")
    assert took_s < STOP_S
    assert [[message["text"] for message in said] for said in replies] == [["You said: think", "Go on."]] * 2
    assert openai.calls == 4
    assert execute(postgres_url, "SELECT count(*) FROM inbounds WHERE state <> 'done'") == [(0,)]


def test_a_stopped_worker_finishes_what_it_can_in_time(tmp_path: Path, postgres_url: str) -> None:
    with OpenAIStandIn(ms=2_000) as openai:
        settings = {
            "BOTFLOW_DATABASE_URL": postgres_url,
            "BOTFLOW_SECRET_KEY": SECRET,
            "BOTFLOW_API_KEY": API_KEY,
            **openai.environment,
        }
        with running(tmp_path, "serve", str(HEAR), "--port", "0", "--no-worker", **settings) as web:
            web.wait_for("ready at")
            post(web, "ann", "hi")
            threading.Thread(target=leave_waiting, args=(web, "ann", "think"), daemon=True).start()
            with running(tmp_path, "worker", **settings) as stopped:
                until(lambda: openai.calls == 1)
                assert stopped.stop() == 0
            said = post(web, "ann", "think")["messages"]
    assert [message["text"] for message in said] == ["You said: think", "Go on."]
    assert openai.calls == 1


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def post(web: Process, person: str, text: str) -> dict[str, Any]:
    return web.post("/chat/hear/messages", {"externalId": person, "text": text, "messageId": text}, API_KEY)


def leave_waiting(web: Process, person: str, text: str) -> None:
    """Post and take whatever comes of it: the answer is asked for again later."""
    with suppress(OSError):
        post(web, person, text)


def inbounds(url: str) -> dict[str, int]:
    """Return how many new inbounds a process runs, and how many wait to be claimed."""
    rows = execute(
        url,
        "SELECT CASE WHEN owner IS NULL THEN 'waiting' ELSE 'leased' END, count(*) FROM inbounds"
        " WHERE state = 'new' AND priority IS NOT NULL GROUP BY 1",
    )
    return {str(kind): int(count) for kind, count in rows}


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def until(is_true: Any) -> None:
    deadline_s = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
