"""Words of labels that mean something else in their sentence: "this one", "no good", "it's late", "colour only"."""

from __future__ import annotations

import pytest

from botflow.testing import read_answer

NUMBERS = {"en": ("One", "Two"), "de": ("Eine", "Zwei"), "fr": ("Un", "Deux"), "es": ("Uno", "Dos")}
HAIR = {
    "en": ("Colour and cut", "Blow dry"),
    "de": ("Farbe und Schnitt", "Waschen"),
    "es": ("Color y corte", "Peinado"),
    "fr": ("Couleur et coupe", "Brushing"),
}
TIMES = {"en": ("Early", "Late"), "de": ("Früh", "Spät"), "es": ("Mañana", "Tarde"), "fr": ("Tôt", "Tard")}
ANSWERS = {"en": ("Yes", "No"), "es": ("Sí", "No")}
PRAISE = {"en": ("Good", "Bad")}


@pytest.mark.parametrize(
    ("language", "labels", "text"),
    [
        ("en", NUMBERS, "this one"),
        ("en", NUMBERS, "that one please"),
        ("en", NUMBERS, "the one"),
        ("de", NUMBERS, "die eine"),
        ("de", NUMBERS, "diese eine"),
        ("es", NUMBERS, "ese uno"),
        ("en", ANSWERS, "no good"),
        ("en", ANSWERS, "no great"),
        ("es", ANSWERS, "no bueno"),
        ("es", ANSWERS, "no bien"),
        ("en", HAIR, "colour only"),
        ("en", HAIR, "just cut"),
        ("de", HAIR, "nur Farbe"),
        ("es", HAIR, "solo color"),
        ("fr", HAIR, "couleur seulement"),
        ("fr", HAIR, "que la couleur"),
        ("en", PRAISE, "could be good"),
        ("en", PRAISE, "can be good"),
        ("en", TIMES, "it's late"),
        ("en", TIMES, "very late"),
        ("de", TIMES, "es ist spät"),
        ("de", TIMES, "sehr spät"),
        ("es", TIMES, "es tarde"),
        ("es", TIMES, "muy tarde"),
        ("fr", TIMES, "c'est tard"),
        ("fr", TIMES, "très tard"),
    ],
)
def test_a_label_that_means_something_else_is_asked_again(
    language: str, labels: dict[str, tuple[str, ...]], text: str
) -> None:
    assert read_answer("choice", text, language=language, choices=labels[language]) is None


@pytest.mark.parametrize(
    ("language", "labels", "text", "option"),
    [
        ("en", NUMBERS, "one please", "One"),
        ("en", NUMBERS, "the first one", "One"),
        ("de", NUMBERS, "eine bitte", "Eine"),
        ("en", ("This one", "Another"), "this one", "This one"),
        ("en", ANSWERS, "no thanks", "No"),
        ("en", HAIR, "colour and cut only", "Colour and cut"),
        ("en", ("Credit card", "Cash"), "card only", "Credit card"),
        ("en", HAIR, "colour", "Colour and cut"),
        ("en", PRAISE, "good", "Good"),
        ("en", PRAISE, "would be good", "Good"),
        ("en", TIMES, "late please", "Late"),
        ("es", TIMES, "por la tarde", "Tarde"),
        ("es", TIMES, "la tarde es mejor", "Tarde"),
    ],
)
def test_the_label_itself_still_counts(language: str, labels: object, text: str, option: str) -> None:
    choices = labels[language] if isinstance(labels, dict) else labels
    assert read_answer("choice", text, language=language, choices=choices) == option  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labels", "text", "option"),
    [
        (("Kreditkarte", "Bar"), "Karte", "Kreditkarte"),
        (("Kreditkarte", "Bar"), "mit Karte bitte", "Kreditkarte"),
        (("Gemüsesuppe", "Pizza"), "die Suppe", "Gemüsesuppe"),
        (("Banküberweisung", "Lastschrift"), "Überweisung", "Banküberweisung"),
        (("Herrenhaarschnitt", "Damenhaarschnitt"), "Herren", "Herrenhaarschnitt"),
        (("Einzelzimmer", "Doppelzimmer"), "ein Doppel bitte", "Doppelzimmer"),
        (("Gemüsesuppe", "Hühnersuppe"), "Gemüse", "Gemüsesuppe"),
        (("Gemüsesuppe", "Hühnersuppe"), "Suppe", None),  # either
        (("Wassermelone", "Cola"), "Wasser", None),  # another thing
        (("Kreditkarte", "EC-Karte", "Bar"), "Karte", None),
        (("Nichtraucher", "Egal"), "Raucher", None),
        (("Rückflug", "Zug"), "Flug", None),
        (("Abbestellung", "Frage"), "Bestellung", None),
        (("Stornierungsbestätigung", "Frage"), "Bestätigung", None),
        (("Kreditkarte", "Bar"), "keine Karte", None),
        (("Karte", "Bar"), "Kreditkarte", None),  # a kind of it
    ],
)
def test_a_part_of_a_german_compound_chooses_it_where_no_other_label_has_it(
    labels: tuple[str, ...], text: str, option: str | None
) -> None:
    assert read_answer("choice", text, language="de", choices=labels) == option
