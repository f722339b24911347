"""Words that are nearly an option's name, and another word or another person's name."""

from __future__ import annotations

import pytest

from tests.nodes.answers.choosing.test_choice import label


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("es", "Marta", "con María"), ("es", "Junio", "julio"), ("es", "Sesenta minutos", "setenta minutos"),
        ("en", "Basic", "basil"), ("en", "Karin", "Karen"), ("en", "Marion", "Marian"), ("de", "Merlin", "Marlin"),
        ("fr", "Martine", "Marine"), ("fr", "Marine", "avec Martine"), ("en", "Essen", "Essex"),
        ("es", "Mariana", "Marina"), ("es", "Marina", "Mariana"), ("de", "Christiane", "Christine"),
        ("en", "Christian", "Christina"), ("fr", "Daniel", "Danielle"), ("en", "Marian", "Marina"),
        ("fr", "Juin", "juillet"), ("de", "Juni", "Juli"), ("es", "Martes", "marzo"), ("es", "Sesenta", "setenta"),
        ("fr", "Treize heures", "trente heures"), ("en", "Thirteen", "thirty"), ("de", "Sechzehn", "sechzig"),
        ("en", "Large angle", "large angel"), ("fr", "Poisson", "poison rouge"),
    ],
)  # fmt: skip
def test_another_word_or_name_one_letter_apart_chooses_nothing(language: str, name: str, text: str) -> None:
    assert label(text, name, "Other", language=language) is None
