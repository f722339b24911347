"""Any JSON value is stored as it was given: as input, as an event's payload and as output, on both databases."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from botflow.runtime.runs.starts.emit import Event
from tests.web.api.test_executions import HEADERS, call
from tests.web.site import Site, open_site

ECHO = """
botflow: 1
id: echo
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: end}
  - {id: told, type: trigger, actionType: event, properties: {event: told}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ input }}"}}
"""
VALUES: tuple[Any, ...] = (
    5,
    0,
    -7,
    1.5,
    1e300,
    2**53 + 1,
    2**63 - 1,
    2**64 - 1,
    -(2**63),
    True,
    False,
    None,
    "",
    "5",
    "0.10",
    "1e3",
    "null",
    "true",
    "é\u2028",
    [],
    {},
    [1, "1", None, [True, {"a": 2**53 + 1}]],
    {"a": {"b": [5, "5", 1.5, None]}, "": 0},
)


async def test_every_json_value_survives(database_url: str) -> None:
    async with open_site(database_url, flows=(ECHO,)) as site:
        for value in VALUES:
            begun = await call(site, "POST", "/workflows/echo/executions", {"input": value})
            done = await _ended(site, begun.json()["id"])
            assert (done["status"], _exact(done["input"])) == ("completed", _exact(value))
            assert _exact(done["output"]) == _exact(value)
        listed = await call(site, "GET", "/executions?limit=100")
        assert (listed.status_code, len(listed.json()["items"])) == (200, len(VALUES))


FRACTIONS = ("1e16", "-1e16", "1E+18", "18e18", "1e20", "1e-7", "10000000000000000.0")


async def test_a_fraction_reads_the_same_on_both_databases(database_url: str, subtests: pytest.Subtests) -> None:
    """Postgres writes a number without an exponent, so a large one comes back as a whole number."""
    async with open_site(database_url, flows=(ECHO,)) as site:
        for number in FRACTIONS:
            with subtests.test(number=number):
                value = float(number)
                expected = int(value) if 1e16 <= abs(value) < 2**64 else value
                body = f'{{"input": {{"a": {number}}}}}'
                begun = await site.client.post("/api/v1/workflows/echo/executions", content=body, headers=HEADERS)
                done = await _ended(site, begun.json()["id"])
                assert (_exact(done["input"]), _exact(done["output"])) == (_exact({"a": expected}),) * 2


async def test_every_payload_of_an_event_survives(database_url: str) -> None:
    async with open_site(database_url, flows=(ECHO,)) as site:
        for value in VALUES:
            [execution] = [started.execution_id for started in await _emit(site, value)]
            done = await _ended(site, execution)
            assert (done["status"], _exact(done["input"])) == ("completed", _exact(value))


@pytest.mark.parametrize("number", ["123456789012345678901234567890", "-9223372036854775809", "18446744073709551616"])
async def test_a_number_that_would_change_is_refused(sqlite_url: str, number: str) -> None:
    """Whole numbers beyond 64 bits would become floats."""
    async with open_site(sqlite_url, flows=(ECHO,)) as site:
        for body in ('{"input": %s}', '{"input": {"a": [%s]}}', '{"input": {"a":%s}}'):
            refused = await site.client.post(
                "/api/v1/workflows/echo/executions", content=body % number, headers=HEADERS
            )
            assert (refused.status_code, refused.json()["code"]) == (422, "body.number_too_large")
        in_a_text = await call(site, "POST", "/workflows/echo/executions", {"input": number})
        assert (await _ended(site, in_a_text.json()["id"]))["output"] == number


async def _ended(site: Site, execution: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            answer = await call(site, "GET", f"/executions/{execution}")
            assert answer.status_code == 200, answer.text
            if answer.json()["endedAt"]:
                return dict(answer.json())
            await asyncio.sleep(0.02)


async def _emit(site: Site, payload: Any) -> Any:
    return await site.runtime.triggers.emit(Event(name="told", payload=payload))


def _exact(value: Any) -> str:
    return json.dumps(value, sort_keys=True)  # it tells 1 from True and from 1.0
