"""The JavaScript client under Node.js, against the same servers as the Python one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from botflow.storage.tables import organizations
from tests.clients.nearby import Answer, LosingWire, Place, Script, listening
from tests.clients.test_python_transport import BUSY, FOUND, KEY, LIMITED, STARTED, UNFINISHED
from tests.node import NODE
from tests.ports import free_port
from tests.web.api.calls import hello
from tests.web.site import API_KEY

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("clients")]
TOKEN = "canary-of-a-script-0815"


async def run(url: str, name: str, given: str = "", key: str = API_KEY) -> Any:
    """Return what a call of calls.mjs answers."""
    script = str(Path(__file__).with_name("calls.mjs"))
    node = await asyncio.create_subprocess_exec(
        *(NODE, script, url, key, name, given), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        said, wrong = await node.communicate()
    assert (node.returncode, wrong) == (0, b""), wrong.decode()
    return json.loads(said)


async def test_a_workflow_is_drafted_published_started_followed_and_cancelled(place: Place) -> None:
    assert await run(place.site.url, "workflow", json.dumps(hello(id="scripted"))) == {
        "late": "draft.changed",
        "version": 1,
        "input": {"who": "ann"},
        "isActive": True,
        "status": "cancelled",
    }


async def test_a_conversation_is_found_and_changed(place: Place) -> None:
    visit = await place.site.visit()
    await visit.say("Ann")

    found = await run(place.site.url, "session", visit.external_id)

    assert found == {"before": "Ann", "after": "Anna", "active": False}


async def test_a_credential_is_never_shown_again(place: Place) -> None:
    assert await run(place.site.url, "credential", TOKEN) == {"isShown": False, "nothing": True}


async def test_a_list_of_250_is_read_page_by_page(place: Place) -> None:
    rows = [{"slug": f"cafe{number}", "name": f"Cafe {number}"} for number in range(250)]
    await place.site.runtime.database.engine.write(
        lambda connection: connection.execute(insert(organizations), rows).rowcount
    )

    assert await run(place.site.url, "list") == {"found": 251, "first": 100, "hasNext": True}


async def test_a_refusal_says_what_to_do_and_an_export_is_read_as_a_file(place: Place) -> None:
    told = await run(place.site.url, "refusal")

    assert (told["isError"], told["status"], told["code"]) == (True, 404, "workflow.unknown")
    assert told["message"] == f"{told['code']}: {told['detail']} ({told['hint']})"
    assert (told["lines"] > 1, told["unknown"]) == (True, "workflow.unknown")


async def test_a_post_whose_answer_was_lost_is_not_done_twice(place: Place) -> None:
    async with listening(LosingWire(place.site.url, losses=1)) as url:
        started = await run(url, "trigger")

    async with place.client() as client:
        executions = [await client.get_execution(each.id) async for each in client.get_executions(workflow="report")]
    assert [each.id for each in executions if each.input == {"by": "javascript"}] == [started["executionId"]]


async def test_events_are_followed_as_they_come(place: Place) -> None:
    assert await run(place.site.url, "followed") == "workflow.queued"
    assert await run(place.site.url, "notJson") == "size is NaN, which is no JSON"


async def test_calls_are_repeated_by_the_rules_of_the_python_client() -> None:
    cases: Sequence[tuple[str, Sequence[Answer | None], str, int]] = (
        ("get", [BUSY, None, FOUND], "done", 3),
        ("get", [BUSY] * 4, "overloaded", 4),
        ("post", [None, UNFINISHED, STARTED], "done", 3),
        ("post", [None] * 4, "NoAnswer", 4),
        ("post", [UNFINISHED], "idempotency.unfinished", 1),
        ("post", [(503, {"retry-after": "3600"}, b'{"code": "overloaded"}')], "overloaded", 1),
        ("put", [LIMITED, (400, {}, b'{"code": "end"}')], "end", 2),
        ("put", [BUSY], "overloaded", 1),
        ("put", [None], "NoAnswer", 1),
        ("get", [(500, {}, b"<html>a proxy's page</html>")], "500", 1),
        ("get", [(200, {}, b"<html>")], "UnexpectedAnswer", 1),
    )
    for name, answers, said, times in cases:
        script = Script([*answers])
        async with listening(script) as url:
            assert await run(url, name, key=KEY) == said, (name, answers)
        assert len(script.told) == times, (name, answers)
        assert len({told.headers.get("idempotency-key") for told in script.told}) == 1
    assert await run(f"http://127.0.0.1:{free_port()}", "put", key=KEY) == "NoAnswer"


async def test_a_caller_may_give_up_and_no_text_holds_the_key() -> None:
    async with listening(Script([BUSY] * 4)) as url:
        assert await run(url, "aborted", key=KEY) == ["AbortError", "AbortError"]
    shown = await run("https://bots.example.com", "secrets", key=KEY)

    assert (KEY in shown, "schl" in shown) == (False, False)
    assert shown.count("the key is empty, or has characters that no HTTP header can hold") == 6
