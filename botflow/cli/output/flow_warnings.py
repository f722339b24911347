"""The checker's warnings about flows that are served, shortly: a warning keeps no flow from being served."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from botflow.cli.output.printing import problem_line

if TYPE_CHECKING:
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.flow_files import FlowFiles

MOST_SHOWN = 10


def warning_lines(
    files: FlowFiles, paths: Sequence[Path], known_secrets: KnownSecrets, workflows: Collection[str] | None = None
) -> Iterator[str]:
    """Yield a line for each warning about these workflows, or about all; after MOST_SHOWN how to see the others."""
    names = None if workflows is None else {files.sources[workflow].name for workflow in workflows}
    found = [problem for problem in files.problems if names is None or problem.file in names]
    for problem in found[:MOST_SHOWN]:
        yield known_secrets.text(problem_line(problem))
    if len(found) > MOST_SHOWN:
        yield f"{len(found) - MOST_SHOWN} more warnings: {_command(paths)}"


def warning_count(files: FlowFiles, paths: Sequence[Path]) -> str:
    """Return how many warnings there are and the command that shows them; "" without any."""
    return f"{len(files.problems)}; see them with: {_command(paths)}" if files.problems else ""


def _command(paths: Sequence[Path]) -> str:
    return shlex.join(["botflow", "check", *map(str, paths)])
