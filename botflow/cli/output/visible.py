"""Other people's words on a terminal: what would move its cursor, clear it or reverse the text is shown, not obeyed."""

from __future__ import annotations

from itertools import chain

# Controls of ASCII and of Latin-1 (among them ESC and CSI), line and paragraph separators, marks that change direction.
_OBEYED = chain(
    (code for code in range(0x20) if chr(code) not in "\n\t"),
    range(0x7F, 0xA0),
    (0x061C, 0x200E, 0x200F, 0x2028, 0x2029),
    range(0x202A, 0x202F),
    range(0x2066, 0x206A),
    range(0xE0000, 0xE0080),  # invisible tags
)
_SHOWN = {code: f"\\u{code:04x}" for code in _OBEYED}


def visible(text: str) -> str:
    """Return the text with such characters as `\\u001b`; line breaks and tabs stay. Valid JSON stays valid."""
    return text.translate(_SHOWN)


def in_one_line(text: str, longest: int = 300) -> str:
    """Return the text on one line, cut to `longest` characters."""
    flat = visible(" ".join(text[: 2 * longest].split()))
    return flat if len(flat) <= longest else f"{flat[: longest - 3]}..."
