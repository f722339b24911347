"""`botflow export`: whole lists as files, without a server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from botflow.storage.one_off import run_once_sync
from botflow.storage.tables import audit_log
from tests.cli.conftest import Call
from tests.web.api.calls import other_organization
from tests.web.api.test_results import SURVEY, say, table
from tests.web.site import open_site

KINDS = (
    *("sessions", "inbounds", "outbounds", "executions", "handoffs", "feedback"),
    *("contacts", "people", "audit-log", "usage"),
)


@pytest.fixture
def url(database_url: str) -> str:
    async def converse() -> None:
        async with open_site(database_url, flows=(SURVEY,)) as site:
            for text in ("hi", "=Ann", "5"):
                await say(site, "p1", text)
            await other_organization(site)

    asyncio.run(converse())
    return database_url


def exports_in(url: str) -> list[tuple[str, str, int, Any]]:
    query = select(audit_log.c.subject, audit_log.c.actor, audit_log.c.organization_id, audit_log.c.after)
    query = query.where(audit_log.c.action == "export.begun").order_by(audit_log.c.id)
    return run_once_sync(url, lambda connection: [tuple(row) for row in connection.execute(query)])


def test_lists_are_written_to_files_and_to_the_audit_log(botflow: Call, url: str, tmp_path: Path) -> None:
    narrow = {"inbounds": ["--person", "p1"], "outbounds": ["--workflow", "survey", "--after", "2026-01-01"]}
    for kind in KINDS:
        file = tmp_path / f"{kind}.csv"
        told = botflow("export", kind, *narrow.get(kind, ()), "-o", str(file), "--json", BOTFLOW_DATABASE_URL=url)
        assert told.status == 0, told.err
        rows = table(file.read_bytes().decode())
        assert json.loads(told.out) == {"kind": kind, "format": "csv", "file": str(file), "rows": len(rows)}
    lines = botflow("export", "inbounds", "--workflow", "survey", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["5", "=Ann", "hi"]
    assert [row["text"] for row in table((tmp_path / "inbounds.csv").read_bytes().decode())] == ["5", "'=Ann", "hi"]
    theirs = table(botflow("export", "sessions", "--organization", "other").out)
    assert [row["externalId"] for row in theirs] == ["theirs"]
    assert "theirs" not in (tmp_path / "sessions.csv").read_text()
    made = exports_in(url)
    assert [subject for subject, *_ in made] == [f"export:{kind}" for kind in (*KINDS, "inbounds", "sessions")]
    assert made[1][3] == {"format": "csv", "externalId": "p1"}
    assert {actor.partition(":")[0] for _, actor, *_ in made} == {"command line"}
    assert [organization for _, _, organization, _ in made] == [1] * (len(made) - 1) + [made[-1][2]]
    assert made[-1][2] != 1
    assert botflow("results", "survey", "--csv").status == 0
    assert exports_in(url)[-1][0] == "export:results"
    unknown = botflow("results", "survey", "--organization", "other")
    assert (unknown.status, "there is no workflow 'survey'" in unknown.err) == (2, True)


def test_a_wrong_export_is_told_what_is_wrong_and_writes_nothing(
    botflow: Call, url: str, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for arguments, words in (
        (["contacts", "--workflow", "survey"], "contacts cannot be filtered by --workflow"),
        (["executions", "--status", "none"], "--status: Input should be 'pending'"),
        (["usage", "--group-by", "week"], "--group-by: Input should be 'workflow'"),
        (["outbounds", "--status", "sent"], "this would look through every message that there is"),
        (["sessions", "--workflow", "none"], "there is no workflow 'none'"),
        (["executions", "--after", "soon"], "after"),
        (["sessions", "--organization", "none"], "there is no organization 'none'"),
        (["keys"], "'keys'"),
        (["sessions", "--json"], "--output"),
    ):
        with subtests.test(" ".join(arguments)):
            file = [] if "--json" in arguments else ["-o", str(tmp_path / "file")]
            refused = botflow("export", *arguments, *file, BOTFLOW_DATABASE_URL=url)
            assert refused.status == 2
            assert words in refused.err
            assert not (tmp_path / "file").exists()
    assert exports_in(url) == []
    with subtests.test("a file that cannot be written"):
        refused = botflow("export", "sessions", "-o", str(tmp_path / "none" / "file"), BOTFLOW_DATABASE_URL=url)
        assert (refused.status, "cannot be written: No such file" in refused.err) == (2, True), refused.err
