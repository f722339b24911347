"""A free text that is all of a message, for an only field: one word, a name, or what stands in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.choosing.yes_no import meaning
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.chatbot.forms.words import greetings, is_harmless, may_change
from botflow.runtime.offline_model.extraction.words import asking, ordering, turning
from botflow.runtime.offline_model.features import Words

_QUOTED = re.compile(r"([^\"“”„«»]{0,60})[\"“„«]([^\"“”„«»]{1,200})[\"”“»]([^\"“”„«»]{0,60})")
_WISHES: Mapping[str, str] = MappingProxyType(
    {
        "en": "i want|i would like|i'd like|we want|we'd like|i'll have|give me|for|with|in|from|a|an|the|some",
        "de": "ich möchte|ich will|ich hätte gern|ich nehme|bitte|für|mit|in|aus|ein|eine|einen|der|die|das",
        "es": "quiero|quisiera|para|con|en|de|un|una|el|la",
        "fr": "je veux|je voudrais|pour|avec|en|à|de|du|des|un|une|le|la",
    }
)
_POLITE = r"(?:[,\s]+(?:please|pls|thanks|thank you|bitte|danke|por favor|gracias|s'il vous plaît|svp|merci))*"
_LONGEST = 120  # characters
_MOST_WORDS = 3
# Words that people write instead of an answer.
_CHAT = word_set(
    "later help stop whatever anything something nothing everything none sure maybe hmm hm lol why "
    "idk dunno soon now today tomorrow test hey ok cool nice great good bad fine same other another "
    "more less again back next done ready sorry yes no what who where when how it that this me you "
    "hungry happy tired late spater hilfe nichts etwas egal vielleicht gleich morgen heute gut ok "
    "mude keine ahnung nada algo ayuda despues luego bien igual nose rien aide plus tard bien pareil"
)


def free_text(text: str, words: Words) -> str | None:
    """Return the value that the message is, None if it may be something else."""
    language = base_language(words.language)
    quoted = _QUOTED.fullmatch(text.strip())
    if quoted is not None:
        around = fold(f"{quoted[1]} {quoted[3]}").split()
        known = ordering(language) | {word for phrase in ordering(language) for word in phrase.split()}
        return quoted[2].strip() if all(is_harmless(word, language) or word in known for word in around) else None
    if "?" in text or meaning(text, language) is not None or fold(text) in map(fold, greetings(language)):
        return None
    found = _wish(language).fullmatch(text.strip()) if len(text) <= _LONGEST else None
    said = found["said"].strip() if found else ""
    parts = said.split()
    is_one = len(parts) == 1 or (len(parts) <= _MOST_WORDS and all(part[:1].isupper() for part in parts))
    return said if is_one and all(_may_be_value(word, words) for word in fold(said).split() or ["?"]) else None


def _may_be_value(word: str, words: Words) -> bool:
    language = words.language
    is_known = word in turning(language) or word in asking(language) or word in lexicon_of(language).changing
    is_small = is_harmless(word, language) or words.is_stop_word(word) or may_change(word, language)
    return word.isalpha() and not (is_known or is_small or word in _CHAT)


@cache
def _wish(language: str) -> re.Pattern[str]:
    wishes = _WISHES.get(language, _WISHES["en"])
    return re.compile(rf"(?:(?:{wishes})\s+)*(?P<said>.+?){_POLITE}[.!\s]*", re.IGNORECASE)
