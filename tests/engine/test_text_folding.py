"""Comparable forms of texts: what may be forgotten, and what makes another word."""

from __future__ import annotations

import pytest

from botflow.engine.text_folding import are_alike, fold, read_words

DIFFERENT = [
    ("काला", "केला"), ("हिंदू", "हिंदी"), ("ピザ", "ビザ"), ("เสื้อ", "เสือ"), ("கல்", "கள்"), ("কাল", "কলা"),
    ("май", "маи"), ("ගල", "ගාල"), ("가", "각"), ("はは", "ばば"), ("はは", "ぱぱ"),
]  # fmt: skip
APOSTROPHES = "’‘‛ʼ´`′＇"


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_a_mark_that_makes_another_letter_is_kept(left: str, right: str) -> None:
    assert fold(left) != fold(right)
    assert not are_alike(read_words(left), read_words(right))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Sí, claro! ", "si claro"), ("GRÜNER Salat", "gruner salat"), ("ё", "е"), ("Ωραία", "ωραια"),
        ("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("ﾋﾟｻﾞ", "ピザ"), ("Ｐｉｚｚａ", "pizza"), ("２", "2"), ("٢", "2"),
        ("२", "2"), ("๒", "2"), ("2️⃣", "2"), ("②", "2"), ("?", "?"), ("👍", "👍"), ("Straße", "strasse"),
    ],
)  # fmt: skip
def test_what_people_leave_out_is_forgotten(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize("apostrophe", APOSTROPHES)
def test_every_apostrophe_is_the_same(apostrophe: str) -> None:
    assert fold(f"I don{apostrophe}t") == "i don't"
    assert read_words(f"I don{apostrophe}t").exact == "i don't"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("C", "C++"), ("C++", "C#"), ("<18", ">18"), ("18", ">18"), ("18+", "18"), ("A+", "A-"), ("A", "A-"),
        ("+5", "-5"), ("-5", "5"), ("1-2", "1.2"), ("1/2", "1.2"), ("12", "1 2"), ("5²", "52"), ("Phở bò", "Phở bơ"),
        ("20 €", "20 $"), ("50 %", "50"),
    ],
)  # fmt: skip
def test_a_sign_that_makes_another_meaning_is_kept(left: str, right: str) -> None:
    assert not are_alike(read_words(left), read_words(right))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("pho bo", "Phở bò"), ("c++", "C++"), ("> 18", ">18"), ("10:30", "10.30"), ("10,30", "10.30"), ("50", "50 %"),
        ("20", "20 €"), ("5€", "€5"), ("line", "🔴 Line"), ("grun", "Grün"), ("grün", "Grun"), ("ab−", "AB-"),
        ("- pizza", "Pizza"), ("pizza-", "Pizza"), ("*pizza*", "Pizza"),
    ],
)  # fmt: skip
def test_accents_units_and_decoration_may_be_left_out(said: str, name: str) -> None:
    assert are_alike(read_words(said), read_words(name))
