"""What a request or a turn causes at once belongs to its trace; what time causes begins a trace, with a link to it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from types import FrameType
from typing import Any

import pytest

from botflow.runtime import tracing
from tests.runtime.tracing.test_traces import CALLER, CALLERS_SPAN, PARENT
from tests.stand_ins.otlp import Collector, Recorded
from tests.storage.outbox_rows import at_once
from tests.web.api.calls import call, session_of
from tests.web.api.test_handoffs_on_phones import ANN, text_in
from tests.web.api.test_session_changes import WAITING
from tests.web.site import ORDER, Site, open_site
from tests.web.test_turn_metrics import SHOP

NUDGE = """
botflow: 1
id: nudge
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: size}
  - {id: size, type: chatbot, actionType: ask, properties: {text: "Size?", timeout: 1s}, on: {timeout: late}}
  - {id: late, type: chatbot, actionType: say, properties: {text: "Still there?"}}
"""
CHECK = """
botflow: 1
id: check
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: size}
  - {id: size, type: chatbot, actionType: ask, properties: {text: "Size?", timeout: 1s}, on: {timeout: look}}
  - {id: look, type: shop, actionType: stock, properties: {item: bell}}
"""
FAMILY = """
botflow: 1
id: family
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: both}
  - id: both
    type: logic
    actionType: parallel
    properties: {branches: [{id: stock}]}
    on: {stock: note, done: tell}
  - {id: note, type: logic, actionType: set, properties: {variables: {seen: 1}}}
  - {id: tell, type: logic, actionType: emit, properties: {event: order.placed, payload: 1}}
"""
HEARS = """
botflow: 1
id: hears
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: event, properties: {event: order.placed}, next: rest}
  - {id: rest, type: logic, actionType: wait, properties: {for: 1s}, next: check}
  - {id: check, type: shop, actionType: stock, properties: {item: bell}}
"""
OPENS = """
botflow: 1
id: opens
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: event, properties: {event: shop.opened}, next: seen}
  - {id: seen, type: logic, actionType: set, properties: {variables: {seen: 1}}}
"""
DAILY = """
botflow: 1
id: daily
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: schedule, properties: {cron: "0 3 1 1 *"}, next: check}
  - {id: check, type: shop, actionType: stock, properties: {item: bell}}
"""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as stand_in:
        yield stand_in


@pytest.fixture
async def site(database_url: str, collector: Collector, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    for name, value in collector.environment.items():
        monkeypatch.setenv(name, value)
    flows = (NUDGE, CHECK, FAMILY, HEARS, OPENS, DAILY)
    async with open_site(database_url, flows=flows, plugins=(SHOP,), environment=collector.environment) as opened:
        yield opened


async def turn(collector: Collector, workflow: str, kind: str) -> Recorded:
    """Wait for the only turn of this kind."""
    async with asyncio.timeout(20):
        while True:
            found = [
                span for span in collector.named(f"turn {workflow}") if span.attributes["botflow.turn.kind"] == kind
            ]
            if found:
                [only] = found
                return only
            await asyncio.sleep(0.02)  # a thread of the collector sets no event


async def test_a_request_and_a_turn_have_what_they_cause_in_their_trace_and_a_timer_has_a_link(
    site: Site, collector: Collector
) -> None:
    site.client.headers.update(PARENT)
    nudged, checked = await site.visit("nudge"), await site.visit("check")
    await asyncio.gather(nudged.say("hi"), checked.say("hi"))
    started = await call(site, "POST", "/workflows/family/executions", {})
    by_hand = await call(site, "POST", "/workflows/daily/schedules/start/run", {})
    told = await call(site, "POST", "/events", {"name": "shop.opened"})
    assert told.status_code == 202, told.text
    assert (started.status_code, by_hand.status_code) == (202, 202), (started.text, by_hand.text)

    for workflow in ("nudge", "check"):  # a timer whose turn is committed at once, and one that is stored before
        asked, late = await turn(collector, workflow, "message"), await turn(collector, workflow, "timeout")
        assert asked.trace_id == CALLER
        assert (late.parent_id, late.links) == ("", (asked.span_id,))
        assert late.trace_id != CALLER
    [action] = [span for span in collector.named("action shop.stock") if span.parent_id == late.span_id]
    assert action.trace_id == late.trace_id

    heard, woken = await turn(collector, "hears", "trigger"), await turn(collector, "hears", "timeout")
    whole = {span.span_id: span for span in collector.named("turn family")}
    assert {span.trace_id for span in (*whole.values(), heard)} == {CALLER}
    [emitting] = [span for span in whole.values() if span.attributes["botflow.turn.kind"] == "child_done"]
    branch = whole[emitting.parent_id]
    assert branch.attributes["botflow.trigger"] == "child"
    assert whole[branch.parent_id].attributes["botflow.trigger"] == "api"
    assert heard.parent_id == emitting.span_id
    assert (woken.parent_id, woken.links) == ("", (heard.span_id,))

    run = await turn(collector, "daily", "trigger")
    assert (run.trace_id, run.attributes["botflow.trigger"]) == (CALLER, "schedule")
    opens = await turn(collector, "opens", "trigger")
    assert (opens.trace_id, opens.attributes["botflow.trigger"]) == (CALLER, "event")
    assert CALLERS_SPAN not in {span.parent_id for span in (*whole.values(), heard, run, opens)}
    for name in PARENT:
        del site.client.headers[name]
    forked = await call(site, "POST", f"/executions/{by_hand.json()['id']}/fork", {"step": 1})
    assert forked.status_code == 202, forked.text
    assert (await turn(collector, "daily", "resume")).trace_id != CALLER  # it is no part of what it was made from
    state = (await call(site, "GET", f"/sessions/{await nudged.number()}")).text
    assert "traceparent" not in state
    assert CALLER not in state


async def test_a_persons_message_leaves_in_the_trace_of_their_request(
    sqlite_url: str, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in collector.environment.items():
        monkeypatch.setenv(name, value)
    async with open_site(sqlite_url, flows=(WAITING,), worker=None, environment=collector.environment) as site:
        await text_in(site, "hi")
        session = await session_of(site, "waiting", ANN)
        await call(site, "POST", f"/sessions/{session}/hand-off", {"person": "Maria"})
        site.client.headers.update(PARENT)
        await call(site, "POST", f"/sessions/{session}/messages", {"text": "Good morning"})
        due = await site.runtime.database.outbox.claim_sends(10, at_once, unconfirmed_s=0.0)
    [said] = [part for part in due if part.message.author == "Maria"]
    assert CALLER in said.trace
    assert CALLERS_SPAN not in said.trace


async def test_a_turn_calls_nothing_of_traces_where_they_are_off(sqlite_url: str) -> None:
    called: list[str] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(tracing.__path__[0]):
            called.append(frame.f_code.co_qualname)

    async with open_site(sqlite_url, flows=(ORDER,), worker=None) as site:
        visit = await site.visit()
        await visit.say("hi")
        sys.setprofile(watch)
        try:
            await visit.say("Ann")
        finally:
            sys.setprofile(None)
    assert called == []
