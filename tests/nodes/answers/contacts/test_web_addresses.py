"""Web addresses: the whole address of an answer, completed to http or https, or the question is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.nodes.answers.expectation import Accepted, Expectation, Refused
from botflow.nodes.answers.read_answer import read
from botflow.testing import read_answer
from tests.engine.inbounds import message

URL = Expectation(kind="url")
NO = Refused("not_a_url")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com", "https://example.com"),
        ("example.com/", "https://example.com"),
        ("www.example.com/x", "https://www.example.com/x"),
        ("HTTPS://Example.com", "https://example.com"),
        ("HTTP://WWW.EXAMPLE.COM/Path", "http://www.example.com/Path"),
        ("http://example.com:80/a?b=c#d", "http://example.com/a?b=c#d"),
        ("example.com:8443", "https://example.com:8443"),
        ("example.com:80", "http://example.com"),
        ("example.com?x=1", "https://example.com/?x=1"),
        ("https://en.wikipedia.org/wiki/A_(b)", "https://en.wikipedia.org/wiki/A_(b)"),
        ("(https://en.wikipedia.org/wiki/A_(b)).", "https://en.wikipedia.org/wiki/A_(b)"),
        ("https://example.com/_x_", "https://example.com/_x_"),
        ("medium.com/@ann", "https://medium.com/@ann"),
        ("m\u00fcller.de", "https://xn--mller-kva.de"),
        ("https://m\u00fcller.de/\u00fc?q=\u00e4", "https://xn--mller-kva.de/%C3%BC?q=%C3%A4"),
        ("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "https://xn--e1afmkfd.xn--p1ai"),
        ("https://shop.example.newending/x", "https://shop.example.newending/x"),
        ("https://example.com/" + "a" * 1_000, "https://example.com/" + "a" * 1_000),
    ],
)
def test_a_web_address_is_completed_and_normalised(text: str, url: str) -> None:
    assert read(URL, message(text), "en", None) == Accepted(url)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(
            ("en", text)
            for text in ("example.com.", "example.com!", "(example.com)", "<https://example.com>", "example.com\u2026")
        ),
        *(
            ("en", text)
            for text in ("\u201cexample.com\u201d", "*example.com*", "_example.com_", "`example.com`", "'example.com'")
        ),
        *(("en", text) for text in ("[my site](https://example.com)", "[example.com](https://example.com)")),
        *(("en", text) for text in ("my website is example.com, thanks!", "website:example.com")),
        *(("en", text) for text in ("example.com example.com/", "\U0001f310 example.com", "example\u3002com")),
        *(("en", text) for text in ("\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",)),
        *(("en", text) for text in ("example dot com", "my site is example dot com")),
        ("en", "I'm Ann, and my website is example.com"),
        ("de", "meine Webseite ist \u201eexample.com\u201c"),
        ("de", "example punkt com bitte"),
        ("es", "mi p\u00e1gina web es example.com, gracias"),
        ("fr", "l\u2019adresse est example.com"),
    ],
)
def test_what_stands_around_a_web_address_and_is_harmless_does_not_matter(language: str, text: str) -> None:
    assert read(URL, message(text), language, None) == Accepted("https://example.com")


@pytest.mark.parametrize(
    "text",
    [
        *("javascript:alert(1)", "JavaScript://example.com/%0aalert(1)", "data:text/html,hi", "file:///etc/passwd"),
        *("ftp://example.com", "mailto:ann@example.com", "ann@example.com", "ann.smith@example.com", "vbscript:x.y"),
        *("http://user:pw@example.com", "user:pw@example.com", "https://example.com@evil.com", "https://user@example.com"),
        *("https://localhost", "localhost:8000", "http://127.0.0.1", "10.0.0.1", "http://0x7f.1", "http://[::1]/"),
        *("http://printer.local", "http://db.internal", "http://2130706433", "https://1.1.1.1"),
        *("https://example.com/a\\b", "https:\\\\example.com", "https://example.com/\u202egpj.exe"),
        *("https://ex ample.com", "https://example.com/a>b"),
        *("ex\u0430mple.com", "example.com\u662f\u6211\u7684", "\u6211\u7684example.com"),
        *("example,com", "example .com", "www. example.com", "example.com/a b", ".example.com", "example..com"),
        *("-example.com", "https://example.com:99999", "https://https://example.com", "http:/example.com", "https://"),
        *("https//example.com", "//example.com", "example.com's", "example.com/abc\u2026", "example.com/abc..."),
        *("e.g.", "3.14", "12.5.2027", "ok.thanks", "none.sorry", "example.con", "example", "no idea", "@ann"),
        *("example.com or example.org", "example.com, no, example.org", "https://example.com;https://example.org"),
        *("[example.com](https://evil.com)", "not example.com", "example.com not", "my old site is example.com"),
        *("I don\u2019t have one. Maybe example.com", "my shop dot com", "example.com 5"),
        "https://example.com/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_whole_web_address_or_not_a_safe_one_is_asked_again(text: str) -> None:
    reading = read(URL, message(text), "en", None)
    assert reading in (NO, Refused("too_long"))


HOSTS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?\.(com|co|de|org)", fullmatch=True)
ADDRESSES = st.builds(
    lambda host, path: host + path, HOSTS, st.sampled_from(["", "/x", "/a/b?c=d", "/#top", ":8443/y"])
)
CHANGERS = ("not", "don't", "old", "or", "instead", "except", "dot", "wrong", "was", "bob's", "/x", ".uk")


@given(address=ADDRESSES, sign=st.characters(codec="utf-8"), is_before=st.booleans())
def test_a_letter_or_digit_glued_to_an_address_never_leaves_the_old_one(
    address: str, sign: str, is_before: bool
) -> None:
    old = read(URL, message(address), "en", None)
    assert isinstance(old, Accepted)
    if sign.isalnum() or sign in "-_&=%+@~":
        assert read(URL, message(sign + address if is_before else address + sign), "en", None) != old


@given(address=ADDRESSES, changer=st.sampled_from(CHANGERS))
def test_a_word_that_can_change_an_address_is_never_passed_over(address: str, changer: str) -> None:
    for text in (
        f"{changer} {address}",
        f"my {changer} site is {address}",
        f"{address} {changer}",
        f"{address}, {changer}",
    ):
        assert read(URL, message(text), "en", None) == NO


@given(address=ADDRESSES, other=ADDRESSES, between=st.sampled_from([" ", ", ", " or ", "; ", "\n", " no, "]))
def test_two_addresses_are_never_one(address: str, other: str, between: str) -> None:
    if address != other:
        assert read(URL, message(address + between + other), "en", None) == NO


@given(st.text(max_size=60))
def test_whatever_is_stored_is_an_address_of_the_web(text: str) -> None:
    reading = read(URL, message(text or "x"), "en", None)
    if isinstance(reading, Accepted):
        assert reading.value.startswith(("https://", "http://"))
        assert reading.value.isascii()
        assert not set(reading.value) & set(' \n\t\\<>"')


ASKED_ABOUT = (
    ("en", "sorry.no website"),
    ("en", "see you.at work"),
    ("fr", "oui.je"),
    ("es", "gracias.no"),
    ("en", "is it example.com?"),
    ("de", "ist das example.com"),
)


@pytest.mark.parametrize(("language", "text"), ASKED_ABOUT)
def test_what_a_person_asks_about_or_says_of_another_is_no_answer(language: str, text: str) -> None:
    region = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR"}[language]
    assert read_answer("url", text, language=language, region=region, question="What is your url?") is None
