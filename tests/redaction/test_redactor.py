"""A redactor masks each secret in every notation, in one pass, and changes nothing else."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import orjson
import pytest

from botflow.redaction.redactor import BLOCK, MASK, Redactor
from tests.redaction.written_secrets import clear, notations

PLAIN = "sk-canary-4711-abcdefgh"
ODD = 'p@ss/w+rd "é=&<\\'
QUOTED = "p\"s's&w<r>d/k+x==\\\\é`Z"
SECRETS = (PLAIN, ODD, QUOTED, "aaaa+bbbb/cccc==", "sévère?", "123456", "-----BEGIN-----")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_in_every_notation(secret: str) -> None:
    redactor = Redactor([secret])

    shown = {name: redactor.text(text) for name, text in notations(secret)}

    assert {name: (text, clear(secret, text)) for name, text in shown.items() if clear(secret, text)} == {}
    assert {name: text for name, text in shown.items() if MASK not in text} == {}


def test_the_text_around_a_secret_stays() -> None:
    assert Redactor([PLAIN]).text(f"é {PLAIN}, {PLAIN}!") == f"é {MASK}, {MASK}!"


@pytest.mark.parametrize("text", ["", "nothing secret", "half \ud800 a character", "sk-canary-4711-abcdefg"])
def test_a_text_without_a_secret_is_the_same_text(text: str) -> None:
    assert Redactor([PLAIN, ODD]).text(text) is text
    assert Redactor([]).text(text) is text


def test_a_secret_with_fewer_than_six_characters_is_not_masked() -> None:
    assert Redactor(["12345", "  ab  "]).text("12345 and ab") == "12345 and ab"


def test_a_secret_is_found_without_the_blanks_around_it() -> None:
    assert Redactor([f" {PLAIN}\n"]).text(f"<{PLAIN}>") == f"<{MASK}>"


def test_a_key_file_is_masked_as_a_whole_and_line_by_line() -> None:
    lines = [
        "-----BEGIN PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0",
        "BAQEFAASCBKcwggSjAgEAAo",
        "-----END PRIVATE KEY-----",
    ]
    redactor = Redactor(["\n".join(lines) + "\n"])

    assert redactor.text("\n".join(lines)) == MASK
    assert redactor.text("\r\n".join(lines)).count(MASK) == 2
    assert redactor.text("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


def test_the_longer_of_two_secrets_is_masked_as_a_whole() -> None:
    assert Redactor(["secret", "secret-and-more"]).text("secret-and-more secret") == f"{MASK} {MASK}"


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (["shop-user", "user-9f8s7d6f5g"], "as shop-user-9f8s7d6f5g!", f"as {MASK}!"),
        (["secret", "secret-and-more", "more-or-less"], "secret-and-more-or-less", MASK),
        (["ababab"], "abababab", MASK),
        (["abcdef", "ghijkl"], "abcdefghijkl", MASK * 2),  # one behind the other
    ],
)
def test_secrets_that_overlap_are_masked_together(secrets: list[str], text: str, shown: str) -> None:
    redactor = Redactor(secrets)

    assert redactor.text(text) == shown
    stream = redactor.stream()
    assert "".join([*(stream.take(letter) for letter in text), stream.rest()]) == shown
    assert redactor.content(b"\xff" + text.encode()).count(b"*") == len(text) - (3 if "as " in text else 0) - (
        "!" in text
    )


def test_a_secret_is_found_wherever_a_long_content_is_cut_for_the_search() -> None:
    redactor = Redactor([PLAIN, "000000"])
    for before in range(BLOCK - len(PLAIN) - 1, BLOCK + 2):
        assert redactor.text("x" * before + PLAIN + "x" * BLOCK) == "x" * before + MASK + "x" * BLOCK
    assert redactor.text("0" * (3 * BLOCK)) == MASK


def test_names_that_become_equal_lose_no_value() -> None:
    redactor = Redactor(["eu.example.com", "us.example.com", PLAIN])
    value = {"eu.example.com": 1, "*** 2": 2, "us.example.com": 3, PLAIN: 4, "x": {"eu.example.com": 5, MASK: 6}}

    found = redactor.json(value)

    assert found == {MASK: 1, "*** 2": 2, "*** 3": 3, "*** 4": 4, "x": {"*** 2": 5, MASK: 6}}
    assert list(found.values())[:4] == [1, 2, 3, 4]
    assert redactor.json_content(orjson.dumps(value)) == orjson.dumps(found)


def test_json_is_masked_in_texts_names_and_numbers() -> None:
    value: dict[str, Any] = {PLAIN: [f"x{PLAIN}y", 1, 2.5, None, True, ("b",)], "pin": 123456, "other": 1234567}

    found = Redactor([PLAIN, "123456", "no"]).json(value)

    assert found == {MASK: [f"x{MASK}y", 1, 2.5, None, True, ["b"]], "pin": MASK, "other": f"{MASK}7"}
    assert Redactor([PLAIN]).json({"a": "\ud800", "b": PLAIN}) == {"a": "\ud800", "b": MASK}


@pytest.mark.parametrize("secret", SECRETS)
def test_json_in_json_is_masked(secret: str) -> None:
    for name, text in notations(secret):
        found = Redactor([secret]).json({"body": text})
        assert not clear(secret, found["body"]), name


def test_binary_content_keeps_its_length() -> None:
    binary = b"\x89PNG\xff\x00" + PLAIN.encode() + b"\xfe" + PLAIN.encode("utf-16-be") + b"\xff"

    masked = Redactor([PLAIN]).content(binary)

    assert len(masked) == len(binary)
    assert PLAIN.encode() not in masked
    assert PLAIN.encode("utf-16-be") not in masked
    assert masked.startswith(b"\x89PNG\xff\x00*")
    assert Redactor([PLAIN]).content(PLAIN.encode()) == MASK.encode()


def cuts(text: str, rng: random.Random) -> list[str]:
    places = sorted(rng.choices(range(len(text) + 1), k=rng.randrange(1, 9)))
    return [text[begin:end] for begin, end in pairwise([0, *places, len(text)])]


def test_a_text_in_pieces_is_masked_like_the_whole() -> None:
    rng = random.Random(4711)
    redactor = Redactor(["secret", "secret-and-more", "more-or-less", "-less-se", "sesese", ODD])
    words = ["secret", "secret-", "-and-more", "more-or", "-or", "-less", ODD, ODD[:9], "é", " ", "s", "se", "c2VjcmV0"]
    for _ in range(2_000):
        text = "".join(rng.choices(words, k=rng.randrange(1, 8)))
        stream = redactor.stream()
        shown = [stream.take(piece) for piece in cuts(text, rng)]
        assert "".join([*shown, stream.rest()]) == redactor.text(text), text


def test_what_cannot_begin_a_secret_is_shown_at_once() -> None:
    stream = Redactor([PLAIN]).stream()

    assert [stream.take(piece) for piece in ("Hello ", "you! s", "k-canary", "-bird")] == [
        "Hello ",
        "you! ",
        "",
        "sk-canary-bird",
    ]


def test_a_redactor_shows_no_secret() -> None:
    assert PLAIN not in repr(Redactor([PLAIN]))
