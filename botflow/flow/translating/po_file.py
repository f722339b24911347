"""PO files, read strictly: one that is broken is refused with its line, where libraries skip what they do not read.

The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html. The library polib keeps all comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botflow.flow.problems import FlowProblems, Problem
from botflow.values import value

if TYPE_CHECKING:
    from polib import POEntry, POFile

LARGEST = 5_000_000  # characters
# A comment, or a keyword with a text in quotes, or a text that goes on; all of it may be commented out by #~.
_LINE = re.compile(
    r'\s*(?:#(?!~).*|(?:#~\s*)?(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s*)?"(?:[^"\\]|\\.)*")?\s*'
)


@value(frozen=True, slots=True)
class Translated:
    """One entry of a PO file: the original that was translated, its translation, and whether it waits for a review."""

    original: str
    text: str
    is_fuzzy: bool
    line: int


def read_po(text: str, name: str) -> POFile:
    """Read a PO file; FlowProblems with the line for one that is broken."""
    import polib

    if len(text) > LARGEST:
        raise _refused(name, 1, f"the file has more than {LARGEST} characters")
    for number, line in enumerate(text.splitlines(), start=1):
        if not _LINE.fullmatch(line):
            raise _refused(name, number, f"{line.strip()[:60]!r} is no line of a PO file", "is a quote missing?")
    try:
        read = polib.pofile(text if text.strip() else "\n", wrapwidth=78)
    except (OSError, ValueError) as broken:
        found = re.search(r"line (\d+)", str(broken))
        raise _refused(name, int(found[1]) if found else 1, f"the file is broken: {_without_line(broken)}") from None
    seen: set[str] = set()
    for entry in read:
        if not entry.obsolete and not entry.msgctxt:
            raise _refused(name, entry.linenum, "an entry has no msgctxt, so its place in the flow is not known")
        if not entry.obsolete and entry.msgctxt in seen:
            raise _refused(name, entry.linenum, f"{entry.msgctxt} is there twice", "keep one of them")
        seen.add(entry.msgctxt)
    return read


def translated(read: POFile) -> Mapping[str, Translated]:
    """Return the entries by their keys, without those that are commented out."""
    return {
        entry.msgctxt: Translated(entry.msgid, entry.msgstr, entry.fuzzy, entry.linenum)
        for entry in read
        if not entry.obsolete
    }


def write_po(file: POFile) -> str:
    """Return a PO file as text. The same file is the same text."""
    return f"{file.__unicode__().rstrip()}\n"


def copy_of(entry: POEntry) -> POEntry:
    """Return an entry with the same translation, comments and flags."""
    import polib

    return polib.POEntry(
        msgctxt=entry.msgctxt,
        msgid=entry.msgid,
        msgstr=entry.msgstr,
        comment=entry.comment,
        tcomment=entry.tcomment,
        occurrences=entry.occurrences,
        flags=list(entry.flags),
        previous_msgid=entry.previous_msgid,
        obsolete=entry.obsolete,
    )


def _without_line(broken: Exception) -> str:
    said = str(broken).partition(": ")[2] or str(broken)
    return re.sub(r"^Syntax error in po file.*", "an entry is incomplete", said)


def _refused(name: str, line: int, message: str, hint: str = "") -> FlowProblems:
    return FlowProblems(
        [
            Problem(
                code="translation.broken", severity="error", message=message, hint=hint, file=name, line=line, column=1
            )
        ]
    )
