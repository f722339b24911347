"""schemathesis calls every operation with values that it derives from /openapi.json, valid and invalid ones, and in
sequences in which one answer leads to the next call. Every answer must be one that the document announces."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.web.site import API_KEY, ORDER, TALK, open_site

# A well-formed call may still be refused for what it means: a draft with errors, an edit of a former revision.
# Two of the methods that an address does not know are enough: the router answers to all of them without the operation.
# Five operations take a whole flow, with 640 wrong ones each: the model refuses them before the operation, so one
# operation is enough for these. The short addresses are the same operations at others.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422]

[phases.coverage]
unexpected-methods = ["OPTIONS", "TRACE"]

[[operations]]
include-operation-id = ["createWorkflow", "validateWorkflow"]
phases.coverage.generation.mode = "positive"

[[operations]]
include-operation-id = ["postWorkflow", "putWorkflow"]
phases.coverage.enabled = false
"""

# Calls that are refused are refused before the database: one is enough for the many of `coverage`.
PHASES = {False: "examples,coverage,fuzzing,stateful", True: "examples,stateful"}


async def test_every_answer_is_one_that_the_document_announces(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    async with open_site(database_url, flows=(ORDER, TALK)) as site:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{site.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {API_KEY}", "--max-examples", "5", "--no-color", "--seed", "1"),
            *("--phases", PHASES[site.runtime.database.is_postgres]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        said, _ = await process.communicate()
    told = said.decode()
    assert process.returncode == 0, told[told.find("FAILURES") :][:6_000]
    print(told[told.rfind("SUMMARY") :])
