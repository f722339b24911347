"""What people write who want no more messages, told from what looks like it: a labelled list, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import re2
from botflow_twilio import stop_phrases
from botflow_twilio.stop_phrases import LONGEST, asks_to_stop
from botflow_twilio.stop_words import consent_of
from ruamel.yaml import YAML

LABELLED: Mapping[str, Mapping[str, list[str]]] = YAML(typ="safe").load(Path(__file__).parent / "stop_phrases.yaml")
JUDGED: Mapping[str, Mapping[str, list[str]]] = YAML(typ="safe").load(Path(__file__).parent / "opt_out_sentences.yaml")
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


def test_sentences_that_were_written_before_the_patterns_are_understood_without_a_false_alarm() -> None:
    requests = [(language, text) for language in LANGUAGES for text in JUDGED["stop"][language]]
    others = [(language, text) for language in LANGUAGES for text in JUDGED["other"][language]]
    missed = [each for each in requests if not stops(each[1])]
    # A single CANCEL, END or QUIT is Twilio's own keyword: carriers stop delivery, whatever the person meant.
    wrong = [each for each in others if consent_of(each[1], channel="sms") == "ask_to_stop"]
    print(f"\n{len(requests)} requests, recall {1 - len(missed) / len(requests):.3f}, missed: {missed}")
    print(f"{len(others)} others, {len(wrong)} taken for a request")

    assert len(missed) / len(requests) <= 0.03
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["please stop " * 13, "stop " * 32, "no more more more " * 8, "text " * 32, "not interested " * 10]
)
def test_repetitions_cost_no_more_than_other_texts(text: str) -> None:
    """The engine is an automaton; a pattern that only a backtracking one can run does not compile in it."""
    for patterns in stop_phrases._LANGUAGES.values():
        assert all(isinstance(pattern, type(re2.compile("x"))) for pattern in patterns)
    asks_to_stop(text[:LONGEST])


def test_a_long_message_says_something_else_too() -> None:
    assert asks_to_stop("please stop" + "!" * (LONGEST - 11))
    assert not asks_to_stop("please stop" + "!" * (LONGEST - 10))


@pytest.mark.parametrize("text", ["", "?", "...", "🙏", " \n ", "\u0301", "stop\x00"])
def test_texts_without_words_are_no_requests(text: str) -> None:
    assert asks_to_stop(text) == text.startswith("stop")
