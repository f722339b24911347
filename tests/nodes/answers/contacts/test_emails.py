"""E-mail addresses: the whole address of an answer is stored, or the question is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.nodes.answers.contacts.contact_text import is_known
from botflow.nodes.answers.contacts.contact_words import lexicon
from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

EMAIL = Expectation(kind="email")
NO = Refused("not_an_email")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@botflow.dev", "ann@botflow.dev"),
        ("  Ann.Lee+news@Botflow.DEV ", "Ann.Lee+news@botflow.dev"),
        ("my address is ann@botflow.dev.", "ann@botflow.dev"),
        ("<ann@botflow.dev>", "ann@botflow.dev"),
        ("mailto:ann@botflow.dev", "ann@botflow.dev"),
        ("mailto:ann@botflow.dev?subject=Hello", "ann@botflow.dev"),
        ("jörg@münchen.de", "jörg@münchen.de"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("o\u2019brien@example.com", "o'brien@example.com"),
        ("it's o'brien@example.com", "o'brien@example.com"),
        ("it\u2019s o\u2019brien@example.com", "o'brien@example.com"),
        ("d'angelo.mc'coy@example.com", "d'angelo.mc'coy@example.com"),
        ("_ann@example.com", "_ann@example.com"),
        ("r&d@example.com", "r&d@example.com"),
        ("ann@[129.126.118.1]", "ann@[129.126.118.1]"),
    ],
)
def test_an_email_address_is_found_and_normalised(text: str, address: str) -> None:
    assert read(EMAIL, message(text), "en", None) == Accepted(address)


@pytest.mark.parametrize(
    "text",
    [
        *("\u201cann@example.com\u201d", "\u00abann@example.com\u00bb"),
        *("'ann@example.com'", "\u2018ann@example.com\u2019"),
        *("*ann@example.com*", "**ann@example.com**", "_ann@example.com_", "`ann@example.com`"),
        *("ann@example.com\u2026", "ann@example.com...", "ann@example.com/", "ann@example.com!!!", "(ann@example.com)"),
        *("[ann@example.com](mailto:ann@example.com)", "[mail me](mailto:ann@example.com)", "e-mail:ann@example.com"),
        *("ann\uff20example\uff0ecom", "\uff41\uff4e\uff4e@example.com",),
        *("ann\u200b@example.com", "\u202dann@example.com\u202c"),
        *("Ann Smith <ann@example.com>", "ann@example.com, ANN@example.com", "\U0001f4e7 ann@example.com"),
        *("my name is Ann and my email is ann@example.com", "My booking is for Friday. My email is ann@example.com"),
        *("you can reach me at ann@example.com", "ann@example.com is my email, thanks!"),
        *("ann at example dot com", "it is ann at example dot com", "ann (at) example.com", "ann[at]example[dot]com"),
    ],
)  # fmt: skip
def test_what_stands_around_an_address_and_is_harmless_does_not_matter(text: str) -> None:
    reading = read(EMAIL, message(text), "en", None)
    assert isinstance(reading, Accepted), text
    assert reading.value.lower() == "ann@example.com"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "meine E-Mail-Adresse ist ann@example.com"),
        ("de", "schreib mir bitte an \u201eann@example.com\u201c"),
        ("de", "ann at example punkt com"),
        ("es", "mi correo electr\u00f3nico es ann@example.com, gracias"),
        ("es", "ann arroba example punto com"),
        ("es", "mi correo es ann arroba example.com"),
        ("fr", "l\u2019adresse est ann@example.com"),
        ("fr", "c\u2019est ann@example.com, merci"),
        ("fr", "vous pouvez m\u2019\u00e9crire \u00e0 ann@example.com"),
        ("fr", "ann arobase example point com"),
        ("it", "my email is ann@example.com"),
    ],
)
def test_harmless_words_are_known_in_each_language_and_in_english(language: str, text: str) -> None:
    assert read(EMAIL, message(text), language, None) == Accepted("ann@example.com")


@pytest.mark.parametrize(
    "text",
    [
        *("ann", "ann@", "@botflow.dev", "ann@botflow", "ann@bot flow.dev", "ann@@botflow.dev", "no"),
        *("a@b.dev or c@d.dev", "a@b.co, no, c@d.co", "ann@example.com;bob@example.com", "x" * 300 + "@botflow.dev"),
        *("firstname. lastname@outlook.com", "ann smith@example.com", "ann,smith@example.com", "ann;smith@example.com"),
        *("anna:bell@example.com", "ann@example.com,org", "ann@example.co m", "ann@example. com", "ann @example.com"),
        *("ann@ example.com", "ann\u2013smith@example.com", "ann@example.com .uk", "ann@example.com. au", "ann@abc.c"),
        *("a/b@example.com", "email=ann@example.com", "~ann@example.com~", '"ann b"@example.com', "'ann@example.com"),
        *("ann@127.0.0.1", "ann@[10.0.0.1]", "ann@[127.0.0.1]", "ann@example.com:8080", "http://ann@example.com"),
        *("ann@example.com/path", "ann@example.com's", "ann\u202e@example.com", "\u0430nn@example.com"),
        *("\u90ae\u7bb1ann@example.com", "ann@example.com\u662f\u6211\u7684", "\u274c ann@example.com"),
        *("not ann@example.com", "don\u2019t use ann@example.com",),
        *("my old email is ann@example.com", "not <ann@example.com>"),
        *("my wife's email is ann@example.com", "ann@example.com without the dot", "ann@example.com - bob"),
        *("ann@example.com 5", "the first is ann@example.com", "[not this](mailto:ann@example.com)"),
        *("[ann@example.com](mailto:bob@example.com)", "If it rains, my email is ann@example.com"),
        *("ann smith at example dot com", "meet me at example dot com", "I am at example.com", "ann at example.com"),
    ],
)  # fmt: skip
def test_what_is_no_whole_address_or_may_be_another_one_is_asked_again(text: str) -> None:
    assert read(EMAIL, message(text), "en", None) == NO


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "nicht ann@example.com"),
        ("de", "ann@example.com oder bob@example.com"),
        ("de", "alte Adresse: ann@example.com"),
        ("es", "no ann@example.com"),
        ("es", "ann@example.com de"),
        ("fr", "pas ann@example.com"),
        ("fr", "n\u2019\u00e9crivez pas \u00e0 ann@example.com"),
    ],
)
def test_words_that_change_the_meaning_are_known_in_each_language(language: str, text: str) -> None:
    assert read(EMAIL, message(text), language, None) == NO


@pytest.mark.parametrize(
    ("question", "text", "is_accepted"),
    [
        ("Which address shall the brochure go to?", "the brochure shall go to ann@example.com", True),
        ("Which address shall the brochure go to?", "ann@example.com for the brochure", True),
        ("Hi Ann, your e-mail?", "ann smith@example.com", False),
        ("Hi Smith, your e-mail?", "smith ann@example.com", False),
        ("Not your old e-mail?", "not ann@example.com", False),
    ],
)
def test_the_questions_own_words_are_harmless_unless_they_may_begin_the_address(
    question: str, text: str, is_accepted: bool
) -> None:
    reading = read(Expectation(kind="email", question=question), message(text), "en", None)
    assert isinstance(reading, Accepted) is is_accepted


ADDRESSES = st.from_regex(r"[a-z0-9]{1,8}([._+'-][a-z0-9]{1,8}){0,2}@[a-z]{2,8}\.(com|co|de|org)", fullmatch=True)
GLUED = st.one_of(st.sampled_from("abz09._+'-&=/#!@,;:%\u00e9\u90ae\u0430"), st.characters(codec="utf-8"))
CHANGERS = (
    "not",
    "don't",
    "old",
    "or",
    "instead",
    "without",
    "except",
    "dot",
    "underscore",
    "wrong",
    "was",
    "smith",
    "bob's",
)


@given(address=ADDRESSES, sign=GLUED, is_before=st.booleans())
def test_a_sign_glued_to_an_address_is_part_of_it_or_punctuation(address: str, sign: str, is_before: bool) -> None:
    """A letter, digit or sign that may belong to an address never leaves the old address stored."""
    reading = read(EMAIL, message(sign + address if is_before else address + sign), "en", None)
    if isinstance(reading, Accepted) and reading.value == address:
        assert not sign.isalnum()
        assert sign not in ("._+'-&=#!%,;@:/" if is_before else "_+'-&=#%@")


@given(
    address=ADDRESSES,
    changer=st.sampled_from(CHANGERS),
    place=st.sampled_from(["{} {}", "my {} email is {}", "{} <{}>"]),
)
def test_a_word_that_can_change_an_address_is_never_passed_over(address: str, changer: str, place: str) -> None:
    text = place.format(changer, address)
    if changer in ("smith", "bob's") and place == "{} <{}>":  # a name
        return
    assert not isinstance(read(EMAIL, message(text), "en", None), Accepted)
    assert not isinstance(read(EMAIL, message(f"{address} {changer}"), "en", None), Accepted)
    assert not isinstance(read(EMAIL, message(f"{address}, {changer}"), "en", None), Accepted)


@given(address=ADDRESSES, other=ADDRESSES, between=st.sampled_from([" ", ", ", " or ", "; ", ",", "\n", " no, "]))
def test_two_addresses_are_never_one(address: str, other: str, between: str) -> None:
    if address != other:
        assert not isinstance(read(EMAIL, message(address + between + other), "en", None), Accepted)


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("de", "jo punkt braun at example punkt com", "jo.braun@example.com"),
        ("fr", "ben point petit arobase example point com", "ben.petit@example.com"),
    ],
)
def test_a_short_name_begins_a_spoken_address(language: str, text: str, address: str) -> None:
    reading = read(EMAIL, message(text), language, None)
    assert isinstance(reading, Accepted)
    assert reading.value == address


@pytest.mark.parametrize("text", ["so_ 0@example.com", "my_ ann@example.com", "hi my_\nann@example.com"])
def test_an_underscore_before_a_blank_is_a_part_of_the_address(text: str) -> None:
    assert not isinstance(read(EMAIL, message(text), "en", None), Accepted)
    assert isinstance(read(EMAIL, message("_my email_ ann@example.com"), "en", None), Accepted)


@given(address=ADDRESSES, cut=st.integers(1, 40), blank=st.sampled_from([" ", ". ", ", ", "\n", "; "]))
def test_an_address_in_two_pieces_is_never_one_of_them(address: str, cut: int, blank: str) -> None:
    cut = min(cut, len(address) - 1)
    broken = address[:cut] + blank + address[cut:]
    reading = read(EMAIL, message(broken), "en", None)
    if isinstance(reading, Accepted):  # only where the piece is a word that people write before an address: "my", "so."
        assert is_known(address[:cut].rstrip(".'-"), lexicon("en", "email"))


ASKED_ABOUT = (
    ("en", "is it john@gmail.com?"),
    ("en", "your email: john@gmail.com"),
    ("en", "can you see john@gmail.com there?"),
    ("en", "john@gmail.con"),
    ("en", "john@gmail.cmo"),
    ("en", "jane@gmail.comthanks"),
    ("en", "jane@gmail.com.thanks"),
    ("en", "firstname dot lastname at company dot com"),
    ("de", "vorname.nachname@firma.de"),
    ("de", "Ihre Adresse ist ann@gmail.com"),
    ("es", "su correo es ann@gmail.com"),
    ("fr", "votre adresse est ann@gmail.com"),
)


@pytest.mark.parametrize(("language", "text"), ASKED_ABOUT)
def test_what_a_person_asks_about_or_says_of_another_is_no_answer(language: str, text: str) -> None:
    region = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}[language]
    assert read_answer("email", text, language=language, region=region, question="What is your email?") is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Is ann@example.com ok?"),
        ("en", "is ann@example.com a valid email address?"),
        ("de", "Ist ann@example.com gültig?"),
        ("es", "¿Es válido ann@example.com?"),
    ],
)
def test_who_asks_whether_an_address_will_do_gives_it(language: str, text: str) -> None:
    assert read_answer("email", text, language=language, question="E-mail?") == "ann@example.com"
