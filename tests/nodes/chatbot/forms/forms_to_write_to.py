"""Five forms in four languages: a reservation, a parcel, an appointment, an order of pizza, an insurance claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LANGUAGES = ("en", "de", "es", "fr")
ByLanguage = Mapping[str, list[str]]


def _each(*listed: str) -> ByLanguage:
    return {language: words.split(", ") for language, words in zip(LANGUAGES, listed, strict=True)}


def _field(name: str, expect: str = "text", words: ByLanguage | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "text": f"{name}?", "expect": expect, **({"words": words} if words else {}), **more}


def _option(id: str, *listed: str) -> dict[str, Any]:
    """Return an option; in each language its label comes first, and then other words for it."""
    words = _each(*listed)
    return {
        "id": id,
        "label": {language: each[0] for language, each in words.items()},
        "match": {language: each[1:] for language, each in words.items()},
    }


_SIZES = [
    _option("small", "Small", "Klein, kleine, kleines, kleiner", "Pequeña, pequeño", "Petite, petit"),
    _option("medium", "Medium", "Mittel, mittlere, mittleres", "Mediana, mediano", "Moyenne, moyen"),
    _option("large", "Large, big", "Groß, große, großes", "Grande", "Grande, grand"),
]
_RESERVATION = [
    _field(
        "people",
        "integer",
        _each("for, people, persons, we're", "für, Personen", "para, personas, somos", "pour, personnes"),
        min=1,
        max=20,
    ),
    _field("day", "date", min="today"),
    _field("time", "time"),
    _field("name", words=_each("under, name, name's", "Namen, Name", "nombre, llamo", "nom, m'appelle")),
]
_PARCEL = [
    _field("size", "choice", choices=_SIZES),
    _field("weight", "number", _each("kg, kilo, kilos", "kg, Kilo", "kg, kilos", "kg, kilos")),
    _field("city", words=_each("to", "nach", "a", "pour")),
    _field("day", "date", _each("pick up, pickup", "Abholung", "recogida", "enlèvement"), min="today"),
    _field("value", "money", _each("worth, insured", "Wert", "valor", "valeur")),
    _field("express", "yes_no"),
]
_DOCTOR = [
    _field("reason", words=_each("because of", "wegen", "por", "à cause de")),
    _field("day", "date", min="today"),
    _field("time", "time"),
    _field("name", words=_each("for, name", "für, Name", "para, llamo", "pour, m'appelle")),
    _field("phone", "phone", _each("number, call", "Nummer", "número", "numéro")),
    _field(
        "insurance",
        "choice",
        _each("insurance", "versichert", "seguro", "assurance"),
        choices=[
            _option("public", "Public", "Gesetzlich, gesetzliche", "Público", "Publique"),
            _option("private", "Private", "Privat, private", "Privado", "Privée"),
        ],
    ),
    _field("birthday", "date", _each("born, birthday", "geboren", "nacido", "né"), max="today"),
]
_PIZZA = [
    _field("count", "integer", _each("pizzas", "Pizzen", "pizzas", "pizzas"), min=1, max=20),
    _field("pizza", "choice", choices=["Margherita", "Salami", "Funghi", "Quattro Stagioni"]),
    _field("size", "choice", choices=_SIZES),
    _field(
        "toppings",
        "choices",
        _each("with, extra", "mit", "con", "avec"),
        choices=[
            _option("cheese", "Cheese", "Käse", "Queso", "Fromage"),
            _option("ham", "Ham", "Schinken", "Jamón", "Jambon"),
            _option("olives", "Olives", "Oliven", "Aceitunas", "Olives"),
            _option("mushrooms", "Mushrooms", "Pilze", "Champiñones", "Champignons"),
        ],
    ),
    _field(
        "drink",
        "choice",
        choices=[
            _option("water", "Water", "Wasser", "Agua", "Eau"),
            _option("cola", "Cola, coke", "Cola", "Cola", "Coca"),
            _option("red wine", "Red wine", "Rotwein", "Vino tinto", "Vin rouge"),
            _option("white wine", "White wine", "Weißwein", "Vino blanco", "Vin blanc"),
            _option("French wine", "French wine", "Französischer Wein", "Vino francés", "Vin français"),
        ],
    ),
    _field("delivery", "yes_no"),
]
_CLAIM = [
    _field(
        "kind",
        "choice",
        choices=[
            _option("car", "Car", "Auto", "Coche", "Voiture"),
            _option("bike", "Bike", "Fahrrad", "Bicicleta, bici", "Vélo"),
            _option("home", "Home", "Haus", "Casa", "Maison"),
            _option("travel", "Travel", "Reise", "Viaje", "Voyage"),
        ],
    ),
    _field("date", "date", max="today"),
    _field("amount", "money"),
    _field(
        "injured",
        "integer",
        _each("injured, people, person", "verletzt, Personen", "heridos, personas", "blessés, personnes"),
        min=0,
        max=50,
    ),
    _field("policy", words=_each("policy", "Police", "póliza", "police")),
    _field("email", "email"),
    _field("reported", "yes_no"),
    _field("story", words=_each("what happened", "passiert", "pasó", "passé")),
]
# The fields of each form, and the words that change no answer.
FORMS: Mapping[str, tuple[list[dict[str, Any]], ByLanguage]] = {
    "reservation": (
        _RESERVATION,
        _each("table, book, reservation, dinner", "Tisch, Reservierung", "mesa, reserva", "table, réservation"),
    ),
    "parcel": (
        _PARCEL,
        _each("parcel, send, package", "Paket, Päckchen, schicken", "paquete, enviar", "colis, envoyer"),
    ),
    "doctor": (_DOCTOR, _each("appointment", "Termin", "cita", "rendez-vous")),
    "pizza": (_PIZZA, _each("pizza, pizzas", "Pizza, Pizzen", "pizza, pizzas", "pizza, pizzas")),
    "claim": (
        _CLAIM,
        _each("accident, damage, claim", "Unfall, Schaden", "accidente, daño", "accident, dommage"),
    ),
}


def in_language(written: Any, language: str) -> Any:
    """Return what was written for each language in one of them."""
    match written:
        case {"en": _, "de": _}:
            return in_language(written[language], language)
        case dict():
            return {key: in_language(value, language) for key, value in written.items()}
        case list():
            return [in_language(each, language) for each in written]
        case _:
            return written
