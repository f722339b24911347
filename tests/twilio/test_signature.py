"""Webhook signatures: Twilio's published vector, the SDK's traps, and forgeries."""

from __future__ import annotations

import pytest
from botflow_twilio.signature import is_signed, sign
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from botflow.interfaces import WebhookRequest

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = (
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("From", "+14158675309"),
    ("Digits", "1234"),
    ("To", "+18005551212"),
)
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def request(
    url: str = URL, form: tuple[tuple[str, str], ...] = FORM, signature: str | None = SIGNATURE
) -> WebhookRequest:
    return WebhookRequest(url=url, form=form, headers={} if signature is None else {"x-twilio-signature": signature})


def test_the_published_vector_verifies() -> None:
    assert sign(TOKEN, URL, FORM) == SIGNATURE
    assert is_signed(TOKEN, request())


@pytest.mark.parametrize(
    "forged",
    [
        request(signature=None),
        request(signature=""),
        request(signature="RSOYDt4T1cUTdK1PDd93/VVr8B9="),
        request(signature="not base64 at all ✗"),
        request(signature=SIGNATURE + "A"),
        request(url=URL + "&admin=1"),
        request(url=URL.replace("https", "http")),
        request(form=(*FORM, ("Body", "more"))),
        request(form=FORM[:-1]),
        request(form=tuple((name, value.replace("4", "5")) for name, value in FORM)),
    ],
)
def test_a_forged_request_does_not_verify(forged: WebhookRequest) -> None:
    assert not is_signed(TOKEN, forged)


def test_nothing_verifies_without_a_token() -> None:
    assert not is_signed("", request())
    assert not is_signed("", request(signature=sign("", URL, FORM)))


def test_another_accounts_token_does_not_verify() -> None:
    assert not is_signed("54321", request())


@pytest.mark.parametrize(
    ("configured", "signed"),
    [
        ("https://bot.example.com/twilio/pizza", "https://bot.example.com:443/twilio/pizza"),
        ("https://bot.example.com:8443/twilio/pizza", "https://bot.example.com/twilio/pizza"),
        ("http://bot.example.com/twilio/pizza", "http://bot.example.com:80/twilio/pizza"),
        ("https://bot.example.com/twilio/pizza", "https://bot.example.com/twilio/pizza?"),
        ("https://bot.example.com/twilio/pizza#rc=2&rp=all", "https://bot.example.com/twilio/pizza"),
    ],
)
def test_a_port_a_bare_question_mark_and_a_fragment_make_no_difference(configured: str, signed: str) -> None:
    assert is_signed(TOKEN, request(url=configured, signature=sign(TOKEN, signed, FORM)))


def test_a_json_body_without_its_hash_is_refused_without_an_error() -> None:
    assert not is_signed(TOKEN, request(form=()))


names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)


@given(form=st.dictionaries(names, names | st.just(""), max_size=12), token=st.text("abc123", min_size=1))
def test_what_twilios_library_signs_verifies(form: dict[str, str], token: str) -> None:
    signature = RequestValidator(token).compute_signature(URL, form)

    assert is_signed(token, request(form=tuple(form.items()), signature=signature))
