"""Languages (BCP 47) and countries (ISO 3166) as documents name them, by the Unicode CLDR (the library Babel).

Babel is imported for a country, for a language without sentences of botflow's own, and for a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from botflow.errors import LONGEST_GUESSED, did_you_mean
from botflow.languages import LANGUAGES, base_language

_Names = Literal["languages", "territories"]


def checked_language(tag: str) -> str:
    """Return the tag; an error with a hint unless CLDR knows its language."""
    base = base_language(tag)
    if base in LANGUAGES or base in _names("en", "languages"):
        return tag
    hint = _code_for(tag, "languages") or "write it as de, or de-AT"
    raise PydanticCustomError("document.invalid", "there is no language {tag}", {"tag": repr(tag[:40]), "hint": hint})


def _country(written: object) -> object:
    """Return the code; an error with a hint if it is the text of something else."""
    if not isinstance(written, str):
        return written
    if len(written) == 2 and written.isupper() and written in _names("en", "territories"):
        return written
    hint = _code_for(written, "territories") or "the code of Germany is DE, that of the United Kingdom GB"
    message = "{written} is no two-letter country code such as DE"
    raise PydanticCustomError("document.invalid", message, {"written": repr(written[:40]), "hint": hint})


Language = Annotated[str, Field(min_length=2, max_length=35), AfterValidator(checked_language)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), BeforeValidator(_country)]


def _code_for(written: str, kind: _Names) -> str:
    """Return a hint with the code of what is written: a code in other letters, or a name in one of our languages."""
    from babel.core import get_global

    word = written[:LONGEST_GUESSED].strip().casefold()
    known = _names("en", kind)
    code = base_language(word) if kind == "languages" else word.upper()
    if code in known and (kind == "languages" or len(code) == 2):
        return f"did you mean {code}?"
    if kind == "territories" and (other := get_global("territory_aliases").get(code)):
        return f"did you mean {other[0]}?"
    by_name = {
        name.casefold(): code
        for language in (*tuple(LANGUAGES)[::-1], base_language(word))
        for code, name in _pairs(language, kind)
    }
    if word in by_name:
        return f"did you mean {by_name[word]}?"
    close = did_you_mean(word, by_name, likeness=0.8).removeprefix("did you mean ").removesuffix("?")
    return f"did you mean {by_name[close]}?" if close else ""


def _pairs(language: str, kind: _Names) -> Iterable[tuple[str, str]]:
    """Yield codes with their names in a language: two letters for a country, without regions for a language."""
    for code, name in _names(language, kind).items():
        if code.isalpha() and (kind == "languages" or len(code) == 2):
            yield code, name


def _names(language: str, kind: _Names) -> Mapping[str, str]:
    """Return CLDR's names by code, in one language; none if it does not know the language."""
    from babel.core import Locale, UnknownLocaleError

    try:
        return getattr(Locale(language), kind)  # type: ignore[no-any-return]
    except (UnknownLocaleError, ValueError):
        return {}
