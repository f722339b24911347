"""Which calls of the service leave their organization: the list is whole, and each has its reason.

All others use `database.within(organization)`. Code that takes the whole database by another way is found as well: by
its engine, or by one of the stores that work on the engine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botflow

ROOT = Path(botflow.__file__).parent
SEARCHED = ("service", "web/api", "web/auth", "web/rest")
# Names by which a call can come to rows of all organizations.
OPEN = {"engine", "_every_organization", "turns", "leases", "outbox", "transcripts", "effects", "executions"}
OPEN |= {"artifacts", "files", "timers", "census"}
# File, function, what it reads or writes: why it cannot name the caller's organization.
CROSSING = {
    ("service/access/organizations.py", "get_organizations"): "the home organization's operator lists all",
    ("service/access/organizations.py", "create_organization"): "the home organization's operator makes one",
    ("service/access/api_keys.py", "_look_up"): "the key says which organization calls",
    ("service/access/token_keys.py", "principal"): "the token's key says which organization calls",
    ("service/access/sign_in.py", "sign_in"): "the address says which organization signs in",
    ("service/access/sign_in.py", "signed_in"): "the cookie says which organization calls",
    ("service/access/sign_in.py", "sign_out"): "the cookie's digest is all that is known of the browser",
    ("service/access/sign_in.py", "change_password"): "the cookie's address says whose password it is",
    ("web/auth/recognisers.py", "organization"): "the home organization's operator names another one by its slug",
}


def crossing(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the functions of a module that use the whole database. Constructors only keep it."""
    tree = ast.parse(file.read_text())
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name == "__init__":
            continue
        if any(_is_open(node) for node in _own(function)):
            yield str(file.relative_to(ROOT)), function.name


def _own(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of the functions in it."""
    nodes: list[ast.AST] = list(function.body)
    while nodes:
        node = nodes.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            nodes.extend(ast.iter_child_nodes(node))


def _is_open(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    is_of_database = isinstance(node.value, ast.Attribute | ast.Name) and ast.unparse(node.value).endswith("database")
    return node.attr == "_every_organization" or (node.attr in OPEN and is_of_database)


def test_each_call_that_leaves_its_organization_is_known() -> None:
    found = {place for folder in SEARCHED for file in sorted((ROOT / folder).rglob("*.py")) for place in crossing(file)}
    assert found == CROSSING.keys()


def test_constructors_take_the_whole_database_only_under_its_name() -> None:
    """`self._engine` is always one organization's."""
    for folder in SEARCHED:
        for file in sorted((ROOT / folder).rglob("*.py")):
            assert "_engine = runtime.database.engine" not in file.read_text(), file
