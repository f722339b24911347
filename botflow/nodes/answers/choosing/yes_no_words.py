"""What people say for yes and no, and the words beside it that change nothing, per language. All are folded.

The courtesy of the language is "polite" or "harmless", unless it has a meaning here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Literal

from botflow.languages import base_language
from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.lexicon import phrases

# "yes" agrees with something, "assent" stands for itself ("yes, sure"). "not" turns both into a no ("not right", "not
# yes"); "negation" turns a yes into a no, and is a no by itself ("it isn't"). "unsure" is neither. "polite" is a yes
# when it is all that was said ("please"), "harmless" says nothing. "asked" repeats a word of the question, "seconds"
# changes nothing beside a plain yes and is none by itself.
#
# What these mean, the question decides (at_questions.py). "agrees" consents to an offer ("go ahead"); "content" may
# also say that nothing is wanted ("fine"), and "at ease" mostly does ("I'm good"). "echo" repeats an auxiliary ("I
# do"), "contradicts" answers a question with a "not" ("doch").
Certain = Literal["yes", "assent", "no", "not", "negation", "unsure", "polite", "harmless", "asked", "seconds"]
Meaning = Certain | Literal["agrees", "content", "at ease", "echo", "contradicts"]
AGREEING: frozenset[Meaning] = frozenset(("yes", "assent", "agrees", "content", "echo", "contradicts"))


def _all(emoji: str, means: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(emoji, means)


EMOJI: Mapping[str, Meaning] = {
    **_all("✅✔☑", "yes"),
    **_all("👍👌🆗💯🙆", "agrees"),
    **_all("👎❌✖✗✘🚫🙅⛔🆖", "no"),
    **_all("🤔🤷🙄😕😐🤨😬🫤", "unsure"),
}
WHOLE: Mapping[str, Mapping[str, Meaning]] = {  # single letters and digits mean something only when they are all
    "": {"1": "assent", "0": "no", "+1": "assent", "y": "assent", "n": "no"},
    "en": {"k": "agrees"},
    "de": {"j": "assent"},
    "es": {"s": "assent"},
    "fr": {"o": "assent"},
}
_EVERYWHERE: Mapping[str, Meaning] = {
    "true": "yes",
    "ok": "agrees",
    "okay": "agrees",
    "oki": "agrees",
    "yes": "assent",
    "false": "no",
    "no": "no",
}

_PHRASES: Mapping[str, Mapping[Meaning, str]] = {
    "en": {
        "assent": "yes, yeah, yep, yup, ya, yea, yess, sure, sure thing, of course, yessir, ofc",
        "yes": "correct, right, true, absolutely, definitely, certainly, indeed, affirmative, exactly, that's right, "
        "that is right, that's correct, that is correct, that's true, that is true, it's correct, it's true, it's "
        "right, it is correct, it is true, it is right, is correct, is right, no doubt, without a doubt, aye, uh huh, "
        "i think so, i believe so, i guess so, totally",
        "agrees": "please do, go ahead, do it, do that, let's do it, let's do that, let's do that instead, let's go, "
        "sounds good, sounds great, sounds like a plan, that sounds good, that sounds great, i agree, agree, agreed, "
        "perfect, great, excellent, wonderful, awesome, why not, no problem, not a problem, no objection, no "
        "objections, for sure, you bet, i'd like that, i would like that, i'd like to, i would like to, i'd love to, i "
        "would love to, i want to, i want that, confirm, i confirm, confirmed, approved, works for me, that works, "
        "that works for me, that would work, that would be great, that would be good, that would be nice, that'd be "
        "great, would be great, by all means, with pleasure, count me in, i'm in, good idea, alright, all right, "
        "naturally, obviously, "
        "i sure do, i certainly do, happy to, i'd be happy to, sounds perfect, go for it",
        "content": "fine, sounds fine, that sounds fine, that would be fine, fine by me, fine with me, ok with me, "
        "okay with me, very well",
        "echo": "i do, i am, i did, i have, i can, i will, i would, we do, we are, we can, we will, we would, it is, "
        "it does, they do, he does, she does, i hope so",
        "no": "nope, never, nah, nay, no way, wrong, false, incorrect, negative, not really, not now, not at all, not "
        "yet, absolutely not, definitely not, certainly not, of course not, no thanks, no thank you, no thx, that's "
        "wrong, that is wrong, it's wrong, cancel, i don't think so, i do not think so, don't think so, i think not, "
        "i'd rather not, i would rather not, rather not, please no, i disagree, disagree, i refuse, i won't, i will "
        "not, i didn't, i did not, we don't, we do not, we can't, they don't, it doesn't, it does not, not today, not "
        "this time, not interested, i'm not interested, i am not interested, not for me, no chance, hell no, not "
        "possible, count me out, no need, i pass, i don't want to, i do not want to, i don't want that, i don't want "
        "it, "
        "not that i know of, not that i'm aware of, not that i am aware of, not as far as i know, "
        "by no means, still not, not anymore, not any more",
        "not": "not, instead of, rather than",
        "negation": "don't, do not, dont, i don't, i do not, i dont, it's not, it is not, it isn't, that's not, that "
        "is not, that isn't, this is not, this isn't, is not, isn't, i'm not, i am not, i can't, i cannot, i can not, "
        "i cant, i wouldn't, i would not, i don't think, i do not think, i don't believe, please don't, please do not, "
        "we're not, we are not, i haven't, i have not",
        "unsure": "maybe, perhaps, not sure, i'm not sure, i am not sure, i don't know, i do not know, i dont know, "
        "dunno, idk, no idea, no clue, possibly, probably, it depends, depends, yes and no, yes or no, not "
        "necessarily, not definitely, not absolutely, not certainly, not entirely, not totally, not completely, not "
        "obviously, not naturally, not exactly, i don't mind, i do not mind, i don't care, not wrong, not false, not a "
        "chance of no, can't say, i can't say, sure not sure, not for sure, not perfect, not great, not excellent, not "
        "wonderful, not no, not agreed",
        "harmless": "very much, a lot, man, dude, bro, guys, just, really, honestly, i say, i said, for me, from me, "
        "answer, it's, that's, a, it's a, that's a, big, clear, definite, firm, and, also, it's ok, it's okay, it is "
        "ok, that's ok, that's okay, it's fine, that's fine, though, "
        "er, mate, unfortunately, sadly, luckily, fortunately, thankfully, thank god, thank goodness, sorry, "
        "i'm afraid, actually, to be honest, tbh",
        "at ease": "i'm good, i'm fine, i'm ok, all good, no worries, it's all good, we're good, we're fine, we're ok, "
        "we are good, we are fine, we are ok, i am good, i am fine, i am ok",
    },
    "de": {
        "assent": "ja, jo, jep, jap, jup, jawohl, jau, jaja, klar, na klar, naturlich, gerne, gern, sicher, "
        "jupp, klaro, logo, na logo, gerne doch",
        "contradicts": "doch",
        "yes": "aber sicher, genau, richtig, korrekt, stimmt, das stimmt, das ist richtig, das ist korrekt, ist "
        "richtig, selbstverstandlich, auf jeden fall, unbedingt, ja bitte, ja gerne, aber ja, denke schon, ich denke "
        "schon, glaube schon, ich glaube schon, ich denke ja, ich glaube ja, wahr, das ist wahr, absolut, definitiv, "
        "zweifellos, ohne zweifel",
        "agrees": "alles klar, ist klar, sehr gerne, sehr gern, aber gerne, einverstanden, warum nicht, kein problem, "
        "kein thema, kein ding, keine einwande, geht in ordnung, perfekt, super, prima, toll, freilich, mach das, mach "
        "ich, mache ich, ich mache es, ich mache das, machen wir, so machen wir das, bestatigt, ich bestatige, das "
        "klingt gut, klingt gut, hort sich gut an, das geht, geht klar, das sollte gehen, das sollte klappen, das "
        "sollte passen, das sollte funktionieren, das ware gut, das ware toll, das ware super, ich bin dabei, bin "
        "dabei, ich mochte, mochte ich, will ich, ich will, mit vergnugen, "
        "auf alle falle, mit sicherheit, kriege ich hin, krieg ich hin, das kriege ich hin, "
        "das krieg ich hin",
        "content": "stimmt so, passt, passt so, das passt, das passt mir, passt mir, in ordnung, das ist in ordnung, "
        "gut, ist gut, sehr gut",
        "no": "nein, n, ne, nee, noe, no, nie, niemals, auf keinen fall, keinesfalls, keineswegs, falsch, das ist "
        "falsch, stimmt nicht, das stimmt nicht, nein danke, lieber nicht, nicht wirklich, gar nicht, uberhaupt nicht, "
        "noch nicht, naturlich nicht, sicher nicht, bestimmt nicht, ich glaube nicht, ich denke nicht, glaube nicht, "
        "denke nicht, glaube ich nicht, bitte nicht, abbrechen, no danke, jetzt nicht, heute nicht, mochte ich nicht, "
        "ich mochte nicht, will ich nicht, ich will nicht, das will ich nicht, das mochte ich nicht, passt nicht, das "
        "passt nicht, das passt mir nicht, passt mir nicht, geht nicht, das geht nicht, kein interesse, kein bedarf, "
        "nicht einverstanden, auf gar keinen fall, absolut nicht, definitiv nicht, kommt nicht in frage, eher nicht, "
        "ich bin dagegen, "
        "nicht dass ich wusste, nicht das ich wusste, bloss nicht, nie im leben, im leben nicht, noch nie, "
        "immer noch nicht, nicht mehr, leider nein, ach wo, nope",
        "not": "nicht, statt, anstatt, kein",
        "negation": "das ist nicht, ist nicht, es ist nicht, ich bin nicht, bin ich nicht, ist es nicht, das ist es "
        "nicht, kann ich nicht, ich kann nicht",
        "unsure": "na ja, naja, vielleicht, weiss nicht, ich weiss nicht, weiss ich nicht, das weiss ich nicht, "
        "ich weiss es nicht, "
        "keine ahnung, nicht sicher, ich bin nicht sicher, jein, bin mir nicht sicher, ich bin mir nicht sicher, "
        "eventuell, moglicherweise, wahrscheinlich, kommt darauf an, kommt drauf an, es kommt darauf an, mir egal, "
        "egal, ist mir egal, nicht falsch, ja und nein, ja oder nein, nicht unbedingt, nicht ganz, nicht absolut, "
        "nicht perfekt, nicht nein, nicht sicher nicht, nicht selbstverstandlich, nicht klar, "
        "nicht mit sicherheit, nicht auf alle falle",
        "harmless": "mal, und, ich meine, ich sage, ich sagte, ich habe gesagt, ein, ein klares, klares, fur mich, von "
        "mir, das ist ein, es ist ein, sehr, wirklich, ehrlich, auch, aus meiner sicht, das, es ist ok, das ist ok, "
        "schon, halt, eben, "
        "leider, zum gluck, gott sei dank, gottseidank, glucklicherweise, ehrlich gesagt, trotzdem, sorry, "
        "tut mir leid, eigentlich, denk ich, denke ich, glaub ich",
        "at ease": "mir gehts gut, schon gut, danke schon gut, ist schon gut, passt schon, das passt schon, "
        "alles gut, wie schon",
    },
    "es": {
        "assent": "si, sip, sipi, claro, claro que si, por supuesto",
        "yes": "por supuesto que si, correcto, exacto, exactamente, seguro, desde luego, cierto, es cierto, es "
        "correcto, es verdad, asi es, si por favor, afirmativo, creo que si, pienso que si, eso es, efectivamente, sin "
        "duda, sin ninguna duda, verdadero",
        "agrees": "vale, de acuerdo, estoy de acuerdo, como no, dale, perfecto, genial, por que no, sin problema, sin "
        "problemas, no hay problema, confirmo, confirmado, me gustaria, listo, con gusto, con mucho gusto, encantado, "
        "encantada, adelante, hazlo, hagalo, me parece bien, me parece perfecto, suena bien, excelente, estupendo, "
        "fenomenal, quiero, lo quiero, si quiero, lo confirmo, va, sale, okey, acepto, obvio, obviamente, "
        "naturalmente, simon, orale, andale, por supuestisimo, claro que sip, ya lo creo, no veo por que no",
        "content": "bueno, esta bien, muy bien, bien",
        "no": "nop, nope, nunca, jamas, negativo, incorrecto, falso, no gracias, claro que no, para nada, de ninguna "
        "manera, de ningun modo, todavia no, aun no, ahora no, hoy no, mejor no, no quiero, no lo quiero, no deseo, en "
        "absoluto, creo que no, no creo, no lo creo, pienso que no, por supuesto que no, desde luego que no, seguro "
        "que no, tampoco, cancelar, ni hablar, que va, no es correcto, no es cierto, no es verdad, no es asi, no esta "
        "bien, no estoy de acuerdo, no de acuerdo, no me gustaria, no puedo, no me interesa, no acepto, no confirmo, "
        "me niego, no hace falta, no va, no vale, no correcto, "
        "nel, que yo sepa no, ni de broma, ni loco, ni loca, ni en suenos, todavia nada, aun nada",
        "not": "en vez de, en lugar de",
        "negation": "no es",
        "unsure": "quizas, quiza, tal vez, no se, no lo se, no estoy seguro, no estoy segura, no seguro, no segura, a "
        "lo mejor, depende, puede ser, ni idea, no tengo idea, no tengo ni idea, si y no, si o no, posiblemente, "
        "probablemente, me da igual, da igual, no me importa, no esta mal, no del todo, no necesariamente, no "
        "exactamente",
        "harmless": "y, que, digo que, dije que, he dicho que, muy, realmente, la verdad, para mi, un, es un, de "
        "verdad, tambien, esta ok, mas, "
        "por desgracia, desgraciadamente, lamentablemente, por suerte, afortunadamente, gracias a dios, "
        "lo siento, perdon, la neta",
        "at ease": "que bien, que bueno, que genial, estoy bien, estamos bien, asi esta bien, todo bien",
    },
    "fr": {
        "assent": "oui, ouais, ouep, ouaip, bien sur, volontiers, si si, yes, dac",
        "contradicts": "si",
        "yes": "bien sur que oui, exact, exactement, correct, c'est correct, c'est ca, c'est exact, c'est vrai, c'est "
        "juste, certainement, tout a fait, absolument, evidemment, carrement, je crois, je crois que oui, je pense que "
        "oui, je pense, sur, surement, effectivement, en effet, sans doute aucun, sans aucun doute, vrai, affirmatif",
        "agrees": "d'accord, d accord, je suis d'accord, avec plaisir, pourquoi pas, pas de probleme, pas de "
        "problemes, pas de souci, pas de soucis, aucun probleme, aucun souci, sans probleme, sans souci, parfait, bien "
        "entendu, je confirme, confirme, vas y, allez y, ca marche, je veux bien, je le veux, entendu, super, genial, "
        "excellent, j'aimerais bien, j'aimerais, avec joie, j'accepte, allons y, bonne idee, ca devrait aller, ca "
        "devrait marcher, naturellement, "
        "nickel, impec, impeccable, ca roule, je crois bien que oui, je crois bien, avec grand plaisir",
        "content": "c'est bon, ca me va, ca me convient, tres bien, bien, c'est parfait, c'est ok, c'est okay",
        "no": "non, n, nan, nop, nope, jamais, pas du tout, non merci, surement pas, certainement pas, bien sur que "
        "non, faux, c'est faux, incorrect, pas encore, pas maintenant, pas aujourd'hui, absolument pas, pas vraiment, "
        "je ne crois pas, je crois pas, annuler, je ne pense pas, je pense pas, je pense que non, je crois que non, "
        "hors de question, pas question, aucunement, nullement, je refuse, je ne veux pas, je veux pas, je ne peux "
        "pas, je peux pas, ca ne va pas, ca va pas, ca ne me va pas, ca ne marche pas, ca ne me convient pas, negatif, "
        "pas la peine, je ne suis pas interesse, je ne suis pas interessee, pas interesse, pas interessee, en aucun "
        "cas, bien sur pas, "
        "pas que je sache, jamais de la vie, toujours pas, pas pour l'instant, pour rien au monde, "
        "je prefere pas, je ne prefere pas, plus maintenant",
        "not": "pas, au lieu de, plutot que",
        "negation": "ce n'est pas, c'est pas, je ne suis pas, je suis pas, n'est pas, ce n'est pas un",
        "unsure": "peut etre, je ne sais pas, je sais pas, j'sais pas, aucune idee, pas sur, pas sure, je ne suis pas "
        "sur, je ne suis pas sure, je suis pas sur, je suis pas sure, ca depend, oui et non, oui ou non, sans doute, "
        "probablement, possiblement, ca m'est egal, peu importe, pas mal, pas faux, ce n'est pas faux, c'est pas faux, "
        "pas forcement, pas necessairement, pas tout a fait, pas exactement, pas non, pas evidemment, pas parfait, pas "
        "absolument, pas certainement, pas surement",
        "harmless": "et, j'ai dit, je dis, c'est, c'est un, un, grand, pour moi, moi, ca, vraiment, tres, aussi, bon, "
        "ben, malheureusement, heureusement, dieu merci, desole, desolee, pardon, ca ira, franchement",
        "at ease": "tout va bien, je suis bien",
    },
    # These languages have no lexicon: only the two words that botflow's own sentence names are read.
    "it": {"assent": "si"},
    "pt": {"assent": "sim", "no": "nao"},
    "nl": {"assent": "ja", "no": "nee"},
    "pl": {"assent": "tak", "no": "nie", "unsure": "no"},  # a Polish "no" means "well", and often yes
    "tr": {"assent": "evet", "no": "hayır, hayir"},
    "ar": {"assent": "نعم", "no": "لا"},
}
LONGEST_PHRASE = 6  # words
SHORTEST_MENDED = 7  # letters; shorter words are one typing error away from too many others


@cache
def meanings(language: str) -> Mapping[str, Meaning]:
    """Return what each phrase of `language` means; for other languages the words that are understood everywhere."""
    courtesy = courtesy_of(language)
    known: dict[str, Meaning] = {
        **_meaning_of(f"{courtesy.sounds},{courtesy.saying}", "harmless"),
        **_meaning_of(courtesy.please, "polite"),
        **_EVERYWHERE,
    }
    for means, written in _PHRASES.get(base_language(language), {}).items():
        known |= _meaning_of(written, means)
    return known


def _meaning_of(written: str, means: Meaning) -> dict[str, Meaning]:
    return {" ".join(each): means for each in phrases(written)}


@cache
def known_words(language: str) -> frozenset[str]:
    """Return every word of a phrase."""
    return frozenset(word for phrase in meanings(language) for word in phrase.split())


@cache
def long_words(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the words in which a typing error is understood, by their first letter."""
    long = sorted(word for word in known_words(language) if len(word) >= SHORTEST_MENDED)
    return {first: tuple(words) for first, words in groupby(long, key=itemgetter(0))}


@cache
def drawn_out(language: str) -> Mapping[str, Meaning]:
    """Return the single words for yes and no without repeated letters, to find "yesss" and "nooo"."""
    return {
        squeezed(phrase): means
        for phrase, means in meanings(language).items()
        if (means in AGREEING or means == "no") and phrase.isalpha() and len(squeezed(phrase)) > 1
    }


def squeezed(word: str) -> str:
    """Return `word` with each run of one letter as a single letter."""
    return "".join(letter for place, letter in enumerate(word) if place == 0 or letter != word[place - 1])
