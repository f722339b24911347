"""`botflow version`: the installed versions."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import entry_points, version

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json


def add_to(app: typer.Typer) -> None:
    app.command("version", epilog="Example: botflow version --json")(show_version)


def show_version(as_json: AsJson = False) -> None:
    """Print the versions of botflow and of what it stands on."""

    from botflow.plugins import GROUP

    found = {
        "botflow": version("botflow"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "plugins": sorted(entry.name for entry in entry_points(group=GROUP)),
    }
    if as_json:
        print_json(found)
    else:
        plugins = ", ".join(found["plugins"]) or "none"
        print(f"botflow {found['botflow']} (Python {found['python']}, SQLite {found['sqlite']}, plugins: {plugins})")
