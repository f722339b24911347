"""The words with which people choose: harmless ones, option words, ordinals and small numbers, per language.

Whatever is in none of these sets may change the meaning of an answer, so a choice with it is refused. All are folded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from botflow.languages import base_language
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.courtesy import courtesy_of
from botflow.nodes.answers.lexicons.lexicon import Phrases, phrases, singles, words

_MOST = 20  # a list has hardly more options
_CONTENT = words("ok okay well vale so")
_HESITATING = words(
    "ok okay well vale so then oh ah um umm uh hm hmm mm mmm also dann nun na pues entonces alors donc ben bah"
)


def _positions(names: str) -> dict[str, int]:
    """Return the position from 1 of each group of words; "/" separates words of one position."""
    return {word: place for place, group in enumerate(names.split(), 1) for word in group.split("/")}


@dataclass(frozen=True, kw_only=True)
class ChoiceWords:
    """One language's words. `filler` changes nothing, nor does what its courtesy says; `option` stands before a number.

    `amounts` say how much of it ("a bit of"). `ways` stand before a way, a place or a day ("by card"), but not before a
    number. `last` is the last option. `one` may follow an ordinal ("the first one"), `article` makes it a time ("a
    second"). For several options: `together` joins two, `to` is between the ends of a range, `all` are all, `both`
    all of two, `but` excludes what follows, `none` are none, `no` excludes one more option. `asks` begins a request
    with a question mark. `taking` may stand beside `all` ("I'll take all of them"); other words make it mean something
    else ("that's all").
    """

    language: str
    filler: frozenset[str]
    amounts: Phrases[None]
    option: frozenset[str]
    ordinals_beside: Mapping[str, int]  # those that no date has
    ways: frozenset[str]
    last: frozenset[str]
    one: frozenset[str]
    article: frozenset[str]
    together: frozenset[str]
    to: frozenset[str]
    all: frozenset[str]
    both: Phrases[None]
    but: Phrases[None]
    none: frozenset[str]
    no: frozenset[str]
    asks: frozenset[str]
    taking: frozenset[str]
    pointing: frozenset[str]  # before a word for one that is no number: "this one"
    only: frozenset[str]  # what is left out of a label with an "and" is not wanted: "colour only"
    doubting: Phrases[None] = field(default_factory=Phrases)  # "could be good"
    hours: frozenset[str]  # words for a time that may be told of now: "it's late"
    telling: frozenset[str]  # before such a word

    @cached_property
    def polite(self) -> Phrases[None]:
        """Return what may stand beside a number in a word ("one") too."""
        courtesy = courtesy_of(self.language)
        return Phrases(phrases(f"{courtesy.please},{courtesy.sounds},{courtesy.by_day}") | singles(self.option))

    @cached_property
    def harmless(self) -> Phrases[None]:
        return Phrases(self.polite | phrases(str(courtesy_of(self.language))) | singles(self.filler) | self.amounts)

    @cached_property
    def agreeing(self) -> frozenset[str]:
        """Return words that say yes or praise, and may be a part of a label: "Well done"."""
        courtesy = courtesy_of(self.language)
        return words(f"{courtesy.agreeing},{courtesy.sounds}".replace(",", " "))

    @cached_property
    def praising(self) -> frozenset[str]:
        """Return words that say yes or praise: behind a "no" they are denied."""
        return words(courtesy_of(self.language).agreeing.replace(",", " "))

    @cached_property
    def beside_all(self) -> frozenset[str]:
        """Return the words beside which "all" is all options."""
        courtesy = courtesy_of(self.language)
        return self.taking | self.option | words(f"{courtesy.please},{courtesy.sounds}".replace(",", " "))

    @cached_property
    def greeting(self) -> frozenset[str]:
        """Return words that may speak to all: "hi all"."""
        return words(courtesy_of(self.language).sounds.replace(",", " ")) - _HESITATING

    @cached_property
    def content(self) -> frozenset[str]:
        """Return words that are content with all when they follow it: "all ok", "alles klar"."""
        agreeing = phrases(courtesy_of(self.language).agreeing)
        return frozenset(phrase[0] for phrase in agreeing if len(phrase) == 1) | _CONTENT

    @cached_property
    def ordinals(self) -> Mapping[str, int]:
        """Return the position of each ordinal of one word."""
        named = lexicon_of(self.language).calendar.ordinals
        return {name[0]: place for name, place in named.items() if len(name) == 1} | dict(self.ordinals_beside)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the value of each word for a number from 1 to 20."""
        pieces = lexicon_of(self.language).numbers.pieces
        small = {word: piece.value for word, piece in pieces.items() if piece.kind in ("unit", "teen", "tens")}
        return {word: value for word, value in small.items() if 1 <= value <= _MOST}


def choice_words(language: str) -> ChoiceWords:
    """Return the words of `language`, of English for languages without words."""
    return _WORDS.get(base_language(language), _WORDS["en"])


@cache
def known_words(language: str) -> frozenset[str]:
    """Return every word with a meaning of its own: it is never taken for another word with a typing error."""
    known = choice_words(language)
    by_day = phrases(courtesy_of(language).by_day)  # "morning" may be a part of a label
    harmless = [phrase for phrase in known.harmless if phrase not in by_day]
    few = {word for phrase in (*harmless, *known.but, *known.both) for word in phrase}
    few |= (
        known.ways
        | known.last
        | known.one
        | known.article
        | known.together
        | known.to
        | known.all
        | known.none
        | known.asks
    )
    return frozenset(few | set(known.ordinals) | set(known.numbers))


@cache
def other_words(language: str) -> frozenset[str]:
    """Return the words that are never a slip of the finger: those with a meaning, numbers, months and weekdays."""
    lexicon = lexicon_of(language)
    calendar = lexicon.calendar.months.keys() | lexicon.calendar.weekdays.keys()
    return known_words(language) | lexicon.numbers.pieces.keys() | calendar


_WORDS = {
    "en": ChoiceWords(
        language="en",
        filler=words(
            "a an id ill im like love want wanna choose pick select go going with mine prefer thats this that one "
            "let's lets let try give order book bring send show definitely to of may only from them these those "
            "lovely sounds some again"
        ),
        amounts=phrases("a bit of,a little,a little bit of"),
        option=words("option options number numbers nr choice choices answer answers item items letter num"),
        ordinals_beside={},
        ways=words("by via on in at"),
        last=words("last"),
        one=words("one ones option options choice choices item items"),
        article=words("a an just one"),
        together=words("and plus also n"),
        to=words("to through thru till until"),
        all=words("all everything every each"),
        both=phrases("both"),
        but=phrases("but not,but no,but,except for,except,apart from,other than,without,excluding,minus,not"),
        none=words("none nothing neither"),
        no=frozenset(),
        asks=words("can could may"),
        taking=words(
            "i i'd i'll id ill we we'd we'll me like love want wanna have get take give order book bring send "
            "show choose pick select prefer can could just only with the it them these those of yes yeah yep "
            "yup sure lets let's think guess believe i'm im going go"
        ),
        pointing=words("this that the these those"),
        only=words("only just"),
        doubting=phrases("could be,can be"),
        hours=words("late early"),
        telling=words("it's its is very so"),
    ),
    "de": ChoiceWords(
        language="de",
        filler=words(
            "des ein eine einen einer einem eins mochte mochten hatte hatten will wollen wurde wurden nehme nehm "
            "nehm's hab haben wahle wahlen bestelle bestellen kriege bekomme bekommen kann konnte konnten mit mal "
            "am lieber liebsten sehr nur von davon passt schick schicke gib denk glaub wieder etwas einfach eben "
            "halt"
        ),
        amounts=phrases("ein bisschen,bisschen,ein wenig"),
        option=words("option optionen nummer nummern nr wahl auswahl antwort antworten zahl punkt buchstabe"),
        ordinals_beside={},
        ways=words("per im in am bei beim zum zur aufs furs ins"),
        last=words("letzte letzten letzter letztes"),
        one=words("option optionen"),
        article=words("ein eine einen einem einer"),
        together=words("und plus sowie auch u"),
        to=words("bis"),
        all=words("alle alles samtliche"),
        both=phrases("beide,beides,beiden"),
        but=phrases("ausser,ohne,bis auf,ausgenommen,nur nicht,aber nicht,nicht"),
        none=words("keine keins keinen keines nichts"),
        no=words("kein keine keinen"),
        asks=words("kann konnte konnten darf"),
        taking=words(
            "ich wir mir mich die der den dem mochte mochten hatte hatten will wollen wurde wurden nehme nehmen nehm "
            "haben hab habe wahle wahlen bestelle bestellen kriege bekomme bekommen kann konnte konnten mit mal "
            "lieber liebsten am davon von schick schicke gib ja jo naturlich denke glaube"
        ),
        pointing=words("der die das den dem diese dieser dieses diesen jene jener"),
        only=words("nur bloss"),
        hours=words("spat fruh"),
        telling=words("ist sehr so"),
    ),
    "es": ChoiceWords(
        language="es",
        filler=words(
            "un una unos unas quiero queremos quisiera quisieramos querria gustaria nos prefiero elijo escojo "
            "tomo tomare pido pediria deme dame ponme pongame del puedo podria tener pedir solo solamente ellos "
            "ellas estos estas quedo muy a tengo tenemos mejor"
        ),
        amounts=phrases("un poco de,un poquito de"),
        option=words("opcion opciones numero numeros nr num respuesta respuestas letra"),
        ordinals_beside=_positions(
            "primero/primera/primer/primeros/primeras segundo/segunda tercero/tercera/tercer cuarto/cuarta "
            "quinto/quinta sexto/sexta septimo/septima octavo/octava noveno/novena decimo/decima"
        ),
        ways=words("en por"),
        last=words("ultimo ultima ultimos ultimas"),
        one=words("opcion opciones"),
        article=words("un una"),
        together=words("y e mas tambien"),
        to=words("a al hasta"),
        all=words("todo todos toda todas"),
        both=phrases("ambos,ambas,los dos,las dos"),
        but=phrases("menos,excepto,salvo,sin,pero no,pero sin,no,quitando"),
        none=words("ninguno ninguna nada"),
        no=frozenset(),
        asks=words("puedo podria me podriamos"),
        taking=words(
            "yo me el la los las lo quiero queremos quisiera quisieramos querria gustaria prefiero elijo escojo tomo "
            "tomare pido pediria deme dame ponme pongame puedo podria tener pedir con ellos ellas estos estas "
            "si claro bueno creo pienso que"
        ),
        pointing=words("este esta ese esa aquel aquella el la"),
        only=words("solo solamente"),
        hours=words("tarde temprano pronto"),
        telling=words("es muy"),
    ),
    "fr": ChoiceWords(
        language="fr",
        filler=words(
            "l un une des du j'aimerais voudrais voudrions veux prends prendrai prendrais prendre prefere choisis "
            "choisirai avec ce tres peux pourrais puis avoir commander seulement uniquement juste ceux celles ca "
            "donnez donne a au va vais j'ai plutot finalement encore"
        ),
        amounts=phrases("un peu de,un petit peu de"),
        option=words("option options numero numeros nr num choix reponse reponses lettre"),
        ordinals_beside=_positions(
            "premier/premiere/premiers/premieres/1er/1ere second/seconde/deuxieme/2e/2eme troisieme/3e/3eme "
            "quatrieme/4e/4eme cinquieme/5e/5eme sixieme septieme huitieme neuvieme dixieme"
        ),
        ways=words("par en chez dans"),
        last=words("dernier derniere derniers dernieres"),
        one=words("option options choix"),
        article=words("un une"),
        together=words("et aussi"),
        to=words("a au jusqu'a jusqu'au"),
        all=words("tout tous toute toutes"),
        both=phrases("tous les deux,toutes les deux,les deux"),
        but=phrases("sauf,excepte,hormis,hors,a part,sans,mais pas,pas"),
        none=words("aucun aucune rien"),
        no=frozenset(),
        asks=words("puis je peux pourrais est-ce pourrait"),
        taking=words(
            "je moi nous on le la les j'aimerais voudrais voudrions veux prends prendrai prendrais prendre "
            "prefere choisis choisirai avec peux pourrais puis avoir commander ceux celles donnez donne oui "
            "ouais d'accord pense crois"
        ),
        pointing=words("l ce cet cette"),
        only=words("seulement uniquement juste que"),
        hours=words("tard tot"),
        telling=words("est c'est tres"),
    ),
}
