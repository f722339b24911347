"""The direction of an HTML text: right to left in languages such as Arabic, which a mail program does not guess."""

from __future__ import annotations

import re

RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_OPENING = re.compile(r"<(html|body)(?=[\s>])", re.IGNORECASE)
_HAS_DIRECTION = re.compile(r"\sdir\s*=", re.IGNORECASE)


def directed(html: str, language: str) -> str:
    """Return the HTML with the direction of its language, a BCP 47 tag, unless it names one itself."""
    if not html or language.partition("-")[0].lower() not in RIGHT_TO_LEFT or _HAS_DIRECTION.search(html):
        return html
    if _OPENING.search(html):
        return _OPENING.sub(r'<\1 dir="rtl"', html, count=1)
    return f'<div dir="rtl">{html}</div>'
