"""A conversation in the language of its person."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.flow.problems import FlowProblems
from botflow.languages import sentences_in
from botflow.testing import Person, Simulator
from tests.flow.read_documents import compiled, write

SHOP = """
id: shop
language: en
languages: [de, it]
detectLanguage: true
corrections: true
apology: {en: Sorry., de: Pardon.}
interrupts:
  - {id: german, match: [deutsch], target: to_german}
  - {id: help, match: {en: [help], de: [hilfe], it: [aiuto]}, target: helped}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: dish}
  - id: dish
    type: chatbot
    actionType: menu
    properties:
      text: {en: What would you like?, de: Was möchtest du?, it: Che cosa desidera?}
      variable: dish
      options:
        - {id: pizza, label: {en: Pizza, de: Pizza, it: Pizza}}
        - {id: soup, label: {en: Soup, de: Suppe, it: Zuppa}, match: {en: [broth], de: [Brühe]}}
    on: {pizza: price, soup: price}
  - id: price
    type: chatbot
    actionType: ask
    properties:
      text: {en: "What may it cost?", de: Was darf es kosten?, it: Quanto può costare?}
      variable: price
      expect: number
    next: sure
  - id: sure
    type: chatbot
    actionType: ask
    properties:
      text: {en: "{{ price | number(2) }} is right?", de: "{{ price | number(2) }} stimmt?"}
      variable: sure
      expect: yes_no
    next: done
  - {id: done, type: chatbot, actionType: say, properties: {text: {en: Done., de: Fertig., it: Fatto.}}}
  - {id: helped, type: chatbot, actionType: say, properties: {text: {en: I help., de: Ich helfe., it: Aiuto.}}}
  - {id: to_german, type: logic, actionType: set, properties: {variables: {language: de}}}
"""


def test_the_first_message_chooses_the_language_in_which_all_is_asked_read_and_confirmed() -> None:
    talk = Simulator(SHOP)
    talk.says("Guten Tag, ich möchte etwas bestellen")
    talk.hears("Was möchtest du?", buttons=["Pizza", "Suppe"])
    talk.says("Brühe")
    talk.hears("Was darf es kosten?")
    talk.says("1.500")
    talk.hears("1.500,00 stimmt?")
    talk.says("ich meinte 2,5")
    talk.hears("Geändert: 2,5 statt 1.500.", "2,50 stimmt?")
    talk.says("jawohl")
    talk.hears("Fertig.")
    assert talk.variables == {"language": "de", "dish": "soup", "price": 2.5, "sure": True}


def test_the_same_answer_is_another_number_in_english() -> None:
    talk = Simulator(SHOP)
    talk.says("hi")
    talk.hears("What would you like?", buttons=["Pizza", "Soup"])
    talk.says("Soup")
    talk.says("1.500")
    talk.hears("1.50 is right?")


def test_a_change_in_the_middle_takes_effect_with_the_next_text_and_changes_no_value() -> None:
    talk = Simulator(SHOP)
    talk.says("hello, I would like to order something")
    talk.presses("Soup")
    talk.says("1.5")
    talk.hears("1.50 is right?")
    talk.says("deutsch")
    talk.hears("1,50 stimmt?")
    assert talk.variables["price"] == 1.5
    talk.says("ich meinte 2.500")
    talk.hears("Geändert: 2.500 statt 1,5.")


def test_a_node_with_a_missing_text_speaks_and_reads_the_flows_own_language() -> None:
    talk = Simulator(SHOP)
    talk.says("Buongiorno, vorrei ordinare qualcosa")
    talk.hears("Che cosa desidera?", buttons=["Pizza", "Zuppa"])
    talk.presses("Zuppa")
    talk.says("1.500")
    talk.hears("1,500.00 is right?")
    talk.says("yes")
    talk.hears("Fatto.")
    assert talk.variables == {"language": "it", "dish": "soup", "price": 1500, "sure": True}


def test_an_interrupt_is_heard_in_the_language_that_is_spoken() -> None:
    talk = Simulator(SHOP)
    talk.says("Ich möchte gern etwas bestellen")
    talk.says("hilfe")
    talk.hears("Ich helfe.", "Was möchtest du?")
    talk.says("aiuto")
    talk.hears("Bitte wähle eins davon.")


def test_a_person_who_returns_is_greeted_in_the_language_of_last_time() -> None:
    talk = Simulator(SHOP)
    talk.says("Ich möchte gern etwas bestellen")
    talk.presses("Pizza")
    talk.says("5")
    talk.says("ja")
    talk.hears("Fertig.")
    assert talk.ended
    talk.says("ok")
    talk.hears("Was möchtest du?")


COMPILED = compiled(write(SHOP))
MESSAGES = st.lists(
    st.sampled_from(
        (
            "deutsch",
            "hello",
            "hilfe",
            "help",
            "Soup",
            "Suppe",
            "Brühe",
            "1",
            "2",
            "1.500",
            "1,5",
            "3",
            "ja",
            "yes",
            "no",
            "nein",
            "sì",
            "zurück",
            "back",
            "ich meinte 2.500",
            "I meant 2.500",
            "Zuppa",
            "vorrei ordinare qualcosa",
        )
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(MESSAGES)
def test_a_change_of_language_never_changes_a_stored_value(messages: list[str]) -> None:
    talk = Simulator(COMPILED)
    for message in messages:
        before = {} if talk.ended or not talk.transcript else dict(talk.variables)
        at = "" if not before else talk.node
        talk.says(message)
        assert talk.failure is None
        assert talk.ended or talk.variables["language"] in ("en", "de", "it")
        if message == "deutsch" and before:
            assert {**talk.variables, "language": ""} == {**before, "language": ""}
            assert (talk.node, talk.variables["language"]) == (at, "de")


@pytest.mark.parametrize("chosen", ["de", "DE", "de-AT", "de_CH"])
def test_a_choice_may_name_a_country(chosen: str) -> None:
    talk = Simulator(SHOP.replace("{language: de}", f"{{language: {chosen}}}"))
    talk.says("hello, I would like to order something")
    talk.says("deutsch")
    talk.hears("Was möchtest du?")


@pytest.mark.parametrize("chosen", ["tlh", "''", "[de]", "7", "null"])
def test_a_choice_of_no_language_of_the_flow_changes_nothing(chosen: str) -> None:
    talk = Simulator(SHOP.replace("{language: de}", f"{{language: {chosen}}}"))
    talk.says("hello, I would like to order something")
    talk.says("deutsch")
    talk.hears("What would you like?")
    talk.presses("Soup")
    talk.hears("What may it cost?")


def test_a_subflow_speaks_the_language_of_the_conversation_or_its_own() -> None:
    child = """
id: child
language: it
languages: [de]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: said}
  - {id: said, type: chatbot, actionType: say, properties: {text: {it: Ciao., de: Hallo.}}}
"""
    main = """
id: main
languages: [de]
detectLanguage: true
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: sub}
  - {id: sub, type: logic, actionType: subflow, properties: {workflow: child}, next: bye}
  - {id: bye, type: chatbot, actionType: say, properties: {text: {en: Bye., de: Servus.}}}
"""
    german = Simulator(main, others=[child])
    german.says("Ich möchte gern etwas bestellen")
    german.hears("Hallo.", "Servus.")
    english = Simulator(main, others=[child])
    english.says("I would like to order something")
    english.hears("Ciao.", "Bye.")


def test_an_apology_is_in_the_language_of_the_conversation() -> None:
    talk = Simulator(
        SHOP.replace("de: Fertig.", "de: '{{ 1 / 0 }}'").replace("apology: {en: Sorry., de: Pardon.}\n", "")
    )
    talk.says("Ich möchte gern etwas bestellen")
    talk.presses("Pizza")
    talk.says("5")
    talk.says("ja")
    talk.hears(sentences_in("de").apology)


def test_a_flow_in_one_language_has_nothing_of_it_in_its_session() -> None:
    talk = Simulator(
        "id: one\nnodes:\n  - {id: start, type: chatbot, actionType: message_received, next: ask}\n"
        "  - {id: ask, type: chatbot, actionType: ask, properties: {text: Who?, variable: who}}\n"
    )
    talk.says("hi")
    assert talk.variables == {}


def test_a_language_that_the_flow_does_not_have_is_refused_at_its_place() -> None:
    with pytest.raises(FlowProblems) as refused:
        Simulator(SHOP.replace("de: Fertig.", "fr: Fini."))
    problem = next(each for each in refused.value.problems if each.severity == "error")
    assert (problem.code, problem.line) == ("language.unknown", 39)
    assert "'fr' is none of the flow's languages, en, de, it" in problem.message


KNOWN = """
id: known
languages: [de, it]
detectLanguage: true
variables: {dishes: [Pizza]}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: dish}
  - id: dish
    type: chatbot
    actionType: menu
    properties:
      text: {en: "Which, {{ $contact.name }}?", de: "Was, {{ $contact.name }}?", it: "Quale, {{ $contact.name }}?"}
      optionsFrom: {list: "{{ dishes }}", label: {en: "{{ item }} now", de: "{{ item }} jetzt", it: "{{ item }} ora"}}
    on: {chosen: show}
  - id: show
    type: chatbot
    actionType: cards
    properties:
      text: {en: And?, de: Und?, it: E?}
      variable: choice
      cards:
        - id: tea
          title: {en: Tea, de: Tee, it: Tè}
          text: {en: hot, de: heiß, it: caldo}
          buttons: [{id: order, label: {en: Order, de: Bestellen, it: Ordina}}]
    on: {order: done}
  - {id: done, type: chatbot, actionType: say, properties: {text: {en: "{{ choice }}!", de: "Fertig: {{ choice }}"}}}
"""


def test_the_language_of_the_contact_comes_before_that_of_the_first_message() -> None:
    talk = Simulator(KNOWN, person=Person(fields={"name": "Ann", "language": "de-AT"}))
    talk.says("Buongiorno, vorrei ordinare una cosa")
    talk.hears("Was, Ann?", buttons=["Pizza jetzt"])
    talk.says("pizza jetzt")
    [shown] = talk.messages
    assert (shown.text, shown.language) == ("Und?", "de")
    [card] = shown.cards
    assert (card.title, card.text, [button.title for button in card.buttons]) == ("Tee", "heiß", ["Bestellen"])
    talk.says("Kaffee")
    talk.hears(sentences_in("de").expected["choice"], buttons=["Tee"])
    talk.says("tee")
    talk.hears("Fertig: tea")


def test_a_contact_without_a_language_of_the_flow_leaves_it_to_the_first_message() -> None:
    for fields in ({"name": "Ann"}, {"name": "Ann", "language": "fr"}):
        talk = Simulator(KNOWN, person=Person(fields=fields))
        talk.says("Buongiorno, vorrei ordinare una cosa")
        talk.hears("Quale, Ann?", buttons=["Pizza ora"])


def test_a_node_with_a_missing_text_marks_its_message_with_the_language_that_it_speaks() -> None:
    talk = Simulator(KNOWN.replace(", it: caldo", ""), person=Person(fields={"name": "Ann", "language": "it"}))
    talk.says("hi")
    talk.says("pizza ora")
    [shown] = talk.messages
    assert (shown.text, shown.language, shown.cards[0].title) == ("And?", "en", "Tea")
