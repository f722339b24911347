"""Addresses with words for their signs, as people dictate them: "ann at example dot com", "ann (at) example (dot) com".

Only what can be read in one way is spelt out: one word before "at", or several with words for signs between them, which
nothing but the end of an introduction precedes, and a domain in which every dot is spoken.
"""

from __future__ import annotations

import re

from botflow.nodes.answers.contacts.contact_text import is_known
from botflow.nodes.answers.contacts.contact_words import Lexicon, folded_word

_BRACKETED_AT = re.compile(r"[ \t]?[(\[{][ \t]?(?:at|@|arroba|arobase)[ \t]?[)\]}][ \t]?", re.IGNORECASE)
_BRACKETED_DOT = re.compile(r"[ \t]?[(\[{][ \t]?(?:dot|punkt|punto|point|\.)[ \t]?[)\]}][ \t]?", re.IGNORECASE)
_TOKEN = re.compile(r"\S+")
_AT = frozenset(("at",))
_SURE_AT = frozenset(("arroba", "arobase", "arobas"))  # words for nothing but the sign
_DOT = frozenset(("dot", "punkt", "punto", "point"))
_JOINERS = {
    **dict.fromkeys(_DOT, "."),
    **dict.fromkeys(("underscore", "unterstrich"), "_"),
    **dict.fromkeys(("dash", "hyphen", "bindestrich"), "-"),
}
_PIECE = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def spell_out(text: str, words: Lexicon) -> str:
    """Return `text` with the signs of a dictated e-mail address; unchanged without one."""
    if any(bracket in text for bracket in "([{"):
        text = _BRACKETED_DOT.sub(".", _BRACKETED_AT.sub("@", text))
    if "@" in text:
        return text
    tokens = list(_TOKEN.finditer(text))
    spoken = [token[0].lower() for token in tokens]
    connectors = [position for position, token in enumerate(spoken) if token in _AT or token in _SURE_AT]
    found = [spelt for position in connectors if (spelt := _spelt(text, tokens, spoken, position, words))]
    return found[0] if len(found) == 1 else text


def spell_out_host(text: str, words: Lexicon) -> str:
    """Return `text` with the dots of a dictated web address ("example dot com"); unchanged without one."""
    tokens = list(_TOKEN.finditer(text))
    spoken = [token[0].lower() for token in tokens]
    for position, token in enumerate(spoken):
        if token in _DOT and position:
            host, end = _domain(tokens, spoken, position - 1)
            if host and _may_begin(text, tokens, position - 1, words):
                return text[: tokens[position - 1].start()] + host + text[tokens[end - 1].end() :]
            return text
    return text


def _spelt(text: str, tokens: list[re.Match[str]], spoken: list[str], at: int, words: Lexicon) -> str:
    """Return `text` with the address around the connector `at` spelt out, "" when it is no address for sure."""
    domain, end = _domain(tokens, spoken, at + 1)
    if not domain and spoken[at] in _SURE_AT and at + 1 < len(tokens):
        domain, end = tokens[at + 1][0], at + 2  # any domain: the sign is certain
    local, start = _local(tokens, spoken, at)
    if not domain or not local or not _may_begin(text, tokens, start, words):
        return ""
    return f"{text[: tokens[start].start()]}{local}@{domain}{text[tokens[end - 1].end() :]}"


def _domain(tokens: list[re.Match[str]], spoken: list[str], start: int) -> tuple[str, int]:
    """Return the words from `start` that spoken dots join, and where they end; "" without a spoken dot."""
    if start >= len(tokens) or not _LABEL.fullmatch(tokens[start][0]):
        return "", start
    labels, end = [tokens[start][0]], start + 1
    while end + 1 < len(tokens) and spoken[end] in _DOT:
        label = tokens[end + 1][0]
        bare = label.rstrip(".,!?;")
        if not _LABEL.fullmatch(bare):
            break
        labels.append(label)
        end += 2
        if bare != label:
            break
    return (".".join(labels), end) if len(labels) > 1 else ("", start)


def _local(tokens: list[re.Match[str]], spoken: list[str], at: int) -> tuple[str, int]:
    """Return the part before the connector `at`, and where it begins; "" without one."""
    if not at or not _PIECE.fullmatch(tokens[at - 1][0]):
        return "", at
    local, start = tokens[at - 1][0], at - 1
    while start >= 2 and spoken[start - 1] in _JOINERS and _PIECE.fullmatch(tokens[start - 2][0]):
        local, start = tokens[start - 2][0] + _JOINERS[spoken[start - 1]] + local, start - 2
    return local, start


def _may_begin(text: str, tokens: list[re.Match[str]], start: int, words: Lexicon) -> bool:
    """Say whether an address may begin at the token `start`, which is no word of an introduction: at the beginning,
    behind a colon, or behind a word such as "is"."""
    if is_known(folded_word(tokens[start][0]), words):
        return False
    before = tokens[start - 1][0] if start else ""
    return not before or before.endswith(":") or folded_word(before) in words.ending
