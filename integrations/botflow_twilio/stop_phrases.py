"""Requests to stop in a person's own words: "stop please", "bitte keine Nachrichten mehr", "ne m'écrivez plus".

A clear request in any words is an opt-out (47 CFR 64.1200(a)(10): "any reasonable means"), but Twilio answers only its
keywords. A message counts only when the whole of it is such a request: every sentence either asks to stop or is a
filler such as "thanks", so "stop by the store" or "don't text me before nine" stay ordinary. A false alarm
silences a contact who wants an answer, so a doubtful message is not a request.

The patterns are RE2's: hundreds of optional parts would take a backtracking matcher up to 0.1 s for one message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import re2

LONGEST = 160  # characters; a longer message says something else, too

_SENTENCE_ENDS = re.compile(r"[.!;:\n\u2026\u2013\u2014]+|\s-+\s|(?<=\?)")
_CLAUSE_ENDS = re.compile(rf"{_SENTENCE_ENDS.pattern}|,")
_FRENCH_HYPHEN = re.compile(r"-(?=(?:moi|nous|vous|tu)\b)")
_DROPPED = re.compile(r"[^a-z0-9? -]+")
_SPACES = re.compile(r"[\s_]+")

# Written without accents and apostrophes. `{x}` is replaced by the language's own part of that name.
_ENGLISH = {
    "me": r"(?:me|us|this (?:number|phone)|my (?:number|phone))",
    "messages": r"(?:(?:these|those|the|all|your|any|more|any more|further|the damn) )*"
    r"(?:messages?|texts?|text messages|msgs?|sms|notifications|alerts|spam|updates|marketing|promotions|offers)",
    "writing": r"(?:texting|messaging|contacting|spamming|bothering|harassing|writing(?: to)?|msging|smsing|pinging)",
    "write": r"(?:text|message|contact|spam|bother|write(?: to)?|msg|sms|ping|disturb)",
    "again": r"(?: (?:again|anymore|any ?more|any longer|ever|ever again|now|at all|immediately|right now))?",
}
_ENGLISH_REQUESTS = (
    r"(?:stop|stopp|stahp)(?: stop)*(?: (?:now|already|immediately|right now))?",
    r"(?:stop|quit|cease) {writing}(?: {me})?{again}",
    r"(?:stop|quit|cease) (?:sending|sendin)(?: {me}| this| it)?(?: {messages}| stuff| this"
    r"| crap)?(?: to {me})?{again}",
    r"(?:stop|quit|cancel|end|no more|turn off|switch off) {messages}(?: to {me})?{again}",
    r"(?:do not|dont|never|no longer)(?: you)?(?: ever)? {write} {me}{again}",
    r"(?:do not|dont|never) send(?: {me})? {messages}(?: to {me})?{again}",
    r"(?:do not|dont|never) {write} (?:to )?{me} with {messages}{again}",
    r"unsubscribe(?: {me})?(?: from (?:this|your|the)(?: \w+)?(?: list)?| from {messages})?(?: now)?",
    r"(?:opt|opting)(?: {me})?[ -]?out(?: of (?:this|it|{messages}))?",
    r"remove {me}(?: from (?:your|this|the)(?: \w+)? ?(?:list|database|system|service)s?)?",
    r"(?:take|get) {me} off(?: of)?(?: (?:your|this|the)(?: \w+)? ?(?:list|database)s?)?",
    r"delete (?:me|my (?:number|phone number)) from (?:your|this|the)(?: \w+)? ?(?:list|database|system)s?",
    r"leave me alone",
    r"(?:i (?:want|would like|wish|d like|need)|id like|let me|how do i|how can i|how to)(?: to)? (?:unsubscribe"
    r"|opt ?out)"
    r"(?: (?:from|of) (?:this|these|{messages}))?",
    r"(?:i (?:want|would like|wish|d like|need)|id like)(?: you)? to stop"
    r"(?: (?:receiving|getting|sending)(?: me)? {messages}| {writing} {me}| {messages})",
    r"i (?:do not|dont|no longer|never) (?:want|wish|need)(?: (?:to (?:receive|get|have|see)"
    r"|you to send(?: me)?))? {messages}"
    r"(?: from (?:you|you guys|this number))?{again}",
    r"i (?:do not|dont|no longer) (?:want|wish) to (?:be (?:contacted|texted|messaged)|hear from you){again}",
)
_ENGLISH_FILLERS = (
    r"(?:please|pls|plz|ok|okay|hi|hello|hey|no|nope|wow|omg|ugh|seriously|sorry|bye|goodbye|really|enough|thanks"
    r"|thx|ty)",
    r"(?:thank you|thanks a lot|many thanks|no thanks|no thank you)(?: (?:so|very) much)?",
    r"(?:i am|im|i m)(?: (?:really|just))? not interested(?: (?:any ?more|in this))?",
    r"not interested",
    r"wrong (?:number|person)",
    r"you have the wrong (?:number|person)",
    r"(?:i said|last warning|for the last time|enough is enough|this is spam|its spam)",
    r"(?:dear )?(?:sir|madam|sirs|team|guys|all)",
)
_ENGLISH_AROUND = (
    r"(?:(?:please|pls|plz|kindly|just|ok|okay|hi|hello|hey|no|now|yo|and|so|thanks|i said|will you|can you"
    r"|could you|would you"
    r"|you can|you need to|you should|you must|i need you to|i want you to|i would like you to|id like you to"
    r"|guys) )*",
    r"(?: (?:please|pls|plz|thanks|thank you|thx|ty|ok|okay|guys|bro|man|sir|thank you very much|asap))*",
)

_GERMAN = {
    "messages": r"(?:(?:diese|die|alle|eure|ihre|deine|weitere|solche|mehr) )*(?:nachrichten?|sms|werbung"
    r"|mitteilungen|texte"
    r"|spam|benachrichtigungen|infos|meldungen|newsletter|whatsapps|angebote)",
    "me": r"(?:mir|mich|uns|an mich|an diese nummer|an meine nummer)",
    "write": r"(?:schreiben|schreib|schreibt|schreiben sie|schicken|schick|schickt|schicken sie|senden|sendet|sende"
    r"|senden sie"
    r"|kontaktieren|kontaktiert|kontaktiere|kontaktieren sie|belaestigen|belaestigt)",
}
_GERMAN_REQUESTS = (
    r"(?:stop|stopp|stoppen|stoppt|abmelden|abmeldung)(?: (?:jetzt|sofort|endlich|damit))?",
    r"(?:hoer|hoert|hoeren sie)(?: jetzt| endlich| sofort| damit| bitte)* auf(?: damit)?(?: (?:mir"
    r"|uns) (?:zu (?:schreiben|texten)"
    r"|{messages} zu (?:schicken|senden)|so viel zu schreiben))?",
    r"keine weiteren {messages}(?: (?:schicken|senden|zusenden))?(?: an mich)?",
    r"(?:{write} )?(?:{me} )?(?:ab (?:jetzt|sofort) )?keine {messages} mehr(?: (?:schicken|senden|schreiben"
    r"|zusenden))?(?: an mich)?",
    r"{write}(?: {me})?(?: (?:bitte|jetzt|ab sofort|nie|nicht))* (?:nicht mehr|nie wieder|nie mehr)(?: an)?",
    r"(?:{me} )?(?:nicht mehr|nie wieder|nie mehr)(?: {me})? (?:schreiben|kontaktieren|anschreiben|texten"
    r"|belaestigen)",
    r"(?:hoer|hoert) auf {me} zu (?:schreiben|texten|belaestigen|kontaktieren)",
    r"(?:ich )?(?:moechte|will|wuensche|brauche)(?: ich)?(?: (?:ab (?:jetzt|sofort)|von (?:euch|ihnen"
    r"|dir)))* keine(?: weiteren)?"
    r" {messages}(?: mehr)?(?: von (?:euch|ihnen|dir))?(?: (?:bekommen|erhalten|haben|empfangen))?",
    r"(?:ich )?(?:moechte|will)(?: ich)?(?: {messages}| mich| das| euch| diesen dienst)?(?: hier| wieder| gern)? "
    r"(?:abbestellen|abmelden|austragen|abbestelle)",
    r"(?:melde|meldet|melden sie|trag|tragt|tragen sie) (?:mich|uns)(?: bitte)?(?: von (?:der|eurer"
    r"|ihrer) liste)? (?:ab|aus)",
    r"(?:ich )?(?:melde mich|bestelle {messages}|bestelle das) ab",
    r"(?:loesch|loescht|loeschen sie|entfern|entfernt|entfernen sie|streich|streicht|streichen sie|nehmt|nehmen sie)"
    r" (?:mich|meine (?:nummer|daten))(?: bitte)? (?:aus|von) (?:der|eurer|ihrer|dem|eurem"
    r"|ihrem)(?: \w+)? ?(?:liste|verteiler|datenbank|system)",
    r"(?:lasst|lass|lassen sie) (?:mich|uns)(?: (?:jetzt|bitte|endlich|einfach))* in ruhe",
    r"(?:keine kontaktaufnahme|kein kontakt|kontakt) mehr",
)
_GERMAN_FILLERS = (
    r"(?:bitte|danke|dankeschoen|vielen dank|danke schoen|hallo|hi|nein|nein danke|kein interesse|falsche nummer|ok"
    r"|okay|so"
    r"|tschuess|genug|es reicht|jetzt reicht es|das nervt|ich habe kein interesse|habe kein interesse"
    r"|entschuldigung|sorry)",
    r"(?:mit freundlichen gruessen|viele gruesse|gruss|lg|mfg)",
)
_GERMAN_AROUND = (
    r"(?:(?:bitte|hallo|hi|nein|ok|okay|jetzt|endlich|danke|koennen sie|koennt ihr|kannst du|sie|und|einfach"
    r"|wirklich) )*",
    r"(?: (?:bitte|danke|vielen dank|endlich|jetzt|ok|ab sofort))*",
)

_SPANISH = {
    "messages": r"(?:(?:estos|los|tus|sus|mas|esos|de|el|la|este|ningun|otro|otros) )*"
    r"(?:mensajes?|sms|textos?|mensajitos|notificaciones|publicidad|spam|promociones|whatsapps?|avisos|ofertas)",
    "writing": r"(?:escribir(?:me|nos)?|mandar(?:me|nos)?|enviar(?:me|nos)?|molestar(?:me|nos)?|contactar(?:me"
    r"|nos)?|textear(?:me|nos)?)",
    "write": r"(?:escrib(?:as|an|a|ais)|mand(?:es|en|e|eis)|envi(?:es|en|e|eis)|molest(?:es|en|e|eis)|contact(?:es"
    r"|en|e|eis)"
    r"|text(?:ees|een|ee))",
}
_SPANISH_REQUESTS = (
    r"(?:stop|darme de baja|darse de baja|dar de baja|cancelar {messages})(?: (?:ya|ahora))?",
    r"(?:ya )?no (?:me|nos) {write}(?: (?:mas|nunca|nunca mas|ya|otra vez))?(?: {messages})?(?: (?:mas|nunca"
    r"|nunca mas|ya))?",
    r"(?:deja|dejen|deje|dejad|para|paren|pare)(?: ya)? de {writing}(?: {messages})?(?: ya)?",
    r"(?:no|ya no) (?:mas )?{messages}(?: mas)?",
    r"(?:ya )?no quiero(?: (?:recibir|que me (?:manden|envien|escriban)|tener))? (?:mas )?{messages}(?: (?:mas"
    r"|suyos|tuyos|de ustedes))?",
    r"(?:ya )?no quiero que (?:me|nos) (?:escriban|contacten|molesten|manden|envien)(?: (?:mas|{messages}))*",
    r"(?:paren|para|detengan|deten|dejen|cancelen|cancela|terminen|quita|quiten) {messages}",
    r"(?:quiero|deseo|quisiera|me gustaria) (?:darme de baja|cancelar {messages}|desuscribirme"
    r"|cancelar la suscripcion"
    r"|dejar de recibir {messages})",
    r"(?:denme|dame|deme|me dan) de baja(?: de (?:esta|la|su) lista)?",
    r"(?:borrenme|borrame|eliminenme|eliminame|quitenme|quitame|saquenme|sacame|borren mi numero|eliminen mi numero"
    r"|quiten mi numero)"
    r"(?: de (?:esta|la|su|tu|sus) (?:lista|base de datos|sistema|listas)(?: de \w+)?)?",
    r"dej(?:ame|enme|eme) en paz",
    r"desuscrib(?:ir|irme|eme|anme)",
)
_SPANISH_FILLERS = (
    r"(?:por favor|porfa|porfavor|gracias|muchas gracias|hola|no|ya|basta|ok|no gracias|no me interesa"
    r"|no estoy interesad[oa]"
    r"|numero equivocado|se equivocaron|es spam|esto es spam|adios|perdon|disculpe|buenos dias|buenas tardes)",
)
_SPANISH_AROUND = (
    r"(?:(?:por favor|porfa|porfavor|hola|no gracias|ya|ok|puede|pueden|podrian|podria|les pido que|le pido que"
    r"|gracias|pido) )*",
    r"(?: (?:por favor|porfa|porfavor|gracias|muchas gracias|ya|ok|ahora))*",
)

_FRENCH = {
    "messages": r"(?:(?:de|des|les|ces|ce|vos|tes|d|plus|autres|tous|aucun|la|le) )*"
    r"(?:messages?|sms|textos?|textes|notifications|pub|publicites?|spams?|promotions|offres|alertes|newsletters?)",
    "write": r"(?:ecri(?:vez|s|re|ve)|envoy(?:ez|er)|envoie|envois|contact(?:ez|er|e)|derang(?:ez|er|e)|text(?:ez"
    r"|er|e)|harcel(?:ez|er))",
    "me": r"(?:m|me|moi|nous)",
}
_FRENCH_REQUESTS = (
    r"(?:stop|arret|arreter|arretez|arrete|desabonner|desabonnement|desabonnez moi|desabonne moi|desinscription"
    r"|desinscrire"
    r"|desinscrivez moi|se desabonner|me desabonner|resilier {messages})(?: (?:maintenant|tout|ca|cela"
    r"|immediatement|tout de suite))?",
    r"(?:arrete[zr]?|cessez|cesse|stop(?:pez)?)(?: (?:maintenant|tout de suite))? (?:de "
    r"|d )?{me} {write}(?: {messages})?",
    r"(?:arrete[zr]?|cessez|cesse|stop(?:pez)?)(?: avec)? {messages}",
    r"(?:arrete[zr]?|cessez|cesse) (?:de |d )?(?:{write})(?: {messages})?",
    r"(?:ne )?{me} (?:{write}) (?:plus|jamais|plus jamais)(?: {messages})?",
    r"(?:ne )?(?:plus|plus jamais) {me} {write}(?: {messages})?",
    r"(?:ne )?{write} plus {messages}",
    r"(?:plus|plus jamais|aucun) (?:de |d )?{messages}",
    r"je (?:ne )?(?:veux|souhaite|desire|voudrais) (?:plus|pas|plus jamais)(?: (?:recevoir|avoir|de"
    r"|etre))? {messages}"
    r"(?: de (?:votre|ta) part| de vous)?",
    r"je (?:ne )?(?:veux|souhaite|desire) plus (?:etre (?:contacte|contactee|derange|derangee)"
    r"|que vous (?:m ecriviez|me contactiez))",
    r"je (?:veux|souhaite|desire|voudrais|souhaiterais) (?:me (?:desabonner|desinscrire)|arreter {messages}"
    r"|stopper {messages}"
    r"|ne plus recevoir {messages})",
    r"(?:retirez|enlevez|supprimez|effacez|retire|enleve) (?:moi|mon numero)(?: de (?:votre|la|cette|vos"
    r"|ta) (?:liste|base|listes)"
    r"(?: de \w+)?)?",
    r"(?:laissez|laisse|fichez|foutez) moi (?:tranquille|en paix|la paix)",
)
_FRENCH_FILLERS = (
    r"(?:s ?il (?:vous|te) plait|svp|stp|merci|merci beaucoup|merci bien|bonjour|salut|non|non merci|ok|ca suffit"
    r"|assez"
    r"|pas interesse|pas interessee|je ne suis pas interessee?|je suis pas interessee?|mauvais numero|c est du spam"
    r"|vous vous trompez|au revoir|cordialement|bonsoir|desolee?)",
)
_FRENCH_AROUND = (
    r"(?:(?:s ?il (?:vous|te) plait|svp|stp|merci de|bonjour|salut|non|ok|veuillez|pouvez vous|pourriez vous"
    r"|peux tu|maintenant"
    r"|non merci|je vous prie de|je vous demande de) )*",
    r"(?: (?:s ?il (?:vous|te) plait|svp|stp|merci|merci beaucoup|maintenant|tout de suite|ok))*",
)


class Pattern(Protocol):
    """A compiled pattern of RE2, which has no types of its own."""

    def fullmatch(self, text: str, /) -> object | None: ...


def _compiled(
    parts: Mapping[str, str], requests: Sequence[str], fillers: Sequence[str], around: tuple[str, str]
) -> tuple[Pattern, Pattern]:
    whole = "|".join(requests)
    for _ in range(2):  # a part may contain another one
        for name, pattern in parts.items():
            whole = whole.replace(f"{{{name}}}", pattern)
    before, after = around
    return re2.compile(f"{before}(?:{whole}){after}"), re2.compile(f"{before}(?:{'|'.join(fillers)}){after}")


_LANGUAGES: Mapping[str, tuple[Pattern, Pattern]] = MappingProxyType(
    {
        "en": _compiled(_ENGLISH, _ENGLISH_REQUESTS, _ENGLISH_FILLERS, _ENGLISH_AROUND),
        "de": _compiled(_GERMAN, _GERMAN_REQUESTS, _GERMAN_FILLERS, _GERMAN_AROUND),
        "es": _compiled(_SPANISH, _SPANISH_REQUESTS, _SPANISH_FILLERS, _SPANISH_AROUND),
        "fr": _compiled(_FRENCH, _FRENCH_REQUESTS, _FRENCH_FILLERS, _FRENCH_AROUND),
    }
)
# "Stop?" asks what happens, or repeats a word that it does not understand; "non stop" is not the French "no, stop".
_DOUBTFUL = re.compile(r"(?:stop|stopp|arret|abmelden) ?\?|non stop")


def asks_to_stop(text: str) -> bool:
    """Say whether the whole of `text` asks, in one of four languages, for no more messages."""
    if len(text) > LONGEST:
        return False
    cuts = {tuple(_plain(part) for part in ends.split(text)): None for ends in (_SENTENCE_ENDS, _CLAUSE_ENDS)}
    return any(_asks(parts, request, filler) for request, filler in _LANGUAGES.values() for parts in cuts)


def _asks(sentences: Sequence[str], request: Pattern, filler: Pattern) -> bool:
    """Say whether one sentence is a request in this language, and every other one a request or a filler."""
    asked = False
    for sentence in filter(None, sentences):
        if _DOUBTFUL.fullmatch(sentence):
            return False
        words = sentence.strip(" ?-")
        if request.fullmatch(words):
            asked = True
        elif not filler.fullmatch(words):
            return False
    return asked


def _plain(text: str) -> str:
    """Return `text` in small ASCII letters: no accents, no apostrophes, umlauts in two letters, one space at a time."""
    lowered = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    for apostrophe in ("'", "\u2019", "`", "\u00b4"):
        lowered = lowered.replace(f"n{apostrophe}t", "nt").replace(f"i{apostrophe}", "i ").replace(apostrophe, " ")
    decomposed = unicodedata.normalize("NFKD", lowered)
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACES.sub(" ", _DROPPED.sub(" ", _FRENCH_HYPHEN.sub(" ", letters))).strip(" -")
