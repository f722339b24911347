"""Words in a message to a form that change no value; all folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.choosing.yes_no_words import AGREEING, meanings
from botflow.nodes.answers.lexicons import lexicon_of


def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(word) for word in listed.split(" "))


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(map(fold, listed.split(", ")))


_HARMLESS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words(
            "a an the is are am i i'd i'm im id we we'd we're us me my our it it's its this that would like want "
            "should need please pls thanks thank you hi hello hey dear and for of at on in with to have get can could "
            "let's lets so well ok okay yes yeah sure be will there here just"
        ),
        "de": _words(
            "ein eine einen einem einer der die das den dem ist sind ich wir uns mir mich mein meine unser es dies "
            "möchte möchten hätte hätten will wollen würde würden brauche brauchen gern gerne bitte danke hallo hi "
            "soll sollte lautet heißt und für um am im in mit zu von auf bei kann können also ok okay "
            "ja sehr da hier"
        ),
        "es": _words(
            "un una unos unas el la los las es son soy somos yo nosotros nos me mi nuestro lo esto esta quiero "
            "quisiera debe debería ser queremos quisiéramos quería queríamos "
            "necesito necesitamos gustaría por favor gracias hola y "
            "para a al de del con en puede puedo podría podemos bueno pues ok vale sí"
        ),
        "fr": _words(
            "un une des le la les est sont suis sommes je j'ai j'aimerais nous on me mon ma notre ce c'est ceci "
            "doit devrait être voudrais voudrions veux voulons aimerais aimerions besoin d' "
            "s'il vous plaît te svp stp merci bonjour salut bonsoir et "
            "pour à au aux de du d'un d'une avec en peux pouvons pourrais alors bon ok oui"
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
        "en": _words(
            "and or not no but maybe actually instead rather if unless either neither change cancel by never always "
            "every each once only until till since percent times up per"
        ),
        "de": _words(
            "und oder nicht kein keine nein aber sondern vielleicht doch statt stattdessen lieber falls wenn "
            "jede jeden jedes immer nur seit prozent mal pro"
        ),
        "es": _words("y e o u no ni pero sino quizás tal vez mejor si cada siempre solo al menos ciento veces por"),
        "fr": _words("et ou non pas ni mais plutôt peut-être si chaque toujours depuis seulement jusqu'à"),
    }
)


# At the confirmation, beside a value or a field's name: "yes, but make it 5 people", "change the time".
_CHANGING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("no but make change set put move instead rather better"),
        "de": _words("nein aber mach mache machen ändere ändern stattdessen lieber doch besser"),
        "es": _words("no pero pon ponga haz que sean sea cambia cambie cambiar mejor"),
        "fr": _words("non mais mets mettez fais faites change changez changer plutôt"),
    }
)
# "The time is wrong" asks for the time, whatever the message says of it.
_WRONG: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("wrong, incorrect, mistaken, not right, not correct, isn't right, isn't correct"),
        "de": _phrases("falsch, verkehrt, stimmt nicht, passt nicht, nicht richtig, nicht korrekt"),
        "es": _phrases(
            "mal, está mal, incorrecto, incorrecta, equivocado, equivocada, no está bien, no es correcto, "
            "no es correcta"
        ),
        "fr": _phrases(
            "faux, fausse, mauvais, mauvaise, incorrect, incorrecte, pas bon, pas bonne, n'est pas bon, "
            "n'est pas bonne, pas correct, pas correcte, n'est pas correct, n'est pas correcte"
        ),
    }
)
# A message that begins like that asks what was understood, also without its question mark.
_ASKING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("is, are, is it, was, ok just to be sure, just to be sure, to be sure, just to check"),
        "de": _phrases("ist, sind, war, nur zur sicherheit, zur sicherheit"),
        "es": _phrases("para estar seguro, para estar segura, solo para confirmar"),
        "fr": _phrases("est-ce, est-ce que, c'est bien, juste pour être sûr, juste pour vérifier"),
    }
)
# Behind these "to" begins no free text: "I want to send a parcel".
_BEFORE_VERBS = frozenset(
    _words("want wanna need like love have has going able try trying wish plan planning hope how ready due")
)
# A text that begins with one describes somebody, and is no name: "for my daughter".
_POSSESSIVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("my our me us"),
        "de": _words("mein meine meinen meinem meiner unser unsere unseren unserem mich mir uns"),
        "es": _words("mi mis nuestro nuestra mí nosotros"),
        "fr": _words("mon ma mes notre nos moi nous"),
    }
)
# Own words that stand before their value, never behind it: in "friday to monday" the "to" is Monday's.
_LEADING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _words("for from to until till at on by under in with of about since"),
        "de": _words("für von nach bis ab um am auf mit zu im seit"),
        "es": _words("para desde hasta a de por con en"),
        "fr": _words("pour de à jusqu'à dès avec par depuis en"),
    }
)
# What people call a field that is the only one of its kind.
_KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": {"date": ("date", "day"), "time": ("time", "hour"), "phone": ("phone", "number")},
        "de": {"date": ("datum", "tag"), "time": ("uhrzeit", "zeit"), "phone": ("telefon", "nummer")},
        "es": {"date": ("fecha", "dia"), "time": ("hora",), "phone": ("telefono", "numero")},
        "fr": {"date": ("date", "jour"), "time": ("heure", "horaire"), "phone": ("telephone", "numero")},
    }
)
_OF_NAMES = _words("name name's names namens namen heiße nombre llamo llama nom m'appelle")
_POINTING = frozenset(("a", "the", "this", "that"))
_REFUSALS = frozenset(("no", "nein", "non"))
_CONDITIONS: Mapping[str, str] = MappingProxyType({"es": "si", "fr": "si"})  # "sí" without its accent, if it is first


def is_harmless(word: str, language: str) -> bool:
    """Say whether a folded word changes no value beside it."""
    return word in _HARMLESS.get(base_language(language), frozenset()) or word in _HARMLESS["en"]


def begins_verb(word: str, before: str) -> bool:
    """Say whether a folded word is the "to" before a verb."""
    return word == "to" and before in _BEFORE_VERBS


def leads(words: Iterable[str], language: str) -> bool:
    """Say whether own words stand before their value only."""
    known = _LEADING["en"] | _LEADING.get(base_language(language), frozenset())
    return all(word in known for word in words)


def words_of_kind(kind: str, language: str) -> tuple[str, ...]:
    """Return what people call an answer of a kind, folded."""
    return tuple(map(fold, _KINDS.get(base_language(language), _KINDS["en"]).get(kind, ())))


def is_possessive(word: str, language: str) -> bool:
    return word in _POSSESSIVES["en"] or word in _POSSESSIVES.get(base_language(language), frozenset())


def are_of_names(words: Iterable[str]) -> bool:
    """Say whether a field with these own words takes a name."""
    return not _OF_NAMES.isdisjoint(part for word in words for part in word.split(" "))


def points_out(word: str) -> bool:
    """Say whether "one" behind a folded word means a thing and no number: "the one", "that one"."""
    return word in _POINTING


def may_change(word: str, language: str) -> bool:
    """Say whether a folded word in a free text may mean something else than the text: "under Ann by 7 pm"."""
    return (
        word in _CHANGERS["en"]
        or word in _CHANGERS.get(base_language(language), frozenset())
        or (word in _words_of_values(language) and not is_harmless(word, language))
    )


@cache
def _words_of_values(language: str) -> frozenset[str]:
    """Return the words that change numbers, days and times; months and weekdays are also names of people."""
    lexicon = lexicon_of(language)
    calendar, clock = lexicon.calendar, lexicon.clock
    beside = (calendar.about, calendar.since, calendar.until, calendar.ahead_after, calendar.ago, calendar.orders)
    words = {
        word
        for phrases in (*beside, calendar.ago_before, calendar.orders_after, clock.parts)
        for phrase in phrases
        for word in phrase
    }
    units = calendar.units.keys() | clock.shares.keys() | lexicon.currencies.keys() | lexicon.cents.keys()
    return frozenset(words | lexicon.changing | clock.before | units)


def greetings(language: str) -> tuple[str, ...]:
    """Return phrases in which no value is looked for: "guten Morgen" does not mean tomorrow."""
    return (*_GREETINGS["en"], *_GREETINGS.get(base_language(language), ()))


@cache
def words_of_change(language: str) -> frozenset[str]:
    """Return the phrases beside what somebody wants changed at a confirmation: "yes", "but", "make"."""
    return words_of_yes(language) | verbs_of_change(language)


@cache
def words_of_yes(language: str) -> frozenset[str]:
    return frozenset(phrase for phrase, means in meanings(language).items() if means in AGREEING)


@cache
def verbs_of_change(language: str) -> frozenset[str]:
    """Return the words that say that something changes: "but", "make"; a "yes" alone does not."""
    return _CHANGING["en"] | _CHANGING.get(base_language(language), frozenset())


@cache
def beginnings_of_question(language: str) -> frozenset[str]:
    return _ASKING["en"] | _ASKING.get(base_language(language), frozenset())


@cache
def words_of_error(language: str) -> frozenset[str]:
    """Return the phrases that say that something is wrong."""
    return _WRONG["en"] | _WRONG.get(base_language(language), frozenset())


def is_condition(word: str, language: str) -> bool:
    """Say whether a word that is not the first one means "if"."""
    return _CONDITIONS.get(base_language(language)) == word


def is_refusal(word: str) -> bool:
    """Say whether a word takes back what is beside it, unless a clause begins with it: "at 7 no"."""
    return word in _REFUSALS
