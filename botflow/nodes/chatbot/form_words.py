"""Words in a message to a form that change no value, and words before a value that say its kind; all folded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.expectation import Kind


def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(word) for word in listed.split(" "))


_HARMLESS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words(
            "a an the is are am i i'd i'm im id we we'd we're us me my our it it's its this that would like want "
            "need please pls thanks thank you hi hello hey dear and for of at on in with to have get can could "
            "let's lets so well ok okay yes yeah sure be will there here just"
        ),
        "de": _words(
            "ein eine einen einem einer der die das den dem ist sind ich wir uns mir mich mein meine unser es dies "
            "möchte möchten hätte hätten will wollen würde würden brauche brauchen gern gerne bitte danke hallo hi "
            "und für um am im in mit zu von auf bei kann können also ok okay ja sehr da hier"
        ),
        "es": _words(
            "un una unos unas el la los las es son soy somos yo nosotros nos me mi nuestro lo esto esta quiero "
            "quisiera queremos quisiéramos quería queríamos necesito necesitamos gustaría por favor gracias hola y "
            "para a al de del con en puede puedo podría podemos bueno pues ok vale sí"
        ),
        "fr": _words(
            "un une des le la les est sont suis sommes je j'ai j'aimerais nous on me mon ma notre ce c'est ceci "
            "voudrais voudrions veux voulons aimerais aimerions besoin d' s'il vous plaît te svp stp merci bonjour "
            "salut bonsoir et pour à au aux de du d'un d'une avec en peux pouvons pourrais alors bon ok oui"
        ),
    }
)
_GREETINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("good morning", "good afternoon", "good evening", "good day"),
        "de": ("guten morgen", "guten tag", "guten abend"),
        "es": ("buenos dias", "buenas tardes", "buenas noches", "buen dia"),
        "fr": ("bonne journee", "bonne soiree"),
    }
)
# A free text behind a field's own words that holds one of these is asked for: "under Ann or Bob".
_CHANGERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("and or not no but maybe actually instead rather if unless either neither change cancel"),
        "de": _words("und oder nicht kein keine nein aber sondern vielleicht doch statt stattdessen lieber falls wenn"),
        "es": _words("y e o u no ni pero sino quizas tal vez mejor si"),
        "fr": _words("et ou non pas ni mais plutot peut-etre si"),
    }
)
# A bare number behind one of these is of this kind: "at 7" is a time, never a number of people.
_CUES: Mapping[str, Mapping[Kind, frozenset[str]]] = MappingProxyType(
    {
        "en": {"time": _words("at")},
        "de": {"time": _words("um")},
        "es": {"time": frozenset(("a las", "a la"))},
        "fr": {"time": frozenset(("a",))},
    }
)


def is_harmless(word: str, language: str) -> bool:
    """Say whether a folded word changes no value beside it."""
    return word in _HARMLESS.get(base_language(language), frozenset()) or word in _HARMLESS["en"]


def may_change(word: str, language: str) -> bool:
    """Say whether a folded word in a free text may mean something else than the text."""
    return word in _CHANGERS.get(base_language(language), frozenset()) or word in _CHANGERS["en"]


def greetings(language: str) -> tuple[str, ...]:
    """Return phrases in which no value is looked for: "guten Morgen" does not mean tomorrow."""
    return (*_GREETINGS["en"], *_GREETINGS.get(base_language(language), ()))


def cues_of(kind: Kind, language: str) -> frozenset[str]:
    """Return the phrases that stand before a value of this kind and before no other."""
    return _CUES.get(base_language(language), _CUES["en"]).get(kind, frozenset())
