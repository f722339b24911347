"""`botflow users` and `organizations`: the first people of a tenant, and an owner who is locked out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Call, Ended

MINE = ("--organization", "luigi")


def test_a_tenant_gets_its_people_from_the_command_line(
    botflow: Call, sqlite_url: str, subtests: pytest.Subtests
) -> None:
    def call(*arguments: str) -> Ended:
        return botflow(*arguments, BOTFLOW_DATABASE_URL=sqlite_url)

    def plain(*arguments: str) -> Any:
        ended = call(*arguments, "--json")
        assert ended.status == 0, ended.err
        return json.loads(ended.out)

    assert call("organizations", "add", "luigi", "Luigi and Sons").out == "There is an organization luigi now.\n"
    assert plain("organizations")[-1] == {"id": "luigi", "name": "Luigi and Sons", "revision": 1}
    assert call("users", *MINE).out == "No accounts yet.\n"
    made = call("users", "add", "Ann@Example.com", "Ann", "--role", "owner", *MINE)
    [ann] = plain("users", *MINE)
    assert made.out.splitlines()[1].endswith(f"ann@example.com ({ann['id']}) signs in with it.")
    assert (ann["role"], ann["active"]) == ("owner", True)
    bob = plain("users", "add", "bob@example.com", "Bob", *MINE)
    assert bob["role"] == "editor"
    assert call("users", "change", bob["id"], "--role", "owner", *MINE).out.endswith("with the role owner.\n")
    assert call("users", "change", ann["id"], "--deactivate", *MINE).out.startswith("ann@example.com is deactivated")
    again = plain("users", "reset-password", bob["id"], *MINE)
    assert again["password"] != bob["password"]
    listed = call("users", *MINE).out
    assert "deactivated" in listed
    assert again["password"] not in listed
    assert call("users").out == "No accounts yet.\n"  # of the deployment's own organization
    for said, arguments in (
        ("List them: botflow users", ("users", "reset-password", bob["id"])),
        ("last active owner", ("users", "change", bob["id"], "--deactivate", *MINE)),
        ("email: this is no e-mail address", ("users", "add", "ann", "Ann", *MINE)),
        ("an account for ann@example.com already", ("users", "add", "ann@example.com", "Ann")),
        ("no change is given", ("users", "change", bob["id"], *MINE)),
        ("an organization 'luigi' already", ("organizations", "add", "luigi", "Luigi")),
        ("List them: botflow organizations", ("users", "--organization", "nobody")),
        ("id: ", ("organizations", "add", "No Slug", "Luigi")),
    ):
        with subtests.test(said):
            ended = call(*arguments)
            assert (ended.status, said in ended.err) == (2, True), ended.err
    for organization, wanted in ((MINE, {"user.created", "user.changed", "user.password_reset"}), ((), set())):
        exported = call("export", "audit-log", "--format", "jsonl", *organization)
        assert exported.status == 0, exported.err
        assert wanted <= {json.loads(line)["action"] for line in exported.out.splitlines()}
