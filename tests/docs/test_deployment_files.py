"""The files of examples/deploying and compose.yaml: their commands, probes and settings are those that botflow has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from ruamel.yaml import YAML

from botflow.cli.app import app
from botflow.settings import Settings
from tests.docs.pages import ROOT

FOLDER = ROOT / "examples" / "deploying"
PROBED = {"/healthz", "/readyz"}
read_one, read_all = YAML(typ="safe").load, YAML(typ="safe").load_all


def values_of(document: Any, key: str) -> Iterator[Any]:
    """Yield the values of a key, wherever it stands in a document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name == key:
                yield value
            else:
                yield from values_of(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from values_of(value, key)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each file with the arguments of a `botflow` that it starts."""
    for file in sorted(FOLDER.glob("*.service")):
        for line in re.findall(r"^ExecStart=\S*/botflow (.*)$", file.read_text(), re.MULTILINE):
            yield file.name, shlex.split(line)
    for document in read_all((FOLDER / "kubernetes.yaml").read_text()):
        for container in values_of(document, "containers"):
            yield f"kubernetes.yaml, {container[0]['name']}", container[0]["args"]
    for name, service in read_one((ROOT / "compose.yaml").read_text())["services"].items():
        if "image" not in service or service["image"] == "botflow":
            yield f"compose.yaml, {name}", service["command"]


@pytest.mark.parametrize(("where", "arguments"), [pytest.param(*each, id=each[0]) for each in commands()])
def test_a_command_and_its_options_exist(where: str, arguments: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    words = list(arguments)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= options


def test_probes_ask_what_there_is_at_the_port_that_is_served() -> None:
    for document in read_all((FOLDER / "kubernetes.yaml").read_text()):
        for [container] in values_of(document, "containers"):
            probes = [probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")]
            ports = {port["name"]: str(port["containerPort"]) for port in container.get("ports", ())}
            assert {probe["path"] for probe in probes} <= PROBED
            for probe in probes:
                assert any(word.endswith(ports[probe["port"]]) for word in container["args"]), container["args"]


def test_settings_that_the_guides_name_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    pages = [*FOLDER.iterdir(), *(ROOT / "docs" / "operating").glob("*.md"), ROOT / "compose.yaml"]
    named = {name for page in pages for name in re.findall(r"\bBOTFLOW_[A-Z_]+\b", page.read_text())}
    assert named
    assert named <= known
