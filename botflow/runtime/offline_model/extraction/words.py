"""The words by which a message to `ai.extract` is understood; all folded. Data, and how it is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from botflow.engine.text_folding import fold
from botflow.languages import base_language


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(map(fold, listed.split(", ")))


_NONE: frozenset[str] = frozenset()

# Beside what a form knows: words of somebody who orders or books. They change no value.
_ORDERING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "order, book, reserve, buy, take, stay, choose, pick, prefer, love, ordering, booking, reserving, i'll, "
            "we'll, ill, looking for, go with, a table, the table, a room, the room, a bed, a place, a reservation, "
            "a booking, an order, with a, hey there, it's for, send, send me, send us, bring, bring us, bring me, i "
            "have, that's, thats, ones, table for, room for, bed for, tables for, kind regards, best regards, "
            "regards, many thanks, good morning, good evening"
        ),
        "de": _phrases(
            "bestellen, bestelle, buchen, buche, reservieren, reserviere, kaufen, kaufe, nehmen, nehme, bleiben, "
            "bleibe, suche, suchen, ein zimmer, das zimmer, einen tisch, den tisch, ein bett, einen platz, eine "
            "reservierung, einen termin, bevorzuge, tisch für, zimmer für, viele grüße, liebe grüße, schicken, "
            "bringen, vielen dank, stück"
        ),
        "es": _phrases(
            "reservar, reservo, pedir, pido, comprar, compro, tomar, tomo, llevar, llevo, busco, buscamos, prefiero, "
            "preferimos, quedarme, quedarnos, una mesa, la mesa, una habitación, la habitación, un cuarto, una cama, "
            "una reserva, mesa para, habitación para, muchas gracias, saludos, deseo, deseamos"
        ),
        "fr": _phrases(
            "réserver, réserve, commander, commande, acheter, prendre, prends, prendrai, cherche, cherchons, "
            "préfère, préférons, rester, une table, la table, une chambre, la chambre, un lit, une place, une "
            "réservation, table pour, chambre pour, désire, merci beaucoup, cordialement, il me faut, il nous faut, "
            "j'ai besoin"
        ),
    }
)
# "Can I order two?" asks for nothing but the two.
_REQUESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("can i", "can we", "could i", "could we", "may i", "may we", "might i", "is it possible to"),
        "de": ("kann ich", "konnen wir", "konnte ich", "konnten wir", "darf ich", "durfen wir", "durfte ich"),
        "es": ("puedo", "podemos", "podria", "podriamos", "seria posible", "es posible"),
        "fr": ("puis je", "pourrais je", "peut on", "pouvons nous", "pourrions nous", "est ce que je peux"),
    }
)
# "Do you have a room for three nights?": how many is certain, and nothing else.
_OFFERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("do you have", "do you still have", "have you got", "would you have", "is there", "are there"),
        "de": ("haben sie", "haben sie noch", "habt ihr", "habt ihr noch", "hatten sie", "gibt es", "gibt es noch"),
        "es": ("tienen", "tiene", "tendrian", "tendria", "hay"),
        "fr": ("avez vous", "auriez vous", "vous avez", "est ce que vous avez", "y a t il"),
    }
)
_ASKING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "is, are, was, were, do, does, did, has, had, will, would, could, can, may, shall, should, who, what, "
            "when, where, why, which, how, whose, isn't, aren't, don't, doesn't, didn't, won't, wouldn't, have you, "
            "am i"
        ),
        "de": _phrases(
            "ist, sind, war, hat, habt, haben, hast, gibt, gibt's, kann, könnt, können, könnten, wird, wer, was, "
            "wann, wo, warum, wieso, welche, welcher, welches, wie, wieviel, soll, darf, hätten, hättet, seid"
        ),
        "es": _phrases(
            "qué, cuánto, cuánta, cuántos, cuántas, cuál, cuáles, cómo, dónde, cuándo, quién, hay, tienen, tiene"
        ),
        "fr": _phrases(
            "est-ce, quel, quelle, quels, quelles, combien, comment, pourquoi, qui, où, quand, avez, auriez, y "
            "a-t-il, puis-je, peut-on, pouvez, pourriez, vous avez"
        ),
    }
)
# A message that has one of these may take back, ask for or tell of somebody else what stands in another sentence.
_TURNING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases(
            "not, no, never, nor, neither, or, but, if, unless, maybe, perhaps, instead, rather, except, without, "
            "wrong, wait, sorry, actually, meant, mean, was, were, used, old, last, former, previous, don't, isn't, "
            "wasn't, wife, wife's, husband, husband's, friend, friend's, brother, brother's, sister, sister's, boss, "
            "boss's, mother, mother's, father, father's, son, son's, daughter, daughter's, colleague, his, her, "
            "their, he, she, they, your, you, example, e.g, kidding, joking, forget, cancel, changed"
        ),
        "de": _phrases(
            "nicht, nein, nie, kein, keine, keinen, oder, aber, wenn, falls, vielleicht, sondern, statt, lieber, "
            "außer, ohne, falsch, moment, sorry, entschuldigung, quatsch, meinte, meine frau, mein mann, war, hatte, "
            "früher, alte, alter, altes, letzte, letztes, frau, freund, freundin, bruder, schwester, chef, mutter, "
            "vater, sohn, tochter, er, sie, ihr, sein, seine, ihre, du, dein, deine, scherz, vergessen"
        ),
        "es": _phrases(
            "no, nunca, ni, o, u, pero, sino, quizás, quizá, tal vez, salvo, excepto, sin, perdón, espera, quise, "
            "era, fue, antes, antiguo, antigua, último, última, mujer, marido, esposa, esposo, amigo, amiga, "
            "hermano, hermana, jefe, madre, padre, hijo, hija, su, sus, él, ella, tu, usted, broma, olvida"
        ),
        "fr": _phrases(
            "pas, non, jamais, ni, ou, mais, si, peut-être, sauf, sans, plutôt, pardon, attends, attendez, voulais, "
            "était, avait, ancien, ancienne, dernier, dernière, femme, mari, ami, amie, frère, soeur, sœur, patron, "
            "mère, père, fils, fille, son, sa, ses, leur, il, elle, tu, vous, votre, ton, blague, oubliez"
        ),
    }
)
_RETRACTING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("sorry, wait, wrong, meant, mean, actually, instead, rather, example, kidding, joking, old"),
        "de": _phrases("moment, falsch, meinte, quatsch, entschuldigung, nein, statt, beispiel, scherz, alte"),
        "es": _phrases("perdón, espera, quise, mal, equivocado, equivocada, ejemplo, broma"),
        "fr": _phrases("pardon, attends, attendez, voulais, faux, non, exemple, blague"),
    }
)
# "About five": read as five where that is asked for, and not sure where it is only told.
_ABOUT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": _phrases("about, around, approximately, roughly, nearly, almost"),
        "de": _phrases("etwa, ungefähr, circa, ca, rund, fast"),
        "es": _phrases("unos, unas, aproximadamente, casi"),
        "fr": _phrases("environ, quelque, quelques, presque"),
    }
)


def _of(known: Mapping[str, frozenset[str]], language: str) -> frozenset[str]:
    return known.get(base_language(language), _NONE)


@cache
def ordering(language: str) -> frozenset[str]:
    """Return the phrases of somebody who orders, which change no value."""
    return _ORDERING["en"] | _of(_ORDERING, language)


@cache
def turning(language: str) -> frozenset[str]:
    """Return the words that may change what another sentence says."""
    return _of(_TURNING, language) or _TURNING["en"]


def asking(language: str) -> frozenset[str]:
    """Return the words with which a question begins."""
    return _of(_ASKING, language) or _ASKING["en"]


def about(language: str) -> frozenset[str]:
    """Return the words before a number that is not exact."""
    return _of(_ABOUT, language) or _ABOUT["en"]


def requests(language: str) -> tuple[str, ...]:
    """Return the beginnings of questions that ask for what they name."""
    return _REQUESTS.get(base_language(language), ())


def offers(language: str) -> tuple[str, ...]:
    """Return the beginnings of questions whether there is what they name."""
    return _OFFERS.get(base_language(language), ())


@cache
def retracting(language: str) -> frozenset[str]:
    """Return the words that take back a value anywhere before them: "sorry, wrong number"."""
    return _RETRACTING["en"] | _of(_RETRACTING, language)
