"""What people write who want no more messages, told from what looks like it: a labelled list, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from botflow_twilio.stop_phrases import LONGEST, asks_to_stop
from botflow_twilio.stop_words import consent_of
from ruamel.yaml import YAML

LABELLED: Mapping[str, Mapping[str, list[str]]] = YAML(typ="safe").load(Path(__file__).parent / "stop_phrases.yaml")
LANGUAGES = ("en", "de", "es", "fr")
OTHERS = [(language, text) for language in LANGUAGES for text in LABELLED["other"][language]]
LEAST_RECALL = 0.9


def stops(text: str) -> bool:
    return consent_of(text, channel="sms") in ("stop", "ask_to_stop")


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_what_only_looks_like_it_is_an_ordinary_message(language: str, text: str) -> None:
    assert not stops(text)


def test_nine_in_ten_requests_are_understood_in_every_language() -> None:
    total = found = 0
    for language in LANGUAGES:
        requests = LABELLED["stop"][language]
        missed = [text for text in requests if not stops(text)]
        recall = 1 - len(missed) / len(requests)
        total, found = total + len(requests), found + len(requests) - len(missed)
        print(f"\n{language}: {len(requests)} requests, recall {recall:.2f}, missed: {missed}", end="")
        assert recall >= LEAST_RECALL

    wrong = sum(stops(text) for _, text in OTHERS)
    print(f"\n{total} requests, recall {found / total:.3f}; {len(OTHERS)} others, {wrong} taken for a request")
    assert total + len(OTHERS) >= 120


def test_a_long_message_says_something_else_too() -> None:
    assert asks_to_stop("please stop" + "!" * (LONGEST - 11))
    assert not asks_to_stop("please stop" + "!" * (LONGEST - 10))


@pytest.mark.parametrize("text", ["", "?", "...", "🙏", " \n ", "\u0301", "stop\x00"])
def test_texts_without_words_are_no_requests(text: str) -> None:
    assert asks_to_stop(text) == text.startswith("stop")
