"""Strategies for the values in fuzzed requests: ordinary ones, and those at which parsers and databases break."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ODD_BYTES = st.sampled_from(
    [b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"%", b"..", b"../..", b"/", b"\r\n", b"a\tb", b"'", b"\xf0\x9f\x8d\x95"]
)
ODD_TEXTS = st.sampled_from(
    ["", "\x00", "a\x00b", "\u202e", "0", "-1", "9" * 30, "1e999", "true", "null", "x" * 9_000, "é" * 300, "\x7f", "🍕"]
)
TEXTS = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), ODD_TEXTS)
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.sampled_from([0, 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**30]))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
MOMENTS = st.sampled_from(
    [
        "2026-11-01",
        "2026-11-01T09:30:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-13-01",
        "now",
        "2026-W01",
    ]
)
NAMES = (
    "after",
    "before",
    "limit",
    "externalId",
    "status",
    "workflow",
    "since",
    "until",
    "level",
    "from",
    "to",
    "o",
    "s",
    "format",
)
# Messages of other clients, with their parts.
PARTS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, TEXTS),
    st.builds(lambda url: {"type": "image_url", "image_url": {"url": url}}, TEXTS),
    st.builds(lambda url: {"type": "file", "url": "data:" + url, "mediaType": "image/png"}, TEXTS),
    st.just({"type": "image", "source": {"type": "data", "value": "AAAA", "mimeType": "image/png"}}),
    st.builds(lambda payload: {"type": "data-quick-reply", "data": {"payload": payload}}, TEXTS),
    VALUES,
)
MESSAGES = st.lists(
    st.builds(
        lambda role, id, content, parts: {"role": role, "id": id, "content": content, "parts": parts},
        st.sampled_from(["user", "user", "user", "assistant", "system", "tool", 1]),
        st.one_of(st.sampled_from(["m1", "i1", "i2"]), VALUES),
        st.one_of(TEXTS, st.just("small"), st.lists(PARTS, max_size=3), VALUES),
        st.one_of(st.lists(PARTS, max_size=3), VALUES),
    ),
    max_size=4,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.one_of(st.sampled_from(["hi", "small", "large"]), TEXTS),
    "payload": st.one_of(VALUES, TEXTS),
    "messageId": st.one_of(st.sampled_from(["1.0", "2147483648.0", "i1"]), TEXTS),
    "value": st.one_of(st.sampled_from(["up", "down", None]), VALUES),
    "comment": TEXTS,
    "externalId": st.one_of(st.just("ann"), TEXTS),
    "name": st.one_of(st.just("order.paid"), TEXTS),
    "key": TEXTS,
    "input": VALUES,
    "metadata": st.one_of(st.dictionaries(TEXTS, SCALARS, max_size=2), VALUES),
    "priority": st.one_of(st.sampled_from(["high", "normal", "low"]), VALUES),
    "version": st.one_of(st.just(1), NUMBERS),
    "channel": st.one_of(st.sampled_from(["chat", "sms", "whatsapp"]), TEXTS),
    "address": st.one_of(st.just("+14155550199"), TEXTS),
    "user": TEXTS,
    "checkpoint": st.one_of(st.sampled_from([0, 1]), VALUES),
    "model": st.one_of(st.just("fuzzed"), st.just("fuzzed"), TEXTS),
    "messages": st.one_of(MESSAGES, MESSAGES, VALUES),
    "stream": st.one_of(st.booleans(), VALUES),
    "previous_response_id": st.one_of(st.just("resp_WyJmdXp6ZWQiLCJhbm4iLDFd"), TEXTS, VALUES),
    "conversation": st.one_of(st.just("ann"), VALUES),
    "threadId": st.one_of(st.just("t1"), VALUES),
    "runId": st.one_of(st.just("r1"), VALUES),
    "trigger": st.one_of(st.sampled_from(["submit-message", "regenerate-message"]), VALUES),
    "timeZone": st.one_of(st.just("Europe/Berlin"), TEXTS),
}
PREFLIGHTS = st.fixed_dictionaries(
    {
        "origin": st.sampled_from(["https://shop.example", "https://evil.example"]),
        "access-control-request-method": st.sampled_from(["POST", "DELETE"]),
        "access-control-request-headers": st.sampled_from(["authorization", "x-odd"]),
    }
)
# The fields that a route's body has, by the end of its path.
FIELDS_OF = {
    "/messages": ("text", "payload", "messageId", "externalId"),
    "/completions": ("model", "messages", "user", "stream"),
    "/responses": ("model", "input", "user", "stream", "previous_response_id", "conversation"),
    "/ai-sdk": ("messages", "trigger"),
    "/ag-ui": ("messages", "threadId", "runId"),
    "/feedback": ("messageId", "value", "comment", "externalId"),
    "/events": ("name", "payload", "key"),
    "/executions": ("input", "priority", "key", "user", "version", "externalId", "channel", "address", "metadata"),
    "/retry": ("checkpoint",),
    "{address}": ("timeZone",),
}


def some_of(named: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return up to `most` of the fields. Hypothesis would decide about each field of `fixed_dictionaries`: slowly."""
    pairs = [st.tuples(st.just(name), values) for name, values in named.items()]
    return st.lists(st.sampled_from(pairs).flatmap(lambda pair: pair), max_size=most).map(dict)
