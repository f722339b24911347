"""Which words of a question may stand in its answer and change nothing: "I'll pay cash" at "How do you want to pay?".

A noun of the question may make another thing of an option that it stands beside: at "... for the gift?" a "gift card"
is no credit card. The noun that is asked for does not: "large size" at "Which size?".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from botflow.engine.text_folding import read_words
from botflow.languages import base_language
from botflow.nodes.answers.accounting import stem
from botflow.nodes.answers.choosing.yes_no_words import meanings
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.lexicon import words
from botflow.nodes.answers.tokens import ELISION

_SENTENCE = re.compile(r"[.!?¿¡…\n]+")
_QUESTION = re.compile(r"([^.!?¿¡…\n]+)[?？؟]")
_OR = re.compile(r"\b(?:or|oder|o|u|ou)\b(?!')", re.IGNORECASE)
_BETWEEN_ITEMS = re.compile(rf"([,:;]|{_OR.pattern})", re.IGNORECASE)
_SHORT_ITEM = 3  # words
_ASKING = words("which what welche welcher welches welchen welchem que cual cuales quel quelle quels quelles")
_OF = words("of de von kind kinds type types sort tipo tipos genre art")
# A noun follows these, perhaps behind an adjective.
_BEFORE_NOUNS = words(
    "the a an your our my this that these those his her their any for with in on at by from about "
    "der die das den dem des ein eine einen einem einer ihr ihre ihren ihrem ihrer dein deine deinen unser unsere mit "
    "fur im am beim zum zur vom "
    "el la los las un una su sus tu tus nuestro nuestra del al con para por en "
    "le les une des du votre vos ton ta tes notre nos au aux avec pour"
)
# Beside the words that a language's lexicon knows, these carry no meaning of their own in a question.
_SMALL = words(
    "you your may would like want wish prefer to us me them it we i please "
    "sie du ihnen dir mochten mochtest wollen willst durfen darf wir zu "
    "que usted ustedes te le les desea deseas quiere quieres podemos puedo prefiere "
    "vous tu voulez veux souhaitez souhaites pouvons nous preferez"
)

_ASKING_VERBS = words("do does did shall should sollen soll")  # small in a question; "yes, did you ..." asks back


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The stems of a question's words: `free` ones stand anywhere, `nouns` not directly beside an option.

    `silent` ones name no option: all but those that an "or" offers.
    """

    free: frozenset[str]
    nouns: frozenset[str]
    silent: frozenset[str]

    def __contains__(self, word: str) -> bool:
        return stem(word) in self.free or stem(word) in self.nouns


@lru_cache(maxsize=256)
def question_words(question: str, language: str) -> QuestionWords:
    """Return the words of `question` that leave a choice as it is. None negates, compares, doubts or is offered."""
    harmless = lexicon_of(language).harmless
    offered = _Offered.by(question)
    free, nouns, state = set[str](), set[str](), "free"
    for word in _asking_words(question):
        if word in _ASKING:
            state = "asked"
        elif word in _BEFORE_NOUNS:
            state = "asked" if state == "asked" and word in _OF else "noun"
        elif (word,) in harmless or word in _SMALL or word in _ASKING_VERBS:
            state = "free"
        elif not changes(word, language) and word.isalpha() and word not in offered.surely | offered.perhaps:
            (nouns if state == "noun" else free).add(stem(word))
    silent = {stem(word) for word in _words_of(question) if word not in offered.surely}
    return QuestionWords(frozenset(free), frozenset(nouns - free), frozenset(silent))


@dataclass(frozen=True, slots=True)
class _Offered:
    """What sentences with an "or" offer: short items, and of longer ones the word beside the "or".

    The word before a comma is `perhaps` offered too: "Would you like salmon, beef or chicken?".
    """

    surely: frozenset[str]
    perhaps: frozenset[str]

    @classmethod
    def by(cls, question: str) -> _Offered:
        surely, perhaps = set[str](), set[str]()
        for sentence in filter(_OR.search, _SENTENCE.split(question)):
            pieces = ["", *_BETWEEN_ITEMS.split(sentence), ""]  # signs and what is between them
            for before, piece, after in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
                said = list(_words_of(piece))
                if len(said) <= _SHORT_ITEM:
                    surely.update(said)
                    continue
                surely.update(said[:1] if _OR.fullmatch(before) else ())
                (surely if _OR.fullmatch(after) else perhaps).add(said[-1])
        return cls(frozenset(surely), frozenset(perhaps))


@lru_cache(maxsize=256)
def core_of(question: str, language: str) -> tuple[str, ...]:
    """Return the stems of what a yes agrees with: "cancel appointment" of "Do you want to cancel the appointment?".

    Empty when the question leaves it open ("... or ...?", "Don't you ...?").
    """
    asked = _last_sentence(question)
    if any(_leaves_open(word, language) for word in asked):
        return ()
    return tuple(stem(word) for word in asked if not is_small(word, language) and word not in _ASKING_VERBS)


def may_repeat(word: str, core: Sequence[str], language: str) -> bool:
    """Say whether a yes to a question with this core may have `word` beside it."""
    return stem(bare(word)) in core or is_small(bare(word), language)


def agrees_with(said: Sequence[str], core: Sequence[str], language: str) -> bool:
    """Say whether the words of a yes leave out nothing that decides what it means.

    "Yes, the delivery" at "Shall we cancel the delivery?" leaves out the verb, which begins the core. In German it ends
    the core.
    """
    told = tuple(stem(bare(word)) for word in said if not is_small(bare(word), language))
    whole = tuple(core)
    return whole[len(whole) - len(told) :] == told if base_language(language) == "de" else whole[: len(told)] == told


def says_itself(phrase: str, question: str, language: str) -> bool:
    """Say whether the question ends in the same word as a phrase for no: "that's wrong" agrees with "Is it wrong?".

    A question that says "yes" too offers both words: "Please answer yes or no".
    """
    asked = _last_sentence(question)
    offers = any(meanings(language).get(word) == "assent" for word in asked)
    return not offers and stem(bare(phrase.split()[-1])) in map(stem, asked)


def is_small(word: str, language: str) -> bool:
    """Say whether `word` carries no meaning of its own beside a yes or in a question."""
    return word in _SMALL or word in _BEFORE_NOUNS or word in _leading(language)


def changes(word: str, language: str) -> bool:
    """Say whether `word` may negate, exclude, compare or doubt, so that it is never harmless."""
    return _leaves_open(word, language) or meanings(language).get(word) == "no"


def _leaves_open(word: str, language: str) -> bool:
    if is_small(word, language):
        return False
    return word in lexicon_of(language).changing or meanings(language).get(word) in ("not", "negation", "unsure")


@cache
def _leading(language: str) -> frozenset[str]:
    return words(courtesy_of(language).leading.replace(",", " "))


def bare(word: str) -> str:
    """Return a French word without what is elided before it: "l'heure" is "heure"."""
    return ELISION.sub("", word, count=1)


def _asking_words(question: str) -> Iterator[str]:
    """Return the words of the last sentence that asks: "Delivery is free." says nothing of what is asked."""
    asking = [part for part in _QUESTION.findall(question) if part.strip()]
    return _words_of(asking[-1]) if asking else iter(_last_sentence(question))


@lru_cache(maxsize=256)
def _last_sentence(question: str) -> tuple[str, ...]:
    sentences = [found for each in _SENTENCE.split(question) if (found := tuple(_words_of(each)))]
    return sentences[-1] if sentences else ()


def _words_of(question: str) -> Iterator[str]:
    return map(bare, read_words(question).words)
