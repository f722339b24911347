"""What people say around an answer of any kind: greetings, thanks, "please", and words that lead to it.

Each reader adds the words of its own kind. What is said here changes no answer: no number, no day, no choice, no yes,
and no address. A word that is a name too ("Ben", "Jo") may begin an address, and is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from botflow.languages import base_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Courtesy:
    """Phrases of one language, which commas separate.

    `please` alone is a yes, and so are the words of `agreeing`. `sounds` are greetings, thanks and words of
    hesitation. `saying` says that an answer follows, and `leading` are the small words before it. The greetings
    `by_day` name a part of the day; they are not in the whole.
    """

    please: str
    sounds: str
    agreeing: str
    saying: str
    leading: str
    by_day: str

    def __str__(self) -> str:
        return ",".join((self.please, self.sounds, self.agreeing, self.saying, self.leading))


_ENGLISH = Courtesy(
    please="please,pls,plz",
    sounds="hi,hello,hey,dear,thanks,thank you,thank you very much,thx,ty,kindly,sir,madam,"
    "ma'am,oh,ah,um,umm,ummm,uh,uhm,erm,hm,hmm,mm,mmm,well,so,then,ok,okay,lol,haha",
    agreeing="yes,yeah,yep,yup,sure,of course,alright,great,good,fine,perfect,cool",
    saying="i think,i guess,i believe,i'd say,i would say,my answer is,the answer is",
    leading="i,i'd,i'll,i'm,we,we'd,we'll,we're,me,us,my,our,the,it,it's,its,that's,is,be,would,will,can,could,for,"
    "have,get,take,just,think,believe,guess",
    by_day="good morning,good afternoon,good evening,good night",
)
_GERMAN = Courtesy(
    please="bitte",
    sounds="hallo,hi,hey,servus,guten tag,danke,danke schön,dankeschön,danke sehr,danke dir,danke euch,vielen dank,"
    "viele grüße,gruß,lg,mfg,na,nun,also,ah,ach,oh,ähm,ähmm,aehm,äh,aeh,hm,hmm,so,dann,gern,gerne,ok,okay,haha",
    agreeing="ja,klar,natürlich,gut,super,prima,perfekt",
    saying="ich denke,ich glaube,meine antwort ist,die antwort ist",
    leading="ich,wir,mich,mir,uns,mein,meine,der,die,das,den,dem,es,ist,für,habe,nehmen,denke,glaube",
    by_day="guten morgen,guten abend,gute nacht",
)
_SPANISH = Courtesy(
    please="por favor,porfa,porfavor,porfis,porfi,plis,plz,pls,xfa,xfis",
    sounds="hola,buenas,buenos días,buenas tardes,gracias,muchas gracias,un saludo,saludos,señor,señora,"
    "pues,entonces,eh,ehh,ah,oh,hm,hmm,mmm,vale,ok,okay,jaja,jajaja",
    agreeing="sí,claro,bueno,bien,muy bien,perfecto,genial",
    saying="creo que,pienso que,mi respuesta es,la respuesta es",
    leading="yo,me,mi,mis,el,la,lo,los,las,es,sería,será,soy,de,para,con,que,creo,pienso",
    by_day="buenas noches",
)
_FRENCH = Courtesy(
    please="s'il vous plaît,s'il te plaît,svp,stp",
    sounds="bonjour,bonsoir,salut,coucou,merci,merci beaucoup,merci bien,merci d'avance,cordialement,"
    "monsieur,madame,bah,euh,euhh,heu,hum,hein,ah,oh,hm,hmm,eh bien,alors,donc,ok,okay,lol,mdr",
    agreeing="oui,ouais,d'accord,bien sûr,bien,très bien,parfait,super,avec plaisir",
    saying="je pense,je crois,ma réponse est,la réponse est",
    leading="je,moi,nous,on,mon,ma,le,la,les,est,sera,serait,c'est,ce sera,pour,de,que,pense,crois",
    by_day="bonne journée,bonne soirée",
)
_LANGUAGES: Mapping[str, Courtesy] = MappingProxyType({"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH})


def courtesy_of(language: str) -> Courtesy:
    """Return what is said in a BCP 47 tag's language, in English for a language that has no lexicon."""
    return _LANGUAGES.get(base_language(language), _ENGLISH)
