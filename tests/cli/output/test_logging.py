"""The log's level and form: JSON where it is collected, plain lines where people read, both by the settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, Process, running

ORDER = Path(__file__).parents[3] / "examples" / "demo.yaml"
API_KEY = "sixteen-characters-or-more"


def said_by(tmp_path: Path, **settings: str) -> str:
    """Serve a flow on a pipe, let somebody write, and return everything that was printed."""
    given = {"BOTFLOW_SECRET_KEY": SECRET, "BOTFLOW_API_KEY": API_KEY, **settings}
    given["BOTFLOW_DATABASE_URL"] = f"sqlite:///{tmp_path}/botflow.db"
    with running(tmp_path, "serve", str(ORDER), "--port", "0", **given) as server:
        server.wait_for("ready at")
        write(server)
        assert server.stop() == 0
    return server.output


def write(server: Process) -> None:
    for path in ("/chat/demo/messages",):
        server.post(path, {"externalId": "canary-person", "text": "canary-word"}, API_KEY)


def lines_of(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_the_log_is_json_where_it_is_collected_and_has_no_turns(tmp_path: Path) -> None:
    output = said_by(tmp_path)
    assert "turn" not in [line["event"] for line in lines_of(output)]


def test_every_turn_is_a_line_at_the_level_debug(tmp_path: Path) -> None:
    output = said_by(tmp_path, BOTFLOW_LOG_LEVEL="debug")
    [turn] = [line for line in lines_of(output) if line["event"] == "turn"]
    assert (turn["workflow"], turn["level"], turn["session"], turn["seq"]) == ("demo", "debug", 1, 1)
    assert "canary" not in output


def test_a_person_can_read_it_without_a_terminal(tmp_path: Path) -> None:
    output = said_by(tmp_path, BOTFLOW_LOG_LEVEL="debug", BOTFLOW_LOG_FORMAT="console")
    [turn] = [line for line in output.splitlines() if " turn " in line]
    assert "workflow=demo" in turn
    assert "\x1b" not in output  # colours are for terminals
    assert lines_of(output) == []


@pytest.mark.parametrize(
    ("name", "value", "known"),
    [("BOTFLOW_LOG_LEVEL", "loud", "debug"), ("BOTFLOW_LOG_FORMAT", "xml", "json")],
)
def test_another_level_or_format_is_one_line_of_error(botflow: Call, name: str, value: str, known: str) -> None:
    ended = botflow("worker", **{name: value})
    assert ended.status == 2
    assert name in ended.err
    assert known in ended.err
    assert "Traceback" not in ended.err
