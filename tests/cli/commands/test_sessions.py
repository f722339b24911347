"""`botflow sessions`: what an operator reads about a conversation, and nothing that a stranger writes into it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from botflow.engine.asks import Answer, AskModel
from botflow.interfaces import OnDelta
from botflow.plugins import Plugin
from botflow.storage.migrations.upgrade import upgrade
from tests.cli.conftest import Call
from tests.web.site import open_site
from tests.web.test_provider_webhooks import post, sms

FLOW = """
botflow: 1
id: order
name: Order
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "How many?", variable: qty, expect: integer}
    next: large
  - id: large
    type: conditional
    actionType: branch
    properties: {cases: [{handle: many, when: "qty > 10"}]}
    on: {many: talk, else: talk}
  - {id: talk, type: ai, actionType: reply, properties: {instructions: "Answer."}, next: again}
  - {id: again, type: chatbot, actionType: ask, properties: {text: "Anything else?", variable: more, timeout: 1h}}
"""
HOSTILE = "\x1b]0;X\x07\x1b[2J\r\n12:00:00 < FAKE LINE\u202eesrever \x9b31m"


class Counting:
    """A model that counts its tokens, and knows its price if it is told one."""

    name = "counting"

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        usage = {"model": "counting-1", "promptTokens": 30, "completionTokens": 5, "costUsd": 0.00025}
        return Answer(value="Good choice.", usage=usage)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with one conversation of four messages."""
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_converse(url))
    return url


async def _converse(url: str) -> None:
    await asyncio.to_thread(upgrade, url)
    plugin = Plugin(name="counting", model=lambda _: Counting())
    async with open_site(url, flows=[FLOW], plugins=(plugin,)) as site:
        visit = await site.visit("order")
        for text in ("hello", "a lot", HOSTILE, "12"):
            assert (await visit.post(text=text)).status_code == 200


def test_a_conversation_is_shown_turn_by_turn_with_reasons_cost_and_what_comes_next(
    botflow: Call, database: str
) -> None:
    out = botflow("sessions", "show", "1", BOTFLOW_DATABASE_URL=database).out

    assert "waiting at again, 5 turns, last change " in out
    assert "next: timeout at " in out
    assert "  > a lot\n    ask refused the answer: not_a_number" in out
    assert "    large decided many, because qty = 12\n" in out
    assert "    model counting-1: 30 + 5 tokens, 0.000250 USD\n  < Good choice.\n  < Anything else?\n" in out
    assert " UTC" in out


def test_json_has_the_reasons_too(botflow: Call, database: str) -> None:
    shown = json.loads(botflow("sessions", "show", "1", "--json", BOTFLOW_DATABASE_URL=database).out)

    decided = [event for turn in shown["turns"] for event in turn["events"] if event[0] == "decided"]
    assert decided == [["decided", "large", "many", {"qty": 12}]]
    assert [call["costUsd"] for turn in shown["turns"] for call in turn["modelCalls"]] == [0.00025]
    assert shown["next"]["kind"] == "timeout"
    assert HOSTILE in [line["text"] for line in shown["transcript"]]


@pytest.mark.parametrize("command", [["sessions"], ["sessions", "show", "1"], ["sessions", "show", "1", "--json"]])
def test_a_terminal_does_not_obey_what_people_write(botflow: Call, database: str, command: list[str]) -> None:
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE sessions SET external_id = external_id || ?", (HOSTILE,))
    connection.close()
    out = botflow(*command, BOTFLOW_DATABASE_URL=database).out

    assert not [character for character in out if character in "\x1b\x07\x9b\u202e\r"]
    assert not [line for line in out.splitlines() if line.startswith("12:00:00")]
    assert "\\u001b" in out


def test_a_person_is_found_among_more_sessions_than_a_list_shows(botflow: Call, database: str) -> None:
    columns = "version, last_seq, done_seq, created_at, updated_at, parked, state, workflow_id, channel, external_id"
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) "
            f"INSERT INTO sessions ({columns}) SELECT 1, 1, 1, created_at, '2099-01-01 00:00:00', 0, state, "
            f"workflow_id, 'sms', '+1555' || (1000000 + i) FROM sessions, n WHERE id = 1"
        )
        connection.execute("UPDATE sessions SET updated_at = '2000-01-01 00:00:00' WHERE external_id = '+15551000007'")
    connection.close()
    shown = botflow("sessions", "show", "+1 555 100 0007", BOTFLOW_DATABASE_URL=database)

    assert shown.status == 0, shown.err
    assert "order, sms, +15551000007" in shown.out


def test_a_session_that_is_not_there_is_said_so(botflow: Call, database: str) -> None:
    for wanted in ("999", "9" * 400, "nobody"):
        ended = botflow("sessions", "show", wanted, BOTFLOW_DATABASE_URL=database)
        assert ended.status == 2
        assert "there is no session" in ended.err


DIVIDE = """
id: divide
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "By how many?", variable: number}, next: half}
  - {id: half, type: logic, actionType: set, properties: {variables: {share: "{{ 10 / number }}"}}, next: tell}
  - {id: tell, type: chatbot, actionType: say, properties: {text: "{{ share }}"}}
"""


def test_a_failed_turn_names_its_node_the_code_and_the_reason(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_text(url, "hi", "0"))

    out = botflow("sessions", "show", "+14155550100", BOTFLOW_DATABASE_URL=url).out
    shown = json.loads(botflow("sessions", "show", "1", "--json", BOTFLOW_DATABASE_URL=url).out)

    [*_, last] = out.split("\nturn ")
    [_, node, code, reason] = next(event for event in shown["turns"][-1]["events"] if event[0] == "failed")
    assert (node, code) == ("half", "condition.failed")
    assert "10 / number" in reason
    assert f"    failed at half: condition.failed, {reason}\n" in last
    assert "  > 0\n" in last


def test_a_turn_that_nobody_answered_says_that_the_person_has_opted_out(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    asyncio.run(_text(url, "hi", "HELP", "STOP", "are you there?", "START", "5"))

    out = botflow("sessions", "show", "+14155550100", BOTFLOW_DATABASE_URL=url).out

    turns = [turn.splitlines()[1:3] for turn in out.split("\nturn ")[2:]]
    assert turns == [
        ["  > HELP", "    ignored: the provider answers this word"],
        ["  > STOP", "    ignored: the person has opted out"],
        ["  > are you there?", "    ignored: the person has opted out"],
        ["  > START", "    ignored: no node answers an opt-in"],
        ["  > 5", "    ask --answered--> half"],
    ]


async def _text(url: str, *texts: str) -> None:
    """Send texts from a phone, one after the other."""
    await asyncio.to_thread(upgrade, url)
    async with open_site(url, flows=[DIVIDE]) as site:
        for number, text in enumerate(texts):
            assert (await post(site, sms(text, f"SM{number}"), "/twilio/divide")).status_code == 200


def test_a_visitors_token_is_revoked(botflow: Call, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/botflow.db"
    token, person = asyncio.run(_visit(url))

    revoked = botflow("sessions", "revoke", "order", person, "--json", BOTFLOW_DATABASE_URL=url)
    unknown = botflow("sessions", "revoke", "order", "visitor:nobody", BOTFLOW_DATABASE_URL=url)

    assert json.loads(revoked.out) == {"sessionId": "1", "externalId": person, "revoked": True}
    assert (unknown.status, "session.unknown" in unknown.err or "has no chat" in unknown.err) == (2, True)
    assert asyncio.run(_status_of(url, token)) == (401, "token.revoked")


async def _visit(url: str) -> tuple[str, str]:
    """Return the token and the external id of a new visitor."""
    upgrade(url)
    async with open_site(url) as site:
        visitor = await site.visit()
        [summary] = await site.runtime.database.transcripts.sessions(None, 2)
        return visitor.opened["token"], summary.external_id


async def _status_of(url: str, token: str) -> tuple[int, str]:
    async with open_site(url) as site:
        path, headers = "/chat/order/messages", {"authorization": f"Bearer {token}"}
        response = await site.client.post(path, json={"text": "Ann"}, headers=headers)
        return response.status_code, response.json()["code"]
