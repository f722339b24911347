"""contact.lookup, verify.start and verify.check, by the official SDK against a local Lookup and Verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from botflow.records.sessions import VISITOR
from botflow.storage.database import Database
from botflow.storage.tables import answers, sessions, turns
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import open_bot
from tests.stand_ins.twilio_numbers import TwilioNumbers

MOBILE, LANDLINE, NOBODY = "+12125550111", "+12125550112", "+12125550119"
LOOK = (
    node("look", "contact.lookup", number="{{ $message.text }}", line=True, variable="about"),
    say("good", "{{ about.line }} of {{ $look.carrier }}"),
    say("bad", "no number"),
    say("failed", "{{ $look.code }}"),
)
LOOK[0]["on"] = {"valid": "good", "invalid": "bad", "error": "failed"}
LOGIN = (
    node("phone", "chatbot.ask", text="Number?", variable="phone", on={"answered": "send"}),
    node("send", "verify.start", to="{{ phone }}", on={"next": "code", "error": "failed"}),
    node("code", "chatbot.ask", text="Code?", on={"answered": "check"}),
    node("check", "verify.check", to="{{ phone }}"),
    say("done", "Welcome."),
    say("late", "It is over."),
    say("failed", "{{ $send.code }}"),
)
LOGIN[3]["on"] = {"approved": "done", "wrong": "code", "expired": "late", "error": "failed"}


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioNumbers]:
    with TwilioNumbers(lines={MOBILE: "mobile", LANDLINE: "landline"}) as stand_in:
        for name, value in stand_in.environment.items():
            monkeypatch.setenv(name, value)
        yield stand_in


async def test_a_number_is_looked_up_once_a_day_and_nonsense_never(database: Database, numbers: TwilioNumbers) -> None:
    async with open_bot(database, *LOOK) as bot:
        said = [
            (await bot.said(text, f"m{place}", within_s=30.0))
            for place, text in enumerate((MOBILE, LANDLINE, NOBODY, "hello", "+1 (212) 555-0111", MOBILE))
        ]
        numbers.status = 429
        busy = await bot.said("+12125550118", "m9", within_s=30.0)
    assert [text for [text] in said] == [
        *("mobile of Bell", "landline of Bell", "no number", "no number", "mobile of Bell", "mobile of Bell"),
    ]
    assert busy == ["twilio.20429"]
    assert [(method, form) for method, _, form in numbers.requests] == [
        ("GET", {"Fields": "line_type_intelligence"})
    ] * 4


async def test_a_code_is_checked_and_stored_nowhere_but_in_the_conversation(
    database: Database, numbers: TwilioNumbers
) -> None:
    async with open_bot(database, *LOGIN) as bot:
        texts = ("hi", MOBILE, "what?", "000000", "482 913", "hi", MOBILE, *["111111"] * 6)
        said = [await bot.said(text, f"m{place}", within_s=30.0) for place, text in enumerate(texts)]
        rows = await database.engine.read(
            lambda connection: [
                *(list(row) for row in connection.execute(select(answers.c.ask, answers.c.value)).all()),
                *(list(row) for row in connection.execute(select(sessions.c.state)).all()),
                *(list(row) for row in connection.execute(select(turns)).all()),
            ]
        )
    assert said[:5] == [["Number?"], ["Code?"], ["Code?"], ["Code?"], ["Welcome."]]
    assert said[5:] == [["Number?"], ["Code?"], *[["Code?"]] * 5, ["It is over."]]
    assert len(rows) > 10
    stored = orjson.dumps(rows, default=str).decode()
    assert "482913" not in stored
    assert "111111" not in stored


async def test_no_code_is_sent_against_a_persons_will_or_beyond_the_bounds(
    database: Database, numbers: TwilioNumbers
) -> None:
    async with open_bot(database, *LOGIN, budgets={"visitor": {"messages": 2}}) as bot:
        await bot.hear("STOP", "s1", person=LANDLINE, channel="sms", consent="stop")
        outcomes: list[Any] = []
        for place, number in enumerate((LANDLINE, MOBILE, MOBILE, MOBILE, "no number")):
            visitor = f"{VISITOR}{1 if number != LANDLINE else 2}"
            await bot.said("hi", f"a{place}", person=visitor, within_s=30.0)
            outcomes += await bot.said(number, f"b{place}", person=visitor, within_s=30.0)
            if outcomes[-1] == "Code?":
                await bot.said(numbers.code, f"c{place}", person=visitor, within_s=30.0)
    assert outcomes == ["consent.stopped", "Code?", "Code?", "budget.visitor", "number.invalid"]
    sent = [form["To"] for _, path, form in numbers.requests if path.endswith("/Verifications")]
    assert sent == [MOBILE, MOBILE]


async def test_without_an_account_the_nodes_leave_by_error(
    database: Database, numbers: TwilioNumbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_VERIFY_SERVICE")
    async with open_bot(database, *LOGIN) as bot:
        await bot.said("hi", "m1")
        assert await bot.said(MOBILE, "m2", within_s=30.0) == ["verify.no_service"]
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    async with open_bot(database, *LOGIN) as bot:
        await bot.said("hi", "m3")
        assert await bot.said(MOBILE, "m4", within_s=30.0) == ["twilio.not_configured"]
