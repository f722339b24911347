"""What is wrong with a document: stable codes, the place in the file, and what to do. Errors stop it from compiling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from botflow.errors import FlowError, did_you_mean

Path = tuple[str | int, ...]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; both count from 1. Line 0 means that the document came without text."""

    line: int = 0
    column: int = 0


NOWHERE = Place()
MOST_GUESSES = 50  # of what unknown names of one document were meant to be
Locate = Callable[[Path], Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding of the checker. `path` leads to it in the document, `node` is the node at fault ("" for none)."""

    code: str
    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    node: str = ""
    path: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: " if self.file else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.severity} {self.code}: {self.message}{hint}"

    def to_json(self) -> dict[str, Any]:
        full = {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "hint": self.hint,
            "node": self.node,
            "path": self.path,
        }
        return {name: value for name, value in full.items() if value}


class FlowProblems(FlowError):
    """A document cannot be used; `problems` says why, in the order of the file. Its code is the first error's."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        errors = [problem for problem in problems if problem.severity == "error"]
        others = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{others}", code=errors[0].code)
        self.problems = tuple(problems)


class Report:
    """Collects one document's problems; `locate` finds the place that a path has in its text."""

    def __init__(self, file: str, locate: Locate) -> None:
        self._file = file
        self._locate = locate
        self._problems: dict[Problem, None] = {}  # in the order in which they were found
        self._guesses = 0

    def error(self, code: str, message: str, path: Path, *, hint: str = "", node: str = "") -> None:
        self._add("error", code, message, path, hint, node)

    def warning(self, code: str, message: str, path: Path, *, hint: str = "", node: str = "") -> None:
        self._add("warning", code, message, path, hint, node)

    def guess(self, word: str, known: Collection[str], otherwise: str = "") -> str:
        """Return `did_you_mean`'s hint; `otherwise` after many guesses: each compares `word` with all of `known`, and a
        document may have as many unknown names as known ones."""
        self._guesses += 1
        return otherwise if self._guesses > MOST_GUESSES else did_you_mean(word, known, otherwise)

    def line(self, path: Path) -> int:
        """Return the line of a path in the document's text; 0 without a text."""
        return self._locate(path).line

    @property
    def problems(self) -> list[Problem]:
        """Everything found, in the order of the file."""
        return sorted(self._problems, key=lambda problem: (problem.line, problem.column))

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self._problems)

    def _add(self, severity: Severity, code: str, message: str, path: Path, hint: str, node: str) -> None:
        place = self._locate(path)
        problem = Problem(
            code=code,
            severity=severity,
            message=message,
            file=self._file,
            line=place.line,
            column=place.column,
            hint=hint,
            node=node,
            path=dotted(path),
        )
        self._problems[problem] = None


def dotted(path: Path) -> str:
    """Return `nodes[3].properties.text` for a path."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
