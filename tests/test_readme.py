"""The README, run: its files are written, its conversations held, its commands executed against real servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from botflow.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST_S = 60.0
FIRST_SCREEN = ""
BROWSER = "In a browser, over HTTP"
TWILIO = "A Twilio number"
RUNS = "Runs and triggers"
PROCESSES = "Workers and deploying"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `section` is the heading it stands under, empty for the first screen."""

    section: str
    language: str
    text: str


def read_blocks() -> list[Block]:
    parts = [FIRST_SCREEN, *re.split(r"^## (.+)$", README, flags=re.MULTILINE)]
    sections = zip(parts[::2], parts[1::2], strict=True)
    return [Block(title, language, text) for title, body in sections for language, text in FENCED.findall(body)]


BLOCKS = read_blocks()
CONVERSATIONS = [block for block in BLOCKS if block.language == "console"]


def shell(section: str) -> list[str]:
    return [block.text for block in BLOCKS if block.language == "shell" and block.section == section]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the README's files in it, each named by its first line."""
    for block in BLOCKS:
        if block.language in ("yaml", "python"):
            name = block.text.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(block.text)
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def environment() -> dict[str, str]:
    """No settings but those a block makes; `botflow` is on PATH as it is after activating the environment."""
    inherited = {name: value for name, value in os.environ.items() if name.partition("_")[0] not in PREFIXES}
    return {**inherited, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


PREFIXES = ("BOTFLOW", "TWILIO", "OPENAI")


@contextmanager
def running(script: str, folder: Path) -> Iterator[Path]:
    """Run a block that serves, with what it leaves in the background, and stop all of it at the end."""
    output = folder / "output.txt"
    with output.open("w") as written:
        child = subprocess.Popen(
            ["sh", "-e", "-c", script + "wait\n"],
            cwd=folder,
            env=environment(),
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for("ready at", output, child)
        yield output
    finally:
        with suppress(ProcessLookupError):  # it has failed already, and the block's test says how
            os.killpg(child.pid, signal.SIGTERM)
        child.wait(LONGEST_S)


def wait_for(words: str, output: Path, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while words not in output.read_text():
        assert child.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.05)


def run_shell(script: str, folder: Path) -> str:
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env=environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_S,
    ).stdout


def on_port(script: str, port: int) -> str:
    return script.replace("127.0.0.1:8000", f"127.0.0.1:{port}").replace(
        "botflow serve", f"botflow serve --port {port}"
    )


def texts(answer: str) -> list[str]:
    return [message["text"] for message in json.loads(answer)["messages"]]


def test_every_block_is_run_by_a_test_of_this_file() -> None:
    assert {block.language for block in BLOCKS} == {"shell", "yaml", "python", "console"}
    assert {block.section: len(shell(block.section)) for block in BLOCKS if block.language == "shell"} == {
        FIRST_SCREEN: 1,
        BROWSER: 2,
        TWILIO: 1,
        RUNS: 2,
        PROCESSES: 1,
    }


def test_the_first_two_commands_are_targets_of_make() -> None:
    for line in shell(FIRST_SCREEN)[0].splitlines():
        command = line.partition("#")[0].split()
        planned = subprocess.run(
            [*command, "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=LONGEST_S
        ).stdout

        assert "botflow serve" in planned or "verify.py test" in planned


def test_the_first_bot_has_at_most_twenty_lines() -> None:
    bot = next(block for block in BLOCKS if block.language == "yaml")

    assert len(bot.text.splitlines()) <= 20


@pytest.mark.parametrize("block", CONVERSATIONS, ids=lambda block: block.text.splitlines()[0])
def test_a_conversation_runs_as_it_is_printed(block: Block, folder: Path) -> None:
    command, shown = block.text.removeprefix("$ ").split("\n", 1)
    typed = "".join(f"{line[2:]}\n" for line in shown.splitlines() if line.startswith("> "))

    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == shown


def test_the_chat_can_be_had_with_curl(folder: Path, port: int) -> None:
    serve, talk = shell(BROWSER)
    provide_curl(folder)
    with running(on_port(serve, port), folder):
        answer = run_shell(f'PATH="{folder}/bin:$PATH"\n{on_port(talk, port)}', folder)

    assert texts(answer) == ["Hi! What would you like?"]


def test_a_workflow_is_started_in_the_four_ways_that_are_shown(folder: Path, port: int) -> None:
    serve, start = shell(RUNS)
    provide_curl(folder)
    with running(on_port(serve, port), folder):
        printed = run_shell(f'PATH="{folder}/bin:$PATH"\n{on_port(start, port)}', folder).splitlines()
    hook, posted, listed = json.loads("[" + "".join(printed[2:]).replace("}{", "},{") + "]")

    assert printed[:2] == ["order 1 is approved", "pending"]
    assert (hook["status"], posted["status"]) == ("pending", "pending")
    assert [(run["workflow"], run["status"]) for run in listed["executions"]] == [("approved", "completed")] * 4


def test_serving_a_twilio_number_prints_the_address_that_the_readme_says_to_enter(folder: Path, port: int) -> None:
    [address] = re.findall(r"^    (https://\S+)$", README, re.MULTILINE)

    with running(on_port(shell(TWILIO)[0], port), folder) as output:
        printed = re.search(r"webhook +(\S+)", output.read_text())

    assert printed is not None
    assert printed[1] == address


def test_web_and_worker_processes_serve_from_postgres_and_redis(
    folder: Path, port: int, empty_postgres_url: str, redis_url: str
) -> None:
    script = (
        on_port(shell(PROCESSES)[0], port)
        .replace("postgresql://botflow@127.0.0.1:5432/botflow", empty_postgres_url)
        .replace("redis://127.0.0.1:6379/0", redis_url)
    )
    assert empty_postgres_url in script
    assert redis_url in script
    talk = on_port(shell(BROWSER)[1], port)
    provide_curl(folder)

    with running(script, folder):
        wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        answer = run_shell(f'PATH="{folder}/bin:$PATH"\n{talk}', folder)

    assert texts(answer) == ["Hi! What would you like?"]


def wait_until_ready(url: str) -> None:
    """Return once /readyz says 200: with --no-worker only when a worker is reachable."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def provide_curl(folder: Path) -> None:
    """On a machine without curl, let a few lines of Python stand for it."""
    if shutil.which("curl") is None:
        (folder / "bin").mkdir()
        stand_in = folder / "bin" / "curl"
        stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "curl.py"}" "$@"\n')
        stand_in.chmod(0o755)


def test_the_table_of_settings_is_complete() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)

    assert listed.count("BOTFLOW_DATABASE_URL") == 1
    assert set(listed) == {name.upper() for name in Settings.model_fields}


def test_links_lead_to_files_that_exist() -> None:
    links = re.findall(r"\]\((?!http)([^)]+)\)", README)

    assert len(links) >= 3
    assert [link for link in links if not (ROOT / link).exists()] == []
