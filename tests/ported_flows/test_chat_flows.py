"""Flows of Typebot, Rasa, Dialogflow CX and goflow, written anew in one short file each, and talked through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from botflow.cli import main
from botflow.testing import Person, Simulator

FOLDER = Path(__file__).parent

# How many lines the original has, all of its files together, without lines that are commented out.
TYPEBOT = "https://github.com/baptisteArno/typebot.io/blob/{}/apps/builder/public/templates/{}.json"
ORIGINALS = {
    "lead_scoring": (806, TYPEBOT.format("00b6acca8e4fd14a6528413a0aaed58e2f805bde", "lead-scoring")),
    "quiz": (980, TYPEBOT.format("00b6acca8e4fd14a6528413a0aaed58e2f805bde", "quiz")),
    "nps": (603, TYPEBOT.format("218f6892690da5c2cb58c4c470b3b8009e6a24f5", "nps")),
    "formbot": (636, "https://github.com/RasaHQ/rasa/tree/02add2c35b3773410844387f16c8d88bb95397f8/examples/formbot"),
    "shirt_shop": (
        495,
        "https://github.com/koverholt/dialogflow-cx-terraform/tree/13f4549203f36a1c6d764a4ad7efd94abd392762",
    ),
    "question_order": (
        486,
        "https://github.com/nyaruka/goflow/blob/d5fac5ca8938e9032275e92c9065097a884b8589"
        "/test/testdata/runner/question_randomization.json",
    ),
}


def opened(name: str) -> Simulator:
    """A visitor has opened the chat of a flow."""
    talk = Simulator(FOLDER / f"{name}.yaml")
    talk.opens()
    return talk


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_flow_is_a_tenth_as_long_as_its_original_and_has_no_warnings(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    flow = FOLDER / f"{name}.yaml"
    lines, source = ORIGINALS[name]
    written = len(flow.read_text("utf-8").splitlines())
    assert written <= lines / 10, f"{written} lines; {source} has {lines}"
    monkeypatch.setattr("sys.argv", ["botflow", "check", "--strict", str(flow)])  # loads no plugin but those of botflow
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code, capfd.readouterr().out


@pytest.mark.parametrize(
    ("company", "role", "country", "score"),
    [
        (None, "Product owner", "Peru", 0),
        (None, "Developer", "united states", 20),
        (("Acme", "10"), "UI/UX designer", "Peru", 10),
        (("Acme", "11"), "UI/UX designer", "United States", 30),
        (("Acme", "31"), "Marketing officer", "United States", 60),
    ],
)
def test_a_lead_is_scored(company: tuple[str, str] | None, role: str, country: str, score: int) -> None:
    talk = opened("lead_scoring")
    talk.hears("Hi! 👋", "It is good to see you here.", "Please tell me a little about yourself.")
    talk.hears("Do you work for a company?", buttons=["Yes", "No"])
    talk.presses("Yes" if company else "No")
    if company:
        talk.hears("Which one?")
        talk.says(company[0])
        talk.hears("How large is your team?")
        talk.says(company[1])
    talk.hears("What is your role?", buttons=["UI/UX designer", "Product owner", "Marketing officer", "Developer"])
    talk.presses(role)
    talk.hears("Where do you live?")
    talk.says(country)
    talk.hears("Thank you for your answers.")
    if score > 20:
        talk.hears("Our service is made for people like you.", "You will hear from us soon. 👋")
    else:
        talk.hears("Our service may not be what you need.", "We will send you good reading by e-mail.", "Bye bye 👋")
    talk.hears_nothing()
    assert talk.ended
    assert talk.variables["score"] == score
    assert talk.variables["country"] == country
    assert talk.variables["role"] == role


RIGHT = [
    "Search engine optimization",
    "The visible words of a link",
    "An invented person for a group of customers",
    "Call to action",
]
WRONG = ["Send email out", "A slogan", "A repeat customer", "Computer tracked actions"]
WHY = [
    "SEO stands for search engine optimization.",
    "An anchor text is the visible words of a link.",
    "A persona is an invented person for a group of customers.",
    "CTA stands for call to action.",
]


@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        (4, "Well done 👏"),
        (3, "Well done 👏"),
        (2, "That was all right, and could be better."),
        (1, "Ouch, there is a lot to learn for you."),
        (0, "Ouch, there is a lot to learn for you."),
    ],
)
def test_a_quiz_is_scored_and_can_be_taken_again(right: int, verdict: str) -> None:
    talk = opened("quiz")
    talk.hears("Hi there!", "This is a quiz about digital marketing.", "It has only 4 questions.")
    talk.hears("Ready?", buttons=["Go!"])
    talk.presses("Go!")
    for attempt, rights in enumerate((right, 4)):
        answer = talk.presses if attempt == 0 else talk.says
        for number in range(4):
            if number < rights:
                answer(RIGHT[number])
                talk.hears("Well done!")
            else:
                answer(WRONG[number])
                talk.hears("WRONG!", WHY[number])
        assert talk.variables["answers"] == RIGHT[:rights] + WRONG[rights:]
        talk.hears(verdict if attempt == 0 else "Well done 👏")
        talk.hears(f"Your score is {rights * 5}/20. Try again?", buttons=["Yes!", "No, bye!"])
        talk.presses("Yes!" if attempt == 0 else "No, bye!")
    talk.hears_nothing()
    assert talk.ended


def rated(rate: str) -> Simulator:
    talk = opened("nps")
    talk.hears("Hey! 👋")
    talk.hears("You use our product every day. May I ask you 2 questions?", buttons=["Sure!"])
    talk.says("ok")
    talk.says(rate)
    return talk


@pytest.mark.parametrize("review", [True, False])
@pytest.mark.parametrize("rate", ["9", "10/10"])
def test_a_promoter_is_led_to_the_reviews(rate: str, review: bool) -> None:
    talk = rated(rate)
    talk.hears("I am glad to hear that 😍", "Could you tell us why?")
    talk.says("It is quick")
    talk.hears("Thank you! 🙏")
    talk.hears("Would you write a review?", buttons=["Sure!", "Maybe later"])
    talk.says("yes please" if review else "later")
    if review:
        talk.hears("Amazing 🤩")
        talk.hears_nothing()
        talk.skip("1s")
        talk.hears("This way...", buttons=["Write a review"])
        [link] = talk.messages[-1].quick_replies
        assert link.url == "https://www.example.com/reviews"
    else:
        talk.hears("Thank you for your time!")
        talk.hears("Have a beautiful day!", media=["https://www.example.com/sun.gif"])
    assert talk.ended
    assert (talk.variables["kind"], talk.variables["reason"]) == ("Promoter", "It is quick")


@pytest.mark.parametrize(("rate", "stored"), [("7", 7), ("eight", 8)])
def test_a_neutral_person_is_thanked(rate: str, stored: int) -> None:
    talk = rated(rate)
    talk.hears("Could you tell us why?")
    talk.says("It is all right")
    talk.hears("Thank you for your time!", "Have a beautiful day!")
    assert talk.ended
    assert (talk.variables["kind"], talk.variables["rate"]) == ("Neutral", stored)


@pytest.mark.parametrize("rate", ["1", "6"])
def test_a_detractor_gets_a_code(rate: str) -> None:
    talk = rated("11")
    talk.says(rate)
    talk.hears("What went wrong?")
    talk.says("Everything")
    talk.hears("I am sorry that it was not amazing 🙁")
    talk.hears("Try us again, with the code PROMO123.", media=["https://www.example.com/cat.gif"])
    assert talk.ended
    assert (talk.variables["kind"], talk.variables["rate"]) == ("Detractor", int(rate))


def test_a_search_is_filled_from_as_few_messages_as_the_person_likes() -> None:
    talk = opened("formbot")
    talk.hears("I look for restaurants. How can I help?")
    talk.says("book me a table for three at the italian restaurant")
    talk.hears("Do you want to sit outside?", buttons=["outside", "inside"])
    talk.says("I prefer outdoor")
    talk.hears("Any other wishes?")
    talk.says("a quiet corner")
    talk.hears("How do you like it so far?")
    talk.says("it was great")
    talk.hears("All done! Italian, for 3, outside. Wishes: a quiet corner. Feedback: it was great")
    assert talk.ended


def test_each_field_of_a_search_is_asked_for_and_says_what_fits() -> None:
    talk = opened("formbot")
    talk.says("I'm looking for a restaurant")
    talk.hears("What cuisine?")
    talk.says("swedish food")
    talk.hears("We do not know that cuisine.")
    talk.says("Greek food")
    talk.hears("How many people?")
    for misfit in ("0", "a few", "none"):
        talk.says(misfit)
        talk.hears("Please give a whole number of people.")
    talk.says("2 people")
    talk.hears("Do you want to sit outside?")
    talk.says("no")
    talk.hears("Any other wishes?")
    talk.says("no")
    talk.says("awful")
    talk.hears("All done! Greek, for 2, inside. Wishes: no. Feedback: awful")


def test_a_search_is_interrupted_and_continues() -> None:
    talk = opened("formbot")
    for said, heard in {
        "hello": "Hello!",
        "How is the weather?": "I would rather talk about food.",
        "who invented you": "I would rather talk about food.",
        "Am I talking to a human?": "I am a bot.",
        "thank you": "You are welcome :)",
    }.items():
        talk.says(said)
        talk.hears(heard, "What cuisine?")
    talk.says("stop")
    talk.hears("Do you want to continue?", buttons=["Yes", "No"])
    talk.presses("Yes")
    talk.hears("Good.", "What cuisine?")
    talk.says("mexican food for 5 outside")
    talk.hears("Any other wishes?")
    talk.says("You can't help me")
    talk.hears("Do you want to continue?")
    talk.presses("No")
    assert talk.ended
    assert "wishes" not in talk.variables


def test_a_wish_is_a_wish_and_nothing_else() -> None:
    for wish in (
        "none",
        "a quiet corner",
        "a high chair for my son",
        "not too loud",
        "stop the music",
        "I like it hot",
    ):
        talk = opened("formbot")
        talk.says("indian food for three, outside")
        talk.hears("Any other wishes?")
        talk.says(wish)
        talk.hears("How do you like it so far?")
        talk.says(wish)
        assert talk.ended
        assert talk.variables["wishes"] == talk.variables["feedback"] == wish


def test_a_wish_that_names_another_answer_is_asked_again_once() -> None:
    talk = opened("formbot")
    talk.says("indian food for three, outside")
    talk.says("French wine")
    talk.hears(re.compile("not sure"), "Any other wishes?")
    talk.says("French wine")
    talk.hears("How do you like it so far?")
    assert (talk.variables["wishes"], talk.variables["cuisine"]) == ("French wine", "Indian")
    talk.says("no, inside")
    talk.hears("Changed: inside instead of outside.", "How do you like it so far?")


def test_a_search_that_nobody_continues_ends_after_an_hour() -> None:
    talk = opened("formbot")
    talk.says("Greek food")
    talk.skip("61m")
    assert talk.ended


@pytest.mark.parametrize(
    ("said", "size", "color"),
    [
        (["I want a large, red shirt"], "large", "red"),
        (["I want to place an order", "blue", "tiny"], "small", "blue"),
        (["Buy your pink shirt", "regular"], "medium", "pink"),
        (["I want a small shirt", "teal", "yellow"], "small", "yellow"),
        (["Make a purchase", "not red", "green, giant"], "large", "green"),
    ],
)
def test_a_shirt_is_ordered(said: list[str], size: str, color: str) -> None:
    talk = opened("shirt_shop")
    talk.hears("Hello, I take orders for shirts. How can I help you?")
    for text in said:
        talk.says(text)
    talk.hears(f"You chose a {size}, {color} shirt.")
    talk.hears(f"Your {size} {color} shirt is ready in 7 to 10 business days. Goodbye.")
    assert talk.ended
    assert talk.variables == {"size": size, "color": color}


def test_the_shop_says_where_it_is_and_when_it_is_open_at_any_time() -> None:
    talk = opened("shirt_shop")
    talk.says("How do I get there?")
    talk.hears("Our store is at 7 Hill Road, Springfield.")
    talk.says("I need a yellow shirt")
    talk.hears("What size do you want?", buttons=["small", "medium", "large"])
    talk.says("What time do you close?")
    talk.hears("We are open from 8 am to 5 pm, every day.", "What size do you want?")
    talk.says("average")
    talk.hears("You chose a medium, yellow shirt.")


@pytest.mark.parametrize("name", ["formbot", "shirt_shop"])
def test_the_first_message_of_a_phone_is_answered_by_the_greeting_and_not_read(name: str) -> None:
    talk = Simulator(FOLDER / f"{name}.yaml", person=Person(channel="sms", sender="+15550001111"))
    talk.says("I want a large, red shirt, and Italian food for 4")
    talk.hears(re.compile("How can I help"))
    talk.hears_nothing()
    assert talk.variables == {}


def test_questions_come_in_a_drawn_order_and_each_of_them_once() -> None:
    orders = set()
    for visitor in range(24):
        talk = Simulator(FOLDER / "question_order.yaml", person=Person(sender=f"visitor {visitor}"))
        talk.says("hi")
        talk.hears("Welcome")
        asked = []
        for answer in ("yes", "no", "maybe later"):
            animal = talk.messages[-1].text.removeprefix("Do you like ").removesuffix("?")
            asked.append(animal)
            talk.says(answer)
        for _ in range(4):  # more often than any limit would allow
            talk.hears("Yes or no")
            talk.says("it depends")
        talk.says("yes")
        talk.hears("You are done. Thanks!")
        assert talk.ended
        assert {name: talk.variables[name] for name in asked} == dict(zip(asked, (True, False, True), strict=True))
        orders.add(tuple(asked))
    assert all(sorted(order) == ["cats", "dogs", "lizards"] for order in orders)
    assert len(orders) == 6
