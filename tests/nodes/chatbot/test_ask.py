"""chatbot.ask: asking, asking again, and leaving."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.inbound import Media
from botflow.nodes.chatbot.ask_properties import AskProperties
from tests.engine.conversation import Talk, node, say

PHOTO = Media(url="https://files.test/1.jpg", content_type="image/jpeg")


def quantity(**properties: Any) -> dict[str, Any]:
    return (
        node(
            "qty",
            "chatbot.ask",
            text="How many?",
            variable="qty",
            expect="integer",
            min=1,
            max=20,
            on={"answered": "done"},
        )
        | properties
    )


def test_a_question_waits_and_its_answer_goes_into_the_variable_and_the_output() -> None:
    talk = Talk(quantity(), say("done", "{{ qty + 1 }} {{ $qty.value }} {{ $qty.text }}"))
    assert talk.says("hi") == ["How many?"]
    assert talk.session.wait is not None
    assert talk.says("twelve") == ["13 12 twelve"]
    assert talk.turn.status == "completed"


def test_an_answer_that_does_not_fit_is_asked_again_with_a_sentence_made_of_the_expectation() -> None:
    talk = Talk(quantity(), say("done", "{{ qty }}"))
    talk.says("hi")
    assert talk.says("many") == ["Please answer with a whole number from 1 to 20."]
    assert talk.trace[0] == ["refused", "qty", "not_a_number"]
    assert talk.says("21") == ["Please answer with a whole number from 1 to 20."]
    assert talk.trace[0] == ["refused", "qty", "too_large"]
    assert talk.says("20") == ["20"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Bitte antworte mit einer ganzen Zahl von 1 bis 20."),
        ("es-MX", "Responde con un número entero de 1 a 20."),
        ("fr", "Merci de répondre par un nombre entier de 1 à 20."),
        ("ja", "Please answer with a whole number from 1 to 20."),
    ],
)
def test_the_sentence_is_in_the_flows_language(language: str, sentence: str) -> None:
    talk = Talk(quantity(), say("done", "ok"), language=language)
    talk.says("hi")
    assert talk.says("???") == [sentence]


def test_the_authors_own_words_go_before_ours() -> None:
    ask = node(
        "age", "chatbot.ask", text="Age?", expect="integer", variable="age", invalidText="Digits, {{ $input.text }}?"
    )
    talk = Talk(ask)
    talk.says("hi")
    assert talk.says("old") == ["Digits, old?"]


def test_after_its_retries_a_question_leaves_by_invalid() -> None:
    ask = node("age", "chatbot.ask", text="Age?", expect="integer", retries=2, on={"invalid": "lost"})
    talk = Talk(ask, say("lost", "{{ $age.text }}: {{ $age.reason }}"))
    talk.says("hi")
    assert [talk.says(text)[0] for text in ("a", "b")] == ["Please answer with a whole number, for example 3."] * 2
    assert talk.says("c") == ["c: not_a_number"]
    assert talk.turn.status == "completed"


def test_without_an_edge_from_invalid_it_goes_on_asking_and_explaining() -> None:
    talk = Talk(node("age", "chatbot.ask", text="Age?", expect="integer", retries=1, invalidText="No."))
    talk.says("hi")
    assert [talk.says("x")[0] for _ in range(4)] == ["No.", "No.\nAge?", "No.\nAge?", "No.\nAge?"]
    assert talk.turn.status == "waiting"


def test_retries_may_be_unlimited() -> None:
    talk = Talk(
        node("age", "chatbot.ask", text="Age?", expect="integer", retries="unlimited", on={"invalid": "lost"}),
        say("lost", "lost"),
    )
    talk.says("hi")
    assert {talk.says("x")[0] for _ in range(120)} == {"Please answer with a whole number, for example 3."}


def test_a_wait_that_runs_out_leaves_by_timeout() -> None:
    talk = Talk(node("age", "chatbot.ask", text="Age?", timeout="5m", on={"timeout": "late"}), say("late", "Gone?"))
    talk.says("hi")
    assert talk.session.wait is not None
    assert talk.session.wait.timeout_s == 300
    assert talk.skip("299s") == []
    assert talk.skip("1s") == ["Gone?"]
    assert talk.turn.status == "completed"


def test_a_timeout_of_an_earlier_wait_changes_nothing() -> None:
    talk = Talk(
        node("age", "chatbot.ask", text="Age?", expect="integer", timeout="5m", on={"timeout": "late"}),
        say("late", "x"),
    )
    talk.says("hi")
    assert talk.session.wait is not None
    stale = talk.session.wait.token
    talk.says("old")
    before = talk.session
    assert talk.wait(stale) == []
    assert talk.turn.status == "ignored"
    assert talk.session.wait == before.wait
    assert talk.session.frames == before.frames


def test_a_photo_at_a_text_question_is_answered_with_words_that_say_so() -> None:
    talk = Talk(node("name", "chatbot.ask", text="Name?"))
    talk.says("hi")
    assert talk.send("", media=(PHOTO,)) == ["I cannot read pictures or files here. Please answer in words."]
    assert talk.says("") == ["Please answer in words."]


def album(**properties: Any) -> dict[str, Any]:
    asked = {"text": "Photos?", "variable": "photos", "expect": "media", **properties}
    return node("photos", "chatbot.ask", on={"answered": "done"}, **asked)


TWO = (PHOTO, Media(url="https://files.test/2.pdf", content_type="application/pdf"))


def test_all_files_of_an_answer_are_kept_where_many_are_wanted() -> None:
    talk = Talk(album(many=True), say("done", "{{ photos | length }} {{ photos[1].url }} {{ $photos.text }}"))
    talk.says("hi")
    assert talk.send("Front and back", media=TWO) == ["2 https://files.test/2.pdf Front and back"]
    talk = Talk(album(many=True), say("done", "{{ photos | length }} {{ photos[0].url }}"))
    talk.says("hi")
    assert talk.send("", media=TWO[:1]) == ["1 https://files.test/1.jpg"]


def test_a_variable_for_one_file_stores_the_first_and_the_log_says_that_there_were_more() -> None:
    talk = Talk(album(), say("done", "{{ photos.url }} {{ $photos.media | length }}"))
    talk.says("hi")
    assert talk.send("", media=TWO) == ["https://files.test/1.jpg 2"]
    [line] = [event for event in talk.trace if event[0] == "log"]
    assert line[1:3] == ["photos", "warning"]
    assert "2 files came" in line[3]
    talk = Talk(album(), say("done", "{{ photos.url }}"))
    talk.says("hi")
    talk.send("", media=TWO[:1])
    assert not [event for event in talk.trace if event[0] == "log"]


@pytest.mark.parametrize(
    ("language", "accept", "sentence"),
    [
        ("en", ["pdf"], "Please send a PDF file."),
        ("en", ["image", "video", "pdf"], "Please send a picture, a video or a PDF file."),
        ("de", ["image", "pdf"], "Bitte schick ein Bild oder eine PDF-Datei."),
        ("es", ["audio", "image"], "Envía una grabación de audio o una imagen, por favor."),
        ("fr-CA", ["video", "image"], "Merci d'envoyer une vidéo ou une image."),
        ("ja", ["image"], "Please send a picture."),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_fit(
    language: str, accept: list[str], sentence: str
) -> None:
    talk = Talk(album(accept=accept), say("done", "ok"), language=language)
    talk.says("hi")
    assert talk.send("", media=(Media(url="https://files.test/a.vcf", content_type="text/vcard"),)) == [sentence]
    assert talk.trace[0] == ["refused", "photos", "wrong_file_kind"]
    assert talk.says("here") == [sentence]


@pytest.mark.parametrize(
    ("language", "properties", "sentence"),
    [
        ("en", {}, "Please send one file."),
        ("en", {"accept": ["pdf", "docx"]}, "Please send a PDF file or a file of the type DOCX."),
        ("en", {"accept": ["image/*"], "maxSize": "2.5 MB"}, "Please send a picture, up to 2.5 MB."),
        ("en", {"maxSize": "500 KB"}, "Please send one file, up to 500 KB."),
        ("de", {"maxSize": "2.5 MB"}, "Bitte schick eine einzelne Datei, höchstens 2,5 MB groß."),
        ("de", {"accept": ["application/pdf", ".xlsx"]}, "Bitte schick eine PDF-Datei oder eine XLSX-Datei."),
        ("es", {"accept": ["docx"], "maxSize": "1 MB"}, "Envía un archivo DOCX de 1 MB como máximo, por favor."),
        ("fr", {"maxSize": 2_000_000}, "Merci d'envoyer un seul fichier de 2 Mo au maximum."),
    ],
)
def test_a_question_for_one_file_says_which_one(language: str, properties: dict[str, Any], sentence: str) -> None:
    asked = {"text": "Your CV?", "variable": "cv", "expect": "file", **properties}
    talk = Talk(
        node("cv", "chatbot.ask", on={"answered": "done"}, **asked), say("done", "{{ cv.url }}"), language=language
    )
    talk.says("hi")
    assert talk.says("no") == [sentence]
    assert talk.send("", media=(Media(url="https://f.test/1", content_type="image/jpeg"),) * 2) == [sentence]


def test_several_choices_are_stored_as_a_list_with_their_labels() -> None:
    asked = node(
        "q", "chatbot.ask", text="Which?", variable="v", expect="choices", min=2, next="done", choices=["Red", "Blue"]
    )
    conversation = Talk(asked, say("done", "{{ v | length }}: {{ $q.labels | join(' + ') }}"))
    assert conversation.says("hi") == ["Which?"]
    assert conversation.says("red") == ["Please choose at least 2 of these."]
    assert conversation.says("green") == ["Please choose at least 2 of these."]
    assert conversation.says("blue and red") == ["2: Red + Blue"]


def test_choices_are_quick_replies_and_a_text_is_its_own_id() -> None:
    choices = ["Red", {"id": "b", "label": "{{ blue }}", "match": ["navy"]}]
    ask = node(
        "color",
        "chatbot.ask",
        text="Which?",
        expect="choice",
        choices=choices,
        variable="color",
        on={"answered": "done"},
    )
    talk = Talk(ask, say("done", "{{ color }} {{ $color.label }}"), variables={"blue": "Blue"})
    talk.says("hi")
    assert [(reply.title, reply.payload) for reply in talk.turn.messages[0].quick_replies] == [
        ("Red", "Red"),
        ("Blue", "b"),
    ]
    assert talk.says("green") == ["Please choose one of these."]
    assert [reply.payload for reply in talk.turn.messages[0].quick_replies] == ["Red", "b"]
    assert talk.says("navy") == ["b Blue"]


def test_bounds_may_be_templates() -> None:
    ask = node("n", "chatbot.ask", text="How many?", expect="integer", max="{{ stock }}", on={"answered": "done"})
    talk = Talk(ask, say("done", "ok"), variables={"stock": 3})
    talk.says("hi")
    assert talk.says("4") == ["Please answer with a whole number up to 3."]
    assert talk.says("3") == ["ok"]


def test_a_bound_that_is_none_fails_the_execution_and_says_why() -> None:
    talk = Talk(
        node("n", "chatbot.ask", text="How many?", expect="integer", max="{{ stock }}"), variables={"stock": "few"}
    )
    talk.says("hi")
    talk.says("4")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "ask.bound"


def test_a_date_may_be_bounded_by_the_day_it_is_asked() -> None:
    ask = node(
        "day", "chatbot.ask", text="When?", expect="date", min="tomorrow", max="in 2 weeks", on={"answered": "done"}
    )
    talk = Talk(ask, say("done", "{{ $day.value }}"))
    talk.says("hi")
    assert talk.says("today") == [
        "Please answer with a date from November 19, 2026 to December 2, 2026, for example “tomorrow” or “12 March”."
    ]
    assert talk.says("friday") == ["2026-11-20"]


def test_a_moment_may_be_bounded_by_the_one_in_which_it_is_asked() -> None:
    """Nobody can come at a time that is over."""
    bounds = {"min": "now", "max": "{{ now | shift('2w') }}"}
    ask = node("at", "chatbot.ask", text="When?", expect="datetime", on={"answered": "done"}, **bounds)
    talk = Talk(ask, say("done", "{{ $at.value }}"))
    talk.says("hi")
    assert talk.says("today at 9:00 am") == [
        "Please answer with a day and a time from Nov 18, 2026, 9:30 AM to Dec 2, 2026, 9:30 AM, for example "
        "“tomorrow at 14:30”."
    ]
    assert talk.says("friday at 18:00") == ["2026-11-20T18:00"]


@pytest.mark.parametrize("kind", ["date", "datetime", "time"])
@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
def test_a_bound_may_be_written_in_english_in_any_flow(kind: str, language: str) -> None:
    bound = {"date": "today", "datetime": "tomorrow at 10 am", "time": "8 am"}[kind]
    talk = Talk(node("at", "chatbot.ask", text="?", expect=kind, min=bound), language=language)
    talk.says("hi")
    talk.says("?!")
    assert talk.turn.failure is None


@pytest.mark.parametrize(
    ("bound", "stored"),
    [
        ("2026-11-20T18:00", "2026-11-20T18:00"),
        ("2026-11-20 18:00", "2026-11-20T18:00"),
        ("2026-11-20T16:00:00Z", "2026-11-20T18:00"),  # on the person's own clock
        ("friday at 18:00", "2026-11-20T18:00"),
    ],
)
def test_a_moment_is_bounded_on_the_persons_clock(bound: str, stored: str) -> None:
    ask = node("at", "chatbot.ask", text="When?", expect="datetime", min=bound, max=bound, on={"answered": "done"})
    talk = Talk(ask, say("done", "{{ $at.value }}"), variables={"timeZone": "Africa/Cairo"})
    talk.says("hi")
    talk.says("friday at 17:59")
    talk.says("friday at 18:01")
    assert talk.says("friday at 18:00") == [stored]


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"expect": "datetime", "min": "2026-02-30"}, "not a moment"),
        ({"expect": "datetime", "min": 5}, "not a moment"),
        ({"expect": "datetime", "min": "2026-03-02T10:00", "max": "2026-03-01T10:00"}, "no answer can fit"),
        ({"expect": "regex"}, "pattern"),
        ({"pattern": "[a-z]"}, "pattern"),
        ({"expect": "choice"}, "choices"),
        ({"choices": ["a"]}, "choices"),
        ({"expect": "choice", "choices": ["a", "a"]}, "two choices"),
        ({"expect": "choices"}, "choices"),
        ({"expect": "choices", "choices": ["a", "b"], "min": 3}, "no answer can fit"),
        ({"expect": "choice", "choices": ["a", "b"], "min": 1}, "min and max"),
        ({"expect": "email", "min": 3}, "do not|not email"),
        ({"expect": "integer", "min": 5, "max": 2}, "no answer can fit"),
        ({"expect": "integer", "min": "five"}, "not a number"),
        ({"expect": "date", "min": "2026-02-30"}, "not a date"),
        ({"expect": "date", "min": "todya"}, "not a date"),
        ({"expect": "datetime", "min": "nwo"}, "not a moment"),
        ({"expect": "time", "max": "99"}, "not a time"),
        ({"many": True}, "needs expect: media"),
        ({"expect": "location", "accept": ["image"]}, "needs expect: media"),
        ({"expect": "file", "many": True}, "needs expect: media"),
        ({"expect": "media", "accept": ["word"]}, "no kind of file"),
        ({"expect": "file", "accept": ["image/png", ".exe"]}, "no kind of file"),
        ({"expect": "text", "maxSize": "5 MB"}, "needs expect: media or file"),
        ({"expect": "file", "maxSize": "5 apples"}, "no size"),
        ({"expect": "file", "maxSize": 0}, "greater than or equal"),
        ({"expect": "colour"}, "Input should be"),
        ({"retries": -1}, "greater than or equal"),
        ({"timeout": "soon"}, "duration|30s"),
        ({"txt": "x"}, "[Ee]xtra"),
    ],
)
def test_properties_that_cannot_work_are_refused(properties: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        AskProperties.model_validate({"text": "?", **properties})
