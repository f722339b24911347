"""Printing by commands: JSON for machines, errors and problems for people. Colours only on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from botflow.cli.output.hints import hint_of
from botflow.cli.output.visible import visible
from botflow.errors import BotflowError

if TYPE_CHECKING:
    from botflow.flow.problems import Problem
    from botflow.redaction.known_secrets import KnownSecrets


_COMMANDS = ("botflow", "pip")


def print_json(value: Any) -> None:
    """Print `value` as indented JSON; characters of all scripts are unescaped, except those that move a cursor."""
    print(visible(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def print_error(problem: BotflowError, known_secrets: KnownSecrets) -> None:
    """Print an error and its hint on stderr."""
    for line in error_lines(problem, known_secrets):
        typer.echo(line, err=True)


def error_lines(problem: BotflowError, known_secrets: KnownSecrets) -> Iterator[str]:
    """Yield the lines of an error without secrets, since it may quote an address with a password: the error with its
    hint, or each of a flow's problems."""
    problems: Iterable[Problem] = getattr(problem, "problems", ())
    for each in problems:
        yield known_secrets.text(problem_line(each))
    if not problems:
        label = typer.style("error:", fg="red", bold=True)
        advice = hint_of(problem)
        hint = f" {_as_sentence(advice)}" if advice else ""
        stop = "." if hint and not problem.message.endswith((".", "?", "!")) else ""
        said = known_secrets.text(f"{problem.message}{stop}{hint}")
        yield f"{label} {visible(said)}"


def _as_sentence(hint: str) -> str:
    """Return a hint with a capital, unless its first word is to be typed: a command, an option, a path or a name."""
    first = hint.split(" ", 1)[0]
    is_plain = first.removesuffix(",").isalpha() and first.islower() and first not in _COMMANDS
    return hint[:1].upper() + hint[1:] if is_plain else hint


def problem_line(problem: Problem) -> str:
    """Return `file:line:column: severity code message (hint)`, coloured."""
    colour = "red" if problem.severity == "error" else "yellow"
    place = f"{problem.file}:{problem.line}:{problem.column}: " if problem.line else f"{problem.file}: "
    where = typer.style(place, bold=True)
    label = typer.style(problem.severity, fg=colour, bold=True)
    hint = typer.style(f" ({visible(problem.hint)})", dim=True) if problem.hint else ""
    return f"{where}{label} {typer.style(problem.code, fg='cyan')} {visible(problem.message)}{hint}"


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows in columns; the first row is the header."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
