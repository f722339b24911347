"""Malformed requests: each gets its documented code and status; nothing is stored, and the server lives on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.web.site import API_KEY, Site, Visit

TRUSTED = {"authorization": f"Bearer {API_KEY}"}
TOKEN = {"authorization": "Bearer {token}"}  # the visitor's own token is filled in
MESSAGES = "/chat/order/messages"
SESSIONS = "/chat/order/sessions"
EVENTS = "/chat/order/events"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Bad:
    status: int
    code: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: TOKEN)
    path: str = MESSAGES
    method: str = "POST"


ROWS = (
    # not a JSON object
    Bad(400, "body.empty"),
    Bad(400, "body.empty", b"  \n "),
    Bad(400, "body.not_json", b"{"),
    Bad(400, "body.not_json", b"text=hello"),
    Bad(400, "body.not_json", b'{"text": "a",}'),
    Bad(400, "body.not_json", b"{'text': 'a'}"),
    Bad(400, "body.not_json", b'{"text": NaN}'),
    Bad(400, "body.not_json", b'{"text": "a"}{"text": "b"}'),
    Bad(400, "body.not_json", b'{"text": "a\nb"}'),
    Bad(400, "body.empty", b"\xef\xbb\xbf"),
    Bad(400, "body.not_json", b'\xef\xbb\xbf\xef\xbb\xbf{"text": "a"}'),
    Bad(400, "body.not_json", b'{"text":\xef\xbb\xbf "a"}'),
    Bad(400, "body.not_utf8", '{"text": "a"}'.encode("utf-16")),
    Bad(400, "body.not_utf8", b'{"text": "\xff\xfe"}'),
    Bad(400, "body.not_utf8", '{"text": "über"}'.encode("latin-1")),
    Bad(400, "body.lone_surrogate", rb'{"text": "\ud800"}'),
    Bad(400, "body.lone_surrogate", rb'{"text": "a\ud83dA"}'),
    Bad(400, "body.not_object", b"[]"),
    Bad(400, "body.not_object", b'"hello"'),
    Bad(400, "body.not_object", b"null"),
    Bad(400, "body.not_object", b"7"),
    Bad(400, "body.too_deep", b'{"text": ' + b"[" * 50_000),
    Bad(400, "body.too_deep", b'{"text": ' + b'{"a": ' * 20 + b"1" + b"}" * 21),
    Bad(413, "body.too_large", b'{"text": "' + b"a" * 70_000 + b'"}'),
    # fields
    Bad(422, "text.missing", b"{}"),
    Bad(422, "text.missing", b'{"text": null}'),
    Bad(422, "text.missing", b'{"text": ""}'),
    Bad(422, "text.empty", b'{"text": " \\n\\t "}'),
    Bad(422, "text.empty", b'{"text": "\\u200b \\u200d\\u2060\\ufeff"}'),  # letters that nobody sees
    Bad(422, "text.nul", rb'{"text": "a\u0000b"}'),
    Bad(422, "text.too_long", b'{"text": "' + b"a" * 8_001 + b'"}'),
    Bad(422, "body.wrong_type", b'{"text": 7}'),
    Bad(422, "body.wrong_type", b'{"text": ["a"]}'),
    Bad(422, "body.wrong_type", b'{"text": {"a": "b"}}'),
    Bad(422, "body.wrong_type", b'{"text": true}'),
    Bad(422, "body.wrong_type", b'{"text": "a", "messageId": 7}'),
    Bad(422, "body.wrong_type", b'{"text": "a", "payload": {}}'),
    Bad(422, "payload.too_long", b'{"payload": "' + b"a" * 1_001 + b'"}'),
    Bad(422, "payload.nul", rb'{"payload": "\u0000"}'),
    Bad(422, "message_id.invalid", b'{"text": "a", "messageId": ""}'),
    Bad(422, "message_id.invalid", rb'{"text": "a", "messageId": "a\u0007"}'),
    Bad(422, "message_id.nul", rb'{"text": "a", "messageId": "a\u0000"}'),
    Bad(422, "message_id.too_long", b'{"text": "a", "messageId": "' + b"a" * 201 + b'"}'),
    Bad(422, "body.unknown_field", b'{"text": "a", "messageID": "m"}'),
    Bad(422, "body.unknown_field", b'{"text": "a", "__proto__": {}}'),
    # who is calling
    Bad(401, "token.missing", b'{"text": "a"}', {}),
    Bad(401, "token.malformed", b'{"text": "a"}', {"authorization": "Bearer"}),
    Bad(401, "token.malformed", b'{"text": "a"}', {"authorization": "Basic YTpi"}),
    Bad(401, "token.invalid", b'{"text": "a"}', {"authorization": "Bearer nonsense"}),
    Bad(401, "token.invalid", b'{"text": "a"}', {"authorization": "Bearer {token}x"}),
    Bad(401, "token.invalid", b'{"text": "a"}', {"authorization": "Bearer ..."}),
    Bad(401, "token.invalid", b'{"text": "a"}', {"authorization": f"Bearer {API_KEY}x"}),
    Bad(401, "token.invalid", b'{"text": "a"}', {"authorization": "Bearer \u00fc"}),
    Bad(403, "token.other_workflow", b'{"text": "a"}', TOKEN, "/chat/talk/messages"),
    Bad(403, "external_id.refused", b'{"text": "a", "externalId": "x"}', {}),
    Bad(403, "external_id.refused", b'{"text": "a", "externalId": "x"}'),
    Bad(403, "external_id.refused", b'{"externalId": "x"}', {}, SESSIONS),
    Bad(422, "external_id.missing", b'{"text": "a"}', TRUSTED),
    Bad(422, "external_id.invalid", rb'{"text": "a", "externalId": "\n"}', TRUSTED),
    Bad(422, "external_id.nul", rb'{"text": "a", "externalId": "\u0000"}', TRUSTED),
    Bad(422, "external_id.too_long", b'{"text": "a", "externalId": "' + b"a" * 201 + b'"}', TRUSTED),
    # sessions, history and events
    Bad(400, "body.not_json", b"{", {}, SESSIONS),
    Bad(400, "body.not_object", b"[]", {}, SESSIONS),
    Bad(422, "body.unknown_field", b'{"text": "a"}', {}, SESSIONS),
    Bad(413, "body.too_large", b" " * 70_000, {}, SESSIONS),
    Bad(401, "token.missing", path=MESSAGES, headers={}, method="GET"),
    Bad(400, "cursor.invalid", path=f"{MESSAGES}?after=x", method="GET"),
    Bad(400, "cursor.invalid", path=f"{MESSAGES}?after=-1.0", method="GET"),
    Bad(400, "cursor.invalid", path=f"{MESSAGES}?after=99999999999999999999.0", method="GET"),
    Bad(400, "query.invalid", path=f"{MESSAGES}?limit=0", method="GET"),
    Bad(400, "query.invalid", path=f"{MESSAGES}?limit=1000000", method="GET"),
    Bad(400, "query.invalid", path=f"{MESSAGES}?before=x", method="GET"),
    Bad(403, "external_id.refused", path=f"{MESSAGES}?externalId=x", method="GET"),
    Bad(422, "external_id.invalid", path=f"{MESSAGES}?externalId=%00", headers=TRUSTED, method="GET"),
    Bad(422, "external_id.invalid", path=f"{EVENTS}?externalId={'a' * 201}", headers=TRUSTED, method="GET"),
    Bad(404, "session.unknown", path=f"{MESSAGES}?externalId=%ed%a0%80", headers=TRUSTED, method="GET"),
    Bad(401, "token.missing", path=EVENTS, headers={}, method="GET"),
    Bad(400, "cursor.invalid", path=EVENTS, headers={**TOKEN, "last-event-id": "x"}, method="GET"),
    # paths and methods
    Bad(404, "workflow.unknown", b'{"text": "a"}', TOKEN, "/chat/nowhere/messages"),
    Bad(404, "workflow.unknown", b'{"text": "a"}', TOKEN, "/chat/%00/messages"),
    Bad(404, "workflow.unknown", b'{"text": "a"}', TOKEN, "/chat/%ff/messages"),
    Bad(404, "http.not_found", path="/", method="GET"),
    Bad(404, "http.not_found", path="/chat/order/messages/", method="GET"),
    Bad(405, "http.method_not_allowed", path=MESSAGES, method="DELETE"),
    Bad(405, "http.method_not_allowed", path=SESSIONS, method="GET"),
    Bad(405, "http.method_not_allowed", path="/twilio/order", method="GET"),
    Bad(404, "http.not_found", path="/some/thing", method="GET"),
    # webhooks
    Bad(404, "provider.unknown", b"From=1", FORM, "/pigeon/order"),
    Bad(404, "workflow.unknown", b"From=1", FORM, "/twilio/nowhere"),
    Bad(403, "webhook.forged", b"", {}, "/twilio/order"),
    Bad(403, "webhook.forged", b"Body=hello", FORM, "/twilio/order"),
    Bad(403, "webhook.forged", b"Body=hello", {**FORM, "x-twilio-signature": "\u00fc"}, "/twilio/order"),
    Bad(403, "webhook.forged", b"Body=hello", {**FORM, "x-twilio-signature": "a"}, "/twilio/order/status"),
    Bad(415, "form.content_type", b"{}", {"content-type": "application/json"}, "/twilio/order"),
    Bad(415, "form.content_type", b"Body=hello", {}, "/twilio/order"),
    Bad(400, "form.not_utf8", b"Body=%ff", FORM, "/twilio/order"),
    Bad(400, "form.not_utf8", b"Body=%ed%a0%80", FORM, "/twilio/order"),
    Bad(400, "form.not_utf8", b"Body=\xff", FORM, "/twilio/order"),
    Bad(400, "form.nul", b"Body=a%00b", FORM, "/twilio/order"),
    Bad(400, "form.too_many_fields", b"a=1&" * 600, FORM, "/twilio/order"),
    Bad(413, "body.too_large", b"Body=" + b"a" * 300_000, FORM, "/twilio/order"),
)


async def test_each_malformed_request_gets_its_code_and_changes_nothing(site: Site, subtests: pytest.Subtests) -> None:
    visitor = await site.visit()
    before = await site.state_hash()

    for number, row in enumerate(ROWS):
        with subtests.test(msg=f"{number}: {row.method} {row.path} {row.body[:60]!r}"):
            response = await site.client.request(
                row.method, row.path, content=row.body or None, headers=_headers(row, visitor)
            )
            problem = response.json()
            assert (response.status_code, problem["code"], problem["status"]) == (row.status, row.code, row.status)
            assert response.headers["content-type"] == "application/problem+json"
            assert problem["title"]
            assert problem["detail"]
            assert "Traceback" not in response.text
            assert '.py"' not in response.text

    assert await site.state_hash() == before
    assert await visitor.say("Ann") == ["What would you like, Ann?"]
    print(f"{len(ROWS)} malformed requests: nothing stored, and the next message was answered")


async def test_a_body_in_pieces_is_refused_as_soon_as_it_is_too_large(sqlite_site: Site) -> None:
    visitor = await sqlite_site.visit()

    async def pieces() -> Any:
        for _ in range(100):
            yield b"a" * 1_000

    response = await sqlite_site.client.post(MESSAGES, content=pieces(), headers=visitor.headers)

    assert (response.status_code, response.json()["code"]) == (413, "body.too_large")


async def test_the_largest_text_is_taken_whole(sqlite_site: Site) -> None:
    visitor = await sqlite_site.visit()
    name = "ü" * 4_000 + "{[" * 2_000

    assert len((await visitor.say(name))[0]) > 8_000


def _headers(row: Bad, visitor: Visit) -> list[tuple[bytes, bytes]]:
    token = visitor.opened["token"]
    return [(name.encode(), value.replace("{token}", token).encode("latin-1")) for name, value in row.headers.items()]
