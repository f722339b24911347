"""The engine's own sentence, said when an execution fails and its workflow declares no apology."""

from __future__ import annotations

APOLOGIES = {
    "en": "Sorry, something went wrong on our side. Please write again in a moment.",
    "de": "Entschuldigung, bei uns ist etwas schiefgegangen. Bitte schreib gleich noch einmal.",
    "es": "Lo sentimos, algo ha fallado por nuestra parte. Escríbenos de nuevo en un momento.",
    "fr": "Désolé, une erreur s'est produite de notre côté. Merci de réécrire dans un instant.",
}


def apology(language: str) -> str:
    """Return the apology in `language` (a BCP 47 tag; the region is ignored), in English when there is none."""
    return APOLOGIES.get(language.split("-")[0].lower(), APOLOGIES["en"])
