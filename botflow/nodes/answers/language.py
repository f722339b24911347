"""Language tags: what stands before the first hyphen decides which words are understood and said."""

from __future__ import annotations


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag: "de" for "de-AT"."""
    return tag.partition("-")[0].lower()
