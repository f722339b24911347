"""Messages that refuse what a route is for, or ask for two routes at once: none of them is taken.

"I don't want to book" is not for the route that books. "My parcel has not arrived" is for the one that finds parcels:
it says what is missing, and refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.runtime.offline_model.routing.decision import Decision
from botflow.runtime.offline_model.routing.router_cache import Chooses

_LONGEST = 300  # characters of a message that is looked at
_MOST_PARTS = 3
# For folded texts. "Not working", "not here" and the like say what is missing.
_REFUSING: Mapping[str, str] = MappingProxyType(
    {
        "en": r"(?:do not|don't|dont|never|didn't|did not) "
        r"(?:want|need|wish|book|cancel|order|send|call|change)\b"
        r"|would not like|wouldn't like|^(?:please )?(?:do not|don't|dont) "
        r"|\bi(?:'m| am) not (?!able|sure|getting|happy)"
        r"|\b(?:is|are) not (?:dirty|broken|loud|cold|late|bad|wrong|damaged)\b"
        r"|^no (?:\w+ ){1,3}(?:for me|please|thanks|thank you|today)$",
        "de": r"(?:will|mochte|brauche|wollen|mochten|brauchen) (?:\w+ ){0,3}?"
        r"(?:nicht|nichts|kein|keine|keinen|keines)\b|\bist nicht (?:kaputt|kalt|schmutzig|laut|schlecht|falsch)\b",
        "es": r"\bno (?:quiero|necesito|queremos|necesitamos|tengo hambre|me (?:quejo|interesa)|deseo|cancele|anule)\b"
        r"|\bno esta (?:fria?|sucia?|rota?|mala?)\b",
        "fr": r"\b(?:ne|n')\s?(?:veux|voulons|voudrais|souhaite|desire|ai|avons|annulez|commandez|changez) "
        r"(?:\w+ )?(?:pas|plus|rien)\b(?! (?:encore|recu|marche))|\bn'est pas (?:casse|sale|froid|froide)\b",
    }
)
# "I don't want the lamp any more" asks to cancel it.
_ENDING = re.compile(r"\b(?:any ?more|no longer|nicht mehr|kein\w* \w+ mehr|ya no|ne \w+ plus)\b")
_AND: Mapping[str, str] = MappingProxyType({"en": "and|or", "de": "und|oder", "es": "y|o", "fr": "et|ou"})
_REFUSALS = {language: re.compile(pattern) for language, pattern in _REFUSING.items()}
_JOINTS = {language: re.compile(rf"\b(?:{words})\b|[;?]") for language, words in _AND.items()}


def without_refusals(decision: Decision, text: str, language: str, router: Chooses) -> Decision:
    """Return `decision`, or an abstention where the message refuses something or means several routes."""
    if decision.chosen is None or len(text) > _LONGEST or router.own_texts.find(text) is not None:
        return decision
    language = base_language(language)
    refusal = _REFUSALS.get(language)
    said = fold(text)
    is_refused = refusal is not None and refusal.search(said) and not _ENDING.search(said)
    is_refused = is_refused and not router.own_texts.denies(decision.chosen, text)
    if is_refused or _means_several(said, language, router):
        return Decision(chosen=None, confidence=decision.confidence, runner_up=decision.chosen)
    return decision


def _means_several(said: str, language: str, router: Chooses) -> bool:
    """Say whether the parts of a message mean different routes."""
    joint = _JOINTS.get(language)
    parts = [part for part in joint.split(said) if part.strip()] if joint is not None else []
    if not 1 < len(parts) <= _MOST_PARTS:
        return False
    return len({router.choose(part).chosen for part in parts} - {None}) > 1
