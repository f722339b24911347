"""Brings a PO file up to date with its flow, without losing what a translator wrote.

An original that has changed makes its translation fuzzy: it is not used until a person has reviewed it and removed that
flag. A text that is gone stays at the end of the file, commented out, with its comments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botflow.flow.translating.entries import Entry
from botflow.flow.translating.po_file import copy_of

if TYPE_CHECKING:
    from polib import POEntry, POFile

FUZZY = "fuzzy"
_WORDS = "words that people write; one per line"


def merged(former: POFile | None, found: Sequence[Entry], tag: str) -> POFile:
    """Return the PO file of a language for these texts; `tag` is "" for a template without translations."""
    import polib

    merged = polib.POFile(wrapwidth=78)
    merged.header = former.header if former is not None else f"Translations into {tag}" if tag else "Texts"
    merged.metadata = dict(former.metadata) if former is not None else _metadata(tag)
    known = {entry.msgctxt: entry for entry in reversed(former or ())}
    for entry in former or ():
        if not entry.obsolete:
            known[entry.msgctxt] = entry
    keys = {entry.key for entry in found}
    moved = {entry.msgid: entry for key, entry in known.items() if key not in keys and entry.msgstr}
    taken: set[str] = set()
    for entry in found:
        old = known.get(entry.key)
        if old is None and (renamed := moved.pop(entry.text, None)) is not None:
            old = renamed
            taken.add(renamed.msgctxt)
        merged.append(_updated(old, entry, tag))
    merged.extend(_obsolete(entry) for key, entry in known.items() if key not in keys | taken)
    return merged


def _updated(old: POEntry | None, entry: Entry, tag: str) -> POEntry:
    import polib

    new = copy_of(old) if old is not None else polib.POEntry(msgstr=entry.translations.get(tag, ""))
    if old is not None and old.msgid != entry.text:
        new.previous_msgid = old.previous_msgid or old.msgid
        if new.previous_msgid == entry.text:  # the original is as it was translated
            new.flags = [flag for flag in new.flags if flag != FUZZY]
            new.previous_msgid = None
        elif new.msgstr and FUZZY not in new.flags:
            new.flags.append(FUZZY)
    if not new.msgstr:
        new.previous_msgid = None
    new.msgctxt, new.msgid, new.obsolete = entry.key, entry.text, False
    new.comment = _WORDS if entry.kind == "words" else ""
    return new


def _obsolete(entry: POEntry) -> POEntry:
    gone = copy_of(entry)
    gone.obsolete = True
    return gone


def _metadata(tag: str) -> dict[str, str]:
    return {
        **({"Language": tag} if tag else {}),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
