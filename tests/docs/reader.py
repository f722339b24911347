"""A reader who does what a page says, from top to bottom, in an empty folder, and compares what the page shows.

| block | what the reader does |
|---|---|
| yaml, python, javascript | writes the file that the first line names: `# pizza.yaml` |
| console | runs each `$ command`, types the lines that begin with `> `, and expects exactly the other lines |
| shell | runs the commands; a variable stays set for the blocks after it |
| shell with `botflow serve` or `botflow worker` | leaves it running, until the next such block or the end of the page |
| text | expects these lines from the shell block before it; of a server, somewhere in its output |
| json | expects this value from the shell block before it |

In what is expected, `…` stands for a single value or a part of a text, as a key for more keys, and in a list for more
items than those shown. It never hides a shape.
The files of the README are there on every page.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT, Block, Page
from tests.js.packages import node_packages
from tests.node import NODE
from tests.ports import free_port

INTEGRATIONS = ROOT / "integrations"
OWN_PACKAGES = {"botflow-client": INTEGRATIONS / "botflow_client_js", "botflow-chat": INTEGRATIONS / "botflow_widget"}
LONGEST_S = 180.0
IMPORTED = re.compile(r'from "((?:@[a-z-]+/)?[a-z][a-z.-]*)"')
SERVES = re.compile(r"^botflow (serve|worker)\b", re.MULTILINE)
PREFIXES = ("BOTFLOW_", "TWILIO_", "OPENAI_", "RECORDS_", "EMAIL_", "SLACK_", "CHAT_WEBHOOK_")
ANYTHING = "…"
PLAIN_PYTEST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class Reader:
    """Reads one page. `places` are the addresses on the page with those that the test has in their stead."""

    def __init__(self, folder: Path, places: Mapping[str, str]) -> None:
        self._folder = folder
        self._places = dict(places)
        self._port = free_port()
        self._terminal: subprocess.Popen[bytes] | None = None
        self._printed = ""
        self._shown = folder.parent / f"{folder.name}-terminal.txt"
        self._variables = folder.parent / f"{folder.name}-variables.sh"
        self._variables.touch()
        self._keep_variables = f"\nexport -p > '{self._variables}'\n"

    def read(self, page: Page) -> None:
        self.write_files(page)
        for block in page.blocks:
            try:
                self._take(block)
            except AssertionError as wrong:
                wrong.add_note(f"{page.path.relative_to(ROOT)}:{block.line}")
                raise

    def write_files(self, page: Page) -> None:
        scripts = "".join(block.text for block in page.blocks if block.language == "javascript")
        if scripts:
            self._link_packages(set(IMPORTED.findall(scripts)))
        for block in page.blocks:
            if block.file_name:
                (self._folder / block.file_name).write_text(self._here(block.text))

    def _link_packages(self, names: set[str]) -> None:
        """Put the packages that the page's scripts import where npm would."""
        for name in names:
            place = self._folder / "node_modules" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(OWN_PACKAGES.get(name) or node_packages() / name)

    def close(self) -> None:
        """End what was left running."""
        if self._terminal is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._terminal.pid, signal.SIGTERM)
            self._terminal.wait(LONGEST_S)
            self._wait_until_gone(self._terminal.pid)
            self._terminal = None

    def _wait_until_gone(self, group: int) -> None:
        """Return when the shell's server has ended, too: until then it holds the database."""
        deadline = time.monotonic() + LONGEST_S
        with suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.02)

    def _take(self, block: Block) -> None:
        match block.language:
            case "yaml" | "python" | "javascript":
                assert block.file_name, "a file's first line names it"
            case "console":
                self._converse(block.text)
            case "shell" if SERVES.search(block.text):
                self._serve(block.text)
            case "shell" if all(line.startswith(("make ", "#")) for line in block.text.splitlines()):
                plan_make(block.text)
            case "shell":
                self._printed = self._run(f"set -a\n{block.text}{self._keep_variables}")
            case "text":
                self._expect_lines(block.text)
            case "json":
                assert_matches(json.loads(self._printed), json.loads(block.text))
            case language:
                raise AssertionError(f"no reader knows what to do with a block of {language or 'no language'}")

    def _converse(self, text: str) -> None:
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, shown = part.split("\n", 1)
            typed = "".join(f"{line[2:]}\n" for line in shown.splitlines() if line.startswith("> "))
            assert_lines(self._run(command, typed=typed), shown)

    def _run(self, script: str, *, typed: str = "") -> str:
        ended = subprocess.run(
            ["sh", "-e", "-c", f". '{self._variables}'\n{self._here(script)}"],
            cwd=self._folder,
            env=self._environment(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )
        assert (ended.returncode, ended.stderr) == (0, ""), f"exit {ended.returncode}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def _serve(self, script: str) -> None:
        self.close()
        with self._shown.open("w") as shown:
            self._terminal = subprocess.Popen(
                ["sh", "-e", "-c", f". '{self._variables}'\nset -a\n{self._here(script)}{self._keep_variables}wait\n"],
                cwd=self._folder,
                env=self._environment(),
                stdout=shown,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._printed = ""
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """Return once /readyz says 200: where web and worker are apart, that is once a worker is reachable."""
        deadline = time.monotonic() + LONGEST_S
        while True:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=5):
                return
            assert self._terminal is not None
            assert self._terminal.poll() is None, self._shown.read_text()
            assert time.monotonic() < deadline, self._shown.read_text()
            time.sleep(0.05)

    def _expect_lines(self, text: str) -> None:
        if self._printed or self._terminal is None:
            assert_lines(self._printed, text)
            return
        deadline = time.monotonic() + LONGEST_S
        for line in self._here(text).splitlines():
            while not any(fits(one, line) for one in self._shown.read_text().splitlines()):
                assert time.monotonic() < deadline, f"the server has not printed {line!r}: {self._shown.read_text()}"
                time.sleep(0.05)

    def _here(self, text: str) -> str:
        """Return what the page says, on this test's port, databases and Python."""
        for place, ours in {**self._places, "127.0.0.1:8000": f"127.0.0.1:{self._port}"}.items():
            text = text.replace(place, ours)
        return re.sub(r"^botflow serve\b", f"botflow serve --port {self._port}", text, flags=re.MULTILINE)

    def _environment(self) -> dict[str, str]:
        """No settings but those that the page makes; `botflow` is on PATH; pytest is as it comes, without plugins."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
        programs = [provide_programs(self._folder), str(Path(sys.executable).parent), os.environ["PATH"]]
        return {**inherited, "PATH": os.pathsep.join(programs), "NO_COLOR": "1", **PLAIN_PYTEST}


def provide_programs(folder: Path) -> str:
    """Return a folder with node, and curl: on a machine without one, a few lines of Python stand for it."""
    programs = folder.parent / "programs"
    if not programs.exists():
        programs.mkdir()
        (programs / "node").symlink_to(NODE)
        if shutil.which("curl") is None:
            stand_in = programs / "curl"
            stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "docs" / "curl.py"}" "$@"\n')
            stand_in.chmod(0o755)
    return str(programs)


def plan_make(text: str) -> None:
    """Let make plan its targets without running them: two of them are the demo and this very suite."""
    for line in text.splitlines():
        command = line.partition("#")[0].split()
        if command:
            subprocess.run(
                [*command, "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=LONGEST_S
            )


def assert_lines(printed: str, shown: str) -> None:
    lines, wanted = printed.splitlines(), shown.splitlines()
    if len(lines) != len(wanted) or not all(map(fits, lines, wanted)):
        assert lines == wanted


def fits(text: str, shown: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.rstrip().split(ANYTHING))
    return re.fullmatch(pattern, text.rstrip()) is not None


def assert_matches(value: Any, shown: Any, path: str = "$") -> None:
    """Compare an answer with the one on the page."""
    match shown:
        case dict():
            assert isinstance(value, dict), f"{path} is {value!r}"
            expected = shown.keys() - {ANYTHING}
            found = value.keys() if ANYTHING not in shown else value.keys() & expected
            assert found == expected, f"{path} has {sorted(value)}"
            for key in expected:
                assert_matches(value[key], shown[key], f"{path}.{key}")
        case list():
            assert isinstance(value, list), f"{path} is {value!r}"
            if ANYTHING in shown:
                assert len(shown) > 1, f"{path} shows none of its items: a list of only … hides what they are"
                value = [one for one in value if any(matches(one, wanted) for wanted in shown if wanted != ANYTHING)]
                shown = [wanted for wanted in shown if wanted != ANYTHING]
            assert len(value) == len(shown), f"{path} is {value!r}"
            for index, (one, wanted) in enumerate(zip(value, shown, strict=True)):
                assert_matches(one, wanted, f"{path}[{index}]")
        case str() if ANYTHING in shown:
            assert not isinstance(value, dict | list), f"{path} is no single value: show its keys or an item: {value!r}"
            assert fits(str(value), shown), f"{path} is {value!r}"
        case _:
            assert value == shown, f"{path} is {value!r}"


def matches(value: Any, shown: Any) -> bool:
    try:
        assert_matches(value, shown)
    except AssertionError:
        return False
    return True
