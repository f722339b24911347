"""The words that people write around an address or a phone number, by language.

`harmless` words cannot change the value; `changing` words can, so that nothing is taken from an answer that has one.
A word that is in no list is unknown, and unknown words are never taken for harmless ones. All words are folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Literal

from botflow.languages import base_language
from botflow.nodes.answers.lexicons.courtesy import courtesy_of

ContactKind = Literal["email", "phone", "url"]
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWords:
    """`courtesy` and `framing` ("you reach me at") are the words of contacts beside those of any answer.

    `nouns`: what the value is called. `ending`: the framing words after which only the value can follow ("is").
    `joining`: words for "and". `changing`: negations, choices, corrections, the past, numbers, and the names of signs
    inside an address. `theirs` are words for what belongs to the one who is spoken to: "your number is 020 7946 0958".
    """

    courtesy: str
    framing: str
    nouns: Mapping[ContactKind, str]
    ending: str
    joining: str
    changing: str
    theirs: str


_ENGLISH = ContactWords(
    courtesy="morning afternoon evening certainly cheers regards kind best bye",
    framing="""mine a an this that are am im you to at on by via under through use using reach reached contact
        write send mail call text message ring here there should also simply as of following below valid
        correct right main new current personal private work business home office school preferred primary
        direct give note down save in touch free feel address try find visit see look""",
    nouns=MappingProxyType(
        {
            "email": """email e-mail emails mail address mailto inbox gmail account contact booking reservation
                appointment order invoice receipt confirmation""",
            "phone": """phone number telephone mobile cell cellphone tel sms whatsapp line landline contact
                smartphone iphone callto""",
            "url": """website site web page homepage url link address webpage blog shop store portfolio profile
                online company internet""",
        }
    ),
    ending="is it's its at that's here's",
    joining="and",
    changing="""not no never don't dont doesn't doesnt isn't isnt wasn't aren't can't cant cannot won't wont didn't
        nothing none nobody without except but instead rather old former previous previously past last used was
        were had wrong incorrect invalid mistake mistyped typo oops sorry actually wait replace change changed
        update correction ignore forget scratch delete remove or nor either if unless until till after before maybe
        perhaps other another different else second first third two both three several dot underscore dash hyphen
        plus minus capital lowercase uppercase letter letters double missing extra add ex hate avoid stop fake
        example""",
    theirs="your yours ur",
)
_GERMAN = ContactWords(
    courtesy="moin morgen abend jawohl grüßen liebe lieben schöne tschüss freundlichen",
    framing="""meiner bin du sie unsere unser eine ein einer lautet wäre sind heißt unter über per via an
        auf zu zur zum bei hier da dies diese dieser dieses schreib schreiben schreibe schicken schick
        senden sende kontaktieren kontakt erreichen erreichst erreichbar erreiche erreicht kannst können man
        auch einfach am besten aktuelle aktuell neue private privat geschäftlich geschäftliche dienstlich
        dienstliche beruflich berufliche gültig gültige richtig korrekt nutze nutzen verwende verwenden nimm
        gib folgende folgt mit anrufen rufen ruf""",
    nouns=MappingProxyType(
        {
            "email": """email e-mail mail emailadresse e-mail-adresse e-mailadresse email-adresse mailadresse
                mail-adresse adresse postfach buchung reservierung termin bestellung rechnung bestätigung""",
            "phone": """telefon telefonnummer telefonnr tel nummer nr handy handynummer handynr mobil mobilnummer
                mobiltelefon mobilfunknummer festnetz festnetznummer rufnummer whatsapp zuhause büro arbeit""",
            "url": """webseite website internetseite homepage seite url link webadresse internetadresse web-adresse
                adresse shop onlineshop blog firma online internet""",
        }
    ),
    ending="ist lautet unter wäre",
    joining="und",
    changing="""nicht nichts kein keine keinen nie niemals ohne außer aber sondern statt stattdessen anstatt alte
        alter alten altes ehemalige frühere vorherige war waren hatte falsch falsche ungültig fehler tippfehler
        vertippt entschuldigung ups eigentlich warte moment ersetze ändere geändert korrektur ignoriere vergiss
        lösche oder entweder weder falls wenn bis nach vor vielleicht andere anderen anders zweite zweiten erste
        zwei beide drei punkt unterstrich bindestrich minus plus groß klein buchstabe doppelt fehlt doch lieber ab""",
    theirs="ihr ihre ihrer ihren dein deine deiner euer eure",
)
_SPANISH = ContactWords(
    courtesy="noches cordiales encantado encantada supuesto",
    framing="""te nuestro nuestra un una está este esta esto eso a al en por del aquí ahí tiene tienes
        tienen puede puedes pueden podéis escribir escríbeme escribe escríbanme escríbame enviar envía
        envíame envíe mandar mándame contactar contáctame contáctenme llamar llámame llame llámeme llámenme
        también nuevo nueva actual personal privado privada trabajo empresa principal válido válida correcto
        correcta siguiente uso usar usa usen""",
    nouns=MappingProxyType(
        {
            "email": """correo correos electrónico electrónica email e-mail mail dirección cuenta reserva cita
                pedido factura confirmación""",
            "phone": "teléfono telf tel número núm móvil celular cel whatsapp fijo casa oficina línea contacto",
            "url": "sitio web página enlace url link dirección blog tienda internet online",
        }
    ),
    ending="es sería será",
    joining="y e",
    changing="""no nunca jamás tampoco nada sin excepto salvo menos pero sino lugar vez viejo vieja antiguo antigua
        anterior anteriores era eran fue tenía incorrecto incorrecta equivocado equivocada mal error perdón ups
        realmente espera cambia cambiar cambio cambié ignora olvida borra o u ni si hasta después antes quizás
        quizá otro otra distinto segundo segunda primero primera dos ambos tres punto guion guión bajo barra
        mayúscula minúscula letra doble falta mejor""",
    theirs="tu tus su sus vuestro vuestra",
)
_FRENCH = ContactWords(
    courtesy="accord voici voilà volontiers",
    framing="""mes j'ai ai suis me notre vous un une cet cette à au aux sur par via du en ici avez pouvez
        peux peut écrire écrivez écrivez-moi écris envoyer envoyez envoyez-moi contacter contactez
        contactez-moi joindre joignable appeler appelez appelez-moi appelle qui aussi nouveau nouvelle
        actuel actuelle personnel personnelle perso pro professionnel professionnelle privé privée travail
        principal principale valide correct correcte suivant suivante utiliser utilisez tout avec""",
    nouns=MappingProxyType(
        {
            "email": """email e-mail mail mél mel courriel adresse électronique boîte messagerie réservation
                rendez-vous commande facture confirmation""",
            "phone": "téléphone tel tél numéro num portable mobile fixe domicile bureau whatsapp ligne maison",
            "url": "site web page internet lien url adresse blog boutique ligne",
        }
    ),
    ending="est c'est sera serait",
    joining="et",
    changing="""pas ne n' non jamais rien aucun aucune sans sauf excepté mais plutôt lieu ancien ancienne vieux
        vieille précédent précédente était étaient avais avait faux fausse mauvais mauvaise erreur faute désolé
        désolée oups attendez attends remplace remplacez changez changer changé modifiez correction ignorez oubliez
        supprimez ou ni si jusqu'à après avant peut-être autre autres différent second seconde deuxième premier
        première deux trois point tiret bas majuscule minuscule lettre double manque""",
    theirs="votre vos ton ta tes",
)
_LANGUAGES: Mapping[str, ContactWords] = MappingProxyType(
    {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of one language, and of English, which people mix with every other one."""

    harmless: frozenset[str]
    introducing: frozenset[str]  # words of `harmless` that lead to a value, as greetings do not
    ending: frozenset[str]
    joining: frozenset[str]
    changing: frozenset[str]
    theirs: frozenset[str]
    nouns: frozenset[str]
    asked: frozenset[str] = frozenset()  # the question's own words; harmless, but not directly before the value


# Numbers that are no phone numbers. A question may name them beside the phone, and so may the answer.
_NAMES_OF_OTHER_NUMBERS = """
    order account card customer reference booking invoice policy member tax id serial tracking fax extension
    room konto kunde kunden kundennummer bestellung bestellnummer kontonummer karte rechnung steuer ausweis
    durchwahl pedido cuenta tarjeta cliente factura socio referencia extension commande compte carte client
    facture dossier poste
"""


def folded_word(word: str) -> str:
    """Return a word in lower case and without accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def lexicon(language: str, kind: ContactKind, question: str = "") -> Lexicon:
    """Return the words around a value of `kind`; `language` is a BCP 47 tag, `question` what was asked."""
    base = base_language(language)
    return _with_question(base if base in _LANGUAGES else "en", kind, question)


@lru_cache(maxsize=256)
def _with_question(base: str, kind: ContactKind, question: str) -> Lexicon:
    words = _lexicon(base, kind)
    asked = frozenset(map(folded_word, _WORD.findall(question.replace("\u2019", "'"))))
    return (
        replace(words, asked=asked - words.changing - words.theirs - _folded(_NAMES_OF_OTHER_NUMBERS))
        if asked
        else words
    )


@cache
def _lexicon(base: str, kind: ContactKind) -> Lexicon:
    spoken = [_ENGLISH] if base == "en" else [_ENGLISH, _LANGUAGES[base]]
    changing = frozenset().union(*(_folded(words.changing) for words in spoken))
    theirs = frozenset().union(*(_folded(words.theirs) for words in spoken))
    introducing = frozenset().union(*(_folded(words.framing + " " + words.nouns[kind]) for words in spoken))
    courtesy = frozenset().union(*(_folded(words.courtesy) for words in spoken))
    for said in {courtesy_of("en"), courtesy_of(base)}:
        introducing |= _folded(said.leading.replace(",", " "))
        courtesy |= _folded(f"{said.please},{said.sounds},{said.agreeing}".replace(",", " "))
    return Lexicon(
        harmless=(introducing | courtesy) - (changing - {folded_word("sí")}) - theirs,
        introducing=introducing - changing - theirs,
        ending=frozenset().union(*(_folded(words.ending) for words in spoken)),
        joining=frozenset().union(*(_folded(words.joining) for words in spoken)),
        changing=changing,
        theirs=theirs,
        nouns=frozenset().union(*(_folded(words.nouns[kind]) for words in spoken)),
    )


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(folded_word, words.split()))
