"""What is wrong with a text that should be JSON, in words for its author."""

from __future__ import annotations

import json


def advice_on_json(failure: json.JSONDecodeError) -> tuple[str, str, int]:
    """Return what is wrong, what to do, and the offset of the mistake in the text."""
    text, at = failure.doc, failure.pos
    here = text[at : at + 2]
    before = text[:at].rstrip()
    if failure.msg.startswith(("Expecting value", "Expecting property name", "Illegal trailing comma")):
        if before.endswith(",") and here[:1] in ("]", "}"):
            return f"a comma before {here[0]}", "remove the comma after the last entry", len(before) - 1
        if not here.strip():
            return "the text ends too early", "a bracket or a brace is not closed", at
        if here[:1] == "'":
            return "a text in single quotes", 'put it in double quotes: "text"', at
        if here == "//" or here[:1] == "#":
            return "a comment", "JSON has no comments; a .yaml file may have them", at
        if failure.msg.startswith("Expecting property name"):
            return "a key without quotes", 'put keys in double quotes: "id"', at
        return "a value that is none", "put texts in double quotes; true, false and null are in lower case", at
    if failure.msg.startswith("Expecting ',' delimiter"):
        return "a comma is missing", "put a comma between two entries, or close the bracket before this place", at
    if failure.msg.startswith("Expecting ':' delimiter"):
        return "a colon is missing", 'write "key": value', at
    if failure.msg.startswith("Extra data"):
        return "something follows the document", "one file holds one document; remove the rest", at
    if failure.msg.startswith("Unterminated string"):
        return "a text without its closing quotation mark", "close it, or look for a quotation mark inside it", at
    if failure.msg.startswith("Invalid control character"):
        return "a line break or a tab in a text", "write \\n or \\t", at
    return failure.msg, "", at
