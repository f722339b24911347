"""`botflow serve` and `botflow worker` as real processes, on SQLite and on Postgres with Redis."""

from __future__ import annotations

import time
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, running
from tests.web.site import ORDER

EXAMPLES = Path(__file__).parents[3] / "examples"
ROUTER = str(EXAMPLES / "03_support_router.yaml")
DEMO = str(EXAMPLES / "demo.yaml")


def test_serve_holds_a_conversation_and_stops_in_good_order(tmp_path: Path) -> None:
    with running(tmp_path, "serve", DEMO, "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        opened = server.post("/chat/demo/sessions")
        said = server.post("/chat/demo/messages", {"text": "coffee"}, opened["token"])

        assert [message["text"] for message in said["messages"]] == ["Lovely. How many? (a number, or a word: two)"]
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as ready:
            assert ready.status == 200
        assert server.stop() == 0
        assert "Traceback" not in server.output


def test_on_sqlite_the_start_up_lines_do_not_promise_a_worker_elsewhere(tmp_path: Path) -> None:
    with running(tmp_path, "serve", ROUTER, "--dev", "--port", "0", "--no-worker") as server:
        server.wait_for("worker ")

    assert "worker     none, and on SQLite" in server.output


def test_the_start_up_lines_say_where_to_go_and_tell_no_secret(tmp_path: Path, empty_postgres_url: str) -> None:
    parts = urlsplit(empty_postgres_url)
    host = parts.netloc.rpartition("@")[2]
    settings = {
        "BOTFLOW_DATABASE_URL": parts._replace(netloc=f"{parts.username}:hunter2hunter2@{host}").geturl(),
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_PUBLIC_URL": "https://bots.example.com",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "1" * 32,
    }
    with running(tmp_path, "serve", ROUTER, "--port", "0", "--no-worker", **settings) as server:
        server.wait_for("webhook")
        lines = server.output

    assert "workflows  support" in lines
    assert "worker     elsewhere: botflow worker" in lines
    assert "webhook    https://bots.example.com/twilio/support#rc=2&rp=ct,rt,5xx" in lines
    assert f"{parts.username}:***@{host}" in lines
    assert "chat page" not in lines
    assert not any(secret in lines for secret in ("hunter2hunter2", SECRET, "1" * 32))


def test_web_and_worker_are_processes_of_their_own_on_postgres(
    tmp_path: Path, empty_postgres_url: str, redis_url: str
) -> None:
    """The router asks a model, so its turns are the worker's."""
    settings = {
        "BOTFLOW_DATABASE_URL": empty_postgres_url,
        "BOTFLOW_REDIS_URL": redis_url,
        "BOTFLOW_SECRET_KEY": SECRET,
    }
    with (
        running(tmp_path, "serve", ROUTER, "--port", "0", "--no-worker", **settings) as server,
        running(tmp_path, "worker", **settings) as worker,
    ):
        server.wait_for("ready at")
        worker.wait_for("worker_started")
        opened = server.post("/chat/support/sessions")
        said = server.post("/chat/support/messages", {"text": "I want a refund for order 12"}, opened["token"])

        assert [message["text"] for message in said["messages"]] == ["Order 12 will be refunded today."]
        assert (worker.stop(), server.stop()) == (0, 0)
        assert "Traceback" not in server.output + worker.output


def test_a_changed_file_serves_new_people_and_those_who_wait_keep_their_version(tmp_path: Path) -> None:
    flow = tmp_path / "greeting.yaml"
    text = (
        "id: greeting\nnodes:\n"
        "  - {id: start, type: chatbot, actionType: message_received, next: ask}\n"
        "  - {id: ask, type: chatbot, actionType: ask, properties: {text: Name?, variable: name}, next: greet}\n"
        "  - {id: greet, type: chatbot, actionType: say, properties: {text: 'Hello {{ name }}'}}\n"
    )
    flow.write_text(text)
    with running(tmp_path, "serve", str(flow), "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        token = server.post("/chat/greeting/sessions")["token"]
        server.post("/chat/greeting/messages", {"text": "hi"}, token)
        server.stop()
    flow.write_text(text.replace("Hello", "Good day"))

    with running(tmp_path, "serve", str(flow), "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        waited = server.post("/chat/greeting/messages", {"text": "Ada"}, token)
        server.post("/chat/greeting/messages", {"text": "hi"}, token)
        again = server.post("/chat/greeting/messages", {"text": "Ada"}, token)

    assert [message["text"] for message in waited["messages"]] == ["Hello Ada"]
    assert [message["text"] for message in again["messages"]] == ["Good day Ada"]


def test_a_second_process_on_the_same_sqlite_file_is_refused_but_sessions_can_be_read(
    tmp_path: Path, botflow: Call
) -> None:
    with running(tmp_path, "serve", DEMO, "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        server.post("/chat/demo/sessions")

        second = botflow("serve", DEMO, "--dev", "--port", "0")
        listed = botflow("sessions")
        shown = botflow("sessions", "show", "1")

    assert second.status == 2
    assert second.err.startswith("error: ")
    assert "Postgres" in second.err
    assert "demo" in listed.out
    assert "waiting" in listed.out
    assert shown.out.startswith("session 1: demo, chat, visitor:")
    assert "< What would you like?" in shown.out
    assert "menu waits" in shown.out


def test_a_database_that_is_not_migrated_is_refused_with_no_migrate(botflow: Call) -> None:
    ended = botflow("serve", DEMO, "--dev", "--port", "0", "--no-migrate")

    assert ended.status == 2
    assert "botflow db upgrade" in ended.err


def test_a_database_that_is_away_is_one_line_of_error(botflow: Call) -> None:
    ended = botflow("serve", DEMO, "--dev", "--port", "0", BOTFLOW_DATABASE_URL="postgresql://127.0.0.1:1/none")

    assert ended.status == 2
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err


def test_a_broken_flow_is_not_served(tmp_path: Path, botflow: Call) -> None:
    Path("broken.yaml").write_text("id: broken\nnodes:\n  - {id: start, type: chatbot, actionType: nothing}\n")

    ended = botflow("serve", "broken.yaml", "--dev", "--port", "0")

    assert ended.status == 1
    assert ended.err.startswith("broken.yaml:3:")


def test_an_idle_connection_is_kept_longer_than_its_client_keeps_it(tmp_path: Path) -> None:
    with running(tmp_path, "serve", DEMO, "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        with closing(connection):
            for pause_s in (0, 6):  # common servers close after five seconds
                time.sleep(pause_s)
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200


def test_the_start_up_lines_say_what_goes_on_in_older_versions(tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    said = []
    for text in ("Hello.", "Good day."):
        file.write_text(ORDER.replace("Welcome to Luigi's!", text))
        with running(tmp_path, "serve", "order.yaml", "--dev", "--port", "0") as server:
            server.wait_for("AI model")
            said.append(server.output)
            for _ in range(2):
                server.post("/chat/order/sessions")
            server.stop()

    assert "older version" not in said[0]
    assert "2 conversations or runs go on in 1 older version, to their end" in said[1]


def test_the_start_up_lines_say_what_is_off_and_why(tmp_path: Path) -> None:
    settings = {"BOTFLOW_REDIS_URL": "redis://:canary@127.0.0.1:1/0", "TWILIO_ACCOUNT_SID": "AC1"}
    with running(tmp_path, "serve", ROUTER, "--dev", "--port", "0") as server:
        server.wait_for("ready at")
        server.stop()
    with running(tmp_path, "serve", DEMO, "--dev", "--port", "0", **settings) as server:
        server.wait_for("AI model")
        server.stop()
        said = server.output

    assert "redis://***@127.0.0.1:1/0 does not answer; everything works, more slowly" in said
    assert "webhooks are refused and nothing is sent: TWILIO_AUTH_TOKEN is not set" in said
    assert "support (served before; botflow workflows deactivate takes one out)" in said
    assert "canary" not in said
