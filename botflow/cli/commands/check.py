"""`botflow check`: all problems of flow files, before they are served."""

from __future__ import annotations

import typer

from botflow.cli.launch import AsJson, FlowPaths
from botflow.cli.output.printing import print_json, problem_line


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow check examples/02_sms_survey.yaml")(check)


def check(flows: FlowPaths, as_json: AsJson = False) -> None:
    """Check flow files: file:line:column, severity, code, what is wrong and what to do.

    Exit status 1 when there is an error; warnings alone are good.
    """
    from botflow.cli.flow_files import read_flow_files
    from botflow.flow.problems import FlowProblems, Problem

    problems: list[Problem]
    try:
        problems = read_flow_files(flows).problems
    except FlowProblems as unreadable:
        problems = list(unreadable.problems)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        print_json({"ok": not errors, "problems": [problem.to_json() for problem in problems]})
    else:
        for problem in problems:
            typer.echo(problem_line(problem))
        typer.echo(_closing(len(flows), errors, len(problems) - errors))
    raise typer.Exit(1 if errors else 0)


def _closing(files: int, errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return typer.style(f"{_count(files, 'file')}: all good.", fg="green")
    return f"{_count(files, 'file')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
