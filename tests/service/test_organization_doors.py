"""Which calls of the service leave their organization: the list is whole, and each has its reason.

All others use `database.within(organization)`. Code that takes the whole database by another way is found as well: by
its engine, or by one of the stores that work on the engine. `trigger_workflow` on an application's connection is in the
application's own transaction, whose rights are not botflow's to change; its statements name the organization.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botflow

ROOT = Path(botflow.__file__).parent
SEARCHED = tuple(
    file
    for place in ("service/**/*.py", "web/api/**/*.py", "web/auth/*.py", "web/rest/*.py", "web/application.py")
    for file in sorted(ROOT.glob(place))
)
# Names by which a call can come to rows of all organizations.
OPEN = {"engine", "_every_organization", "turns", "leases", "outbox", "transcripts", "effects", "executions"}
OPEN |= {"artifacts", "files", "feedback", "timers", "census"}
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
    ("service/events/events.py", "_wanted_feed"): "a feed begins with triggers, which are the tables' owner's",
    ("service/events/webhooks.py", "_wanted_feed"): "likewise",
    ("service/service.py", "organizations"): "it hands the whole database on for those two",
    ("service/service.py", "webhooks"): "it hands the whole database on for that",
    ("web/application.py", "started"): "the home organization is read once, before there are calls",
    ("web/application.py", "_open_desk"): "streams of chats are people's, not an organization's calls",
    ("web/application.py", "service"): "the application names its organization by its slug",
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
    assert len(SEARCHED) > 60
    assert {place for file in SEARCHED for place in crossing(file)} == CROSSING.keys()


def test_constructors_take_the_whole_database_only_under_its_name() -> None:
    """`self._engine` is always one organization's."""
    for file in SEARCHED:
        assert "_engine = runtime.database.engine" not in file.read_text(), file
