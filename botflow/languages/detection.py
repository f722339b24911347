"""The language of a person's first message, by the library py3langid: offline, and the same in every process.

Its model is loaded for a flow with `detectLanguage`; nothing else loads it. No answer is better than a wrong one: a
message that may be in two languages is in none.
"""

from __future__ import annotations

from copy import copy
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any

from botflow.languages.spoken import base_language

LONGEST = 300  # characters; more of them would not change the result
SURE = 0.8


def can_detect() -> bool:
    """Say whether the library is installed."""
    return find_spec("py3langid") is not None


def prepare_detection(languages: tuple[str, ...]) -> None:
    """Load the model, which takes a second: a server does it before the first message."""
    if can_detect():
        _identifier(frozenset(map(base_language, languages)))


def detected_language(text: str, languages: tuple[str, ...]) -> str | None:
    """Return which of `languages` (BCP 47) a text is in, or None if that is not clear."""
    written = text[:LONGEST].strip()
    by_base = {base_language(tag): tag for tag in reversed(languages)}
    if not any(map(str.isalpha, written)) or not can_detect():
        return None
    found, certainty = _identifier(frozenset(by_base)).classify(written)
    return by_base.get(found) if certainty >= SURE else None


@lru_cache(maxsize=64)
def _identifier(languages: frozenset[str]) -> Any:
    """Return what tells these languages apart, as far as the library knows them."""
    identifier = copy(_all_languages())
    identifier.set_languages(sorted(languages & set(identifier.labels)))
    return identifier


@cache
def _all_languages() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
