"""What a question says, in the flow's language, when an answer does not fit and the author wrote no words for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.nodes.answers.expectation import Expectation, Kind, base_language

_SENTENCES: Mapping[str, Mapping[Kind, str]] = MappingProxyType(
    {
        "en": {
            "text": "Please answer in words.",
            "integer": "Please answer with a whole number{bounds}.",
            "number": "Please answer with a number{bounds}.",
            "yes_no": "Please answer yes or no.",
            "choice": "Please choose one of these.",
            "date": "Please answer with a date{bounds}, for example “tomorrow” or “12 March”.",
            "time": "Please answer with a time{bounds}, for example 14:30.",
            "email": "Please answer with an e-mail address, for example ann@example.com.",
            "phone": "Please answer with a phone number with its country code, for example +44 20 7946 0958.",
            "regex": "That does not look right. Please check it and write it again.",
            "location": "Please share your location.",
            "media": "Please send a photo or a file.",
        },
        "de": {
            "text": "Bitte antworte mit Worten.",
            "integer": "Bitte antworte mit einer ganzen Zahl{bounds}.",
            "number": "Bitte antworte mit einer Zahl{bounds}.",
            "yes_no": "Bitte antworte mit Ja oder Nein.",
            "choice": "Bitte wähle eins davon.",
            "date": "Bitte antworte mit einem Datum{bounds}, zum Beispiel „morgen“ oder „12. März“.",
            "time": "Bitte antworte mit einer Uhrzeit{bounds}, zum Beispiel 14:30.",
            "email": "Bitte antworte mit einer E-Mail-Adresse, zum Beispiel anna@example.com.",
            "phone": "Bitte antworte mit einer Telefonnummer mit Landesvorwahl, zum Beispiel +49 30 901820.",
            "regex": "Das sieht nicht richtig aus. Bitte prüfe es und schreib es noch einmal.",
            "location": "Bitte teile deinen Standort.",
            "media": "Bitte schick ein Foto oder eine Datei.",
        },
        "es": {
            "text": "Responde con palabras, por favor.",
            "integer": "Responde con un número entero{bounds}.",
            "number": "Responde con un número{bounds}.",
            "yes_no": "Responde sí o no, por favor.",
            "choice": "Elige una de estas opciones, por favor.",
            "date": "Responde con una fecha{bounds}, por ejemplo «mañana» o «12 de marzo».",
            "time": "Responde con una hora{bounds}, por ejemplo 14:30.",
            "email": "Responde con una dirección de correo, por ejemplo ana@example.com.",
            "phone": "Responde con un número de teléfono con su prefijo de país, por ejemplo +34 912 345 678.",
            "regex": "Eso no parece correcto. Compruébalo y escríbelo otra vez, por favor.",
            "location": "Comparte tu ubicación, por favor.",
            "media": "Envía una foto o un archivo, por favor.",
        },
        "fr": {
            "text": "Merci de répondre avec des mots.",
            "integer": "Merci de répondre par un nombre entier{bounds}.",
            "number": "Merci de répondre par un nombre{bounds}.",
            "yes_no": "Merci de répondre par oui ou non.",
            "choice": "Merci de choisir l'une de ces options.",
            "date": "Merci de répondre par une date{bounds}, par exemple « demain » ou « 12 mars ».",
            "time": "Merci de répondre par une heure{bounds}, par exemple 14:30.",
            "email": "Merci de répondre par une adresse e-mail, par exemple anne@example.com.",
            "phone": "Merci de répondre par un numéro de téléphone avec son indicatif, par exemple +33 1 99 00 12 34.",
            "regex": "Cela ne semble pas correct. Merci de vérifier et de l'écrire à nouveau.",
            "location": "Merci de partager votre position.",
            "media": "Merci d'envoyer une photo ou un fichier.",
        },
    }
)
# Both bounds, the lower alone, the upper alone.
_BOUNDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "en": (" from {least} to {most}", " from {least} up", " up to {most}"),
        "de": (" von {least} bis {most}", " ab {least}", " bis {most}"),
        "es": (" de {least} a {most}", " a partir de {least}", " hasta {most}"),
        "fr": (" de {least} à {most}", " à partir de {least}", " jusqu'à {most}"),
    }
)
_LENGTHS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "en": (
            "Please answer with {least} to {most} characters.",
            "Please answer with at least {least} characters.",
            "Please answer with at most {most} characters.",
        ),
        "de": (
            "Bitte antworte mit {least} bis {most} Zeichen.",
            "Bitte antworte mit mindestens {least} Zeichen.",
            "Bitte antworte mit höchstens {most} Zeichen.",
        ),
        "es": (
            "Responde con entre {least} y {most} caracteres.",
            "Responde con al menos {least} caracteres.",
            "Responde con {most} caracteres como máximo.",
        ),
        "fr": (
            "Merci de répondre en {least} à {most} caractères.",
            "Merci de répondre en {least} caractères au moins.",
            "Merci de répondre en {most} caractères au plus.",
        ),
    }
)
_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {"en": ", for example 3", "de": ", zum Beispiel 3", "es": ", por ejemplo 3", "fr": ", par exemple 3"}
)
_UNREADABLE: Mapping[str, str] = MappingProxyType(
    {
        "en": "I cannot read pictures or files here.",
        "de": "Bilder und Dateien kann ich hier nicht lesen.",
        "es": "Aquí no puedo leer imágenes ni archivos.",
        "fr": "Je ne peux pas lire d'images ni de fichiers ici.",
    }
)


def invalid_sentence(expectation: Expectation, reason: str, language: str) -> str:
    """Return a sentence that says what the question expects; English stands in for languages without words."""
    tongue = base_language(language) if base_language(language) in _SENTENCES else "en"
    sentence = _expected(expectation, reason, tongue)
    return f"{_UNREADABLE[tongue]} {sentence}" if reason == "not_words" else sentence


def _expected(expectation: Expectation, reason: str, tongue: str) -> str:
    limits = {"least": _written(expectation.least), "most": _written(expectation.most)}
    shape = _shape(expectation)
    if expectation.kind == "text" and shape is not None and reason != "not_words":
        return _LENGTHS[tongue][shape].format(**limits)
    if shape is not None:
        bounds = _BOUNDS[tongue][shape].format(**limits)
    else:
        bounds = _EXAMPLES[tongue] if expectation.kind in ("integer", "number") else ""
    return _SENTENCES[tongue][expectation.kind].format(bounds=bounds)


def _shape(expectation: Expectation) -> int | None:
    match (expectation.least, expectation.most):
        case (None, None):
            return None
        case (_, None):
            return 1
        case (None, _):
            return 2
        case _:
            return 0


def _written(bound: float | str | None) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)
