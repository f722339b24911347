"""`botflow version` and `botflow --version`: the installed versions."""

from __future__ import annotations

from typing import Annotated

import typer

from botflow.cli.launch import AsJson
from botflow.cli.output.printing import print_json

PLUGINS = "botflow.plugins"  # the group of entry points, by its name: `plugins.GROUP` would load the engine


def add_to(app: typer.Typer) -> None:
    app.command("version", epilog="Example: botflow version --json")(show_version)
    app.callback()(options)


def print_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(f"botflow {version('botflow')}")
        raise typer.Exit


# Eager: it is answered although no command follows.
VERSION = typer.Option("--version", help="Print the version, and exit.", is_eager=True, callback=print_version)


def options(version: Annotated[bool, VERSION] = False) -> None:
    """Take the options before a command."""


def show_version(as_json: AsJson = False) -> None:
    """Print the versions of botflow and of what it stands on."""
    import platform
    import sqlite3
    from importlib.metadata import entry_points, version

    found = {
        "botflow": version("botflow"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "plugins": sorted(entry.name for entry in entry_points(group=PLUGINS)),
    }
    if as_json:
        print_json(found)
    else:
        plugins = ", ".join(found["plugins"]) or "none"
        print(f"botflow {found['botflow']} (Python {found['python']}, SQLite {found['sqlite']}, plugins: {plugins})")
