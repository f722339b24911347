"""What a message wants, and what it sets against it: "blue, not red", "not red but blue", "lieber blau als rot"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from botflow.languages import base_language

_LONGEST = 200  # characters
_KEPT, _DENIED = r"(?P<kept>.{1,100}?)", r"(?P<denied>.{1,100}?)"
_END = r"[.!\s]*"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(pattern.replace("KEPT", _KEPT).replace("DENIED", _DENIED) + _END, re.IGNORECASE | re.DOTALL)
        for pattern in patterns
    )


_CONTRASTS: Mapping[str, tuple[re.Pattern[str], ...]] = MappingProxyType(
    {
        "en": _patterns(
            r"not DENIED,? (?:but|rather) KEPT",
            r"not DENIED, KEPT",
            r"KEPT (?:instead of|rather than) DENIED",
            r"KEPT,? (?:and )?not DENIED",
        ),
        "de": _patterns(
            r"(?:nicht|kein|keine|keinen) DENIED,? sondern KEPT",
            r"(?:lieber|eher) KEPT als DENIED",
            r"KEPT (?:statt|anstatt) DENIED",
            r"KEPT,? (?:und )?(?:nicht|kein|keine|keinen) DENIED",
        ),
        "es": _patterns(
            r"no DENIED,? sino KEPT",
            r"no DENIED, KEPT",
            r"KEPT (?:en vez de|en lugar de) DENIED",
            r"(?:mejor|prefiero) KEPT que DENIED",
            r"KEPT, (?:y )?no DENIED",
        ),
        "fr": _patterns(
            r"pas (?:de |du |la |le )?DENIED,? mais KEPT",
            r"plutôt KEPT que DENIED",
            r"KEPT (?:au lieu de|à la place de) DENIED",
            r"KEPT,? (?:et )?pas (?:de |du |la |le )?DENIED",
        ),
    }
)


def without_denied(text: str, language: str) -> tuple[str, str] | None:
    """Return what `text` wants and what it denies; None for a text of another form."""
    if len(text) > _LONGEST:
        return None
    for pattern in _CONTRASTS.get(base_language(language), ()):
        if found := pattern.fullmatch(text.strip()):
            return found["kept"], found["denied"]
    return None
