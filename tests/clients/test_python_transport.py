"""What the Python client does with troubled answers: it repeats what is safe to repeat, within bounds, and tells."""

from __future__ import annotations

import logging
import math
import pickle
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest
from botflow_client import ApiError, AsyncBotflow, Botflow, NoAnswer, UnexpectedAnswer
from botflow_client.retries import Retries

from tests.clients.nearby import Answer, Script, listening
from tests.ports import free_port

KEY = "canary-key-4711"
FOUND: Answer = (200, {}, b'{"items": [], "next": null}')
BUSY: Answer = (503, {"retry-after": "0"}, b'{"code": "overloaded"}')
LIMITED: Answer = (
    429,
    {"retry-after": "0"},
    b'{"code": "rate.limited", "detail": "too many", "hint": "wait", "status": 429}',
)
UNFINISHED: Answer = (409, {}, b'{"code": "idempotency.unfinished"}')
STARTED: Answer = (202, {}, b'{"executionId": "1", "status": "running"}')


async def outcome(answers: Sequence[Answer | None], call: str = "list") -> tuple[str, Script]:
    """Return what a call came to: "done", the code of its refusal, or the name of its error."""
    script = Script([*answers])
    async with listening(script) as url, AsyncBotflow(url, KEY, timeout_s=5) as client:
        try:
            match call:
                case "list":
                    await client.get_workflows_by_organization().first()
                case "post":
                    await client.trigger_workflow("order")
                case "put":
                    await client.update_workflow("order", {})
        except ApiError as refused:
            return refused.code or str(refused.status), script
        except (NoAnswer, UnexpectedAnswer) as error:
            return type(error).__name__, script
    return "done", script


async def test_what_is_safe_to_repeat_is_repeated_a_few_times() -> None:
    for call, done in (("list", FOUND), ("post", STARTED)):
        assert (await outcome([BUSY, None, done], call))[0] == "done"
        assert (await outcome([None] * 4, call))[0] == "NoAnswer"
    said, script = await outcome([BUSY] * 4)
    assert (said, len(script.told)) == ("overloaded", 4)


async def test_all_attempts_of_a_post_have_one_key_and_those_of_another_have_another() -> None:
    _, first = await outcome([None, UNFINISHED, STARTED], "post")
    _, second = await outcome([STARTED], "post")

    keys = {told.headers.get("idempotency-key") for told in first.told}
    assert (len(first.told), len(keys), None in keys) == (3, 1, False)
    assert second.told[0].headers.get("idempotency-key") not in keys


async def test_an_edit_is_repeated_only_if_it_was_not_carried_out() -> None:
    for answer, attempts in ((LIMITED, 2), (BUSY, 1), (None, 1)):
        said, script = await outcome([answer, (400, {}, b'{"code": "end"}')], "put")
        assert len(script.told) == attempts, (answer, said)


async def test_a_refusal_is_not_repeated_and_neither_is_one_that_asks_for_an_hour() -> None:
    for answer in (
        (404, {}, b'{"code": "workflow.unknown"}'),
        UNFINISHED,  # of somebody else's request
        (503, {"retry-after": "3600"}, b'{"code": "overloaded"}'),
        (503, {"retry-after": "Fri, 31 Dec 2199 23:59:59 GMT"}, b'{"code": "overloaded"}'),
        (307, {"location": "https://elsewhere.example/"}, b""),
        (500, {}, b"<html>a proxy's page</html>"),
    ):
        assert len((await outcome([answer, FOUND], "post"))[1].told) == 1, answer


async def test_an_answer_from_something_else_is_told_as_one() -> None:
    for body in (b"<html>", b"[]", b'{"items": 7}', b'{"items": [{"id": 1}]}', b'{"items": [{}], "next": null}'):
        assert (await outcome([(200, {}, body)]))[0] == "UnexpectedAnswer", body
    assert (await outcome([(200, {}, b'{"items": [], "next": null, "newer": 1}')]))[0] == "done"


async def test_an_answer_that_cannot_be_unpacked_is_a_lost_one() -> None:
    packed: Answer = (202, {"content-encoding": "gzip"}, b"not packed at all")
    assert (await outcome([packed, STARTED], "post"))[0] == "done"
    told, script = await outcome([packed], "put")
    assert (told, len(script.told)) == ("NoAnswer", 1)


async def test_a_number_that_is_no_json_is_not_sent() -> None:
    async with listening(Script([])) as url, AsyncBotflow(url, KEY) as client:
        for number in (math.nan, math.inf):
            with pytest.raises(ValueError, match="JSON"):
                await client.trigger_workflow("order", input={"size": number})


async def test_a_list_that_leads_to_itself_ends() -> None:
    same: Answer = (200, {}, b'{"items": [], "next": "again"}')
    async with listening(Script([same] * 2)) as url, AsyncBotflow(url, KEY) as client:
        with pytest.raises(UnexpectedAnswer, match="after itself"):
            [each async for each in client.get_workflows_by_organization()]


async def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow_client.transport.LARGEST_ANSWER", 1000)
    assert (await outcome([(200, {}, b"[" * 1001)]))[0] == "UnexpectedAnswer"


async def test_a_server_that_is_away_is_told_as_such() -> None:
    client = Botflow(f"http://127.0.0.1:{free_port()}", KEY, retries=Retries(attempts=2))
    with client, pytest.raises(NoAnswer) as away:
        client.get_organization()
    assert not away.value.may_have_arrived


def test_no_text_about_a_client_holds_its_key() -> None:
    client = Botflow("https://bots.example.com/", KEY)
    refused = ApiError(429, {"code": "rate.limited", "detail": "too many", "hint": "wait"})

    assert repr(client) == "Botflow('https://bots.example.com')"
    assert str(refused) == "rate.limited: too many (wait)"
    assert pickle.loads(pickle.dumps(refused)).code == "rate.limited"
    for key in ("", "a\nb", "schlüssel"):
        with pytest.raises(ValueError, match="the key is empty, or has characters") as wrong:
            Botflow("https://bots.example.com", key)
        assert not key or key not in str(wrong.value)
    for url in ("bots.example.com", "ftp://bots.example.com", "https://ann:secret@bots.example.com", "https://a/?b"):
        with pytest.raises(ValueError, match="the address of a botflow server") as wrong:
            Botflow(url, KEY)
        assert "secret" not in str(wrong.value)
    client.close()


async def test_no_log_and_no_cause_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with listening(Script([None, FOUND, None])) as url, AsyncBotflow(url, KEY) as client:
            await client.get_workflows_by_organization().first()
            with pytest.raises(NoAnswer) as lost:
                await client.update_workflow("order", {})
        causes = repr([lost.value.__cause__, vars(lost.value), vars(lost.value.__cause__)])
        shown = "".join(traceback.format_exception(lost.value))

    assert len(caplog.records) > 0
    assert KEY not in caplog.text + causes + shown


async def test_a_time_is_sent_with_its_zone() -> None:
    script = Script([FOUND])
    berlin = datetime(2026, 11, 27, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    async with listening(script) as url, AsyncBotflow(url, KEY) as client:
        await client.get_executions(after=berlin, top_level=True).first()
        with pytest.raises(ValueError, match="has no time zone"):
            await client.get_executions(after=berlin.replace(tzinfo=None)).first()

    assert script.told[0].target == "/api/v1/executions?topLevel=true&after=2026-11-27T09%3A30%3A00%2B01%3A00"


def test_what_would_name_another_address_is_refused() -> None:
    with Botflow("https://bots.example.com", KEY) as client, pytest.raises(ValueError, match="cannot stand"):
        client.get_workflow("..")
