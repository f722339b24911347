"""Webhooks and events over HTTP start workflows; what cannot prove itself changes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.engine.conversation import node
from tests.triggering.workflows_to_start import ORDER_SCHEMA, publish, run_flow, runs
from tests.web.site import API_KEY, Site, open_site

SECRET = "whsec-canary-1234567890"
BLANK = " " * 32
BEARER = {"authorization": f"Bearer {SECRET}"}
GITHUB = {"header": "X-Hub-Signature-256", "prefix": "sha256="}
FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}
KEY = {"authorization": f"Bearer {API_KEY}"}


def hook(id: str = "hook", **more: Any) -> dict[str, Any]:
    return node(id, "trigger.webhook", **{"secret": "shop", **more})


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, worker=None) as opened:
        await opened.runtime.vault.add("shop", "webhook", {"secret": SECRET})
        await opened.runtime.vault.add("blank", "webhook", {"secret": BLANK})
        await publish(
            opened.runtime.database,
            run_flow("plain", hook()),
            run_flow("strict", hook(schema=ORDER_SCHEMA)),
            run_flow("entry", hook(schema=ENTRY)),
            run_flow("github", hook(signature={"scheme": "github"})),
            run_flow("signed", hook(signature=GITHUB)),
            run_flow("base64", hook(signature={"encoding": "base64", "algorithm": "sha1"})),
            run_flow("two", hook("first"), hook("second")),
            run_flow("none", hook(secret="forgotten")),
            run_flow("environment", hook(secret="env:SHOP_SECRET")),
            run_flow("blank", hook(secret="blank", signature=GITHUB)),
            run_flow("blank_variable", hook(secret="env:SHOP_SECRET", signature=GITHUB)),
            run_flow("listener", node("start", "trigger.event", event="contact.created")),
        )
        await opened.runtime.flows.refresh()
        yield opened


async def post(site: Site, path: str, body: Any = None, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes):
        return await site.client.post(path, content=body, headers=named)
    return await site.client.post(path, json=body, headers=named)


async def test_json_with_the_secret_starts_a_run(site: Site) -> None:
    for headers in (BEARER, {"x-webhook-secret": SECRET}):
        answer = await post(site, "/hooks/plain", {"a": [1, {"b": None}]}, **headers)
        assert answer.status_code == 202
        [*_, run] = await runs(site.runtime.database)
        assert answer.json() == {"executionId": str(run.id), "status": "pending"}
        assert (run.trigger, run.input, run.content["parameters"]["start"]) == (
            "webhook",
            {"a": [1, {"b": None}]},
            "hook",
        )


async def test_a_form_is_an_object_and_repeated_fields_are_lists(site: Site) -> None:
    answer = await site.client.post("/hooks/plain", data={"name": "Ann", "tag": ["a", "b", "c"]}, headers=BEARER)

    assert answer.status_code == 202
    assert [run.input for run in await runs(site.runtime.database)] == [{"name": "Ann", "tag": ["a", "b", "c"]}]


ENTRY = {
    "amount": {"type": "number", "required": False},
    "count": {"type": "integer", "required": False},
    "sure": {"type": "boolean", "required": False},
    "day": {"type": "date", "required": False},
    "tags": {"type": "list", "required": False},
    "name": {"required": False},
}


READ_FORMS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("amount=50", {"amount": 50}),
    ("amount=-2.50&count=0", {"amount": -2.5, "count": 0}),
    ("amount=1e3&sure=true", {"amount": 1000.0, "sure": True}),
    ("sure=false&name=50&day=2026-11-27", {"sure": False, "name": "50", "day": "2026-11-27"}),
    ("tags=a", {"tags": ["a"]}),
    ("tags=1&tags=2", {"tags": ["1", "2"]}),
    ("amount=&sure=&name=", {"amount": None, "sure": None, "name": ""}),
    ("count=18446744073709551615", {"count": 18446744073709551615}),
)


async def test_a_forms_fields_are_read_as_the_schema_says(site: Site, subtests: pytest.Subtests) -> None:
    for form, stored in READ_FORMS:
        with subtests.test(msg=form):
            answer = await post(site, "/hooks/entry", form.encode(), **BEARER, **FORM_TYPE)

            assert answer.status_code == 202, answer.text
            [*_, run] = await runs(site.runtime.database)
            assert run.input == stored
            assert {name: type(each) for name, each in run.input.items()} == {n: type(v) for n, v in stored.items()}
    assert len(await runs(site.runtime.database)) == len(READ_FORMS)


REFUSED_FORMS = (
    *(f"amount={text}" for text in ("fifty", "50,00", "+5", "007", "1_000", "0x10", "NaN", "1e999", "%205", ".5")),
    *(f"count={text}" for text in ("5.0", "1e3", "true", "18446744073709551616", "9" * 5000, "%D9%A3")),
    *(f"sure={text}" for text in ("True", "yes", "on", "1")),
    "amount=1&amount=2",
    "day=27.11.2026",
)


async def test_a_forms_field_that_is_not_exactly_of_its_type_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    for form in REFUSED_FORMS:
        with subtests.test(msg=form[:80]):
            answer = await post(site, "/hooks/entry", form.encode(), **BEARER, **FORM_TYPE)

            assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
            assert form.partition("=")[0] in answer.json()["detail"]
            assert await runs(site.runtime.database) == []


async def test_json_in_the_one_field_of_a_services_form_is_the_input(site: Site) -> None:
    body = urlencode({"payload": json.dumps({"repository": {"full_name": "a/ü"}})}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    broken = b"payload=%7B"
    wrong = hmac.new(SECRET.encode(), broken, hashlib.sha256).hexdigest()

    taken = await post(site, "/hooks/github", body, **FORM_TYPE, **{"x-hub-signature-256": f"sha256={signature}"})
    refused = await post(site, "/hooks/github", broken, **FORM_TYPE, **{"x-hub-signature-256": f"sha256={wrong}"})
    plain = await post(site, "/hooks/plain", body, **FORM_TYPE, **BEARER)

    assert (taken.status_code, refused.status_code, plain.status_code) == (202, 400, 202)
    assert refused.json()["code"] == "body.not_json"
    github, other = [run.input for run in await runs(site.runtime.database)]
    assert github == {"repository": {"full_name": "a/ü"}}
    assert isinstance(other["payload"], str)


async def test_a_hint_shows_what_the_address_takes(site: Site) -> None:
    json_type = {"content-type": "application/json"}
    hook = await post(site, "/hooks/plain", b"{", **BEARER, **json_type)
    event = await post(site, "/api/v1/events", b"{", **KEY, **json_type)
    start = await post(site, "/api/v1/workflows/plain/executions", b"[]", **KEY, **json_type)

    assert [answer.json()["hint"] for answer in (hook, event, start)] == [
        'send JSON, as {"order": 17}, or a form with its own Content-Type',
        'send JSON, as {"name": "contact.created", "payload": {"id": 17}}',
        'send an object, as {"input": {"order": 17}}',
    ]


async def test_a_signature_of_the_body_is_a_proof(site: Site) -> None:
    body = b'{"action": "opened"}'
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    short = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha1).digest()).decode()
    json_type = {"content-type": "application/json"}

    github = await post(site, "/hooks/signed", body, **json_type, **{"x-hub-signature-256": f"sha256={signature}"})
    other = await post(site, "/hooks/base64", body, **json_type, **{"x-signature": short})

    assert (github.status_code, other.status_code) == (202, 202)


async def test_a_repeated_idempotency_key_is_the_same_execution(site: Site) -> None:
    first, again = [await post(site, "/hooks/plain", {"a": 1}, **BEARER, idempotency_key="k1") for _ in range(2)]
    other = await post(site, "/hooks/plain", {"a": 2}, **BEARER, idempotency_key="k1")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "trigger.key_reused")
    assert len(await runs(site.runtime.database)) == 1


async def test_one_of_several_webhooks_is_named(site: Site) -> None:
    named = await post(site, "/hooks/two/second", {}, **BEARER)
    unnamed = await post(site, "/hooks/two", {}, **BEARER)

    assert (named.status_code, unnamed.status_code) == (202, 404)
    assert "first, second" in unnamed.json()["hint"]
    [run] = await runs(site.runtime.database)
    assert run.content["parameters"]["start"] == "second"


async def test_a_secret_may_stand_in_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = await post(site, "/hooks/environment", {}, **BEARER)
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    taken = await post(site, "/hooks/environment", {}, **BEARER)

    assert (refused.status_code, taken.status_code) == (403, 202)


UNPROVED: tuple[tuple[str, dict[str, str], int, str], ...] = (
    ("plain", {}, 401, "hook.unsigned"),
    ("plain", {"authorization": "Basic abc"}, 401, "hook.unsigned"),
    ("plain", {"authorization": "Bearer wrong"}, 403, "webhook.forged"),
    ("plain", {"authorization": f"Bearer {SECRET}", "x-webhook-secret": "wrong"}, 403, "webhook.forged"),
    ("plain", {"x-hub-signature-256": "sha256=00"}, 401, "hook.unsigned"),
    ("signed", BEARER, 401, "hook.unsigned"),
    ("signed", {"x-hub-signature-256": "sha256="}, 403, "webhook.forged"),
    ("signed", {"x-hub-signature-256": "sha256=zz"}, 403, "webhook.forged"),
    ("signed", {"x-hub-signature-256": "0" * 64}, 403, "webhook.forged"),
    ("base64", {"x-signature": "%%%"}, 403, "webhook.forged"),
    ("none", BEARER, 403, "webhook.forged"),
    ("listener", BEARER, 404, "hook.unknown"),
    ("two/third", BEARER, 404, "hook.unknown"),
    ("missing", BEARER, 404, "workflow.unknown"),
)


async def test_what_cannot_prove_itself_changes_nothing(site: Site, subtests: pytest.Subtests) -> None:
    for path, headers, status, code in UNPROVED:
        with subtests.test(msg=f"{path} {headers}"):
            before = await site.state_hash()

            answer = await post(site, f"/hooks/{path}", {"order": 1}, **headers)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert SECRET not in answer.text
            assert await site.state_hash() == before


UNREADABLE = (
    ("plain", b"{", "application/json", 400, "body.not_json"),
    ("plain", b"[" * 100 + b"]" * 100, "application/json", 400, "body.too_deep"),
    ("plain", b'{"a": "\\u0000"}', "application/json", 422, "input.not_json"),
    ("plain", b"<a/>", "text/xml", 415, "hook.content_type"),
    ("plain", b"x" * 1_200_000, "application/json", 413, "body.too_large"),
    ("strict", b"{}", "application/json", 422, "input.invalid"),
    ("strict", b'{"order": "one"}', "application/json", 422, "input.invalid"),
)


async def test_a_body_that_cannot_be_read_is_refused_and_changes_nothing(site: Site, subtests: pytest.Subtests) -> None:
    for path, body, content_type, status, code in UNREADABLE:
        with subtests.test(msg=f"{path} {content_type} {body[:40]!r}"):
            before = await site.state_hash()

            answer = await post(site, f"/hooks/{path}", body, **BEARER, content_type=content_type)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert await site.state_hash() == before


async def test_an_event_starts_who_listens_once_per_key(site: Site) -> None:
    told = {"name": "contact.created", "payload": {"id": 7}, "key": "c-7"}

    first = await site.client.post("/api/v1/events", json=told, headers=KEY)
    again = await site.client.post("/api/v1/events", json=told, headers=KEY)

    assert (first.status_code, again.json()) == (202, first.json())
    [run] = await runs(site.runtime.database)
    assert first.json() == {"executions": [{"executionId": str(run.id), "status": "pending"}]}
    assert run.input == {"id": 7}


SENSELESS_EVENTS: tuple[tuple[Any, dict[str, str], int, str], ...] = (
    ({"name": "contact.created"}, {}, 401, "token.missing"),
    ({"name": "contact.created"}, BEARER, 401, "token.invalid"),
    ({"payload": 1}, KEY, 422, "body.missing_field"),
    ({"name": 1}, KEY, 422, "body.wrong_type"),
    ({"name": "x", "data": 1}, KEY, 422, "body.unknown_field"),
    ({"name": "contact.created", "key": "k" * 201}, KEY, 422, "trigger.key"),
    ([1], KEY, 400, "body.not_object"),
)


async def test_an_event_that_makes_no_sense_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    for body, headers, status, code in SENSELESS_EVENTS:
        with subtests.test(msg=f"{str(body)[:60]} {headers}"):
            answer = await site.client.post("/api/v1/events", json=body, headers=headers)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert await runs(site.runtime.database) == []


@pytest.mark.parametrize("workflow", ["blank", "blank_variable"])
async def test_a_secret_of_blanks_signs_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], workflow: str
) -> None:
    monkeypatch.setenv("SHOP_SECRET", BLANK)
    signature = hmac.new(BLANK.encode(), b"{}", hashlib.sha256).hexdigest()

    answer = await post(site, f"/hooks/{workflow}", b"{}", **{"x-hub-signature-256": f"sha256={signature}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "webhook.forged")
    assert await runs(site.runtime.database) == []
    assert "webhook_secret_missing" in capsys.readouterr().out


MARK = b"\xef\xbb\xbf"


MARKED: tuple[tuple[bytes, str, Any], ...] = (
    (MARK + b'{"a": 1}', "application/json", {"a": 1}),
    (MARK + b' {"a": 12345678901234567890}', "application/json; charset=utf-8", {"a": 12345678901234567890}),
    (MARK + b"7", "application/cloudevents+json", 7),
    (b'{"a": "\xef\xbb\xbfb"}', "application/json", {"a": "\ufeffb"}),
    (MARK + b"name=Ann&tag=a&tag=b", "application/x-www-form-urlencoded", {"name": "Ann", "tag": ["a", "b"]}),
    (MARK, "application/json", {}),
)


async def test_a_byte_order_mark_before_a_body_is_ignored(site: Site, subtests: pytest.Subtests) -> None:
    for body, kind, stored in MARKED:
        with subtests.test(msg=f"{kind} {body!r}"):
            answer = await post(site, "/hooks/plain", body, **BEARER, content_type=kind)
            assert answer.status_code == 202, answer.text
            [*_, run] = await runs(site.runtime.database)
            assert run.input == stored
    assert len(await runs(site.runtime.database)) == len(MARKED)


async def test_a_byte_order_mark_is_signed_with_the_body_and_ignored_after_that(site: Site) -> None:
    body = MARK + b'{"a": 1}'
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    answer = await post(site, "/hooks/signed", body, x_hub_signature_256=signature, content_type="application/json")
    assert answer.status_code == 202, answer.text
    assert [run.input for run in await runs(site.runtime.database)] == [{"a": 1}]


async def test_a_byte_order_mark_is_ignored_in_the_api_and_in_events(site: Site) -> None:
    told = await post(site, "/api/v1/events", MARK + b'{"name": "contact.created", "payload": [1]}', **KEY)
    assert (told.status_code, len(told.json()["executions"])) == (202, 1)
    zone = await site.client.put(
        "/api/v1/contacts/sms/%2B4915112345678", content=MARK + b'{"timeZone": "Europe/Berlin"}', headers=KEY
    )
    assert zone.status_code == 200, zone.text


JSON_VALUES: tuple[Any, ...] = (True, False, None, "5", "", 0, 12, -1, 1.5, [], [1], ["5"], [[{}]], {"a": [None]})


async def test_every_json_value_is_a_webhooks_body(site: Site, subtests: pytest.Subtests) -> None:
    for given in JSON_VALUES:
        body = json.dumps(given).encode()
        with subtests.test(msg=body.decode()):
            answer = await post(site, "/hooks/plain", body, **BEARER, content_type="application/json")
            shown = await site.client.get(f"/api/v1/executions/{answer.json()['executionId']}", headers=KEY)
            listed = await site.client.get("/api/v1/executions", headers=KEY)
            assert (answer.status_code, shown.status_code, listed.status_code) == (202, 200, 200)
            assert json.dumps(shown.json()["input"]) == json.dumps(given)
