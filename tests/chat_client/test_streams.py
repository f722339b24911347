"""Server-sent events as the standard says, wherever the network cuts them into pieces.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import base64
import itertools
import random

import pytest

from tests.chat_client.talks import run_script

SEED = 2026
# A stream, and its events as name, text and id.
STREAMS: tuple[tuple[str, list[list[str]]], ...] = (
    ("data: one\n\ndata: two\n\n", [["", "one", ""], ["", "two", ""]]),
    ("id: 1.0\nevent: message\ndata: {}\n\n", [["message", "{}", "1.0"]]),
    ("data: a\r\ndata: b\r\n\r\ndata: c\r\rdata: d\n\n", [["", "a\nb", ""], ["", "c", ""], ["", "d", ""]]),
    ("\ufeffdata: after a mark\n\n", [["", "after a mark", ""]]),
    (":\n\n: a beat\n\ndata: x\n:y\ndata: z\n\n", [["", "x\nz", ""]]),
    ("data:no space\ndata:  two\n\n", [["", "no space\n two", ""]]),
    ("id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", [["", "a", "7"], ["", "b", "7"], ["", "c", ""]]),
    ("id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n", [["", "a", "7"], ["", "b", "7"]]),
    ("event: nothing said\n\ndata: x\n\n", [["", "x", ""]]),
    ("data\n\ndata\ndata\n\n", [["", "\n", ""]]),
    ("unknown: field\ndata: grüße, 世界 🍕\nretry: 1000\n\n", [["", "grüße, 世界 🍕", ""]]),
    ("data: whole\n\ndata: cut off\n", [["", "whole", ""]]),
    ("data: whole\n\ndata: cut off", [["", "whole", ""]]),
)


def cut(content: bytes, chance: random.Random) -> list[bytes]:
    """Cut a stream into pieces, of one byte each or at some places."""
    places = range(1, len(content)) if chance.random() < 0.2 else chance.sample(range(len(content) + 1), 3)
    edges = [0, *sorted(places), len(content)]
    return [content[start:end] for start, end in itertools.pairwise(edges)]


@pytest.mark.xdist_group("chat_client")
async def test_events_are_read_by_the_rules_however_they_are_cut() -> None:
    chance = random.Random(SEED)
    cuts = [(text, wanted, cut(text.encode(), chance)) for text, wanted in STREAMS for _ in range(20)]
    told = await run_script(
        "streams.mjs", [[base64.b64encode(piece).decode() for piece in pieces] for _, _, pieces in cuts]
    )

    for found, (text, wanted, pieces) in zip(told["found"], cuts, strict=True):
        assert found == [each for each in wanted if each[0] or each[1]], (text, pieces)
    assert (told["tooLong"], told["tooLongJson"]) == (["TypeError", "TypeError"], "TypeError")
