"""Yes and no, as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

_EVERYWHERE: Mapping[str, bool] = MappingProxyType(
    {"1": True, "0": False, "👍": True, "👎": False, "✅": True, "❌": False, "✔": True, "✖": False, "true": True}
    | {"false": False, "ok": True, "okay": True, "yes": True, "no": False, "y": True, "n": False}
)


def _meanings(yes: str, no: str, unsure: str = "") -> Mapping[str, bool | None]:
    """Return what each phrase means; phrases are folded and separated by commas."""
    return MappingProxyType(
        dict.fromkeys(yes.split(", "), True)
        | dict.fromkeys(no.split(", "), False)
        | {phrase: None for phrase in unsure.split(", ") if phrase}
    )


_PHRASES: Mapping[str, Mapping[str, bool | None]] = MappingProxyType(
    {
        "en": _meanings(
            "yes, y, yeah, yep, yup, ya, yea, sure, ok, okay, k, of course, correct, right, true, absolutely, "
            "definitely, certainly, indeed, affirmative, exactly, please, please do, go ahead, do it, sounds good, i "
            "do, i am, it is, that's right, that is right, that's correct, that is correct, i agree, agreed, fine, "
            "perfect, great, why not, no problem, for sure, you bet, aye, uh huh, i would, i'd like that, i think so, "
            "confirm, confirmed",
            "no, n, nope, nah, nay, never, not, don't, do not, no way, wrong, false, incorrect, negative, i don't, i "
            "do not, not really, not now, not at all, not yet, absolutely not, definitely not, certainly not, of "
            "course not, no thanks, no thank you, i'm not, i am not, it is not, it isn't, that's wrong, cancel, i "
            "don't think so, i'd rather not, rather not, please don't, please no",
            "maybe, perhaps, not sure, i'm not sure, i am not sure, i don't know, i do not know, dunno, no idea, "
            "possibly, it depends, yes and no",
        ),
        "de": _meanings(
            "ja, j, jo, jep, jap, jawohl, jau, klar, na klar, sicher, naturlich, gerne, gern, ok, okay, genau, "
            "richtig, korrekt, stimmt, das stimmt, passt, einverstanden, selbstverstandlich, auf jeden fall, "
            "unbedingt, bitte, ja bitte, ja gerne, doch, warum nicht, kein problem, in ordnung, perfekt, super, "
            "freilich, mach das, aber ja, bestatigt, denke schon, ich denke schon",
            "nein, n, ne, nee, no, nicht, nie, niemals, auf keinen fall, keinesfalls, falsch, stimmt nicht, das "
            "stimmt nicht, nein danke, lieber nicht, nicht wirklich, gar nicht, uberhaupt nicht, noch nicht, "
            "naturlich nicht, ich glaube nicht, bitte nicht, abbrechen, no danke, jetzt nicht, mochte ich nicht",
            "vielleicht, weiss nicht, ich weiss nicht, keine ahnung, nicht sicher, ich bin nicht sicher, jein, bin "
            "mir nicht sicher, ich bin mir nicht sicher, eventuell, kommt darauf an",
        ),
        "es": _meanings(
            "si, s, claro, claro que si, por supuesto, vale, ok, okay, correcto, exacto, de acuerdo, seguro, desde "
            "luego, cierto, asi es, por favor, si por favor, como no, dale, bueno, perfecto, genial, sip, afirmativo, "
            "por que no, sin problema, confirmo, confirmado, creo que si, me gustaria, esta bien, eso es, listo",
            "no, n, nop, nunca, jamas, negativo, incorrecto, falso, no gracias, claro que no, para nada, de ninguna "
            "manera, todavia no, aun no, ahora no, mejor no, no quiero, en absoluto, creo que no, por supuesto que "
            "no, tampoco, cancelar, ni hablar, que va",
            "quizas, quiza, tal vez, no se, no lo se, no estoy seguro, no estoy segura, a lo mejor, depende, puede "
            "ser, ni idea, si y no",
        ),
        "fr": _meanings(
            "oui, o, ouais, ouep, bien sur, d'accord, d accord, ok, okay, exact, exactement, correct, c'est ca, c'est "
            "exact, certainement, volontiers, tout a fait, absolument, evidemment, oui merci, s'il vous plait, avec "
            "plaisir, pourquoi pas, pas de probleme, parfait, carrement, si, bien entendu, je confirme, vas y, je "
            "crois, je pense que oui",
            "non, n, nan, jamais, pas, pas du tout, non merci, surement pas, certainement pas, bien sur que non, "
            "faux, incorrect, pas encore, pas maintenant, absolument pas, pas vraiment, je ne crois pas, annuler, je "
            "ne pense pas, hors de question",
            "peut etre, je ne sais pas, je sais pas, aucune idee, pas sur, je ne suis pas sur, je ne suis pas sure, "
            "ca depend, oui et non",
        ),
    }
)


def read_yes_no(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a yes (True) or a no (False); an unclear answer, or one with both, is refused."""
    means = meaning(inbound.payload or inbound.text, language)
    return Refused("not_yes_no") if means is None else Accepted(means)


def meaning(text: str, language: str) -> bool | None:
    """Return whether `text` means yes or no in `language` (or in English), or None.

    A whole phrase decides; else the longest phrase the text begins with, unless the rest says the opposite.
    """
    folded = fold(text.replace("\ufe0f", "").translate(_SKIN_TONES))
    phrases = _PHRASES.get(base_language(language), {})
    for known in (phrases, _EVERYWHERE, _PHRASES["en"]):
        if folded in known:
            return known[folded]
    words = folded.split(" ")
    for length in range(min(len(words) - 1, 5), 0, -1):
        opening = " ".join(words[:length])
        if opening in phrases:
            return None if _contradicts(phrases[opening], words[length:], phrases) else phrases[opening]
    return None


_SKIN_TONES = dict.fromkeys(range(127995, 128000))


def _contradicts(means: bool | None, rest: list[str], phrases: Mapping[str, bool | None]) -> bool:
    return any(word in phrases and phrases[word] is not means for word in rest)
