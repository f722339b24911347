"""The engine's own sentences: when an execution fails and its workflow declares no apology, and when what somebody
would take back has been carried out."""

from __future__ import annotations

APOLOGIES = {
    "en": "Sorry, something went wrong on our side. Please write again in a moment.",
    "de": "Entschuldigung, bei uns ist etwas schiefgegangen. Bitte schreib gleich noch einmal.",
    "es": "Lo sentimos, algo ha fallado por nuestra parte. Escríbenos de nuevo en un momento.",
    "fr": "Désolé, une erreur s'est produite de notre côté. Merci de réécrire dans un instant.",
}

CANNOT_CHANGE = {
    "en": "Sorry, that cannot be changed any more.",
    "de": "Das lässt sich leider nicht mehr ändern.",
    "es": "Lo siento, eso ya no se puede cambiar.",
    "fr": "Désolé, cela ne peut plus être modifié.",
}


def apology(language: str) -> str:
    """Return the apology in `language` (a BCP 47 tag; the region is ignored), in English when there is none."""
    return APOLOGIES.get(language.split("-")[0].lower(), APOLOGIES["en"])


def cannot_change(language: str) -> str:
    """Return that something cannot be taken back any more, in `language` like `apology`."""
    return CANNOT_CHANGE.get(language.split("-")[0].lower(), CANNOT_CHANGE["en"])
