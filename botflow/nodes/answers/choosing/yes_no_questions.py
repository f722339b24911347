"""What a question for a yes or no asks about: consent, a wish, more, a fact, trouble, or whether somebody minds.

Phrases that have no yes or no of their own need it: "no problem" agrees to "Shall I book it?", denies "Is there a
problem?", and says nothing at "Do you have a fever?". A question that is not recognized asks about a fact, where such a
phrase is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from botflow.engine.text_folding import fold
from botflow.languages import base_language

# The first of these that a question has is its kind; "open": nothing is known about the question or its language.
QuestionKind = Literal["minding", "trouble", "more", "fact", "wish", "offer", "consent", "open"]
_STRICTEST: tuple[QuestionKind, ...] = ("minding", "trouble", "more", "fact", "wish", "offer", "consent")

_LONGEST = 1000  # characters; a rendered question may hold anything
_SENTENCE_ENDS = re.compile(r"(?<=[?？؟!…\n])|(?<=\.)(?=\s+[^\W\d_a-zäöüßáéíóúñàâçèêëîïôûœ])")
_CLAUSES = re.compile(r"[,;:–—]|\s-\s")
_NOT_NEGATED = re.compile(
    r"\b(?:yes (?:or )?no|ja (?:oder )?nein|si (?:o )?no|oui (?:ou )?non|(?:if|or) not|(?:wenn|falls|oder) nicht|"
    r"sinon|ou pas)\b"
)
_ALTERNATIVE = re.compile(r"\b(?:or|oder|o|u|ou)\b")
_LEAD = re.compile(
    r"^(?:(?:and|so|then|ok|okay|well|great|please|now|und|also|dann|gut|bitte|nun|y|entonces|bueno|pues|et|alors|bon|"
    r"donc|est ce que|est ce qu')\b ?)*"
)
_NOUNS_OF_TROUBLE = (
    r"problems?|issues?|troubles?|concerns?|complaints?|objections?|difficult(?:y|ies)|inconvenien(?:t|ce)|doubts?|"
    r"probleme?n?|einwande?n?|bedenken|beschwerden?|schwierigkeit(?:en)?|sorgen?|"
    r"problemas?|inconvenientes?|objecion(?:es)?|quejas?|dudas?|reparos?|molestias?|dificultad(?:es)?|"
    r"problemes?|soucis?|inconvenients?|plaintes?|difficultes?"
)
_TROUBLE = re.compile(rf"\b(?:{_NOUNS_OF_TROUBLE})\b")
# "Was the problem solved?" is about a problem that there was: "no problem" does not answer it.
_CERTAIN_TROUBLE = re.compile(
    r"\b(?:the|this|that|your|das|dem|die|den|dieses|ihr|el|la|los|las|este|su|le|les|l'|ce|cette|votre) ?"
    rf"(?:\w+ )?(?:{_NOUNS_OF_TROUBLE})\b"
)
_OTHER_MIND = re.compile(r"\b(?:in|your|\w+ing|\w+ of|never) mind\b")  # these mind nothing
# Also what is over: "Can you no longer come?". "Does the pain bother you?" is about a fact, "Would it bother you to
# wait?" is not.
_MINDING = {
    "en": r"\bmind(?:ing)?\b|\b(?:do|would) you object\b|\bopposed to\b|\b(?:bother|disturb) you (?:if|to|that|when)\b|"
    r"\banything against\b|\b(?:no longer|any ?more)\b",
    "de": r"\bnicht mehr\b|"
    r"\b(?:stort|store|wurde) (?:es|das|dich|sie)\b.*\bwenn\b|\bstort (?:es|das)\b|\bwas dagegen\b|"
    r"\betwas dagegen\b|\b(?:macht|machte|wurde) .*\b(?:et)?was aus(?:machen)?\b|\bungelegen\b|\bsind sie dagegen$",
    "es": r"\bya no\b|\bimportaria\b|\bimporta(?:$| (?:si|que|\w+[aei]r(?:l[aeo]s?|[mst]e|nos)?)\b)|"
    r"\b(?:molestaria|incomodaria)\b|\b(?:molesta|incomoda) (?:si|que|\w+[aei]r)\b|"
    r"\bse opone\b",
    "fr": r"\bn[e'] ?\w+ plus\b|"
    r"\b(?:ca|cela) (?:vous|te|t')? ?(?:derange|gene|ennuie|embete)(?:rait)?\b|\bvous opposez\b",
}
_MORE = {
    "en": r"\b(?:else|anything|something|another|further|additional|help|assist)\b|"
    r"\b(?:any|some|one|\w+s|few) (?:other|more)\b",
    "de": r"\bnoch (?:et)?was\b|\bnoch (?:\w+ )?(?:ein\w*|mehr|jemand|weiter\w*)\b|\b(?:sonst|irgend\w+|weitere\w*|"
    r"helfen|behilflich)\b|\betwas (?:anderes|zu|dazu|fur)\b|\bwas anderes\b",
    "es": r"\b(?:algo|alguien|otr[oa]s?|nada mas|cosa mas|ayud\w+)\b|\bmas$",
    "fr": r"\b(?:autres?|quelque chose|quelqu'un|de plus|en plus|aider|encore (?:un|une|des|du|de|quelque))\b",
}
_NEGATED = {
    "en": r"\b(?:not|never|no)\b|n't\b",
    "de": r"\b(?:nicht|nie|kein\w*)\b",
    "es": r"\b(?:no|nunca|ningun\w*)\b",
    "fr": r"\b(?:pas|jamais|aucune?)\b",
}
_WISH = {
    "en": r"(?:would you (?:like|prefer|care for)|do you (?:want|wish)|are you interested|want|care for|fancy)\b",
    "de": r"(?:mochten|mochtest|mochte|wollen|willst|wunschen|wunschst|hatten sie gern|hattest du gern|darf'?s|"
    r"darf es)\b",
    "es": r"(?:(?:usted |le |te |les )?(?:desea[sn]?|quiere[sn]?|querria[sn]?|gustaria|apetece))\b",
    "fr": r"(?:vous |tu )?(?:voulez|veux|voudriez|souhaite[sz]?|desire[sz]?|aimeriez|prendrez)\b|ca vous dit\b",
}
_OFFER = {  # to do something
    "en": r"(?:shall|should|may|can|could) (?:i|we)\b|(?:let's|i'll|we'll|i'd|we'd)\b|"
    r"(?:i|we) (?:will|would|can|could|book|send|call)\b|(?:(?:do you |you )?want|(?:would you )?like) (?:me|us) to\b",
    "de": r"(?:soll|sollen|sollte|sollten|darf|durfen|durfte|durften|kann|konnen|konnte|konnten|wollen|machen) "
    r"(?:ich|wir)\b|"
    r"(?:ich|wir) (?!(?:haben?|sehen?|horen?|verstehe|glaube|denke|nehme an|vermute)\b)\w+en?\b",
    "es": r"(?:puedo|podemos|podriamos|vamos a)\b|(?:usted )?(?:quiere[sn]?|desea[sn]?|le gustaria|te gustaria) que\b|"
    r"(?:le|te|les|os|se l[oa]s?) \w+(?:amos|emos|imos)\b|(?:reserv|confirm|cancel|anot|apunt|cambi|mand|llam|envi)"
    r"(?:o|amos)\b",
    "fr": r"(?:je|nous|on)\b(?! (?:vois|crois|pense|suppose|comprends)\b)(?! (?:vous |te |l'|t')?(?:a|ai|avons|est)\b)"
    r"(?!.*ez vous\b)|(?:puis je|peut on|pouvons nous|pourrions nous|dois je|devons nous)\b|"
    r"(?:voulez|souhaitez|desirez) vous (?:que\b|qu')",
}
_PERCEIVING = {  # "Can you ...?" asks for a favour, but not with these
    "en": r"be|have|see|hear|smell|feel|taste",
    "de": r"sein|haben|sehen|horen|riechen|spuren|fuhlen|schmecken",
    "es": r"ser|estar|tener|haber|ver|oir|oler|sentir",
    "fr": r"etre|avoir|voir|entendre|sentir",
}
_CONSENT = {
    "en": rf"would you be able to\b|(?:can|could) you (?!(?:{_PERCEIVING['en']})\b)|"
    r"(?:do you )?(?:agree|accept|confirm)\b|(?:do you want|would you like) to confirm\b|(?:how|what) about\b|"
    r"are you sure\b|are you (?:ok|okay|fine|happy|good|comfortable) (?:with|if|for)\b|"
    r"is (?:it|that|this) (?:ok|okay|all right|alright|fine|possible|acceptable) (?:if|that|to|for|with)\b|"
    r"(?:does|would|will|do) (?!(?:you|your|he|she|they|any\w*|some\w*)\b).*\b(?:work|suit|fit)s?\b|"
    r"(?:ok|okay|confirmed|agreed|deal|ready|proceed|continue|sounds? good)$|"
    r"(?:is|are|does|do|would|will) .*(?<!the )(?<!your )(?<!my )\b(?:ok|okay|all right|alright|right|correct|fine|"
    r"acceptable|good|convenient)(?: (?:for|with|by) you)?(?: so| then)?$",
    "de": rf"(?:konnen sie|konnten sie|kannst du|konntest du)\b(?!.*\b(?:{_PERCEIVING['de']})$)|"
    r"(?:passt|passen|passte|klappt|ginge)\b|geht (?:das|\d|auch|um \d|es (?:auch|am|um \d))|"
    r"stimm(?:en sie|st du)\b.* zu\b|stimmt (?:das|es|alles|so)\b|(?:bestatig\w+|akzeptier\w+|erlauben) (?:sie|du)\b|"
    r"(?:sind sie|bist du) (?:damit )?(?:einverstanden|sicher|bereit)\b|mochten sie .* bestatigen$|"
    r"(?:bestatigen|einverstanden|ok|okay|bereit|weiter|in ordnung)(?: so)?$|"
    r"(?:ist|sind|ware|war's) .*\b(?:ok|okay|recht|richtig|korrekt|in ordnung|moglich|gut)(?: so)?$",
    "es": rf"(?:podria|puedes?|pueden|podrias|podrian)\b(?! (?:{_PERCEIVING['es']})\b)|"
    r"(?:le|te|les) (?:parece|va bien|viene bien|sirve|conviene)\b|(?:confirma|acepta|autoriza|permite)[sn]?\b|"
    r"(?:esta|estas|estan) (?:usted )?(?:de acuerdo|segur[oa]|conforme|list[oa])\b|"
    r"(?:esta|va|es|todo) .*\b(?:bien|correct[oa]s?|de acuerdo|posible|conforme)$|"
    r"(?:de acuerdo|vale|ok|okay|list[oa]|conforme|esta bien)$|"
    r"(?:esta bien|funciona) (?:si|a las|el|para)\b",
    "fr": r"(?:(?:vous )?(?:pouvez|pourriez)(?: vous)?|(?:tu )?(?:peux|pourrais)(?: tu)?)\b"
    rf"(?! (?:{_PERCEIVING['fr']}|vous|tu)\b)|(?:vous )?(?:confirmez|acceptez|autorisez)\b|"
    r"(?:tu )?(?:confirmes|acceptes)\b|(?:etes vous|es tu|vous etes) (?:bien )?(?:d'accord|sure?|prete?)\b|"
    r"(?:d'accord|ok|okay|entendu)$|.*\b(?:vous|te) (?:va|vont|convient|conviennent|convenait|irait)\b|"
    r"(?:c'est|est ce|tout est|cela est) .*\b(?:bon|correcte?|exacte?|ok|d'accord|juste|possible)$|"
    r"(?:c'est|est ce) (?:bon|correct|exact|ok|d'accord|juste|possible)\b",
}
_BEGINNINGS: Mapping[QuestionKind, Mapping[str, str]] = {"offer": _OFFER, "consent": _CONSENT, "wish": _WISH}
# "Right?" confirms what was said before, but "You are in pain, right?" asks about a fact.
_CONFIRMING = re.compile(r"(?:right|correct|sure|richtig|korrekt|sicher|correcto|segur[oa]|exact)(?: so)?")
_OK = re.compile(r"\bok(?:ay)?\b")  # "Reply OK to confirm."
# "Le reservo" offers, "le pasó" tells of the past: often only the accent tells them apart.
_FIRST_PERSON = re.compile(
    r"[¿\s]*(?:(?:se|te|os|me) l[oa]s?|le|te|les|os) (?!dio|hizo|vino|tuvo|pudo|quiso|dijo|puso|trajo|supo)\w{3,}o\b"
)


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """The kind of a question, its folded text, whether it has a "not", and the trouble that it asks for ("": none)."""

    kind: QuestionKind = "open"
    text: str = ""
    is_negated: bool = False
    trouble: str = ""


def _without_offer(asked: str) -> str:
    """Return a folded question without "yes or no", "if not" and their like, in which nothing is negated."""
    return _NOT_NEGATED.sub("", asked)


def may_turn_round(question: str, language: str) -> bool:
    """Say whether even "yes" and "no" may mean something else at the question than at most: "Do you mind?"."""
    return (
        bool(question)
        and _turning(base_language(language)).search(_without_offer(fold(question[-_LONGEST:]))) is not None
    )


@cache
def _turning(language: str) -> re.Pattern[str]:
    patterns = [each[known] for each in (_MINDING, _NEGATED) for known in {language, "en"} if known in each]
    return re.compile("|".join((*patterns, _TROUBLE.pattern)))


@lru_cache(maxsize=256)
def asked_about(question: str, language: str) -> AskedAbout:
    """Return what `question` asks about, in the words of `language` and of English."""
    own = base_language(language)
    languages = tuple(dict.fromkeys((own, "en")))
    parts = [each for each in _SENTENCE_ENDS.split(question[-_LONGEST:]) if fold(each)]
    sentences = [each for each in parts if _ends_a_question(each)] or parts[-1:]
    if not sentences:
        return AskedAbout()
    kinds = {_kind(each, languages) for each in sentences}
    kind = next(each for each in _STRICTEST if each in kinds)
    asked = fold(" ".join(sentences))
    is_negated = _has(_NEGATED, _without_offer(asked), languages)
    is_sought = kind == "trouble" and not is_negated and not _CERTAIN_TROUBLE.search(asked)
    trouble = _TROUBLE.search(asked) if is_sought else None
    return AskedAbout(
        kind="open" if kind == "fact" and own not in _CONSENT else kind,
        is_negated=is_negated,
        trouble=trouble[0] if trouble else "",
        text=asked,
    )


def _kind(sentence: str, languages: tuple[str, ...]) -> QuestionKind:
    asked = _without_offer(fold(sentence))
    if _has(_MINDING, _OTHER_MIND.sub("", asked), languages):
        return "minding"
    if _TROUBLE.search(asked):
        return "trouble"
    if _has(_MORE, asked, languages):
        return "more"
    if _ALTERNATIVE.search(asked) or _has(_NEGATED, asked, languages):
        return "fact"
    written = _CLAUSES.split(sentence)
    if _CONFIRMING.fullmatch(_LEAD.sub("", asked)) or (_OK.search(asked) and not _ends_a_question(sentence)):
        return "consent"
    clauses = [_LEAD.sub("", fold(each)) for each in written]
    if "es" in languages and any(_FIRST_PERSON.match(each.lower()) for each in written):
        return "offer"
    for kind, beginnings in _BEGINNINGS.items():
        if any(_begins(beginnings, each, languages) for each in clauses):
            return kind
    return "fact"


def _ends_a_question(sentence: str) -> bool:
    return sentence.rstrip().endswith(("?", "？", "؟"))


def _has(patterns: Mapping[str, str], asked: str, languages: tuple[str, ...]) -> bool:
    return any(each in patterns and re.search(patterns[each], asked) for each in languages)


def _begins(patterns: Mapping[str, str], clause: str, languages: tuple[str, ...]) -> bool:
    return any(each in patterns and re.match(patterns[each], clause) for each in languages)
