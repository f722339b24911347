"""`botflow check`: all problems of flow files, before they are served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.launch import AsJson, FlowPaths
from botflow.cli.output.printing import print_json, problem_line
from botflow.errors import FlowError

if TYPE_CHECKING:
    from botflow.flow.problems import Problem

Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow check examples/02_sms_survey.yaml")(check)


def check(flows: FlowPaths, strict: Strict = False, as_json: AsJson = False) -> None:
    """Check flow files: file:line:column, severity, code, what is wrong and what to do.

    Exit status 1 when there is an error; warnings alone are good, except with --strict.
    """
    from botflow.runtime.flow_files import flow_files_of

    problems = _problems(flows, as_json=as_json)
    errors = sum(problem.severity == "error" for problem in problems)
    is_good = not problems if strict else not errors
    if as_json:
        print_json({"ok": is_good, "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            typer.echo(problem_line(problem))
        typer.echo(_closing(len(flow_files_of(flows)), errors, len(problems) - errors))
    raise typer.Exit(0 if is_good else 1)


def _problems(paths: Sequence[Path], *, as_json: bool) -> list[Problem]:
    """Return every problem of the files. In JSON, a file that holds no flow is a problem too; else it is an error."""
    from botflow.flow.problems import FlowProblems, Problem
    from botflow.runtime.flow_files import read_flow_files

    try:
        return read_flow_files(paths).problems
    except FlowProblems as unreadable:
        return list(unreadable.problems)
    except FlowError as failure:
        if not as_json:
            raise
        return [Problem(code=failure.code, severity="error", message=failure.message, hint=failure.hint)]


def _closing(files: int, errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return typer.style(f"{_count(files, 'file')}: all good.", fg="green")
    return f"{_count(files, 'file')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
