"""Telephone numbers: every digit of an answer is accounted for, or the question is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

PHONE = Expectation(kind="phone")
NO = Refused("not_a_phone")


@pytest.mark.parametrize(
    ("text", "language", "region", "number"),
    [
        ("+44 20 7946 0958", "en", None, "+442079460958"),
        ("+1 (202) 555-0123", "en", None, "+12025550123"),
        ("202-555-0123", "en", "US", "+12025550123"),
        ("(202)555-0123.", "en", "US", "+12025550123"),
        ("1.202.555.0123", "en", "US", "+12025550123"),
        ("2 0 2 5 5 5 0 1 2 3", "en", "US", "+12025550123"),
        ("011-82-10-1234-5678", "en", "US", "+821012345678"),
        ("OFFICE-1(516)733-3989", "en", "US", "+15167333989"),
        ("tel:+1-202-555-0123", "en", "US", "+12025550123"),
        ("*202-555-0123*", "en", "US", "+12025550123"),
        ("\U0001f4de 202-555-0123", "en", "US", "+12025550123"),
        ("my mobile is 202-555-0123, thank you", "en", "US", "+12025550123"),
        ("I'm Ann, my number is 202-555-0123", "en", "US", "+12025550123"),
        ("it\u2019s 202\u2011555\u20110123", "en", "US", "+12025550123"),
        ("\u202d+1\u00a0(202)\u00a0555-0123\u202c", "en", None, "+12025550123"),
        ("\uff12\uff10\uff12-\uff15\uff15\uff15-\uff10\uff11\uff12\uff13", "en", "US", "+12025550123"),
        ("+\u0661 \u0662\u0660\u0662 \u0665\u0665\u0665 \u0660\u0661\u0662\u0663", "en", None, "+12025550123"),
        ("+44 (0)20 7946 0958", "en", "US", "+442079460958"),
        ("+39 (0)6 12345678", "en", "US", "+390612345678"),  # in Italy the zero is dialled from abroad, too
        ("+31(0)6 123 45678", "en", "US", "+31612345678"),
        ("(+49) 171 1234567", "en", "US", "+491711234567"),
        ("+ 49 176/12345678", "en", "US", "+4917612345678"),
        ("0049 171 1234567", "de", "DE", "+491711234567"),
        ("00 49 17612345678", "en", "US", "+4917612345678"),
        ("030 901820", "de", "DE", "+4930901820"),
        ("030/901820", "de", "DE", "+4930901820"),
        ("030 901820-21", "de", "DE", "+493090182021"),  # a German extension is the end of the number
        ("0171 1234567 bitte", "de-DE", None, "+491711234567"),
        ("Handy: 0171 1234567", "de", "DE", "+491711234567"),
        ("c\u2019est le 06 12 34 56 78", "fr", "FR", "+33612345678"),
        ("mon num\u00e9ro est le 06.12.34.56.78, merci", "fr", "FR", "+33612345678"),
        ("912 345 678", "es", "ES", "+34912345678"),
        ("mi tel\u00e9fono es 612 34 56 78", "es", "ES", "+34612345678"),
        ("my number is 020 7946 0958, thanks", "en", "GB", "+442079460958"),
    ],
)
def test_a_phone_number_becomes_e164(text: str, language: str, region: str | None, number: str) -> None:
    assert read(PHONE, message(text), language, region) == Accepted(number)


def test_a_number_without_a_country_code_is_one_of_the_senders_country() -> None:
    inbound = message("030 901820", channel="sms", sender="+491711234567")
    assert read(PHONE, inbound, "en", None) == Accepted("+4930901820")


@pytest.mark.parametrize(
    "text", ["no", "12", "+1", "+44 20 7946 0958 or +44 20 7946 0959", "555", "call me", "030 901820"]
)
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    assert read(PHONE, message(text), "en", None) == NO


@pytest.mark.parametrize(
    ("language", "region", "text"),
    [
        *(
            ("en", "US", f"202-555-0123{tail}")
            for tail in (
                " ext. 5",
                " x5",
                "#5",
                ",,5",
                ";ext=5",
                "p5",
                " 4",
                "-4",
                " or 202-555-0124",
                " / 202-555-0124",
            )
        ),
        *(
            ("en", "US", f"202-555-0123{tail}")
            for tail in (" 202-555-0124", "\n202-555-0124", "4", "d", "$", "%", " is wrong")
        ),
        *(
            ("en", "US", f"{head}202-555-0123")
            for head in ("call me after 5 at ", "not ", "my old number is ", "fax: ", "*67 ", "$", "#", "~", "x", "5. ")
        ),
        *(("en", "US", text) for text in ("order number 2025550123", "account 2025550123", "wa.me/12025550123")),
        *(("en", "US", text) for text in ("4111 1111 1111 1111", "3782 822463 10005", "123-45-6789", "911-67-0060")),
        *(("en", "US", text) for text in ("2026-11-25", "11/25/2026", "12:30", "1-800-FLOWERS", "202-555-O123")),
        *(("en", "US", text) for text in ("45+31-339243873", "++49 171 1234567", "202_555_0123", "1,202,555,0123")),
        *(("en", "US", text) for text in ("+1202555012\u00b3", "202-555\n0123", "192.168.0.1", "+1 123 456 7890")),
        ("de", "DE", "030 901820/21"),  # two numbers
        ("de", "DE", "030 901820 030 901821"),
        ("de", "DE", "030 12345 030 12346"),
        ("de", "DE", "0171 1234567 5"),
        ("de", "DE", "30 901820"),  # half a number: without its zero
        ("de", "DE", "Durchwahl 5: 030 901820"),
        ("de", "DE", "Kundennummer 0171 1234567"),
        ("de", "DE", "nicht 0171 1234567"),
        ("fr", "FR", "poste 5 01 23 45 67 89"),
        ("fr", "FR", "06 12 34 56 78 / 06 12 34 56 79"),
        ("fr", "FR", "01 23 45 67 89 ou 06 12 34 56 78"),
        ("es", "ES", "911-67-0060"),  # written like a social security number
        ("es", "ES", "612345678 o 612345679"),
        ("da", "DK", "25.11.2026"),
        ("ja", "JP", "0077-123-456"),  # 00 begins a Japanese number here, and a foreign one elsewhere
    ],
)
def test_digits_that_are_not_accounted_for_are_asked_again(language: str, region: str, text: str) -> None:
    assert read(PHONE, message(text), language, region) == NO


def test_a_number_of_another_kind_that_the_question_names_too_is_asked_again() -> None:
    expectation = Expectation(kind="phone", question="Your emergency phone, and your order number?")
    accepted = read(expectation, message("my emergency number is 202-555-0123"), "en", "US")
    assert accepted == Accepted("+12025550123")
    assert read(expectation, message("my order number is 202-555-0123"), "en", "US") == NO


NUMBERS = st.sampled_from(
    [
        ("202-555-0123", "US"),
        ("+44 (0)20 7946 0958", "US"),
        ("030 901820", "DE"),
        ("06 12 34 56 78", "FR"),
        ("612345678", "ES"),
    ]
)
CHANGERS = ("not", "don't", "old", "or", "instead", "except", "wrong", "was", "fax", "account", "ext", "after", "bob's")


@given(
    number=NUMBERS,
    digit=st.sampled_from("0123456789\u0663\uff15"),
    joint=st.sampled_from(["", " ", "-", ".", "/", ", ", "\n", " x"]),
    is_before=st.booleans(),
)
def test_a_further_digit_never_leaves_the_old_number(
    number: tuple[str, str], digit: str, joint: str, is_before: bool
) -> None:
    written, region = number
    old = read(PHONE, message(written), "en", region)
    assert isinstance(old, Accepted)
    changed = digit + joint + written if is_before else written + joint + digit
    if changed in ("1-202-555-0123", "1 202-555-0123", "1.202-555-0123", "1202-555-0123"):  # the country code
        return
    assert read(PHONE, message(changed), "en", region) != old


@given(
    number=NUMBERS,
    changer=st.sampled_from(CHANGERS),
    place=st.sampled_from(["{} {}", "my {} number is {}", "{1} {0}", "{1}, {0}"]),
)
def test_a_word_that_can_change_a_number_is_never_passed_over(
    number: tuple[str, str], changer: str, place: str
) -> None:
    written, region = number
    assert read(PHONE, message(place.format(changer, written)), "en", region) == NO


@given(number=NUMBERS, other=NUMBERS, between=st.sampled_from([" ", ", ", " or ", "; ", "/", "\n", " - "]))
def test_two_numbers_are_never_one(number: tuple[str, str], other: tuple[str, str], between: str) -> None:
    assert not isinstance(read(PHONE, message(number[0] + between + other[0]), "en", number[1]), Accepted)


@given(number=NUMBERS, sign=st.characters(codec="utf-8"), is_before=st.booleans())
def test_a_letter_or_sign_glued_to_a_number_is_refused_or_punctuation(
    number: tuple[str, str], sign: str, is_before: bool
) -> None:
    written, region = number
    reading = read(PHONE, message(sign + written if is_before else written + sign), "en", region)
    if isinstance(reading, Accepted) and reading == read(PHONE, message(written), "en", region):
        assert not sign.isalnum() or sign in "01"
        assert sign not in "#$%=@&~^"


ASKED_ABOUT = (
    ("en", "your number is 020 7946 0958"),
    ("en", "here is your number 020 7946 0958"),
    ("en", "is this 020 7946 0958"),
    ("en", "is this 020 7946 0958?"),
    ("en", "020 7946 0958?"),
    ("de", "Ihre Nummer ist 030 12345678"),
    ("de", "ist das 030 12345678"),
    ("es", "su número es 612345678"),
    ("es", "¿es 612345678?"),
    ("fr", "votre numéro 06 12 34 56 78"),
    ("fr", "est-ce le 06 12 34 56 78"),
)


@pytest.mark.parametrize(("language", "text"), ASKED_ABOUT)
def test_what_a_person_asks_about_or_says_of_another_is_no_answer(language: str, text: str) -> None:
    region = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}[language]
    assert read_answer("phone", text, language=language, region=region, question="What is your phone?") is None
