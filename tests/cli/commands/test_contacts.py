"""`botflow contacts`: finds people, changes and merges them, and imports a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call


def test_contacts_are_imported_found_changed_and_merged(botflow: Call, tmp_path: Path) -> None:
    botflow("db", "upgrade")
    botflow("contacts", "declare", "plan", "choice", "--choice", "free", "--choice", "pro")
    assert botflow("contacts", "fields").out.splitlines()[1].split() == ["plan", "choice", "free,", "pro"]
    file = tmp_path / "guests.csv"
    file.write_text("addresses,name,plan,groups\nsms:+12125550111,Ann Lee,pro,guests\nchat:bob,Bob,gold,\n")

    dry = botflow("contacts", "import", str(file), "--dry-run")
    assert (dry.status, dry.out.splitlines()[0]) == (
        1,
        "2 rows: 1 would be new, 0 would be changed, 0 unchanged, 1 refused",
    )
    assert "line 3: 'gold' does not fit the contact's plan: one of free, pro (contact.value)" in dry.out
    assert botflow("contacts").out == "No contacts.\n"
    botflow("contacts", "import", str(file))
    file.write_text("addresses,name\nchat:ann,Anna\n")
    assert botflow("contacts", "import", str(file)).out == "1 rows: 1 new, 0 changed, 0 unchanged, 0 refused\n"

    found = json.loads(botflow("contacts", "--name", "lee", "--field", "plan=pro", "--group", "guests", "--json").out)
    other = json.loads(botflow("contacts", "--address", "ann", "--json").out)
    assert [each["name"] for each in found + other] == ["Ann Lee", "Anna"]
    ann, anna = str(found[0]["id"]), str(other[0]["id"])
    changed = botflow("contacts", "set", ann, "plan=", "timeZone=Europe/Berlin", "--join", "vip", "--leave", "guests")
    assert "Europe/Berlin" in changed.out
    assert "vip" in botflow("contacts", "groups").out
    assert "Anna" in botflow("contacts", "merge", ann, anna, "--take", "name").out
    assert json.loads(botflow("contacts", "show", anna, "--json").out)["id"] == int(ann)
    assert botflow("export", "people").out.startswith("addresses,name,")


def test_what_is_wrong_is_said(botflow: Call, tmp_path: Path) -> None:
    botflow("db", "upgrade")
    for arguments, words in (
        (("show", "7"), "there is no contact 7"),
        (("set", "7", "name"), "'name' is no FIELD=VALUE"),
        (("declare", "name", "text"), "every contact has that"),
        (("import", str(tmp_path / "none.csv")), "does not exist"),
    ):
        ended = botflow("contacts", *arguments)
        assert (ended.status, ended.out) == (2, "")
        assert words in " ".join(ended.err.replace("│", " ").split())
    latin = tmp_path / "latin.csv"
    latin.write_bytes("addresses,name\nchat:x,Zoë\n".encode("latin-1"))
    assert "is not UTF-8" in botflow("contacts", "import", str(latin)).err
