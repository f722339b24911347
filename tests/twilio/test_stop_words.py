"""Opt-out words: whole messages in any case; Twilio's own verdict decides; buttons and sentences are no opt-out."""

from __future__ import annotations

import pytest
from botflow_twilio.stop_words import consent_of


@pytest.mark.parametrize("word", ["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_each_stop_word_stops_in_any_case(word: str, channel: str) -> None:
    consent = "stop" if channel == "sms" else "ask_to_stop"  # on WhatsApp nobody has answered it

    assert consent_of(word, channel=channel) == consent
    assert consent_of(f"  {word.capitalize()}\n", channel=channel) == consent


@pytest.mark.parametrize("word", ["START", "unstop"])
def test_start_words_start(word: str) -> None:
    assert consent_of(word, channel="sms") == "start"


def test_yes_starts_only_somebody_who_had_stopped() -> None:
    assert consent_of("Yes", channel="sms") == "start_if_stopped"


@pytest.mark.parametrize("word", ["help", "INFO"])
def test_help_is_twilios_to_answer_on_sms_and_ours_on_whatsapp(word: str) -> None:
    assert consent_of(word, channel="sms") == "help"
    assert consent_of(word, channel="whatsapp") == ""


@pytest.mark.parametrize("body", ["stop it there", "yes please", "", "end of story", "helpful"])
def test_a_sentence_with_such_a_word_is_an_ordinary_message(body: str) -> None:
    assert consent_of(body, channel="sms") == ""


@pytest.mark.parametrize("body", ["stop please", "Bitte keine Nachrichten mehr", "don't text me again"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_who_asks_to_stop_in_a_sentence_is_ours_to_confirm(body: str, channel: str) -> None:
    assert consent_of(body, channel=channel) == "ask_to_stop"


@pytest.mark.parametrize(("verdict", "consent"), [("STOP", "stop"), ("START", "start"), ("HELP", "help")])
def test_twilios_own_verdict_decides(verdict: str, consent: str) -> None:
    assert consent_of("ARRÊT", channel="whatsapp", opt_out_type=verdict) == consent


def test_a_pressed_button_is_never_an_opt_out_word() -> None:
    assert consent_of("Cancel", channel="whatsapp", is_button=True) == ""
