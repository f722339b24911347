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
    "messages": r"(?:(?:these|those|this|the|all|your|my|any|more|any more|further|other|of|such) )*"
    r"(?:{insult} )?(?:{kind}s? )*{noun}",
    # Any of these may stand before another one, as in "appointment reminder texts".
    "kind": r"(?:text|sms|whatsapp|phone|appointment|booking|reservation|reminder|marketing|promo|promotional"
    r"|advertising|automated|automatic|daily|weekly|spam|notification|alert|update|junk|unwanted|unsolicited)",
    "noun": r"(?:messages?|mesages?|texts?|msgs?|sms|reminders?|notifications?|alerts?|spam|updates|marketing"
    r"|promotions|promos|ads|adverts|advertising|offers|newsletters?)",
    "insult": r"(?:damn|fucking|stupid|annoying|bloody|freaking|goddamn|ridiculous|constant|endless)",
    "all": r"(?:it|this|that|all|everything|all of (?:it|this|that|them)|them|these|those)",
    "stop": r"(?:stop|stopp|stahp|stpo|sotp|stoip|stopt)",
    "unsubscribe": r"(?:unsubscribed?|unsubcribe|unsuscribe|unsubscibe|unsubscrib|unsubsribe|un subscribe)",
    "writing": r"(?:texting|txting|texing|textin|txtin|messaging|messaing|messging|contacting|spamming|bothering"
    r"|harassing|annoying|writing(?: to)?|msging|smsing|pinging)",
    "write": r"(?:text|txt|message|contact|spam|bother|write(?: to)?|msg|sms|ping|disturb)",
    "please": r"(?:please|pls|plz|kindly)",
    "list": r"(?: from (?:your|this|the)(?: \w+)? ?(?:list|database|system|service|record|contact)s?)?",
    "again": r"(?: (?:again|anymore|any ?more|any longer|ever|ever again|now|at all|immediately|right now|already))?",
}
_ENGLISH_REQUESTS = (
    r"{stop}(?: {stop})*(?: {all})?(?: (?:now|already|immediately|right now))?",
    r"(?:quit|knock|cut) (?:it|that|this)(?: off| out)?{again}",
    r"(?:{stop}|quit|cease) {writing}(?: {me})?{again}",
    r"(?:{stop}|quit|cease) (?:sending|sendin)(?: {me})?(?: (?:{messages}|{all}|anything|stuff|(?:this|that)"
    r"(?: {insult})? (?:stuff|crap|shit|junk)))?(?: to {me})?{again}",
    r"(?:{stop}|quit|cancel|end|cease|discontinue|no more|no further|turn off|switch off|enough|enough with"
    r"|{stop} with|quit with) {messages}(?: to {me})?{again}",
    r"no {messages} {please}",
    r"(?:do not|dont|never|no longer)(?: you)?(?: ever)? {write} {me}{again}",
    r"(?:do not|dont|never)(?: ever)? send(?: {me})? (?:{messages}|any ?more|anything(?: else| more)?)"
    r"(?: to {me})?{again}",
    r"(?:do not|dont|never) {write} (?:to )?{me} with {messages}{again}",
    r"{unsubscribe}(?: {me})?(?: from (?:this|your|the)(?: \w+)?(?: list)?| from {messages})?(?: now)?",
    r"(?:opt|opting)(?: {me})?[ -]?out(?: of (?:this|it|{messages}))?",
    r"(?:remove|delete|erase) {me}{list}",
    r"(?:take|get) (?:{me}|my name) off(?: of)?(?: (?:your|this|the)(?: \w+)? ?(?:list|database)s?)?",
    r"(?:delete|remove|erase|lose|forget) my (?:phone )?(?:number|contact|details|data){list}",
    r"leave me alone",
    r"(?:i (?:want|would like|wish|d like|need)|id like|let me|how do i|how can i|how to)(?: to)? (?:{unsubscribe}"
    r"|opt ?out)"
    r"(?: (?:from|of) (?:this|these|{messages}))?",
    r"(?:i (?:want|would like|wish|d like|need)|id like)(?: you)? to stop"
    r"(?: (?:receiving|getting|sending)(?: me)? {messages}| {writing} {me}| {messages})",
    r"(?:make|i (?:want|need|would like)|id like) (?:{messages}|this|it|all of this)(?: to)? (?:stop|end){again}",
    r"i (?:do not|dont|no longer|never) (?:want|wish|need)(?: (?:to (?:receive|get|have|see)"
    r"|you to send(?: me)?))? {messages}"
    r"(?: from (?:you|you guys|this number))?{again}",
    r"i (?:do not|dont|no longer) (?:want|wish) to (?:be (?:contacted|texted|messaged)|hear from you){again}",
    r"i (?:revoke|withdraw|take back) my consent",
    r"cease and desist",
)
_ENGLISH_FILLERS = (
    r"(?:please|pls|plz|ok|okay|hi|hello|hey|no|nope|wow|omg|ugh|seriously|sorry|bye|goodbye|really|enough|thanks"
    r"|thx|ty)",
    r"(?:thank you|thanks a lot|many thanks|no thanks|no thank you)(?: (?:so|very) much)?",
    r"(?:i am|im|i m)(?: (?:really|just))? not interested(?: (?:any ?more|in this))?",
    r"not interested",
    r"wrong (?:number|person)",
    r"you have the wrong (?:number|person)",
    r"i (?:never|did not|didnt) (?:sign(?:ed)? up for|ask(?:ed)? for|subscribe(?:d)? to|consent(?:ed)? to"
    r"|agree(?:d)? to) (?:{messages}|{all})",
    r"good (?:morning|afternoon|evening|day)",
    r"(?:i said|i told you|last warning|for the last time|enough is enough|thats enough|this is spam|its spam)",
    r"(?:dear )?(?:sir|madam|sirs|team|guys|all)",
)
_ENGLISH_AROUND = (
    r"(?:(?:please|pls|plz|kindly|just|ok|okay|hi|hello|hey|no|now|yo|and|so|thanks|i said|i told you to|will you"
    r"|can you|not interested|im not interested|i am not interested|wrong number|you have the wrong number"
    r"|could you|would you"
    r"|you can|you need to|you should|you must|i need you to|i want you to|i would like you to|id like you to"
    r"|guys) )*",
    r"(?: (?:please|pls|plz|thanks|thank you|thx|ty|ok|okay|guys|bro|man|sir|thank you very much|asap))*",
)

_GERMAN = {
    "messages": r"(?:(?:diese|diesen|die|den|der|alle|allen|eure|ihre|deine|weitere|solche"
    r"|mehr) )*(?:nachrichten?|sms|werbung"
    r"|mitteilungen|texte|(?:termin|buchungs|zahlungs|text|sms)?[ -]?erinnerung(?:en)?|erinnerungs ?(?:sms"
    r"|nachrichten)"
    r"|textnachrichten|werbenachrichten|werbe ?sms|textnachricht|benachrichtigung"
    r"|spam|benachrichtigungen|infos|meldungen|newsletter|whatsapps|angebote)",
    "me": r"(?:mir|mich|uns|an mich|an diese nummer|an meine nummer)",
    "write": r"(?:schreiben|schreib|schreibt|schreiben sie|schicken|schick|schickt|schicken sie|senden|sendet|sende"
    r"|senden sie"
    r"|kontaktieren|kontaktiert|kontaktiere|kontaktieren sie|belaestigen|belaestigt)",
}
_GERMAN_REQUESTS = (
    r"(?:stop|stopp|stoppen|stoppt|abmelden|abmeldung)(?: (?:jetzt|sofort|endlich|damit))?",
    r"(?:stopp?|stoppt|stoppen(?: sie)?|unterlass(?:t|en sie)|beende(?:t|n sie)|storniert?|storniere) {messages}",
    r"(?:schluss|genug|ende|stopp?|aus)(?: jetzt)? (?:mit|von) {messages}",
    r"schluss(?: jetzt)? damit",
    r"{messages}(?: bitte)? (?:abbestellen|abmelden|stoppen|beenden|einstellen|abstellen)",
    r"abbestellen",
    r"keine werbung(?: mehr)?",
    r"(?:hoer|hoert|hoeren sie)(?: bitte| endlich| jetzt)* auf(?: {me})? {messages} zu (?:schicken|senden|schreiben)",
    r"(?:loesch|loescht|loesche|loeschen sie|entfernt|entfernen sie|streicht|streichen sie)(?: bitte)?"
    r" meine (?:nummer|telefonnummer|handynummer|daten)",
    r"ich (?:widerrufe|ziehe) meine (?:einwilligung|zustimmung)(?: zurueck)?",
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
    r"(?:(?:bitte|falsche nummer|kein interesse|es reicht|hallo|hi|nein|ok|okay|jetzt|endlich|danke|koennen sie"
    r"|koennt ihr|kannst du|sie|und|einfach"
    r"|wirklich) )*",
    r"(?: (?:bitte|danke|vielen dank|endlich|jetzt|ok|ab sofort))*",
)

_SPANISH = {
    "messages": r"(?:(?:estos|los|tus|sus|mas|esos|de|el|la|este|ningun|otro|otros) )*"
    r"(?:(?:mensajes?|recordatorios?|avisos?|sms)(?: de (?:texto|citas?|whatsapp|publicidad|recordatorio))?|textos?"
    r"|mensajitos|notificaciones|notificacion|publicidad|spam|promociones|whatsapps?|avisos|ofertas)",
    "erase": r"(?:borr(?:en|e|a|ad)|quit(?:en|e|a|ad)|elimin(?:en|e|a|ad)|saqu(?:en|e)|saca|sacad)",
    "writing": r"(?:escribir(?:me|nos)?|mandar(?:me|nos)?|enviar(?:me|nos)?|molestar(?:me|nos)?|contactar(?:me"
    r"|nos)?|textear(?:me|nos)?)",
    "write": r"(?:escrib(?:as|an|a|ais)|mand(?:es|en|e|eis)|envi(?:es|en|e|eis)|recuerd(?:es|en|e)|molest(?:es"
    r"|en|e|eis)|contact(?:es"
    r"|en|e|eis)"
    r"|text(?:ees|een|ee))",
}
_SPANISH_REQUESTS = (
    r"(?:stop|darme de baja|darse de baja|dar de baja|cancelar {messages})(?: (?:ya|ahora))?",
    r"(?:ya )?no (?:me|nos) {write}(?: (?:mas|nunca|nunca mas|ya|otra vez))?(?: (?:{messages}|nada))?"
    r"(?: (?:mas|nunca|nunca mas|ya))?",
    r"(?:paren|parad|detenganse)(?: ya| ahora)?",
    r"(?:cancelar|cancelen|cancele|cancela) (?:mi |la )?suscripcion",
    r"(?:{erase}) (?:mi|este) (?:numero|telefono|contacto)(?: de (?:la|su|tu|sus|esta) (?:lista|base de datos|agenda"
    r"|sistema))?",
    r"(?:retiro|revoco) mi consentimiento",
    r"(?:deja|dejen|deje|dejad|para|paren|pare)(?: ya)? de {writing}(?: {messages})?(?: ya)?",
    r"(?:no|ya no) (?:mas )?{messages}(?: mas)?",
    r"(?:ya )?no (?:quiero|necesito|deseo)(?: (?:recibir|que me (?:manden|envien|escriban)"
    r"|tener))? (?:mas )?{messages}(?: (?:mas"
    r"|suyos|tuyos|de ustedes))?",
    r"(?:ya )?no quiero que (?:me|nos) (?:escriban|contacten|molesten|manden|envien)(?: (?:mas|{messages}))*",
    r"(?:paren|para|pare|detengan|deten|dejen|cancelen|cancele|cancela|terminen|quita|quiten|basta de) {messages}",
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
    r"(?:(?:por favor|porfa|porfavor|numero equivocado|basta|hola|no gracias|ya|ok|puede|pueden|podrian|podria"
    r"|les pido que|le pido que"
    r"|gracias|pido) )*",
    r"(?: (?:por favor|porfa|porfavor|gracias|muchas gracias|ya|ok|ahora))*",
)

_FRENCH = {
    "messages": r"(?:(?:de|des|les|ces|ce|vos|tes|d|plus|autres|tous|aucun|la|le) )*"
    r"(?:(?:messages?|rappels?|sms|alertes?)(?: (?:de|pour) (?:rendez[ -]?vous|rdv))?|textos?|textes"
    r"|notifications?|pub|publicites?|spams?|promotions|offres|alertes|newsletters?)",
    "write": r"(?:ecri(?:vez|s|re|ve)|envoy(?:ez|er)|envoie|envois|contact(?:ez|er|e)|derang(?:ez|er|e)|text(?:ez"
    r"|er|e)|harcel(?:ez|er))",
    "me": r"(?:m|me|moi|nous)",
}
_FRENCH_REQUESTS = (
    r"(?:stop|arret|arreter|arretez|arrete|desabonner|desabonnement|desabonnez moi|desabonne moi|desinscription"
    r"|desinscrire"
    r"|desinscrivez moi|(?:se|me) (?:desabonner|desinscrire)|resilier {messages})(?: (?:maintenant|tout|ca|cela"
    r"|immediatement|tout de suite))?",
    r"(?:arrete[zr]?|cessez|cesse|stop(?:pez)?)(?: (?:maintenant|tout de suite))? (?:de "
    r"|d )?{me} {write}(?: {messages})?",
    r"(?:arrete[zr]?|cessez|cesse|stop(?:pez|pe)?|annule[zr]?)(?: avec| aux?)? {messages}",
    r"(?:ne |n )(?:{me} )?{write} plus rien",
    r"(?:ne )?{me} {write} plus (?:de |d )?(?:rien|{messages})",
    r"je (?:retire|revoque) mon consentement",
    r"(?:retirez|enlevez|supprimez|effacez|retire|enleve|supprime|efface) mon (?:numero|telephone)",
    r"(?:arrete[zr]?|cessez|cesse) (?:de |d )?(?:{write})(?: {messages})?",
    r"(?:ne )?{me} (?:{write}) (?:plus|jamais|plus jamais)(?: {messages})?",
    r"(?:ne )?(?:plus|plus jamais) {me} {write}(?: {messages})?",
    r"(?:ne )?{write} plus {messages}",
    r"(?:plus|plus jamais|aucun|plus aucun) (?:de |d )?{messages}",
    # Without "ne", "je veux plus de messages" may as well ask for more.
    r"je (?:ne (?:veux|souhaite|desire|voudrais) (?:plus|pas|plus jamais)(?: (?:recevoir|avoir|de|etre))?"
    r"|(?:veux|souhaite) plus (?:recevoir|avoir)) {messages}"
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
    r"(?:(?:s ?il (?:vous|te) plait|svp|stp|merci de|merci d|mauvais numero|bonjour|salut|non|ok|veuillez"
    r"|pouvez vous|pourriez vous"
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
    """Return what matches a request, and what matches a filler."""
    before, after = around
    whole = [f"{before}(?:{'|'.join(patterns)}){after}" for patterns in (requests, fillers)]
    for _ in range(3):  # a part may contain another one
        for name, pattern in parts.items():
            whole = [text.replace(f"{{{name}}}", pattern) for text in whole]
    request, filler = (re2.compile(text) for text in whole)
    return request, filler


_LANGUAGES: Mapping[str, tuple[Pattern, Pattern]] = MappingProxyType(
    {
        "en": _compiled(_ENGLISH, _ENGLISH_REQUESTS, _ENGLISH_FILLERS, _ENGLISH_AROUND),
        "de": _compiled(_GERMAN, _GERMAN_REQUESTS, _GERMAN_FILLERS, _GERMAN_AROUND),
        "es": _compiled(_SPANISH, _SPANISH_REQUESTS, _SPANISH_FILLERS, _SPANISH_AROUND),
        "fr": _compiled(_FRENCH, _FRENCH_REQUESTS, _FRENCH_FILLERS, _FRENCH_AROUND),
    }
)
# Letters one by one ("S T O P"), and the sign alone.
_SPELLED = re.compile(r"s([ .\-_*])t\1o\1p[ .!]*")
_STOP_SIGNS = frozenset("\U0001f6d1\ufe0f ")
# "Stop?" asks what happens, or repeats a word that it does not understand; "non stop" is not the French "no, stop".
_DOUBTFUL = re.compile(r"(?:stop|stopp|arret|abmelden|unsubscribe)(?: \w+)? ?\?|non stop")


def asks_to_stop(text: str) -> bool:
    """Say whether the whole of `text` asks, in one of four languages, for no more messages."""
    if len(text) > LONGEST:
        return False
    if _SPELLED.fullmatch(text.strip().casefold()) or (set(text.strip()) and set(text.strip()) <= _STOP_SIGNS):
        return True
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
