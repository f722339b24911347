"""Actions that return, save and say what makes no sense: their run fails with a code, and the next one runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import pytest

from botflow import Properties, action
from botflow.engine.node_type import ActionContext
from botflow.plugins import Plugin
from tests.web.api.test_executions import call, start, until
from tests.web.site import Site, open_site

JOB = """
botflow: 1
id: job
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: act}
  - {id: act, type: test, actionType: act, properties: {what: "{{ $input.what }}"}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: {text: "{{ $act.text }}"}}}
"""


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


RETURNED: Mapping[str, Callable[[], Any]] = MappingProxyType(
    {
        "object": lambda: {"text": object()},
        "set": lambda: {"text": {1, 2}},
        "bytes": lambda: {"text": b"\xff"},
        "huge number": lambda: {"text": 2**70},
        "deep": lambda: {"text": _nested(2_000)},
        "large and no JSON": lambda: {"text": "a" * 300_000, "more": object()},
    }
)
SAVED: Mapping[str, tuple[str, str, int]] = MappingProxyType(
    {
        "no name": ("", "text/plain", 1),
        "long name": ("a" * 201, "text/plain", 1),
        "line break in the name": ("a\nb", "text/plain", 1),
        "NUL in the name": ("a\0", "text/plain", 1),
        "surrogate in the name": ("a\ud800", "text/plain", 1),
        "no type": ("a", "", 1),
        "type without a kind": ("a", "text", 1),
        "header in the type": ("a", "text/html\r\nset-cookie: a=b", 1),
        "letters outside of ASCII in the type": ("a", "text/plain; name=\u20ac", 1),
        "NUL in the type": ("a", "text/plain\0", 1),
        "large": ("a", "text/plain", 16 * 1024 * 1024 + 1),
    }
)
ODD_KEYS = ("a/b", "../../etc/passwd", "..", "a b;.txt", 'a"b', "ü", "%00", "a?b#c", "result:a:b")


class Act(Properties):
    """What is to go wrong."""

    what: str


@action("test.act")
async def act(properties: Act, variables: Any, context: ActionContext) -> Any:
    if properties.what in RETURNED:
        return RETURNED[properties.what]()
    if properties.what in SAVED:
        name, content_type, size = SAVED[properties.what]
        await context.save(name, b"x" * size, content_type)
    if properties.what == "odd words":
        context.log("info", "a\0b\ud800")
        await context.progress(float("nan"), "a\0b\ud800")
    if properties.what == "odd load":
        assert await context.load("a\0b") is None
    if properties.what == "odd failure":
        raise RuntimeError("a\0b\ud800")
    if properties.what == "odd keys":
        for key in ODD_KEYS:
            await context.save(key, key.encode(), "text/html")
    return {"text": "done"}


PLUGIN = Plugin(name="acting", node_types=(act,))


async def outcome(site: Site, what: str) -> str:
    """Run the action, and return the code of its failure, or its status."""
    execution = await start(site, {"input": {"what": what}})
    ended = await until(site, execution, "completed", "failed")
    return str(ended["error"]["code"]) if ended["error"] else str(ended["status"])


async def test_what_an_action_returns_or_saves_fails_with_a_code_and_the_next_run_goes_on(
    database_url: str, subtests: pytest.Subtests
) -> None:
    wanted = dict.fromkeys(RETURNED, "ask.not_json")
    wanted |= {what: "artifact.content_type" if "type" in what else "artifact.name" for what in SAVED}
    wanted |= {
        "large": "artifact.too_large",
        "odd words": "completed",
        "odd load": "completed",
        "odd failure": "action.crashed",
        "nothing": "completed",
    }
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        for what, code in wanted.items():
            with subtests.test(msg=what):
                assert await outcome(site, what) == code


async def test_an_artifact_with_an_odd_name_is_a_download_and_nothing_else(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        execution = await start(site, {"input": {"what": "odd keys"}})
        await until(site, execution, "completed")
        for key in ODD_KEYS:
            got = await call(
                site, "GET", f"/executions/{execution}/artifacts/{quote(key, safe='').replace('.', '%2e')}"
            )
            assert (got.status_code, got.content) == (200, key.encode()), key
            assert got.headers["content-disposition"] == "attachment"
            assert got.headers["x-content-type-options"] == "nosniff"
        for key in ("%2e%2e%2f" * 6 + "etc%2fpasswd", "%00", "a%00b", "%ff", "%ed%a0%80"):
            missing = await call(site, "GET", f"/executions/{execution}/artifacts/{key}")
            assert (missing.status_code, missing.json()["code"]) == (404, "artifact.unknown"), key


async def test_a_run_that_is_over_refuses_what_it_cannot_be_asked_for(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), plugins=(PLUGIN,)) as site:
        execution = await start(site, {"input": {"what": "nothing"}})
        before = await until(site, execution, "completed")
        for change, body, status, code in (
            ("retry", {"checkpoint": 99}, 404, "checkpoint.unknown"),
            ("retry", {"checkpoint": 0}, 404, "checkpoint.unknown"),
            ("retry", {"checkpoint": 2**31 - 1}, 404, "checkpoint.unknown"),
            ("retry", {}, 409, "execution.completed"),
            ("pause", None, 409, "execution.ended"),
            ("resume", None, 409, "execution.not_paused"),
            ("cancel", None, 409, "execution.ended"),
        ):
            answer = await call(site, "POST", f"/executions/{execution}/{change}", body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (change, body)
        assert (await call(site, "GET", f"/executions/{execution}")).json() == before
