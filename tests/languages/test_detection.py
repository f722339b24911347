"""The detection of languages, on public short sentences that its author did not choose: those of Django's own pages."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest

from botflow.languages import LANGUAGES
from botflow.languages.detection import detected_language

FILES = (("contrib/auth",), ("contrib/admin",), ("contrib/sites",), ("conf",))
DJANGO = Path(str(find_spec("django").origin)).parent  # type: ignore[union-attr]
SPOKEN = tuple(LANGUAGES)


def sentences() -> list[tuple[str, str]]:
    """Return sentences of at least two words with their languages, without those that hold parts to fill in."""
    found: set[tuple[str, str]] = set()
    for (folder,) in FILES:
        for language in SPOKEN[1:]:
            path = DJANGO / folder / "locale" / language / "LC_MESSAGES" / "django.po"
            with contextlib.redirect_stderr(io.StringIO()):
                entries = polib.pofile(str(path))
            for entry in entries:
                if entry.msgstr and entry.msgstr != entry.msgid and not re.search(r"[%{}<\n]", entry.msgid):
                    found |= {("en", entry.msgid), (language, entry.msgstr)}
    return sorted((language, text) for language, text in found if len(text.split()) > 1)


@pytest.mark.parametrize("among", [SPOKEN, ("en", "de"), ("en", "es", "fr"), ("en", "it", "ar")], ids="-".join)
def test_a_sentence_is_found_or_left_open_but_hardly_ever_mistaken(among: tuple[str, ...]) -> None:
    ends: Counter[str] = Counter()
    for language, text in sentences():
        if language in among:
            found = detected_language(text, among)
            ends["right" if found == language else "open" if found is None else "wrong"] += 1
    total = ends.total()
    print(f"{len(among)} languages, {total} sentences: {ends}")
    assert total > 400
    assert ends["wrong"] <= total // 200
    assert ends["right"] >= total * 3 // 4


@pytest.mark.parametrize("text", ["", "   ", "12", "👍", "?!", "\u200e", "+49 30 901820"])
def test_what_is_in_no_language_is_left_open(text: str) -> None:
    assert detected_language(text, ("en", "de")) is None


def test_a_country_belongs_to_its_language_and_an_unknown_language_to_none() -> None:
    assert detected_language("Ich hätte gern zwei Brötchen", ("en", "de-AT")) == "de-AT"
    assert detected_language("I would like two rolls, please", ("en", "tlh")) == "en"


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert detected_language("Ich möchte bestellen. " + "Hello there, " * 100_000, ("en", "de")) is not None
