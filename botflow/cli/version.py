"""`botflow version`: what is installed."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from botflow.cli.printing import AS_JSON, print_json
from botflow.plugins import GROUP


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow version --json")(show_version)


def show_version(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Print the versions of botflow and of what it stands on."""
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
