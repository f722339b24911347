"""`botflow db`: copies of a database that is being written, put back without losing what was, and pruning."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, running
from tests.faults.hear_conversations import HEAR
from tests.faults.servers_that_die import API_KEY


def sessions_in(file: Path) -> int:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM sessions").fetchone()[0])
    finally:
        connection.close()


def test_a_copy_of_a_served_database_is_whole_and_goes_on_where_it_was_made(tmp_path: Path, botflow: Call) -> None:
    database, copy = tmp_path / "botflow.db", tmp_path / "copies" / "one.db"
    copy.parent.mkdir()
    settings = {
        "BOTFLOW_DATABASE_URL": f"sqlite:///{database}",
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_API_KEY": API_KEY,
    }

    def says(person: str, text: str) -> list[str]:
        body = {"externalId": person, "text": text, "messageId": text}
        return [each["text"] for each in server.post("/chat/hear/messages", body, API_KEY)["messages"]]

    with running(tmp_path, "serve", str(HEAR), "--port", "0", **settings) as server:
        server.wait_for("ready at")
        for number in range(20):
            says(f"p{number}", "hi")
        stopped = threading.Event()

        def write() -> None:
            number = 20
            while not stopped.is_set():
                says(f"p{number}", "hi")
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        shutil.copy(database, tmp_path / "naive.db")
        made = botflow("db", "backup", str(copy), **settings)
        stopped.set()
        writer.join()
        first = says("p0", "one")
        assert server.stop() == 0

    assert made.status == 0, made.err
    copied = sessions_in(copy)
    assert copied >= 20
    assert f"{copied:,} sessions" in made.out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["one.db"]

    now = sessions_in(database)
    back = botflow("db", "restore", str(copy), "--json", **settings)

    shown = json.loads(back.out)
    assert (shown["database"], shown["sessions"]) == (str(database), copied)
    assert sessions_in(Path(shown["kept"])) == now
    with running(tmp_path, "serve", str(HEAR), "--port", "0", **settings) as server:
        server.wait_for("ready at")
        assert says("p0", "one") == first  # the conversation stands where the copy was made
        assert server.stop() == 0


def test_a_database_that_is_served_is_not_replaced(tmp_path: Path, botflow: Call) -> None:
    settings = {"BOTFLOW_DATABASE_URL": f"sqlite:///{tmp_path}/botflow.db", "BOTFLOW_SECRET_KEY": SECRET}
    botflow("db", "upgrade", **settings)
    botflow("db", "backup", "copy.db", **settings)
    with running(tmp_path, "serve", str(HEAR), "--port", "0", **settings) as server:
        server.wait_for("ready at")
        refused = botflow("db", "restore", "copy.db", **settings)
        assert server.stop() == 0
    assert refused.status == 2
    assert "open already" in refused.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backup", "there.txt"), "exists already"),
        (("restore", "nothing.db"), "there is no file"),
        (("restore", "there.txt"), "no sound SQLite database"),
        (("restore", "empty.db"), "no sound SQLite database"),
        (("restore", "other.db"), "no sound SQLite database"),
        (("restore", "torn.db"), "no sound SQLite database"),
        (("restore", "newer.db"), "newer than this botflow"),
    ],
)
def test_what_cannot_be_copied_or_put_back_changes_nothing(
    tmp_path: Path, botflow: Call, arguments: tuple[str, str], words: str
) -> None:
    settings = {"BOTFLOW_DATABASE_URL": f"sqlite:///{tmp_path}/botflow.db"}
    botflow("db", "upgrade", **settings)
    botflow("db", "backup", "newer.db", **settings)
    (tmp_path / "there.txt").write_text("a text\n" * 1_000)
    (tmp_path / "empty.db").touch()
    for name, statement in (
        ("other.db", "CREATE TABLE a (b)"),
        ("newer.db", "UPDATE botflow_version SET version_num='9', oldest='9'"),
    ):
        connection = sqlite3.connect(tmp_path / name)
        connection.execute(statement)
        connection.commit()
        connection.close()
    botflow("db", "backup", "torn.db", **settings)
    torn = bytearray((tmp_path / "torn.db").read_bytes())
    torn[5_000:60_000] = bytes(55_000)
    (tmp_path / "torn.db").write_bytes(torn)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    ended = botflow("db", *arguments, **settings)

    assert ended.status == 2
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_there_is_nothing_to_copy_before_the_first_start(tmp_path: Path, botflow: Call) -> None:
    ended = botflow("db", "backup", "copy.db", BOTFLOW_DATABASE_URL=f"sqlite:///{tmp_path}/botflow.db")
    assert (ended.status, "there is no database" in ended.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_can_be_put_where_no_database_was(tmp_path: Path, botflow: Call) -> None:
    old, new = (f"sqlite:///{tmp_path}/{name}/botflow.db" for name in ("old", "new"))
    botflow("db", "upgrade", BOTFLOW_DATABASE_URL=old)
    botflow("db", "backup", "copy.db", BOTFLOW_DATABASE_URL=old)

    put = botflow("db", "restore", "copy.db", BOTFLOW_DATABASE_URL=new)

    assert put.status == 0, put.err
    assert "before" not in put.out
    assert sessions_in(tmp_path / "new" / "botflow.db") == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgres_has_tools_of_its_own(botflow: Call, command: str) -> None:
    ended = botflow("db", command, "copy.db", BOTFLOW_DATABASE_URL="postgresql://localhost/botflow")
    assert ended.status == 2
    assert "pg_dump" in ended.err


def test_prune_counts_first_and_deletes_while_the_database_is_served(tmp_path: Path, botflow: Call) -> None:
    database = tmp_path / "botflow.db"
    settings = {
        "BOTFLOW_DATABASE_URL": f"sqlite:///{database}",
        "BOTFLOW_SECRET_KEY": SECRET,
        "BOTFLOW_API_KEY": API_KEY,
    }
    with running(tmp_path, "serve", str(HEAR), "--port", "0", **settings) as server:
        server.wait_for("ready at")

        def says(text: str) -> list[str]:
            body = {"externalId": "ann", "text": text, "messageId": text}
            return [each["text"] for each in server.post("/chat/hear/messages", body, API_KEY)["messages"]]

        says("one")
        connection = sqlite3.connect(database, timeout=5)
        for table, column in (("sessions", "created_at"), ("turns", "at"), ("executions", "started_at")):
            connection.execute(f"UPDATE {table} SET {column} = '2026-01-01 00:00:00.000000'")
        connection.execute("UPDATE executions SET ended_at = started_at")
        connection.commit()
        connection.close()
        counted = botflow("db", "prune", "--older-than", "90d", "--dry-run", **settings)
        deleted = botflow("db", "prune", "--older-than", "90d", "--json", **settings)
        again = botflow("db", "prune", "--older-than", "90d", **settings)
        assert says("two") == ["Heard two.", "Go on."]
        assert server.stop() == 0
    assert counted.out == "Would delete: 1 execution, 1 turn, 2 messages.\n"
    kept = {"runs": 0, "files": 0, "starts": 0, "budgets": 0, "decisions": 0, "changes": 0, "dryRun": False}
    assert json.loads(deleted.out) == {**kept, "executions": 1, "turns": 1, "messages": 2}
    assert again.out == "Deleted: nothing.\n"


@pytest.mark.parametrize("age", ["6d", "90", "never", "-90d"])
def test_what_may_still_be_needed_is_not_pruned(botflow: Call, age: str) -> None:
    botflow("db", "upgrade")
    ended = botflow("db", "prune", f"--older-than={age}")
    assert ended.status == 2
    assert "at least 7 days" in ended.err
