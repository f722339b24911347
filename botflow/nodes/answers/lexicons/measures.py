"""Units of measure: the names of one unit in all languages, and the words of a question that asks for it."""

from __future__ import annotations

from botflow.nodes.answers.lexicons.lexicon import words

UNITS = (
    words("kg kilo kilos kilogram kilograms kilogramm kilogramo kilogramos kilogramme kilogrammes"),
    words("g gram grams gramm gramo gramos gramme grammes"),
    words("l liter liters litre litres litro litros"),
    words("km kilometer kilometers kilometre kilometres kilometern kilometros kilometrage kilometraje"),
    words("m meter meters metre metres metern metro metros"),
    words("cm centimeter centimeters centimetre centimetres zentimeter centimetros"),
    words("ft feet foot"),
    words("in inch inches"),
    words("lb lbs pound pounds libra libras"),
    words("pfund"),
    words("livre livres"),
    words("mi mile miles"),
    words("° c celsius degree degrees grad temperature temperatur temperatura grados degres"),
    words("% percent prozent porcentaje pourcent pourcentage"),
    words("min mins minute minutes minuten minuto minutos"),
    words("h hr hrs hour hours stunde stunden std hora horas heure heures"),
)
SMALL_WORDS = words("in mi")  # units only behind a number; in a question a preposition, or the Spanish "my"
WEIGHTS = words("pound pounds pfund libra libras livre livres peso pesos")  # also currencies
