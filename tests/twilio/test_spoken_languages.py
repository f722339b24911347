"""One flow by SMS and in the chat, in English, German, Italian and Arabic: on a real database, through HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from botflow.languages import sentences_in
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import Phone
from tests.web.site import Site, open_site, texts

PIZZA = """
id: pizza
languages: [de, it, ar]
detectLanguage: true
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: dish}
  - id: dish
    type: chatbot
    actionType: menu
    properties:
      text: {en: "What would you like?", de: "Was darf es sein?", it: "Che cosa desidera?", ar: "ماذا تريد؟"}
      options:
        - {id: pizza, label: {en: Pizza, de: Pizza, it: Pizza, ar: "بيتزا"}}
        - {id: soup, label: {en: Soup, de: Suppe, it: Zuppa, ar: "شوربة (Soup)"}}
    on: {pizza: price, soup: price}
  - id: price
    type: chatbot
    actionType: ask
    properties:
      text: {en: "Up to which price?", de: "Bis zu welchem Preis?", it: "Fino a quale prezzo?", ar: "إلى أي سعر؟"}
      variable: price
      expect: number
    next: sure
  - id: sure
    type: chatbot
    actionType: ask
    properties:
      text:
        en: '{{ price | number(2) }} for {{ 2 | plural(one="# person", other="# people") }}?'
        de: '{{ price | number(2) }} für {{ 2 | plural(one="# Person", other="# Personen") }}?'
        it: '{{ price | number(2) }} per {{ 2 | plural(one="# persona", many="#", other="# persone") }}?'
        ar: '{{ price | number(2) }} — {{ 2 | plural(zero="", one="", two="شخصان", few="", many="", other="") }}؟'
      variable: sure
      expect: yes_no
    next: done
  - id: done
    type: chatbot
    actionType: say
    properties:
      text: {en: "Done: {{ sure }}", de: "Fertig: {{ sure }}", it: "Fatto: {{ sure }}", ar: "تم: {{ sure }}"}
"""
# What is written and heard: greeting, menu by number, a price in the language's own figures, yes.
CONVERSATIONS = {
    "en": [
        ("Hello, I would like to order", "What would you like?\n1. Pizza\n2. Soup"),
        ("2", "Up to which price?"),
        ("a lot", "Please answer with a number, for example 3."),
        ("1.5", "1.50 for 2 people?"),
        ("yes", "Done: yes"),
    ],
    "de": [
        ("Guten Tag, ich möchte bestellen", "Was darf es sein?\n1. Pizza\n2. Suppe"),
        ("2", "Bis zu welchem Preis?"),
        ("viel", "Bitte antworte mit einer Zahl, zum Beispiel 3."),
        ("1.500", "1.500,00 für 2 Personen?"),
        ("jawohl", "Fertig: ja"),
    ],
    "it": [
        ("Buongiorno, vorrei ordinare una cosa", "Che cosa desidera?\n1. Pizza\n2. Zuppa"),
        ("Zuppa", "Fino a quale prezzo?"),
        ("molto", "Risponda con un numero, ad esempio 3, per favore."),
        ("1.500", "1.500,00 per 2 persone?"),
        ("no", "Fatto: no"),
    ],
    "ar": [
        ("مرحبا، أريد أن أطلب", "ماذا تريد؟\n1. بيتزا\n2. شوربة (Soup)"),
        ("٢", "إلى أي سعر؟"),
        ("كثير", "يُرجى الرد بعدد، مثل 3."),
        ("\u200f١٬٥٠٠", "1,500.00 — شخصان؟"),
        ("نعم", "تم: نعم"),
    ],
}


@pytest.fixture
async def site(database_url: str, twilio: TwilioStandIn) -> AsyncIterator[Site]:
    async with open_site(
        database_url, flows=(PIZZA,), environment=twilio.environment, botflow_public_url=twilio.public_url
    ) as opened:
        yield opened


async def test_each_person_is_spoken_to_in_their_language(twilio: TwilioStandIn, site: Site) -> None:
    for position, (language, lines) in enumerate(CONVERSATIONS.items()):
        phone = Phone(twilio, site, "pizza", f"+1555000120{position}")
        assert [(written, await phone.text(written)) for written, _ in lines] == [
            (written, [heard]) for written, heard in lines
        ], language
        # The provider has got the very characters, and the next conversation begins in the same language.
        assert lines[-1][1] in [message.body for message in twilio.messages()]
        assert await phone.text("ok") == [lines[0][1]]

        visitor = await site.visit("pizza")
        for written, heard in lines:
            said = texts((await visitor.post(text=written)).json())
            assert said == [heard.partition("\n")[0]], (language, written)


async def test_stop_is_heard_in_every_language_whatever_is_spoken(twilio: TwilioStandIn, site: Site) -> None:
    confirmed = [sentences_in("ar").opted_out]  # Twilio confirms its own words itself
    words = {"STOP": [], "bitte keine nachrichten mehr": confirmed, "no me escribas más": confirmed}
    for position, (word, heard) in enumerate(words.items()):
        phone = Phone(twilio, site, "pizza", f"+1555000130{position}")
        await phone.text("مرحبا، أريد أن أطلب")
        assert await phone.text(word) == heard, word
        assert await phone.text("2") == [], word
