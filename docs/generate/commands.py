"""Every command with its arguments, options and example, as `--help` says them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from botflow.cli.app import app
from docs.generate.models import table


def commands() -> str:
    """Return a section for each command."""
    found = _walk(typer.main.get_command(app), ())
    return "\n\n".join(part for command, path in found for part in _section(command, path))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield each command that does something by itself."""
    inner = getattr(command, "commands", {})
    if not inner or getattr(command, "invoke_without_command", False):
        yield command, path
    for name, each in inner.items():
        yield from _walk(each, (*path, name))


def _section(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    names = {argument.name: argument.metavar or argument.name.upper() for argument in arguments}
    words = " ".join(("botflow", *path, *names.values()))
    yield f"## `{words}`"
    yield " ".join(str(command.help).split())
    rows = [(f"`{names[argument.name]}`", "", argument.help or "") for argument in arguments if argument.help]
    for option in options:
        if option.name != "help":
            default = "" if option.is_flag or option.default in (None, "", ()) else f"`{option.default}`"
            rows.append((f"`{max(option.opts, key=len)}`", default, " ".join((option.help or "").split())))
    if rows:
        yield table(("argument or option", "default", "meaning"), rows)
    if command.epilog:
        yield "\n".join(f"    {line}" for line in command.epilog.removeprefix("Example: ").split("; "))
