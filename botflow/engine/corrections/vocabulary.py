"""The words by which people change what they said, per language; all folded. Read by `phrases.py`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from botflow.engine.text_folding import fold

Words = tuple[str, ...]
LONGEST_PHRASE = 6  # words


class Vocabulary(NamedTuple):
    """The openers of one language, each a sequence of words.

    `back`: whole messages that ask for the previous question. `meant`: openers that speak of what was said before.
    `wish`: openers that speak of how it should be. `sorry`: openers that often correct, but not always.
    `hesitation`: words before an opener that mean nothing. `around`: openers with the word that follows the value
    ("ich wollte 5 sagen"), as (opener, closer). `after`: words behind the value. `closing`: polite words at the end.
    `unnamed`: words that no name or other free text of a few words consists of ("I meant that one").
    """

    back: frozenset[str]
    meant: frozenset[Words]
    wish: frozenset[Words]
    sorry: frozenset[Words]
    hesitation: frozenset[Words]
    around: tuple[tuple[Words, str], ...]
    after: frozenset[Words]
    closing: frozenset[Words]
    yes_or_no: frozenset[str]
    unnamed: frozenset[str]


def _phrases(listed: str) -> frozenset[Words]:
    """Return the phrases of a list with commas, each as its folded words."""
    return frozenset(tuple(fold(phrase).split(" ")) for phrase in listed.split(","))


def _words(listed: str) -> frozenset[str]:
    return frozenset(fold(phrase) for phrase in listed.split(","))


_NONE: frozenset[Words] = frozenset()
_NOTHING = Vocabulary(frozenset(), _NONE, _NONE, _NONE, _NONE, (), _NONE, _NONE, frozenset(), frozenset())

VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        "en": Vocabulary(
            back=_words("back, go back, undo, previous, previous question, one step back"),
            meant=_phrases(
                "i meant, i meant to say, i meant to write, i meant to type, i meant to put, i actually meant, i "
                "really meant, i of course meant, what i meant was, what i meant is, i wanted to say, i wanted to "
                "write, i was trying to say, i intended to say, correction"
            ),
            wish=_phrases(
                "i mean, make it, make that, let's make it, lets make it, let us make it, better make it, can you "
                "make it, can you make that, could you make it, could you make that, can we make it, could we make "
                "it, change it to, change that to, change this to, can you change it to, could you change it to, i "
                "want to change it to, let's say, lets say, it should be, that should be, it should have been"
            ),
            sorry=_phrases(
                "no, nope, sorry, oops, whoops, actually, wait, rather, no wait, oh wait, wait no, oh no, no no, "
                "i'm sorry, im sorry, i am sorry, so sorry, sorry about that, sorry for that, my bad, my mistake, "
                "my fault, my apologies, apologies, i apologize, i apologise, pardon, pardon me, excuse me, scratch "
                "that"
            ),
            hesitation=_phrases(
                "oh, ah, ahh, hm, hmm, hmmm, mm, mmm, um, umm, uh, uhm, er, erm, well, ok, okay, please, hey, argh, "
                "ugh, and, but, then"
            ),
            around=(),
            after=_phrases("i meant, i mean, that is"),
            closing=_phrases("please, pls, instead, thanks, thank you, thx, then, if possible"),
            yes_or_no=_words("yes, yeah, yep, sure, no, nope, not, never"),
            unnamed=_words(
                "a, an, another, any, anything, as, be, both, but, by, can, could, did, do, does, for, from, good, "
                "had, harm, has, have, he, her, him, his, how, i, i'd, i'll, i'm, i've, if, in, is, it, it's, just, "
                "later, less, like, maybe, me, mine, more, my, no, none, not, nothing, offense, on, one, ones, "
                "only, or, other, our, please, question, same, say, said, serious, she, so, some, something, sorry, "
                "that, that's, their, them, there, these, they, this, those, to, us, was, we, well, were, what, "
                "when, where, which, who, why, will, with, would, yes, you, your, yours"
            ),
        ),
        "de": Vocabulary(
            back=_words("zurück, zurueck, geh zurück, einen schritt zurück, vorherige frage"),
            meant=_phrases(
                "ich meinte, ich meinte natürlich, ich meinte eigentlich, ich meinte doch, gemeint war, gemeint "
                "ist, gemeint waren, gemeint sind, ich wollte sagen, ich wollte schreiben, ich wollte eigentlich "
                "sagen, wollte sagen, wollte schreiben, sollte heißen, das sollte heißen, sollte heissen, "
                "korrektur, meinte"
            ),
            wish=_phrases(
                "ich meine, sagen wir, machen wir, ändere es auf, ändere das auf, ändere es zu, ändere es in, "
                "ändern sie es auf, ändern sie das auf, ändern wir es auf, bitte ändern auf, ändern auf, nimm "
                "lieber, nehmen wir, nehmen wir lieber, machen sie lieber, mach lieber"
            ),
            sorry=_phrases(
                "nein, nee, ne, sorry, entschuldigung, entschuldige, entschuldigen sie, entschuldigen sie bitte, "
                "verzeihung, pardon, quatsch, moment, doch lieber, lieber, dann lieber, tut mir leid, es tut mir "
                "leid, mein fehler, ups, hoppla, ach nein, oh nein, ach quatsch, nein doch, nein moment, halt, "
                "stopp, warte, warten sie, vertippt, habe mich vertippt, ich habe mich vertippt, ach sorry"
            ),
            hesitation=_phrases(
                "ach, ach so, oh, ah, äh, ähm, hm, hmm, hmmm, na ja, naja, also, ok, okay, bitte, und, aber"
            ),
            around=tuple(
                (tuple(fold(opener).split(" ")), closer)
                for opener, closer in (
                    ("ich wollte", "sagen"),
                    ("ich wollte", "schreiben"),
                    ("ich wollte eigentlich", "sagen"),
                    ("ich habe", "gemeint"),
                    ("ich hab", "gemeint"),
                    ("mach", "draus"),
                    ("machen sie", "draus"),
                    ("machen wir", "draus"),
                    ("mach", "daraus"),
                    ("machen sie", "daraus"),
                    ("machen wir", "daraus"),
                )
            ),
            after=_phrases("meinte ich, meine ich, meinte ich natürlich, wollte ich sagen, wollte ich schreiben"),
            closing=_phrases("bitte, danke, stattdessen, bitte stattdessen, dann"),
            yes_or_no=_words("ja, doch, klar, nein, nee, nicht, nie"),
            unnamed=_words(
                "als, anderes, andere, anderen, auch, auf, das, dass, dein, dem, den, die, dies, diese, diesen, "
                "dieses, du, ein, eine, einen, er, ernst, es, etwas, euch, für, gar, gut, hat, ich, ihm, ihn, ihr, "
                "in, ist, ja, jene, kein, keine, man, mehr, mein, meine, mich, mir, mit, nein, nicht, nichts, nur, "
                "oder, schon, sein, sie, so, uns, vielleicht, war, was, wenn, wer, wie, wir, wo, zu"
            ),
        ),
        "es": Vocabulary(
            back=_words("atrás, volver, regresar, anterior, un paso atrás, pregunta anterior"),
            meant=_phrases(
                "quise decir, quería decir, me refería a, me refiero a, quise escribir, quería escribir, quise "
                "poner, quería poner, lo que quise decir es, lo que quería decir es, corrección"
            ),
            wish=_phrases(
                "quiero decir, digo, que sea, que sean, mejor que sea, mejor que sean, pon, ponga, pongamos, "
                "digamos, cámbialo a, cámbialo por, cámbielo a, cámbielo por, cambia eso a, cambiar a, hazlo, "
                "dejémoslo en"
            ),
            sorry=_phrases(
                "no, perdón, perdona, perdone, disculpa, disculpe, disculpas, lo siento, mejor, mejor dicho, mi "
                "error, mi culpa, culpa mía, error mío, fallo mío, uy, ups, ay, ay no, oh no, uy no, no no, no "
                "espera, espera, espere, en realidad, sorry, me equivoqué, me he equivocado"
            ),
            hesitation=_phrases("oh, ah, ay, eh, em, hm, hmm, mmm, bueno, pues, a ver, ok, vale, por favor, y, pero"),
            around=(),
            after=_phrases("quise decir, quería decir, digo"),
            closing=_phrases("por favor, gracias, en su lugar, entonces, mejor"),
            yes_or_no=_words("sí, claro, no, nunca"),
            unnamed=_words(
                "a, algo, alguna, alguno, aquel, aquello, así, bien, como, con, cual, cuando, de, donde, el, ella, "
                "en, es, esa, ese, eso, esta, este, esto, la, las, le, lo, los, mas, más, me, menos, mi, mio, mío, "
                "nada, no, o, otra, otro, para, pero, por, que, qué, quien, se, ser, sí, si, su, te, todo, tu, tú, "
                "un, una, uno, usted, ya, yo, quizás, quizá"
            ),
        ),
        "fr": Vocabulary(
            back=_words("retour, revenir, en arrière, précédent, question précédente"),
            meant=_phrases(
                "je voulais dire, je voulais écrire, je voulais mettre, j'ai voulu dire, ce que je voulais dire "
                "c'est, je pensais à, correction"
            ),
            wish=_phrases(
                "je veux dire, disons, mettez, mets, mettons, changez en, changez pour, changez le en, changez le "
                "pour, change en, change pour, ce sera, faites, plutôt disons"
            ),
            sorry=_phrases(
                "non, pardon, désolé, désolée, je suis désolé, je suis désolée, plutôt, en fait, en fait non, "
                "excusez-moi, excuse-moi, au temps pour moi, autant pour moi, mon erreur, erreur de ma part, ma "
                "faute, c'est ma faute, oups, ah non, oh non, non non, non attendez, non attends, attendez, "
                "attends, finalement, sorry, mince, navré, navrée"
            ),
            hesitation=_phrases("ah, oh, euh, heu, hm, hmm, bon, ben, eh bien, alors, ok, s'il vous plaît, et, mais"),
            around=(),
            after=_phrases("je voulais dire, je veux dire"),
            closing=_phrases("s'il vous plaît, s'il te plaît, svp, stp, merci, plutôt, à la place, alors"),
            yes_or_no=_words("oui, si, non, pas, jamais"),
            unnamed=_words(
                "a, à, au, autre, autres, avec, bien, c'est, ca, ça, ce, cela, celle, celui, ces, cette, comme, "
                "dans, de, des, du, elle, en, est, et, il, ils, j'ai, je, la, le, les, leur, lui, ma, mais, me, "
                "merci, mes, moi, moins, mon, ne, non, nous, on, ou, où, oui, par, pas, peut-être, plus, pour, "
                "qu'il, quand, que, quel, quelle, quelque, qui, quoi, rien, sa, se, si, son, sur, ta, te, toi, ton, "
                "tu, un, une, vous"
            ),
        ),
        # Of these languages only the words that botflow's own sentences name are known.
        "it": _NOTHING._replace(back=_words("indietro")),
        "pt": _NOTHING._replace(back=_words("voltar")),
        "nl": _NOTHING._replace(back=_words("terug")),
        "pl": _NOTHING._replace(back=_words("wstecz")),
        "tr": _NOTHING._replace(back=_words("geri")),
        "ar": _NOTHING._replace(back=_words("رجوع")),
    }
)


def vocabulary(language: str) -> Vocabulary:
    """Return the words of a base language ("de"); an empty vocabulary for one that botflow does not have."""
    return VOCABULARIES.get(language, _NOTHING)
