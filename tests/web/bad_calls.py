"""Senseless calls of /api/v1, /hooks and /metrics, each with the status and the code that it must get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.web.site import API_KEY, SECRET, TWILIO_TOKEN

HOOK_SECRET = "whsec-canary-1234567890"
KEY = {"authorization": f"Bearer {API_KEY}"}
PROVEN = {"authorization": f"Bearer {HOOK_SECRET}"}
JSON_HOOK = {**PROVEN, "content-type": "application/json"}
FORM_HOOK = {**PROVEN, "content-type": "application/x-www-form-urlencoded"}
NOBODY = "00000000-0000-7000-8000-000000000000"
STARTS = "/api/v1/workflows/job/executions"
EVENTS = "/api/v1/events"
PERSON = "/api/v1/workflows/person/executions"
ONE = f"/api/v1/executions/{NOBODY}"
SMS = "/api/v1/contacts/sms/%2B12125550111"
HELD = "/api/v1/outbounds?status=held"
DECISIONS = "/api/v1/decisions?address=%2B12125550111"
LONG = "a" * 10_000
SECRETS = (API_KEY, SECRET, TWILIO_TOKEN + '"', HOOK_SECRET)


@dataclass(frozen=True)
class Bad:
    status: int
    code: str
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: KEY)


def started(status: int, code: str, body: str, path: str = STARTS) -> Bad:
    return Bad(status, code, "POST", path, body.encode())


def revoked(status: int, code: str, external_id: str, workflow: str = "person") -> Bad:
    body = f'{{"externalId": "{external_id}"}}'.encode()
    return Bad(status, code, "POST", f"/api/v1/workflows/{workflow}/sessions/revoke", body)


def told(status: int, code: str, body: str) -> Bad:
    return Bad(status, code, "POST", EVENTS, body.encode())


def hooked(status: int, code: str, body: bytes, path: str = "plain", **headers: str) -> Bad:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Bad(status, code, "POST", f"/hooks/{path}", body, {**JSON_HOOK, **more})


STARTING = (
    started(400, "body.not_json", "{"),
    started(400, "body.not_json", '{"input": NaN}'),
    started(400, "body.not_json", '{"input": Infinity}'),
    started(400, "body.not_object", "[]"),
    started(400, "body.lone_surrogate", r'{"input": {"order": 1, "note": "\ud800"}}'),
    started(400, "body.too_deep", '{"input": ' + "[" * 70 + "]" * 70 + "}"),
    started(413, "body.too_large", '{"input": "' + "a" * 1_200_000 + '"}'),
    started(422, "body.unknown_field", '{"inputs": {}}'),
    started(422, "input.invalid", ""),
    started(422, "input.invalid", '{"input": null}'),
    started(422, "input.invalid", '{"input": 7}'),
    started(422, "input.invalid", '{"input": []}'),
    started(422, "input.invalid", '{"input": {"order": "1"}}'),
    started(422, "input.invalid", '{"input": {"order": 1.5}}'),
    started(422, "input.invalid", '{"input": {"order": true}}'),
    started(422, "input.invalid", '{"input": {"order": 1, "other": 2}}'),
    started(422, "input.invalid", '{"input": {"order": 1, "' + LONG + '": 2}}'),
    started(422, "body.number_too_large", '{"input": {"order": 123456789012345678901234567890}}'),
    started(422, "input.not_json", r'{"input": {"order": 1, "note": "\u0000"}}'),
    started(422, "input.not_json", r'{"input": {"order": 1, "\u0000": 1}}'),
    started(422, "input.too_large", '{"input": {"order": 1, "note": "' + "a" * 1_060_000 + '"}}'),
    started(422, "input.not_json", r'{"input": {"order": 1}, "metadata": {"a": "\u0000"}}'),
    started(422, "input.too_large", '{"input": {"order": 1}, "metadata": {"a": "' + "a" * 300_000 + '"}}'),
    started(422, "body.wrong_type", '{"input": {"order": 1}, "metadata": [1]}'),
    *(
        started(422, "priority.unknown", f'{{"input": {{"order": 1}}, "priority": {given}}}')
        for given in ('"urgent"', '""', "7", "null", "true", "[]", "{}", '["high"]', f'"{LONG}"')
    ),
    *(
        started(422, "body.wrong_type", f'{{"input": {{"order": 1}}, "version": {given}}}')
        for given in ('"1"', "1.5", "true", "-1", "[]", "2147483648", "1e300")
    ),
    *(
        started(422, "body.wrong_type", f'{{"input": {{"order": 1}}, "{name}": {given}}}')
        for name in ("key", "user", "externalId", "channel", "address")
        for given in ("7", "null", "[]", "{}")
    ),
    started(404, "version.unknown", '{"input": {"order": 1}, "version": 0}'),
    started(404, "version.unknown", '{"input": {"order": 1}, "version": 2147483647}'),
    started(422, "trigger.key", f'{{"input": {{"order": 1}}, "key": "{LONG}"}}'),
    started(422, "trigger.key", r'{"input": {"order": 1}, "key": "a\u0000"}'),
    started(422, "trigger.key", r'{"input": {"order": 1}, "key": "a\nb"}'),
    *(
        started(422, "trigger.name", f'{{"input": {{"order": 1}}, "{name}": {given}}}')
        for name in ("user", "externalId", "channel", "address")
        for given in (r'"a\u0000"', f'"{LONG}"', r'"a\nb"')
    ),
    started(422, "trigger.person", '{"input": {"order": 1}, "externalId": "x"}'),
    started(422, "trigger.person", '{"input": {"order": 1}, "channel": "sms"}'),
    started(422, "trigger.person", '{"input": {"order": 1}, "channel": "pigeon", "externalId": "x"}'),
    started(422, "trigger.name", r'{"channel": "sms", "externalId": "\u0000"}', PERSON),
    started(422, "trigger.person", '{"channel": "sms"}', PERSON),
    started(422, "trigger.person", '{"channel": "run", "externalId": "x"}', PERSON),
    started(422, "trigger.none", "{}", "/api/v1/workflows/listener/executions"),
    started(404, "workflow.unknown", "{}", "/api/v1/workflows/nowhere/executions"),
    started(404, "workflow.unknown", "{}", "/api/v1/workflows/%00/executions"),
    started(404, "workflow.unknown", "{}", "/api/v1/workflows/%ff/executions"),
    started(404, "workflow.unknown", "{}", f"/api/v1/workflows/{LONG}/executions"),
)

REVOKING = (
    revoked(422, "external_id.invalid", r"visitor:\u0000"),
    revoked(422, "external_id.invalid", r"a\nb"),
    revoked(422, "external_id.invalid", ""),
    revoked(422, "external_id.too_long", "a" * 201),
    revoked(400, "body.lone_surrogate", r"\ud800"),
    *(
        revoked(404, "session.unknown", "visitor:x", named)
        for named in ("nowhere", "%00", "a%00b", "%ff", "a%0Ab", LONG)
    ),
)

TELLING = (
    told(400, "body.empty", ""),
    told(400, "body.not_json", '{"name": "paid", "payload": NaN}'),
    told(400, "body.not_json", '{"name": "paid"}{}'),
    told(400, "body.not_object", "null"),
    told(400, "body.too_deep", '{"name": "paid", "payload": ' + '{"a":' * 70 + "1" + "}" * 71),
    told(400, "body.lone_surrogate", r'{"name": "paid", "payload": "\udc00"}'),
    told(413, "body.too_large", '{"name": "' + "a" * 1_200_000 + '"}'),
    told(422, "body.unknown_field", '{"name": "paid", "data": 1}'),
    told(422, "body.wrong_type", '{"name": 1}'),
    told(422, "body.wrong_type", '{"name": null}'),
    told(422, "body.wrong_type", '{"name": ["paid"]}'),
    told(422, "body.wrong_type", '{"name": "paid", "key": 7}'),
    told(422, "body.wrong_type", '{"name": "paid", "key": null}'),
    told(422, "body.missing_field", "{}"),
    told(422, "event.name", '{"name": ""}'),
    told(422, "event.name", '{"name": "' + LONG + '"}'),
    told(422, "event.name", r'{"name": "paid\u0000"}'),
    told(422, "event.name", r'{"name": "paid\n"}'),
    told(422, "input.not_json", r'{"name": "paid", "payload": ["\u0000"]}'),
    told(422, "trigger.key", f'{{"name": "paid", "key": "{LONG}"}}'),
    told(422, "trigger.key", r'{"name": "paid", "key": "\u0000"}'),
)

HOOKS = (
    hooked(400, "body.not_json", b"{"),
    hooked(400, "body.not_json", b'{"a": NaN}'),
    hooked(400, "body.not_utf8", b'{"a": "\xff\xfe"}'),
    hooked(400, "body.lone_surrogate", rb'{"a": "\ud800"}'),
    hooked(400, "body.too_deep", b"[" * 70 + b"]" * 70),
    hooked(400, "body.empty", b"  "),
    hooked(413, "body.too_large", b'"' + b"a" * 1_200_000 + b'"'),
    hooked(415, "hook.content_type", b"{}", content_type="text/plain"),
    hooked(415, "hook.content_type", b"{}", content_type="multipart/mixed; boundary=x"),
    hooked(400, "form.boundary", b"{}", content_type="multipart/form-data"),
    hooked(400, "form.malformed", b"{}", content_type="multipart/form-data; boundary=x"),
    hooked(400, "form.incomplete", b"--x\r\n", content_type="multipart/form-data; boundary=x"),
    hooked(422, "hook.key", b"{}", "keyed"),
    hooked(415, "hook.content_type", b"{}", content_type="x" * 10_000),
    hooked(400, "form.not_utf8", b"a=%ff", content_type=FORM_HOOK["content-type"]),
    hooked(400, "form.not_utf8", b"a=\xff", content_type=FORM_HOOK["content-type"]),
    hooked(400, "form.nul", b"a=%00", content_type=FORM_HOOK["content-type"]),
    hooked(400, "form.too_many_fields", b"a=1&" * 600, content_type=FORM_HOOK["content-type"]),
    hooked(422, "input.not_json", rb'{"a\u0000": 1}'),
    hooked(422, "input.invalid", b'{"order": "one"}', "strict"),
    hooked(422, "input.invalid", b'{"order": 1, "order": "two"}', "strict"),
    hooked(422, "input.invalid", b"7", "strict"),
    hooked(422, "trigger.key", b"{}", idempotency_key="k" * 10_000),
    hooked(422, "trigger.key", b"{}", idempotency_key="a\x85b"),
    hooked(403, "webhook.forged", b"{}", authorization="Bearer \u00fc"),
    hooked(403, "webhook.forged", b"{}", authorization=f"Bearer {HOOK_SECRET}x"),
    hooked(403, "webhook.forged", b"{}", authorization=f"Bearer {API_KEY}"),
    hooked(401, "hook.unsigned", b"{}", authorization="Bearer"),
    hooked(401, "hook.unsigned", b"{}", authorization=f"Basic {HOOK_SECRET}"),
    hooked(403, "webhook.forged", b"{}", "signed", x_hub_signature_256="sha256=\u00fc"),
    hooked(403, "webhook.forged", b"{}", "signed", x_hub_signature_256="sha256=" + "0" * 10_000),
    hooked(404, "hook.unknown", b"{}", "plain/%00"),
    hooked(404, "hook.unknown", b"{}", f"plain/{LONG}"),
    hooked(404, "workflow.unknown", b"{}", "%00"),
    Bad(405, "http.method_not_allowed", "GET", "/hooks/plain"),
    Bad(405, "http.method_not_allowed", "PUT", "/hooks/plain", b"{}", JSON_HOOK),
)

READING = (
    *(
        Bad(404, "execution.unknown", method, f"/api/v1/executions/{id}{below}")
        for id in (NOBODY, "x", "%00", "%ff", "-1", "None", LONG, "1.2.3", "%2e%2e")
        for method, below in (("GET", ""), ("GET", "/steps"), ("POST", "/retry"), ("POST", "/cancel"))
    ),
    *(Bad(404, "execution.unknown", "GET", f"{ONE}/{below}") for below in ("children", "logs", "artifacts")),
    *(
        Bad(404, "execution.unknown", "GET", f"{ONE}/artifacts/{key}")
        for key in ("a", "a/b", "..%2f..%2fetc%2fpasswd", "%00", "%ed%a0%80", LONG)
    ),
    *(Bad(404, "execution.unknown", "POST", f"{ONE}/{change}") for change in ("pause", "resume")),
    *(
        Bad(422, "body.wrong_type", "POST", f"{ONE}/retry", f'{{"checkpoint": {given}}}'.encode())
        for given in ('"last"', '""', "1.5", "-1", "true", "[]", "{}", "2147483648")
    ),
    Bad(422, "body.unknown_field", "POST", f"{ONE}/retry", b'{"check": 1}'),
    Bad(400, "body.not_json", "POST", f"{ONE}/retry", b"{"),
    Bad(413, "body.too_large", "POST", f"{ONE}/pause", b" " * 600_000),
    *(
        Bad(400, "query.invalid", "GET", f"/api/v1/executions?{query}")
        for query in (
            "status=done",
            "status=",
            "status=%00",
            "limit=0",
            "limit=-1",
            "limit=x",
            "limit=",
            "limit=1000000",
            "limit=%C2%B2",
            "session=x",
            "session=0",
            "session=99999999999999999999",
            "stauts=failed",
            "offset=3",
            "workflow=%00",
            f"workflow={LONG}",
        )
    ),
    Bad(400, "query.invalid", "GET", "/api/v1/executions?before=x"),
    Bad(400, "query.invalid", "GET", "/api/v1/executions?before=%00"),
    Bad(400, "query.invalid", "GET", f"{ONE}/logs?level=loud"),
    Bad(400, "query.invalid", "GET", f"{ONE}/logs?cursor=x"),
    Bad(400, "query.invalid", "GET", f"{ONE}/logs?since=1"),
    Bad(400, "query.invalid", "GET", f"{ONE}?verbose=1"),
    *(Bad(400, "query.invalid", "GET", f"{HELD}&{query}") for query in ("limit=0", "limit=", "limit=x", "page=2")),
    Bad(400, "query.invalid", "GET", "/api/v1/outbounds?status=%00"),
    Bad(400, "query.invalid", "GET", f"{HELD}&after="),
    Bad(400, "query.too_wide", "GET", "/api/v1/outbounds"),
    Bad(400, "query.too_wide", "GET", "/api/v1/inbounds"),
    *(
        Bad(400, "query.invalid", "GET", f"{DECISIONS}&{query}")
        for query in ("limit=0", "limit=", "cursor=x", "before=1", "adress=1")
    ),
    Bad(400, "query.invalid", "GET", "/api/v1/decisions?address=%00"),
    Bad(400, "query.invalid", "GET", f"/api/v1/decisions?address={LONG}"),
)

DECIDING = (
    *(
        Bad(404, "outbound.unknown", "POST", f"/api/v1/outbounds/{id}/{decision}")
        for decision in ("release", "drop")
        for id in (
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.",
            ".2.3",
            "1..3",
            "-1.2.3",
            "+1.2.3",
            "1.2.3%0a",
            "%201.2.3",
            "1,2,3",
            "a.b.c",
            "1.2.0x3",
            "1e3.2.3",
            "%D9%A1.2.3",
            "%00",
            "%ff",
            "..",
            "9223372036854775808.1.0",
            "1.2147483648.0",
            "1.1.32768",
            LONG,
            "1" * 5_000 + ".1.1",
        )
        if id != ".."  # which the client resolves
    ),
    Bad(404, "outbound.unknown", "POST", "/api/v1/outbounds/1.1.0/release"),
    Bad(404, "outbound.unknown", "POST", "/api/v1/outbounds/9223372036854775807.2147483647.32767/drop"),
    *(
        Bad(status, code, "PUT", SMS, body)
        for status, code, body in (
            (400, "body.empty", b""),
            (400, "body.not_json", b"{"),
            (400, "body.not_object", b"[]"),
            (422, "body.missing_field", b"{}"),
            (400, "body.not_object", b'"UTC"'),
            (422, "body.wrong_type", b'{"timeZone": 1}'),
            (422, "zone.unknown", b'{"timeZone": ""}'),
            (422, "zone.unknown", b'{"timeZone": "Mars/City"}'),
            (422, "zone.unknown", b'{"timeZone": "../../etc/passwd"}'),
            (422, "zone.unknown", rb'{"timeZone": "\u0000"}'),
            (422, "zone.unknown", b'{"timeZone": "Europe"}'),
            (400, "body.not_utf8", b"\xff"),
            (422, "zone.unknown", b'{"timeZone": "' + b"a" * 3_000 + b'"}'),
            (422, "body.unknown_field", b'{"timeZone": "UTC", "stopped": false}'),
            (400, "body.too_deep", b"[" * 3_000),
        )
    ),
    Bad(413, "body.too_large", "PUT", SMS, b" " * 5_000),
    Bad(404, "contact.address", "PUT", "/api/v1/contacts/pigeon/a", b'{"timeZone": "UTC"}'),
    Bad(404, "contact.address", "PUT", "/api/v1/contacts/sms/%00", b'{"timeZone": "UTC"}'),
    Bad(404, "contact.address", "PUT", f"/api/v1/contacts/sms/{LONG}", b'{"timeZone": "UTC"}'),
)

METHODS = tuple(
    Bad(405, "http.method_not_allowed", method, path)
    for path, methods in (
        (STARTS, ("PUT", "DELETE")),
        (EVENTS, ("PUT", "DELETE")),
        ("/api/v1/executions", ("POST", "DELETE")),
        (ONE, ("POST", "DELETE")),
        (f"{ONE}/pause", ("GET", "DELETE")),
        (f"{ONE}/artifacts/a", ("POST", "PUT")),
        ("/api/v1/outbounds/1.1.0/release", ("GET", "DELETE")),
        (HELD, ("POST",)),
        (DECISIONS, ("POST", "DELETE")),
        (SMS, ("GET", "DELETE")),
        ("/metrics", ("POST",)),
    )
    for method in methods
)

# Each address with each way of not being the server with the key: who asks must not even learn what there is.
ADDRESSES = (
    ("POST", STARTS, b'{"input": {"order": 1}}'),
    ("POST", EVENTS, b'{"name": "paid"}'),
    ("GET", "/api/v1/executions", b""),
    *(("GET", f"{ONE}{below}", b"") for below in ("", "/children", "/steps", "/logs", "/artifacts", "/artifacts/a")),
    *(("POST", f"{ONE}/{change}", b"") for change in ("pause", "resume", "cancel", "retry")),
    ("GET", HELD, b""),
    ("POST", "/api/v1/outbounds/1.1.0/release", b""),
    ("POST", "/api/v1/outbounds/1.1.0/drop", b""),
    ("GET", DECISIONS, b""),
    ("PUT", SMS, b'{"timeZone": "UTC"}'),
    ("GET", "/metrics", b""),
)
STRANGERS: Sequence[tuple[str, dict[str, str]]] = (
    ("token.missing", {}),
    ("token.malformed", {"authorization": "Bearer"}),
    ("token.malformed", {"authorization": API_KEY}),
    ("token.malformed", {"authorization": f"Basic {API_KEY}"}),
    ("token.invalid", {"authorization": f"Bearer {API_KEY}x"}),
    ("token.invalid", {"authorization": f"Bearer {API_KEY[:-1]}"}),
    ("token.invalid", {"authorization": f"Bearer {API_KEY.upper()}"}),
    ("token.invalid", {"authorization": "Bearer \u00fc"}),
    ("token.invalid", {"authorization": f"Bearer {'a' * 5_000}"}),
    ("token.invalid", {"authorization": f"Bearer {HOOK_SECRET}"}),
    ("token.missing", {"x-api-key": API_KEY}),
)
ROWS = (
    *STARTING, *REVOKING, *TELLING, *HOOKS, *READING, *DECIDING, *METHODS,
    *(
        Bad(401, code, method, path, body, headers)
        for method, path, body in ADDRESSES
        for code, headers in STRANGERS
    ),
)  # fmt: skip
