"""Hot statements are written once for each database: under the same names, in the same order."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

import pytest

from botflow.storage.turns import postgres_leases, postgres_statements, sqlite_leases, sqlite_statements


@pytest.mark.parametrize(
    ("postgres", "sqlite", "least"),
    [(postgres_statements, sqlite_statements, 10), (postgres_leases, sqlite_leases, 8)],
)
def test_what_both_databases_have_is_named_alike_and_in_the_same_order(
    postgres: ModuleType, sqlite: ModuleType, least: int
) -> None:
    theirs, ours = _statements(postgres), _statements(sqlite)
    shared = [name for name in theirs if name in ours]
    assert len(shared) >= least
    assert [name for name in ours if name in theirs] == shared


def _statements(module: ModuleType) -> list[str]:
    """Return the names of a module's public constants in the order of their definitions."""
    assigned = (item for item in ast.parse(inspect.getsource(module)).body if isinstance(item, ast.Assign))
    names = [target.id for item in assigned for target in item.targets if isinstance(target, ast.Name)]
    return [name for name in names if name.isupper() and not name.startswith("_")]
