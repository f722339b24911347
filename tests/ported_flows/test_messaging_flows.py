"""Flows that others wrote for Twilio Studio, goflow and RapidPro: each as one short file, through every branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from botflow.runtime.flow_files import read_flow_files
from botflow.testing import Person, Simulator

FOLDER = Path(__file__).parent
ORIGINAL_LINES = {
    # github.com/khurananick/TwilioAppointmentConfirmations, flow.json at 7cc1a48
    "appointment_confirmation": 465,
    # github.com/TwilioDevEd/introduction-to-messaging-superclass-workshop, final/flows/survey.json at 4d58989
    "survey": 194,
    # github.com/nyaruka/goflow, test/testdata/runner/two_questions.json at 153d274
    "two_questions": 297,
    # github.com/rapidpro/rapidpro, media/test_flows/the_clinic.json at df8fcc9
    "clinic": 884,
}
ANN = Person(channel="sms", sender="+12125550111", address="+12125550100", fields={"name": "Ann"})


def talk_to(name: str, *, person: Person = ANN) -> Simulator:
    return Simulator(FOLDER / f"{name}.yaml", person=person)


def is_asked(talk: Simulator, text: str) -> bool:
    """Whether the last message is this one."""
    return talk.lines[-1].text == text


@pytest.mark.parametrize("name", ORIGINAL_LINES)
def test_a_port_has_a_tenth_of_the_lines_at_most(name: str) -> None:
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    assert len(lines) <= ORIGINAL_LINES[name] / 10


def test_the_ports_compile_without_a_warning_and_need_no_plugin_of_their_own() -> None:
    files = read_flow_files([FOLDER / f"{name}.yaml" for name in ORIGINAL_LINES])
    assert [problem.to_json() for problem in files.problems] == []
    assert files.plugins == ()


TEXTS = {
    "initial_message": "See you at 9? 1 is yes, 2 is no.",
    "confirmation_message": "It is confirmed.",
    "cancellation_message": "It is cancelled.",
    "invalid_response_message": "1 or 2, please.",
}


def test_an_appointment_is_confirmed_after_an_answer_that_does_not_fit() -> None:
    talk = talk_to("appointment_confirmation")
    talk.trigger({**TEXTS, "channel": "SMS"})
    assert is_asked(talk, TEXTS["initial_message"])
    talk.says("12")
    talk.hears(TEXTS["invalid_response_message"])
    assert [line.text for line in talk.lines].count(TEXTS["initial_message"]) == 2
    talk.says("1")
    talk.hears(TEXTS["confirmation_message"])
    assert talk.ended
    assert talk.variables["CONFIRMED"] == "1"


def test_an_appointment_is_cancelled() -> None:
    talk = talk_to("appointment_confirmation")
    talk.trigger({**TEXTS, "channel": "SMS"})
    talk.says("2")
    talk.hears(TEXTS["cancellation_message"])
    assert talk.variables["CANCELED"] == "1"


def test_an_appointment_that_nobody_answers_or_receives_stays_open() -> None:
    talk = talk_to("appointment_confirmation")
    talk.trigger({**TEXTS, "channel": "SMS"})
    talk.skip("23h")
    assert talk.ended
    talk.trigger({**TEXTS, "channel": "SMS"})
    talk.delivery("failed", code="30005")
    assert talk.ended
    talk.trigger({**TEXTS, "channel": "Voice"})
    talk.hears_nothing()
    assert talk.ended
    assert not {"CONFIRMED", "CANCELED"} & set(talk.variables)


OK = {"status": 200, "headers": {}, "body": "ok"}
REFUSED = {"status": 500, "headers": {}, "body": None, "code": "http.status", "message": "it answered 500"}


def test_a_survey_is_sent_with_both_answers() -> None:
    talk = talk_to("survey")
    talk.action("http.request", OK)
    talk.says("hi")
    assert is_asked(talk, "Ahoy! From 1 to 10, how likely are you to recommend us?")
    talk.says("11")
    assert is_asked(talk, "Please enter a number from 1 to 10.")
    talk.says("9")
    assert is_asked(talk, "Anything else that you would like to tell us?")
    talk.says("more tea")
    talk.hears("Thank you for sharing it!")
    [call] = talk.calls("http.request")
    assert call["form"] == {"NPS": ["9"], "Feedback": ["more tea"]}


def test_a_survey_is_sent_without_feedback_after_ten_minutes() -> None:
    talk = talk_to("survey")
    talk.action("http.request", OK, REFUSED)
    talk.says("hi")
    talk.says("10")
    talk.skip("10m")
    talk.hears("Thank you for sharing it!")
    [call, *_] = talk.calls("http.request")
    assert call["form"] == {"NPS": ["10"]}
    talk.says("hi")
    talk.says("1")
    talk.says("no")
    talk.hears_nothing()
    assert talk.ended


def test_a_survey_ends_when_a_question_is_not_answered_or_does_not_arrive() -> None:
    talk = talk_to("survey")
    talk.says("hi")
    talk.skip("1h")
    assert talk.ended
    talk.says("hi")
    talk.delivery("failed")
    assert talk.ended
    talk.says("hi")
    talk.says("5")
    talk.delivery("failed")
    assert talk.ended
    assert not talk.calls("http.request")


def test_two_questions_continue_in_french() -> None:
    talk = talk_to("two_questions")
    talk.action("http.request", OK, REFUSED)
    talk.says("hi")
    talk.hears("Hi Ann! Your favorite color? (red/blue) Your number is +12125550111", buttons=["Red", "Blue"])
    talk.says("purple")
    talk.hears(re.compile("choose one"))
    talk.says("the red one")
    talk.hears("Rouge ! Soda préféré ? (pepsi/coke)")
    talk.says("sprite")
    talk.hears("Pepsi ou coke ?")
    talk.says("coca cola")
    talk.hears("Parfait, vous aimez Coke. Le service a répondu 200.")
    assert talk.contact["language"] == "fr"
    [call] = talk.calls("http.request")
    assert call["json"] == {"contact": talk.contact_id, "soda": "Coke"}
    talk.says("salut")
    talk.hears(re.compile("Bonjour Ann"))
    talk.says("bleu")
    talk.hears("Bleu ! Soda préféré ? (pepsi/coke)")
    talk.says("pepsi")
    talk.hears("Parfait, vous aimez Pepsi. Le service a répondu 500.")


def test_two_questions_end_after_ten_minutes() -> None:
    talk = talk_to("two_questions")
    talk.says("hi")
    talk.skip("10m")
    assert talk.ended
    assert "language" not in talk.contact


REGISTER = "Thanks for registering for alerts of The Clinic. When is your appointment?"
ATTEND = "Your appointment is November 25, 2026, 2:30 PM. Will you attend?"
SURVEY = "Thanks for choosing The Clinic. Do you have time for a short survey?"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of that November; the person's clock, in New York, is five hours earlier."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def registered() -> Simulator:
    """A patient whose appointment is on the 25th at 14:30 in New York, a week later."""
    talk = talk_to("clinic")
    talk.says("Patient")
    talk.says("11/25/2026 2:30pm")
    return talk


def followed_up() -> Simulator:
    """A patient who has answered nothing of the campaign, a minute before its last moment."""
    talk = registered()
    talk.skip_to(at(25, 22, 29))
    return talk


def sends_mails(talk: Simulator) -> list[str]:
    """Script the mail server, and return the list that will have the texts."""
    texts: list[str] = []

    def keep(email: Any, variables: Mapping[str, Any], context: object) -> dict[str, Any]:
        texts.append(email.text)
        return {"messageId": "<1@example.com>", "accepted": list(email.to), "rejected": []}

    talk.action("email.send", keep)
    return texts


def test_other_words_and_missed_calls_are_answered_by_the_clinic() -> None:
    talk = talk_to("clinic")
    talk.says("hello")
    talk.hears("I do not know what that means, try again.")
    talk.says("confirm")
    talk.hears("You have no appointment. Please call 1-888-THE-CLINIC.")
    talk.rings()
    talk.hears("Sorry, we missed your call.")


def test_a_patient_registers_after_two_dates_that_do_not_fit() -> None:
    talk = talk_to("clinic")
    talk.says("patient")
    talk.hears(REGISTER)
    talk.says("soon")
    talk.hears("Sorry, which date and time? Such as 1/18/2027 2:30pm.")
    talk.says("1/18/2013 2:30pm")
    talk.hears("Sorry, which date and time? Such as 1/18/2027 2:30pm.")
    talk.says("11/25/2026 2:30pm")
    talk.hears("Great, thanks for registering.", "I was triggered from another flow.")
    assert talk.contact["next_appointment"] == "2026-11-25T19:30:00+00:00"
    assert talk.groups == ["Pending Appointments"]
    assert talk.log == [("info", "Confused Rating: soon"), ("info", "Confused Rating: 1/18/2013 2:30pm")]


def test_the_campaign_comes_at_its_six_moments() -> None:
    talk = registered()
    mails = sends_mails(talk)
    talk.skip_to(at(24, 14, 59))
    talk.hears_nothing()
    talk.skip_to(at(24, 15))
    talk.hears(ATTEND)
    talk.says("perhaps")
    talk.hears("Please reply yes or no.")
    talk.says("confirm")
    talk.hears("Confirmed for November 25, 2026, 2:30 PM. See you then!")
    assert talk.contact["appointment_confirmed"] == "Confirmed"
    talk.skip_to(at(25, 16, 30))
    talk.hears_nothing()
    assert talk.groups == ["Delay Notification", "Pending Appointments"]
    talk.skip_to(at(25, 18, 30))
    talk.hears("A reminder: your appointment at The Clinic is November 25, 2026, 2:30 PM.")
    talk.skip_to(at(25, 20, 15))
    assert talk.groups == ["Pending Appointments"]
    talk.skip_to(at(25, 20, 30))
    talk.hears("This is a second campaign message.")
    talk.skip_to(at(25, 22, 30))
    talk.hears(SURVEY)
    assert "next_appointment" not in talk.contact
    assert "appointment_confirmed" not in talk.contact
    assert talk.groups == []
    talk.says("sure")
    talk.says("9")
    talk.hears("What pleased you most?")
    talk.says("the nurse")
    talk.hears("Your feedback is extremely valuable to us.")
    assert talk.contact["rating"] == 9
    assert mails == ["9 the nurse"]


def test_a_cancelled_appointment_ends_the_campaign() -> None:
    talk = registered()
    talk.skip_to(at(24, 15))
    talk.says("no")
    talk.hears("Please call 1-888-THE-CLINIC for another appointment.")
    assert "next_appointment" not in talk.contact
    assert talk.groups == []
    talk.skip("3d")
    talk.hears_nothing()
    assert talk.groups == []


def test_another_registration_replaces_the_campaign() -> None:
    talk = registered()
    talk.says("patient")
    talk.says("11/27/2026 9am")
    talk.skip_to(at(26, 14, 59))
    talk.hears_nothing()
    talk.skip_to(at(26, 15))
    talk.hears("Your appointment is November 27, 2026, 9:00 AM. Will you attend?")


def test_the_campaign_also_reaches_a_visitor_of_the_chat() -> None:
    talk = talk_to("clinic", person=Person())
    talk.says("patient")
    talk.says("in 2 hours")
    talk.skip("1h")
    talk.hears(re.compile("^A reminder"))


def test_a_moment_that_has_passed_is_left_out() -> None:
    talk = talk_to("clinic")
    talk.says("patient")
    talk.says("in 2 hours")
    talk.skip("1h")
    talk.hears(re.compile("^A reminder"))
    talk.hears_nothing()
    assert talk.groups == ["Pending Appointments"]


def test_an_open_question_delays_the_campaign_and_a_keyword_ends_it() -> None:
    talk = registered()
    talk.skip_to(at(24, 14, 50))
    talk.says("patient")
    talk.skip_to(at(24, 15))
    talk.hears_nothing()
    talk.says("11/25/2026 2:30pm")
    talk.skip_to(at(24, 15, 5))
    talk.hears(ATTEND)
    talk.says("patient")
    talk.hears(REGISTER)


def test_a_confirmation_that_nobody_answers_makes_way_for_what_follows() -> None:
    talk = registered()
    talk.skip_to(at(24, 15))
    talk.skip("11h")
    assert talk.ended
    talk.says("confirm")
    talk.hears(ATTEND)


@pytest.mark.parametrize(
    ("score", "question", "groups"),
    [
        ("5", "What could we have done better?", ["Unsatisfied Customers"]),
        ("6", "How could we improve?", []),
        ("8", "How could we improve?", []),
        ("10", "What pleased you most?", []),
    ],
)
def test_the_survey_asks_by_the_score(score: str, question: str, groups: list[str]) -> None:
    talk = followed_up()
    mails = sends_mails(talk)
    talk.skip("1m")
    talk.hears(SURVEY)
    talk.says("perhaps")
    talk.hears("Do you have time? Please reply yes or no.")
    talk.says("yes")
    talk.says("11")
    talk.hears(re.compile("1 to 10"))
    talk.says(score)
    talk.hears(question)
    talk.says("well")
    talk.hears("Your feedback is extremely valuable to us.")
    assert (talk.contact, talk.groups, mails) == ({"name": "Ann", "rating": int(score)}, groups, [f"{score} well"])


def test_the_survey_is_declined_and_a_lost_mail_disturbs_nobody() -> None:
    talk = followed_up()
    talk.skip("1m")
    talk.says("no")
    talk.hears("Okay, maybe some other time.")
    talk = followed_up()
    talk.action("email.send", TimeoutError)
    talk.skip("1m")
    for words in ("yes", "7", "well"):
        talk.says(words)
    assert talk.ended
    assert talk.failure is None
