"""Lines of CSV (RFC 4180) that hold no text that a spreadsheet computes.

A text that a spreadsheet would take for a formula gets an apostrophe
(https://owasp.org/www-community/attacks/CSV_Injection). Numbers stay numbers; what is nested is written as JSON.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

_SIGNS = (
    "[=+\\-@＝＋－＠﹦﹢﹣﹫]"  # begin a formula; some spreadsheets read the wide and the small ones like the others
)
_BLANKS = "\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # may stand before it, also those without a width
_FORMULA = re.compile(rf"[\t\r\n]|[{_BLANKS}]*+{_SIGNS}")
# In most of Europe spreadsheets part cells at semicolons. The line does not begin with a quotation mark, so for them
# those of a cell quote nothing: each semicolon, tab or line break in a text begins a cell. A run of them is one match,
# whatever follows it: each character is looked at once.
_FURTHER_CELL = re.compile(rf"([;\t\r\n][;{_BLANKS}]*+)({_SIGNS}?)")


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Return a line for each row."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return orjson.dumps(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    start = "'" if _FORMULA.match(text) else ""
    return start + _FURTHER_CELL.sub(_defused, text)


def _defused(found: re.Match[str]) -> str:
    return f"{found[1]}'{found[2]}" if found[2] else found[0]


def without_guard(cell: str) -> str:
    """Return a cell as it was before `csv_lines` put an apostrophe before it."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
