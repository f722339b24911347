"""Help texts without the line breaks of the source: typer keeps those of every paragraph but the first."""

from __future__ import annotations

import inspect

import typer


def fill_paragraphs(app: typer.Typer) -> None:
    """Let the paragraphs of each command's help fill the terminal's width."""
    if app.registered_callback is not None and not isinstance(app.info.help, str):
        app.registered_callback.help = _filled(inspect.getdoc(app.registered_callback.callback) or "")
    for command in app.registered_commands:
        command.help = _filled(command.help or inspect.getdoc(command.callback) or "")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            fill_paragraphs(group.typer_instance)


def _filled(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
