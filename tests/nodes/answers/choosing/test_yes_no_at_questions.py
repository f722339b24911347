"""A phrase without a yes or no of its own does not answer every question: "no problem" at "Is there a problem?"."""

from __future__ import annotations

from time import perf_counter

import pytest

from botflow.nodes.answers.choosing.yes_no import meaning

# At these questions consent is a yes.
OFFERS = {
    "en": ["Shall I book it?", "Is that OK?", "Does 7 p.m. work for you?", "Confirm?", "Can you come earlier?",
           "May we contact you?", "Two people at 7 pm. Correct?",
           "Great, then let's say 7 pm. Is that fine with you?", "Is everything correct?",
           "Would you like us to call you back?", "If not, shall we cancel it?", "We would come at 8, OK?"],
    "de": ["Soll ich buchen?", "Ist das in Ordnung?", "Passt Ihnen 19 Uhr?", "Bestätigen Sie die Reservierung?",
           "Können Sie etwas früher kommen?", "Dürfen wir Sie anrufen?", "Sind Sie einverstanden?"],
    "es": ["¿Le reservo la mesa?", "¿Confirma la reserva?", "¿Le parece bien?", "¿Puede venir antes?",
           "¿Podemos llamarle?", "¿Quiere que le enviemos un recordatorio?", "¿Está de acuerdo?"],
    "fr": ["Je réserve la table ?", "Ça vous va ?", "Confirmez-vous la réservation ?", "Pouvons-nous vous rappeler ?",
           "Est-ce que 19 h vous convient ?", "On réserve ?", "Voulez-vous que je réserve ?"],
}  # fmt: skip
WISHES = {
    "en": ["Would you like dessert?", "Do you want delivery?"],
    "de": ["Möchten Sie einen Nachtisch?", "Wollen Sie Frühstück?"],
    "es": ["¿Desea postre?", "¿Le gustaría un café?"],
    "fr": ["Voulez-vous un dessert ?", "Souhaitez-vous un rappel ?"],
}
FACTS = {
    "en": ["Do you have a fever?", "Are you in pain?", "Is there a lift?", "Do you smoke?", "Did it arrive?",
           "Could you be pregnant?", "Shall I book it or cancel it?", "Isn't that right?",
           "How are you? Shall I book?", "You are in pain, right?"],
    "de": ["Haben Sie Schmerzen?", "Gibt es einen Aufzug?", "Sind Sie krank?", "Brauchen Sie eine Quittung?",
           "Geht es Ihnen schlecht?", "Haben Sie kein Konto?"],
    "es": ["¿Tiene fiebre?", "¿Hay ascensor?", "¿Fuma?", "¿Le dio fiebre?", "¿Le pasó algo?", "¿Está enfermo?"],
    "fr": ["Avez-vous de la fièvre ?", "Fumez-vous ?", "Y a-t-il un ascenseur ?", "Vous êtes malade ?",
           "On vous a opéré ?"],
}  # fmt: skip
MORE = {
    "en": ["Do you need anything else?", "Anything else?", "Would you like another drink?", "Can I help you further?"],
    "de": ["Möchten Sie noch etwas?", "Brauchen Sie sonst noch was?", "Darf es noch ein Kaffee sein?"],
    "es": ["¿Desea algo más?", "¿Alguna otra cosa?", "¿Puedo ayudarle en algo más?"],
    "fr": ["Voulez-vous autre chose ?", "Désirez-vous encore un café ?", "Puis-je vous aider ?"],
}
MINDING = {
    "en": ["Do you mind if we move you to 8pm?", "Would you mind waiting?", "Would it bother you to wait?"],
    "de": ["Stört es Sie, wenn wir später kommen?", "Macht es Ihnen etwas aus zu warten?", "Haben Sie was dagegen?"],
    "es": ["¿Le importa esperar?", "¿Le molestaría compartir la mesa?"],
    "fr": ["Ça vous dérange si on décale ?", "Cela vous gêne-t-il d'attendre ?"],
}
TROUBLE = {
    "en": ["Any objections?", "Is there a problem with the room?", "Would it be a problem to wait?"],
    "de": ["Haben Sie Einwände?", "Gibt es ein Problem?", "Haben Sie Bedenken?"],
    "es": ["¿Hay algún problema?", "¿Tiene alguna objeción?", "¿Hay algún inconveniente?"],
    "fr": ["Y a-t-il un problème ?", "Avez-vous un souci ?", "Avez-vous une objection ?"],
}
CONSENT = {
    "en": ["no problem", "go ahead", "great", "perfect, thanks", "ok", "sounds good", "works for me", "why not", "👍"],
    "de": ["kein Problem", "super", "perfekt, danke", "ok", "mach das", "klingt gut", "warum nicht", "👍"],
    "es": ["no hay problema", "perfecto, gracias", "vale", "genial", "adelante", "ok", "👍"],
    "fr": ["pas de problème", "parfait merci", "d'accord", "super", "allez-y", "pourquoi pas", "ok", "👍"],
}
CONTENT = {
    "en": ["fine", "fine by me"],
    "de": ["gut", "passt so", "stimmt so"],
    "es": ["bien", "muy bien", "está bien"],
    "fr": ["bien", "très bien", "c'est bon"],
}
CONTENT_WITH_THANKS = {
    "en": "fine thanks",
    "de": "passt so, danke",
    "es": "está bien, gracias",
    "fr": "c'est bon merci",
}
PLAIN_YES = {"en": ["yes", "yeah", "yep"], "de": ["ja", "jo"], "es": ["sí", "si"], "fr": ["oui", "ouais"]}
PLAIN_NO = {
    "en": ["no", "nope", "not at all"],
    "de": ["nein", "nee", "überhaupt nicht"],
    "es": ["no", "para nada"],
    "fr": ["non", "pas du tout"],
}
LANGUAGES = tuple(OFFERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_consent_is_a_yes_only_to_an_offer(language: str) -> None:
    for question in OFFERS[language]:
        found = {text: meaning(text, language, question) for text in CONSENT[language] + CONTENT[language]}
        assert set(found.values()) == {True}, (question, found)
    for question in WISHES[language]:
        found = {text: meaning(text, language, question) for text in CONSENT[language]}
        assert set(found.values()) == {True}, (question, found)
        found = {text: meaning(text, language, question) for text in CONTENT[language]}
        assert set(found.values()) == {None}, (question, found)
    for question in FACTS[language] + MORE[language] + MINDING[language]:
        found = {text: meaning(text, language, question) for text in CONSENT[language] + CONTENT[language]}
        assert set(found.values()) == {None}, (question, found)
    for question in TROUBLE[language]:
        found = {text: meaning(text, language, question) for text in CONSENT[language] + CONTENT[language]}
        assert True not in found.values(), (question, found)


@pytest.mark.parametrize(
    ("language", "offer", "proposal"),
    [
        ("en", "Shall I book it?", "Is that OK?"),
        ("de", "Soll ich buchen?", "Passt Ihnen 19 Uhr?"),
        ("es", "¿Le reservo la mesa?", "¿Le parece bien?"),
        ("fr", "Je réserve la table ?", "Ça vous va ?"),
    ],
)
def test_content_with_thanks_may_decline_what_is_offered(language: str, offer: str, proposal: str) -> None:
    text = CONTENT_WITH_THANKS[language]
    assert meaning(text, language, proposal) is True
    for question in (offer, *WISHES[language], *FACTS[language], *MORE[language], *MINDING[language]):
        assert meaning(text, language, question) is None, question


@pytest.mark.parametrize("language", LANGUAGES)
def test_consent_without_a_question_is_a_yes(language: str) -> None:
    assert {meaning(text, language) for text in CONSENT[language] + CONTENT[language]} == {True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_answer_is_the_same_at_every_question_but_whether_one_minds(language: str) -> None:
    straight = [each for kind in (OFFERS, WISHES, FACTS, MORE, TROUBLE) for each in kind[language]]
    for question in straight:
        assert {meaning(text, language, question) for text in PLAIN_YES[language]} == {True}, question
    for question in straight + MINDING[language]:
        assert {meaning(text, language, question) for text in PLAIN_NO[language]} == {False}, question
    for question in MINDING[language]:
        assert {meaning(text, language, question) for text in PLAIN_YES[language]} == {None}, question


@pytest.mark.parametrize(
    ("language", "question", "text", "means"),
    [
        # What is asked for is denied with its own noun.
        ("en", "Any objections?", "no objections", False), ("en", "Did you have any problems?", "no problem", False),
        ("de", "Haben Sie Einwände?", "keine Einwände", False), ("de", "Gibt es ein Problem?", "kein Problem", False),
        ("es", "¿Hay algún problema?", "no hay problema", False), ("fr", "Avez-vous un souci ?", "aucun souci", False),
        ("fr", "Y a-t-il un problème ?", "pas de problème", False),
        ("en", "Was the problem solved?", "no problem", None), ("en", "Was the problem solved?", "yes", True),
        ("en", "Do you mind waiting?", "no problem", None), ("fr", "Y a-t-il un problème ?", "aucun souci", None),
        # A question whether one minds takes only what cannot be misread.
        ("en", "Do you mind waiting?", "sure", None), ("en", "Do you mind waiting?", "yes, sure", None),
        ("en", "Do you mind waiting?", "yes I do", True), ("en", "Do you mind waiting?", "I do", True),
        ("en", "Do you mind waiting?", "I don't", False), ("en", "Do you mind waiting?", "no thanks", None),
        ("en", "Do you mind waiting?", "no, go ahead", None), ("en", "Do you mind waiting?", "please", None),
        ("en", "Do you mind waiting?", "👍", None), ("en", "Do you mind waiting?", "👎", None),
        ("en", "Do you mind waiting?", "y", None), ("en", "Do you mind waiting?", "no, it's fine", False),
        ("en", "Do you mind waiting?", "yes please", None), ("en", "Do you mind waiting?", "please don't", None),
        ("de", "Stört es Sie?", "klar", None), ("de", "Stört es Sie?", "gerne", None),
        ("de", "Stört es Sie?", "lieber nicht", None), ("de", "Stört es Sie?", "nein, gar nicht", False),
        ("es", "¿Le importa esperar?", "claro", None), ("es", "¿Le importa esperar?", "en absoluto", False),
        ("fr", "Ça vous dérange ?", "bien sûr", None), ("fr", "Ça vous dérange ?", "non merci", None),
        ("en", "Is there a problem?", "yes, definitely", True), ("en", "Is there a problem?", "yes, all good", None),
        ("en", "Is there a problem?", "no, all good", False), ("en", "Any objections?", "sure", None),
        ("en", "Do you have a date in mind?", "yes", True), ("en", "Never mind. Shall I book it?", "yes", True),
        ("en", "Does the pain bother you at night?", "yes", True), ("es", "¿Le molesta la luz?", "sí", True),
        ("en", "Do you mind waiting?", "thanks, no", None), ("de", "Stört es Sie?", "danke, nein", None),
        ("en", "Do you mind waiting?", "no, I don't mind", False),
        ("es", "¿Le importa esperar?", "no me importa", False),
        ("en", "No problem?", "no problem", None), ("en", "No objections?", "yes", None),
        ("fr", "Pas de souci ?", "pas de souci", None), ("en", "Any objections, or not?", "yes", True),
        # Auxiliaries
        ("en", "Do you smoke?", "I did", None), ("en", "Do you smoke?", "I have", None),
        ("en", "Do you smoke?", "I do", True), ("en", "Do you smoke?", "yes I did", None),
        ("en", "Is it your first visit?", "I can", None), ("en", "Is it your first visit?", "it is", True),
        ("en", "Have you been here before?", "I have", True), ("en", "Will you come?", "I will", True),
        ("en", "Are you over 18?", "I am", True), ("en", "Shall I book it?", "yes I do", True),
        ("en", "Shall I book it?", "I hope so", None), ("en", "Would you like delivery?", "yes, I hope so", True),
        # Manners and satisfaction are no yes.
        ("en", "Shall I book it?", "please just", None), ("en", "Shall I book it?", "hello please", None),
        ("en", "Shall I book it?", "please", True), ("es", "¿Le reservo?", "que bien", None),
        ("de", "Soll ich buchen?", "danke, schon gut", None), ("de", "Soll ich buchen?", "schon gut", None),
        ("de", "Brauchen Sie eine Quittung?", "passt schon", None),
        ("en", "Would you like dessert?", "we are fine", None),
        ("en", "Would you like dessert?", "I'm good, great", None),
        ("en", "Would you like anything else?", "i'm good, perfect", None),
        ("en", "Would you like anything else?", "no, I'm good", False),
        ("en", "Anything else?", "that's right", None),
        ("en", "Anything else?", "yes I'm good", None),
        ("fr", "Voulez-vous autre chose ?", "oui c'est bon merci", None),
        ("de", "Möchten Sie noch etwas?", "ja passt so", None), ("en", "Are you OK?", "yes I'm fine", True),
        # "Doch" and "si" contradict.
        ("de", "Soll ich buchen?", "dann doch", None), ("de", "Haben Sie kein Konto?", "doch", True),
        ("de", "Soll ich buchen?", "ja, doch", True), ("fr", "N'avez-vous pas de compte ?", "si", True),
        # Beside a plain yes an idiom changes nothing.
        ("en", "Did you receive the parcel?", "yes, perfect", True), ("en", "Is it your first visit?", "yes, ok", True),
        ("de", "Möchten Sie die Reservierung bestätigen?", "jo passt so", True),
        ("en", "Are you in pain?", "not great", None), ("en", "Do you smoke?", "no, great", None),
        ("en", "Is that OK?", "not ok", False), ("en", "Is that OK?", "it is fine", True),
        # "I am great" is no "I am".
        ("en", "Are you in pain?", "I am great", None), ("en", "Is there a leak?", "it is fine", None),
        ("en", "Have you had surgery?", "I have no problem", None), ("en", "Are you in pain?", "yes I am, ok", True),
        # What the question asks to be written counts.
        ("en", "Your table is booked for 7 pm. Reply OK to confirm.", "ok", True),
        ("de", "Bitte mit OK bestätigen.", "ok", True),
    ],
)  # fmt: skip
def test_an_answer_is_read_at_its_question(language: str, question: str, text: str, means: bool | None) -> None:
    assert meaning(text, language, question) is means


def test_a_question_in_a_language_without_rules_leaves_idioms_as_they_are() -> None:
    assert meaning("ok", "it", "Prenoto?") is True


def test_a_long_answer_at_a_long_question_takes_little_time() -> None:
    question = "Do you mind if we, " * 30 + "?"
    for text in ("no problem " * 45, "I do, " * 80, "yes, actually " * 35, "y" * 500):
        meaning(text[:500], "en", question)
        begun = perf_counter()
        meaning(text[:500], "en", question)
        assert perf_counter() - begun < 0.1
