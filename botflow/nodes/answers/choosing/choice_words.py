"""The words with which people choose: harmless ones, option words, ordinals and small numbers, per language.

Whatever is in none of these sets may change the meaning of an answer, so a choice with it is refused. All are folded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from botflow.languages import base_language


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _phrases(phrases: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in phrases.split(", "))


def _positions(words: str) -> dict[str, int]:
    """Return the position from 1 of each group of words; "/" separates words of one position."""
    return {word: place for place, group in enumerate(words.split(), 1) for word in group.split("/")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceWords:
    """One language's words. `polite` and `filler` change nothing; `option` stands before a number.

    `last` is the last option, `one` may follow an ordinal ("the first one"), `article` makes an ordinal a moment of
    time ("a second"). For several options: `together` joins two, `to` is between the ends of a range, `all` are all,
    `both` all of two, `but` excludes what follows, `none` are none. `asks` begins a request with a question mark.
    """

    polite: frozenset[str]
    filler: frozenset[str]
    option: frozenset[str]
    ordinals: dict[str, int]
    last: frozenset[str]
    numbers: dict[str, int]
    one: frozenset[str]
    article: frozenset[str]
    together: frozenset[str]
    to: frozenset[str]
    all: frozenset[str]
    both: tuple[tuple[str, ...], ...]
    but: tuple[tuple[str, ...], ...]
    none: frozenset[str]
    asks: frozenset[str]

    @property
    def harmless(self) -> frozenset[str]:
        return self.polite | self.filler | self.option


def choice_words(language: str) -> ChoiceWords:
    """Return the words of `language`, of English for languages without words."""
    return _WORDS.get(base_language(language), _WORDS["en"])


@cache
def known_words(language: str) -> frozenset[str]:
    """Return every word with a meaning of its own: it is never taken for another word with a typing error."""
    words = choice_words(language)
    few = words.polite | words.filler | words.option | words.last | words.one | words.article | words.together
    few |= {word for phrase in (*words.but, *words.both) for word in phrase}
    return few | words.to | words.all | words.none | words.asks | set(words.ordinals) | set(words.numbers)


_WORDS = {
    "en": ChoiceWords(
        polite=_set("please pls plz thanks thank thx you very much kindly ok okay hi hello hey dear"),
        filler=_set(
            "the a an i i'd id i'll ill i'm im we we'd we'll would will like love want wanna take have get choose "
            "pick "
            "select go going with for me us my mine our think guess prefer it's its it is that's thats this that one "
            "be let's lets let try give order book bring send show yes yeah yep sure well um uh hmm so then just "
            "definitely to of can could may only from them these those great good perfect fine lovely sounds"
        ),
        option=_set("option options number numbers nr choice choices answer answers item items letter num"),
        ordinals=_positions("first/1st second/2nd third/3rd fourth fifth sixth seventh eighth ninth tenth"),
        last=_set("last"),
        numbers=_positions(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty"
        ),
        one=_set("one ones option options choice choices item items"),
        article=_set("a an just one"),
        together=_set("and plus also"),
        to=_set("to through thru till until"),
        all=_set("all everything every each"),
        both=_phrases("both"),
        but=_phrases("but not, but, except for, except, apart from, other than, without, excluding, minus, not"),
        none=_set("none nothing neither"),
        asks=_set("can could may"),
    ),
    "de": ChoiceWords(
        polite=_set("bitte danke schon vielen dank gern gerne ok okay hallo hi"),
        filler=_set(
            "der die das den dem des ein eine einen einer einem eins ich wir mir uns mich mochte mochten hatte hatten "
            "will wollen wurde wurden nehme nehmen nehm nehm's hab habe haben wahle wahlen bestelle bestellen kriege "
            "bekomme bekommen kann konnte konnten fur mit dann also ja klar mal es ist glaube denke am lieber "
            "liebsten "
            "sehr so na nur von davon gut super prima passt schick schicke gib"
        ),
        option=_set("option optionen nummer nummern nr wahl auswahl antwort antworten zahl punkt buchstabe"),
        ordinals=_positions(
            "erste/ersten/erster/erstes zweite/zweiten/zweiter/zweites dritte/dritten/dritter/drittes "
            "vierte/vierten/vierter/viertes funfte/funften/funfter/funftes sechste/sechsten siebte/siebten "
            "achte/achten neunte/neunten zehnte/zehnten"
        ),
        last=_set("letzte letzten letzter letztes"),
        numbers=_positions(
            "eins/ein/eine/einen zwei/zwo drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn "
            "funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig"
        ),
        one=_set("option optionen"),
        article=_set("ein eine einen einem einer"),
        together=_set("und plus sowie auch"),
        to=_set("bis"),
        all=_set("alle alles samtliche"),
        both=_phrases("beide, beides, beiden"),
        but=_phrases("ausser, ohne, bis auf, ausgenommen, nur nicht, aber nicht, nicht"),
        none=_set("keine keins keinen keines nichts"),
        asks=_set("kann konnte konnten darf"),
    ),
    "es": ChoiceWords(
        polite=_set("por favor porfa gracias muchas ok okay vale hola"),
        filler=_set(
            "el la lo los las un una unos unas yo quiero queremos quisiera quisieramos querria me gustaria nos "
            "prefiero elijo escojo tomo tomare tomo pido pediria para mi si claro con creo que es "
            "deme dame ponme pongame "
            "seria de del puedo podria tener pedir solo solamente ellos ellas estos estas bueno pues entonces quedo "
            "muy bien perfecto a"
        ),
        option=_set("opcion opciones numero numeros nr num respuesta respuestas letra"),
        ordinals=_positions(
            "primero/primera/primer/primeros/primeras segundo/segunda tercero/tercera/tercer cuarto/cuarta "
            "quinto/quinta sexto/sexta septimo/septima octavo/octava noveno/novena decimo/decima"
        ),
        last=_set("ultimo ultima ultimos ultimas"),
        numbers=_positions(
            "uno/una/un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
            "diecisiete dieciocho diecinueve veinte"
        ),
        one=_set("opcion opciones"),
        article=_set("un una"),
        together=_set("y e mas tambien"),
        to=_set("a al hasta"),
        all=_set("todo todos toda todas"),
        both=_phrases("ambos, ambas, los dos, las dos"),
        but=_phrases("menos, excepto, salvo, sin, pero no, pero sin, no, quitando"),
        none=_set("ninguno ninguna nada"),
        asks=_set("puedo podria me podriamos"),
    ),
    "fr": ChoiceWords(
        polite=_set("s'il vous te plait svp stp merci beaucoup ok okay bonjour salut"),
        filler=_set(
            "le la les l un une des du de je j'aimerais nous voudrais voudrions veux prends prendrai prendrais "
            "prendre prefere choisis choisirai moi pour oui avec crois pense que c'est ce sera donc alors bien tres "
            "parfait peux pourrais puis avoir commander seulement uniquement juste ceux celles ca donnez donne a au "
            "va vais"
        ),
        option=_set("option options numero numeros nr num choix reponse reponses lettre"),
        ordinals=_positions(
            "premier/premiere/premiers/premieres/1er/1ere second/seconde/deuxieme/2e/2eme troisieme/3e/3eme "
            "quatrieme/4e/4eme cinquieme/5e/5eme sixieme septieme huitieme neuvieme dixieme"
        ),
        last=_set("dernier derniere derniers dernieres"),
        numbers=_positions(
            "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
            "dix-huit dix-neuf vingt"
        ),
        one=_set("option options choix"),
        article=_set("un une"),
        together=_set("et aussi"),
        to=_set("a au jusqu'a jusqu'au"),
        all=_set("tout tous toute toutes"),
        both=_phrases("tous les deux, toutes les deux, les deux"),
        but=_phrases("sauf, excepte, hormis, hors, a part, sans, mais pas, pas"),
        none=_set("aucun aucune rien"),
        asks=_set("puis je peux pourrais est-ce pourrait"),
    ),
}
