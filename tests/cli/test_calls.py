"""The command line as a whole: its help, its exit statuses, and errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version
from itertools import takewhile
from typing import Any

import pytest
import typer.main
from typer.main import get_command
from typer.models import CommandInfo

from botflow.cli.app import app
from botflow.cli.launch import listen
from botflow.cli.output.hints import ON_THE_COMMAND_LINE
from botflow.errors import UsageError
from tests.cli.conftest import Call


def walked(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command and of each group of commands."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from walked(each, (*path, name))


COMMANDS = list(walked(get_command(app)))
GROUPS = {("db",), ("secrets",), ("translations",)}  # they do nothing by themselves


def test_every_command_has_help_with_an_example_that_fits_a_terminal(
    botflow: Call, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for command in COMMANDS:
        with subtests.test(" ".join(command)):
            ended = botflow(*command, "--help")
            assert ended.status == 0
            assert "Example:" in ended.out or command in GROUPS or not command
            assert max(map(len, ended.out.splitlines())) <= 80


def test_a_hint_names_a_command_that_exists(subtests: pytest.Subtests) -> None:
    for code, hint in ON_THE_COMMAND_LINE.items():
        with subtests.test(code):
            command = takewhile(lambda word: word.islower() and word[0] != "-", hint.partition("botflow ")[2].split())
            assert tuple(command) in COMMANDS


def test_only_commands_that_exist_are_listed(botflow: Call) -> None:
    out = botflow("--help").out

    assert all(f" {command[0]} " in out for command in COMMANDS if command)
    assert not any(f"│ {later} " in out for later in ("new", "dev", "test", "replay"))


def test_a_call_makes_only_the_command_that_it_names(botflow: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """To make all of them takes longer than many of them run."""
    made = list[CommandInfo]()
    make = typer.main.get_command_from_info

    def make_and_count(command_info: CommandInfo, **given: Any) -> Any:
        made.append(command_info)
        return make(command_info, **given)

    monkeypatch.setattr(typer.main, "get_command_from_info", make_and_count)

    assert (botflow("version").status, len(made)) == (0, 1)
    assert (botflow("--help").status, len(made) > len(COMMANDS) // 2) == (0, True)


@pytest.mark.parametrize("arguments", [["chek"], ["serve", "--prot", "1"], ["check"], ["serve", "--port", "many"]])
def test_a_wrong_call_ends_with_2_and_no_traceback(botflow: Call, arguments: list[str]) -> None:
    ended = botflow(*arguments)

    assert ended.status == 2
    assert "Usage: botflow" in ended.err
    assert "Traceback" not in ended.err


def test_help_of_dev_lists_what_it_relaxes(botflow: Call) -> None:
    out = " ".join(botflow("serve", "--help").out.replace("│", " ").split())

    assert "a chat page for each workflow" in out
    assert "secret key" in out
    assert "webhooks without a signature" in out
    assert "nothing else" in out


def test_serve_without_a_secret_key_says_how_to_make_one(botflow: Call) -> None:
    ended = botflow("serve")

    assert ended.status == 2
    assert "BOTFLOW_SECRET_KEY is not set" in ended.err
    assert "secrets.token_urlsafe(48)" in ended.err


def test_a_setting_with_a_typing_error_is_refused_by_name(botflow: Call) -> None:
    ended = botflow("serve", "--dev", BOTFLOW_DATABASE_ULR="sqlite:///x.db")

    assert ended.status == 2
    assert "BOTFLOW_DATABASE_ULR is not a setting of botflow. Did you mean BOTFLOW_DATABASE_URL?" in ended.err


def test_a_port_in_use_is_one_line_of_error(botflow: Call) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = botflow("serve", "--dev", "--port", str(taken.getsockname()[1]))

    assert ended.status == 2
    assert ended.err.startswith("error: cannot listen on 127.0.0.1 port")
    assert ended.err.count("\n") == 1


def test_a_port_is_taken_before_anything_is_served_on_it() -> None:
    """Two workers with the same --health that start together: the second must not find out when both run."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="cannot listen") as refused:
        listen("127.0.0.1", taken.getsockname()[1])

    assert refused.value.code == "serve.address"


def test_version_names_the_plugins_that_are_installed(botflow: Call) -> None:
    found = json.loads(botflow("version", "--json").out)

    assert found["botflow"]
    assert {"twilio", "openai"} <= set(found["plugins"])
    assert botflow("version").out.startswith(f"botflow {found['botflow']} (Python 3.")


def test_the_version_alone_can_be_asked_for_without_a_command(botflow: Call) -> None:
    ended = botflow("--version")

    assert (ended.status, ended.out) == (0, f"botflow {version('botflow')}\n")


def test_sessions_without_a_database_says_where_it_looked(botflow: Call) -> None:
    ended = botflow("sessions")

    assert ended.status == 2
    assert "there is no database at" in ended.err


def test_db_upgrade_brings_a_new_database_to_the_newest_schema(botflow: Call) -> None:
    first = json.loads(botflow("db", "upgrade", "--json", BOTFLOW_DATABASE_URL="sqlite:///new.db").out)
    again = botflow("db", "upgrade")

    assert first["database"] == "sqlite:///new.db"
    assert again.out == f"sqlite:///new.db is at schema {first['schema']}.\n"
    assert botflow("sessions").out == "No conversations yet.\n"
