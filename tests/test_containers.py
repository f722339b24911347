"""Dockerfile and compose.yaml without Docker: every command is one that botflow has, and they work together.

The image's commands run in a folder instead of an image; then the composed commands run from it as processes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from botflow.cli.app import app
from botflow.plugins import installed_plugins, setting_names
from botflow.settings import Settings
from tests.ports import free_port

pytestmark = pytest.mark.xdist_group("containers")  # what the module sets up is set up once

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "botflow"}
ENVIRONMENT = {"POSTGRES_PASSWORD": "p" * 20, "BOTFLOW_SECRET_KEY": "test-secret-key-0123456789-0123456789"}
LONGEST_S = 180.0  # of a machine that has more to do


def substituted(value: str) -> str:
    """Return a value as compose makes it from ENVIRONMENT: ${NAME:?needed} and ${NAME:-otherwise}."""

    def fill(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if otherwise.startswith(":?"):
            return ENVIRONMENT[name]
        assert otherwise.startswith(":-")
        return ENVIRONMENT.get(name) or otherwise[2:]

    return re.sub(r"\$\{(\w+)(:[?-][^}]*)\}", fill, value)


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's (instruction, rest), with continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def values(instruction: str) -> list[str]:
    return [rest for name, rest in instructions() if name == instruction]


# -- what they say


@pytest.mark.parametrize("command", [*(service["command"] for service in OURS.values()), json.loads(values("CMD")[0])])
def test_every_command_is_one_of_botflows_with_options_that_it_has(command: list[str]) -> None:
    group: Any = typer.main.get_command(app)
    words = list(command)
    context = group.make_context("botflow", words[:0], resilient_parsing=True)
    while hasattr(group, "commands"):
        group = group.commands[words.pop(0)]
    parsed = group.make_context(group.name, words, parent=context)
    assert parsed.args == []


def test_every_setting_exists_and_the_file_starts_with_two_secrets() -> None:
    for service in OURS.values():
        given = {name: substituted(value) for name, value in service["environment"].items()}
        settings = Settings.from_environment(given)
        assert set(given) <= set(setting_names(installed_plugins()))
        assert settings.botflow_secret_key is not None
        assert settings.botflow_database_url.startswith("postgresql://")
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    assert needed == set(ENVIRONMENT)
    assert all(name in (ROOT / "docs" / "operating" / "deploying.md").read_text() for name in needed)


def test_it_has_two_of_each_and_everything_waits_for_what_it_needs() -> None:
    assert {name: service.get("deploy", {}).get("replicas", 1) for name, service in OURS.items()} == {
        "migrate": 1,
        "web": 2,
        "worker": 2,
    }
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            is_healthy = how["condition"] == "service_healthy"
            assert is_healthy == ("test" in SERVICES[needed].get("healthcheck", {})), (name, needed)
    assert set(OURS["web"]["depends_on"]) == set(OURS["worker"]["depends_on"]) == {"migrate", "redis"}


def test_what_is_mounted_and_served_exists() -> None:
    [volume] = OURS["web"]["volumes"]
    folder, mount, _ = volume.split(":")
    served = [word for word in OURS["web"]["command"] if word.startswith(mount)]
    assert served
    assert all((ROOT / folder / Path(word).relative_to(mount)).is_file() for word in served)


def test_the_image_runs_as_nobody_in_particular_and_copies_what_exists() -> None:
    names = [name for name, _ in instructions()]
    assert values("USER") == ["botflow"]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "--uid 10001" in " ".join(values("RUN"))
    assert json.loads(values("ENTRYPOINT")[0]) == ["botflow"]
    copied = [word for rest in values("COPY") if "--from" not in rest for word in rest.split()[:-1]]
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(copied) == sorted(allowed)
    assert all((ROOT / word).exists() for word in copied)


# -- what they do


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the build stage's steps in folders of this test, and return the folder that stands for /opt/botflow."""
    place = tmp_path_factory.mktemp("image")
    source, installed = place / "src", place / "opt"
    source.mkdir()
    fetch_pip = shlex.join([str(installed / "bin" / "python"), str(ROOT / ".ci" / "fetch.py"), "pip"])
    steps = instructions()
    for instruction, rest in steps[: [name for name, _ in steps].index("FROM", 1)]:
        if instruction == "COPY":
            for word in rest.split()[:-1]:
                copy(ROOT / word, source / word)
        elif instruction == "RUN":
            # pip comes from the registry, for Debian's Python has none to give.
            step = rest.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv --without-pip")
            step = step.replace("venv --without-pip /opt/botflow", f"venv --without-pip /opt/botflow && {fetch_pip}")
            step = step.replace("/opt/botflow", shlex.quote(str(installed)))
            done = subprocess.run(
                step.replace("--no-cache-dir ", "--no-compile "), shell=True, cwd=source, capture_output=True
            )
            assert done.returncode == 0, done.stderr.decode()
    return installed


def test_the_composed_commands_hold_a_conversation_and_outlive_a_worker(
    image: Path, tmp_path: Path, empty_postgres_url: str, redis_url: str
) -> None:
    settings = {
        **{name: substituted(value) for name, value in OURS["web"]["environment"].items()},
        "BOTFLOW_DATABASE_URL": empty_postgres_url,
        "BOTFLOW_REDIS_URL": redis_url,
    }
    with ExitStack() as stack:

        def start(service: str, **ports: int) -> Started:
            return stack.enter_context(started(image, tmp_path, here(OURS[service]["command"], **ports), settings))

        assert start("migrate").child.wait(LONGEST_S) == 0
        ports, healths = [free_port(), free_port()], [free_port(), free_port()]
        webs = [start("web", port=port) for port in ports]
        workers = [start("worker", health=port) for port in healths]
        for member, port in zip([*webs, *workers], [*ports, *healths], strict=True):
            member.wait_until_ready(f"http://127.0.0.1:{port}/readyz")
        said = []
        for port in ports:
            said.append(ask(port))
            workers[0].child.kill()
        metrics = get(f"http://127.0.0.1:{healths[1]}/metrics")
        statuses = [member.stop() for member in [*webs, workers[1]]]
    print(f"\nTwo web servers, two workers, one of them killed: each web server answered {said[0]!r}")
    assert said == ["Order 12 will be refunded today."] * 2
    assert "botflow_database_up 1.0" in metrics
    assert statuses == [0, 0, 0]


class Started:
    """A process of the composed ones."""

    def __init__(self, child: subprocess.Popen[bytes], log: Path) -> None:
        self.child = child
        self._log = log

    def wait_until_ready(self, url: str) -> None:
        deadline_s = time.monotonic() + LONGEST_S
        while not answers(url):
            assert self.child.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline_s, self._log.read_text()
            time.sleep(0.1)

    def stop(self) -> int:
        self.child.terminate()
        return self.child.wait(LONGEST_S)


@contextmanager
def started(image: Path, folder: Path, command: list[str], settings: dict[str, str]) -> Iterator[Started]:
    """Run a command of the image in an empty folder, and kill it at the end of the block if it still runs."""
    path = f"{image / 'bin'}:{os.environ['PATH']}"
    log = folder / f"{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            ["botflow", *command], cwd=folder, env={"PATH": path, **settings}, stdout=output, stderr=output
        )
        try:
            yield Started(child, log)
        finally:
            child.kill()
            child.wait()


def here(command: list[str], *, port: int = 0, health: int = 0) -> list[str]:
    """Return a composed command as it is in this place: our files, and ports of loopback that are free."""
    changed = {"8000": str(port), "0.0.0.0": "127.0.0.1", "0.0.0.0:9000": f"127.0.0.1:{health}"}  # noqa: S104
    return [changed.get(word, word.replace("/flows/", f"{ROOT / 'examples'}/")) for word in command]


def ask(port: int) -> str:
    """Hold a conversation that takes a worker, and return its answer."""
    opened = post(f"http://127.0.0.1:{port}/chat/support/sessions", {}, "")
    said = {"text": "I want a refund for order 12"}
    answer = post(f"http://127.0.0.1:{port}/chat/support/messages", said, opened["token"])
    return " ".join(message["text"] for message in answer["messages"])


def post(url: str, body: dict[str, str], token: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=LONGEST_S) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def answers(url: str) -> bool:
    """Say whether this address answers with a success."""
    try:
        get(url)
    except OSError:
        return False
    return True


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as response:
        return str(response.read().decode())


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
