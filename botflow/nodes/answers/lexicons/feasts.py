"""Days that have a name, in each language: of one date, of the first weekday from a date on, or counted from Easter.

A name that means another day in another country has an entry for each. A feast of several days ("Easter", "Christmas")
is in no list, and neither is "good Friday": "good, Friday" is a day, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.nodes.answers.lexicons.lexicon import Feast, Phrase, Phrases, phrase

_MON, _TUE, _WED, _THU, _FRI, _SAT, _SUN = range(7)


def _on(day: int, month: int, countries: str = "") -> Feast:
    return Feast(day, month, countries=frozenset(countries.split()))


def _first(weekday: int, day: int, month: int, countries: str = "") -> Feast:
    """Return the feast of the first such weekday from a date on: "the fourth Thursday of November" from the 22nd."""
    return Feast(day, month, weekday, frozenset(countries.split()))


def _easter(days: int, countries: str = "") -> Feast:
    return Feast(days, countries=frozenset(countries.split()))


def _named(*groups: Mapping[str, Feast]) -> Phrases[tuple[Feast, ...]]:
    """Return the feasts by name; a key holds several names, which commas separate."""
    found: dict[Phrase, tuple[Feast, ...]] = {}
    for group in groups:
        for names, feast in group.items():
            for name in map(phrase, names.split(",")):
                found[name] = (*found.get(name, ()), feast)
    return Phrases(found)


_BLACK_FRIDAY = {"black friday": _first(_FRI, 23, 11), "cyber monday": _first(_MON, 26, 11)}

_ENGLISH = _named(
    _BLACK_FRIDAY,
    {
        "christmas day,xmas day": _on(25, 12),
        "christmas eve,xmas eve": _on(24, 12),
        "new year's eve,new years eve,nye": _on(31, 12),
        "new year's day,new years day,new year,new year's,new years": _on(1, 1),
        "valentine's day,valentines day,valentine's": _on(14, 2),
        "halloween": _on(31, 10),
        "saint patrick's day,st patrick's day,st patricks day,saint patrick,st patrick": _on(17, 3),
        "boxing day": _on(26, 12),
        "all saints' day,all saints day": _on(1, 11),
        "groundhog day": _on(2, 2),
        "april fools' day,april fools day": _on(1, 4),
        "earth day": _on(22, 4),
        "cinco de mayo": _on(5, 5),
        "juneteenth": _on(19, 6, "US"),
        "independence day": _on(4, 7, "US"),
        "veterans day,veteran's day,veterans' day": _on(11, 11, "US"),
        "canada day": _on(1, 7, "CA"),
        "australia day": _on(26, 1, "AU"),
        "bonfire night,guy fawkes night": _on(5, 11, "GB"),
    },
    {
        "thanksgiving,thanksgiving day": _first(_THU, 22, 11, "US"),
        "martin luther king day,mlk day": _first(_MON, 15, 1, "US"),
        "presidents day,presidents' day,president's day": _first(_MON, 15, 2, "US"),
        "memorial day": _first(_MON, 25, 5, "US"),
        "columbus day": _first(_MON, 8, 10, "US"),
        "labor day": _first(_MON, 1, 9, "US CA"),
        "labour day": _first(_MON, 1, 9, "CA"),
        "mother's day,mothers day,mothers' day": _first(_SUN, 8, 5, "US CA AU NZ"),
        "father's day,fathers day,fathers' day": _first(_SUN, 15, 6, "US CA GB IE"),
    },
    {"thanksgiving,thanksgiving day": _first(_MON, 8, 10, "CA")},
    {"mother's day,mothers day,mothers' day,mothering sunday": _easter(-21, "GB IE")},
    {
        "on easter,easter sunday,easter day": _easter(0),
        "easter monday": _easter(1),
        "holy saturday": _easter(-1),
        "maundy thursday,holy thursday": _easter(-3),
        "palm sunday": _easter(-7),
        "ash wednesday": _easter(-46),
        "shrove tuesday,mardi gras,pancake day": _easter(-47),
        "ascension day": _easter(39),
        "whit sunday,pentecost sunday": _easter(49),
        "whit monday": _easter(50),
    },
)
_GERMAN = _named(
    _BLACK_FRIDAY,
    {
        "heiligabend,heilig abend": _on(24, 12),
        "1 . weihnachtstag,1 . weihnachtsfeiertag,ersten weihnachtstag,erster weihnachtstag": _on(25, 12),
        "ersten weihnachtsfeiertag,erster weihnachtsfeiertag": _on(25, 12),
        "2 . weihnachtstag,2 . weihnachtsfeiertag,zweiten weihnachtstag,zweiter weihnachtstag": _on(26, 12),
        "zweiten weihnachtsfeiertag,zweiter weihnachtsfeiertag": _on(26, 12),
        "silvester": _on(31, 12),
        "neujahr,neujahrstag": _on(1, 1),
        "nikolaus,nikolaustag": _on(6, 12),
        "valentinstag": _on(14, 2),
        "heilige drei konige,dreikonigstag": _on(6, 1),
        "tag der arbeit": _on(1, 5),
        "johannistag": _on(24, 6),
        "augsburger friedensfest,friedensfest": _on(8, 8),
        "maria himmelfahrt": _on(15, 8),
        "tag der deutschen einheit": _on(3, 10),
        "reformationstag": _on(31, 10),
        "halloween": _on(31, 10),
        "allerheiligen": _on(1, 11),
        "allerseelen": _on(2, 11),
        "martinstag,sankt martin": _on(11, 11),
        "barbaratag": _on(4, 12),
    },
    {
        "muttertag": _first(_SUN, 8, 5, "DE AT CH"),
        "vatertag": _first(_SUN, 8, 6, "AT"),
        "erntedank,erntedankfest": _first(_SUN, 1, 10, "DE AT"),
        "volkstrauertag": _first(_SUN, 13, 11),
        "buss und bettag,buss - und bettag": _first(_WED, 16, 11),
        "totensonntag": _first(_SUN, 20, 11),
        "1 . advent,erster advent,ersten advent": _first(_SUN, 27, 11),
        "2 . advent,zweiter advent,zweiten advent": _first(_SUN, 4, 12),
        "3 . advent,dritter advent,dritten advent": _first(_SUN, 11, 12),
        "4 . advent,vierter advent,vierten advent": _first(_SUN, 18, 12),
    },
    {
        "altweiber,weiberfastnacht,altweiberfastnacht": _easter(-52),
        "fastnachtssamstag,faschingssamstag,karnevalssamstag": _easter(-50),
        "fastnachtssonntag,faschingssonntag,karnevalssonntag,tulpensonntag": _easter(-49),
        "rosenmontag,fastnachtsmontag": _easter(-48),
        "faschingsdienstag,fastnachtsdienstag,karnevalsdienstag,veilchendienstag": _easter(-47),
        "aschermittwoch": _easter(-46),
        "palmsonntag": _easter(-7),
        "grundonnerstag": _easter(-3),
        "karfreitag": _easter(-2),
        "karsamstag": _easter(-1),
        "ostersonntag": _easter(0),
        "ostermontag": _easter(1),
        "himmelfahrt,christi himmelfahrt": _easter(39),
        "vatertag": _easter(39, "DE"),
        "pfingstsonntag": _easter(49),
        "pfingstmontag": _easter(50),
        "fronleichnam": _easter(60),
    },
)
_SPANISH = _named(
    _BLACK_FRIDAY,
    {
        "nochebuena": _on(24, 12),
        "nochevieja": _on(31, 12),
        "ano nuevo": _on(1, 1),
        "navidad,dia de navidad": _on(25, 12),
        "reyes,dia de reyes": _on(6, 1),
        "san valentin,dia de san valentin": _on(14, 2),
        "san patricio,dia de san patricio": _on(17, 3),
        "san jose": _on(19, 3),
        "san juan,dia de san juan": _on(24, 6),
        "dia del trabajador,dia del trabajo,dia internacional de los trabajadores": _on(1, 5),
        "todos los santos,dia de todos los santos": _on(1, 11),
        "dia de muertos,dia de los muertos": _on(2, 11),
        "la inmaculada,dia de la inmaculada": _on(8, 12),
        "dia de los inocentes,dia de los santos inocentes": _on(28, 12),
        "dia de la hispanidad,dia del pilar,fiesta nacional": _on(12, 10, "ES"),
        "dia de la constitucion": _on(6, 12, "ES"),
        "dia del padre": _on(19, 3, "ES"),
        "dia de la madre": _on(10, 5, "MX GT SV"),
        "dia de la independencia": _on(16, 9, "MX"),
    },
    {
        "dia de la madre": _first(_SUN, 1, 5, "ES"),
        "dia del padre": _first(_SUN, 15, 6, "MX AR CO CL PE EC"),
    },
    {"dia de la independencia": _on(9, 7, "AR")},
    {"dia de la independencia": _on(20, 7, "CO")},
    {
        "lunes de carnaval": _easter(-48),
        "martes de carnaval": _easter(-47),
        "miercoles de ceniza": _easter(-46),
        "domingo de ramos": _easter(-7),
        "jueves santo": _easter(-3),
        "viernes santo": _easter(-2),
        "sabado santo": _easter(-1),
        "domingo de pascua,domingo de resurreccion": _easter(0),
        "lunes de pascua": _easter(1),
        "domingo de pentecostes": _easter(49),
        "lunes de pentecostes": _easter(50),
    },
)
_FRENCH = _named(
    _BLACK_FRIDAY,
    {
        "noel,jour de noel": _on(25, 12),
        "reveillon de noel": _on(24, 12),
        "la saint sylvestre,saint sylvestre,reveillon du 31,reveillon du nouvel an": _on(31, 12),
        "jour de l' an,nouvel an": _on(1, 1),
        "saint valentin,la saint valentin": _on(14, 2),
        "epiphanie,l' epiphanie": _on(6, 1),
        "chandeleur,la chandeleur": _on(2, 2),
        "fete du travail,la fete du travail": _on(1, 5),
        "fete de la musique": _on(21, 6),
        "fete nationale": _on(14, 7, "FR"),
        "assomption,l' assomption": _on(15, 8),
        "halloween": _on(31, 10),
        "toussaint,la toussaint": _on(1, 11),
        "armistice,l' armistice": _on(11, 11),
        "saint nicolas,la saint nicolas": _on(6, 12),
    },
    {"fete des peres": _first(_SUN, 15, 6, "FR BE CA")},
    {
        "mardi gras": _easter(-47),
        "mercredi des cendres": _easter(-46),
        "dimanche des rameaux": _easter(-7),
        "jeudi saint": _easter(-3),
        "vendredi saint": _easter(-2),
        "samedi saint": _easter(-1),
        "dimanche de paques": _easter(0),
        "lundi de paques": _easter(1),
        "ascension,l' ascension,jeudi de l' ascension": _easter(39),
        "dimanche de pentecote": _easter(49),
        "lundi de pentecote": _easter(50),
    },
)
FEASTS: Mapping[str, Phrases[tuple[Feast, ...]]] = MappingProxyType(
    {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}
)
