"""`$contact`: read in templates and conditions, written by questions and by nodes of its own, checked by type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from botflow import Flow
from botflow.engine.events import ContactChanged, ContactRead, GroupChanged, NodeFailed
from botflow.flow.problems import FlowProblems
from botflow.testing import Person, Simulator

FIELDS: dict[str, dict[str, Any]] = {
    "birthday": {"type": "date"},
    "children": {"type": "number"},
    "vegan": {"type": "boolean"},
    "plan": {"type": "choice", "choices": ["free", "pro"]},
    "seen": {"type": "datetime"},
    "note": {"type": "text"},
}


def guests() -> Flow:
    flow = Flow("guests", contact_fields=FIELDS)
    name = flow.ask("Your name?", variable="contact.name", skip_if_known=True, id="name")
    day = flow.ask("Your birthday?", variable="contact.birthday", expect="date", skip_if_known=True, id="day")
    known = flow.branch({"regular": "'regulars' in $contact.groups"}, id="known")
    flow.message_received() >> name >> day >> known
    known["regular"] >> flow.say("Welcome back, {{ $contact.name }}!")
    known["else"] >> flow.group_contact(join=["regulars"], id="group") >> flow.say("Hello {{ $contact.name }}!")
    return flow


def test_answers_are_kept_in_the_contact_and_known_questions_are_skipped() -> None:
    talk = Simulator(guests())
    talk.says("hi")
    talk.hears("Your name?")
    talk.says("Ann")
    talk.hears("Your birthday?")
    talk.says("1990-05-17")
    talk.hears("Hello Ann!")

    assert talk.contact == {"name": "Ann", "birthday": "1990-05-17"}
    assert talk.groups == ["regulars"]
    talk.says("hi again")
    talk.hears("Welcome back, Ann!")
    assert "name" not in talk.variables


def test_a_test_gives_a_person_with_fields_and_groups() -> None:
    ann = Person(fields={"name": "Ann", "birthday": "1990-05-17"}, groups=("regulars",))
    talk = Simulator(guests(), person=ann)

    talk.says("hi")

    talk.hears("Welcome back, Ann!")
    kinds = [type(event) for event in talk.events]
    assert kinds[0] is ContactRead
    assert ContactChanged not in kinds


@pytest.mark.parametrize(
    ("field", "wrong", "right", "stored"),
    [
        ("birthday", "tomorrow", " 1990-05-17 ", "1990-05-17"),
        ("children", "two", "2", 2),
        ("vegan", "perhaps", "yes", True),
        ("plan", "gold", "pro", "pro"),
        ("seen", "27.11.2026 09:30", "2026-11-27T09:30:00+01:00", "2026-11-27T08:30:00+00:00"),
        ("note", "x" * 1_001, "ok", "ok"),
        ("language", "German!", "de-AT", "de-AT"),
        ("timeZone", "Berlin", "Europe/Berlin", "Europe/Berlin"),
        ("unheard", "x", None, None),
    ],
)
def test_a_value_that_does_not_fit_leaves_by_error_and_nothing_is_stored(
    field: str, wrong: str, right: str | None, stored: object
) -> None:
    flow = Flow("set", contact_fields=FIELDS, variables={"given": right or wrong})
    change = flow.set_contact({"name": "Ann", field: "{{ $message.text }}"}, id="change")
    flow.message_received() >> change >> flow.say("stored")
    change["error"] >> flow.say("{{ $change.code }}")
    talk = Simulator(flow)

    talk.says(wrong)
    talk.hears("contact.field_unknown" if right is None else "contact.value")
    assert talk.contact == {}
    assert [event for event in talk.events if isinstance(event, NodeFailed)]
    if right is not None:
        talk.says(right)
        talk.hears("stored")
        assert talk.contact == {"name": "Ann", field: stored}


def test_a_value_can_be_cleared_and_groups_can_be_left() -> None:
    flow = Flow("clear", contact_fields=FIELDS)
    leave = flow.group_contact(join="{{ $message.text }}", leave="old", id="leave")
    flow.message_received() >> flow.set_contact({"note": None}) >> leave
    leave >> flow.say("{{ $contact.groups | join(', ') }} {{ $contact.note is none }} {{ $contact.lastSeen is none }}")
    leave["error"] >> flow.say("{{ $leave.code }}")
    talk = Simulator(flow, person=Person(fields={"note": "x"}, groups=("old",)))

    talk.says("new")
    talk.hears("new yes yes")
    assert (talk.contact, talk.groups) == ({}, ["new"])
    assert [event for event in talk.events if isinstance(event, GroupChanged)] == [
        GroupChanged("leave", "old", False),
        GroupChanged("leave", "new", True),
    ]
    talk.says("x" * 65)
    talk.hears("contact.group_name")


def test_an_answer_that_does_not_fit_its_field_is_asked_again() -> None:
    flow = Flow("ask", contact_fields={"plan": {"type": "choice", "choices": ["free", "pro"]}})
    flow.message_received() >> flow.ask("Which plan?", variable="contact.plan") >> flow.say("{{ $contact.plan }}")
    talk = Simulator(flow)
    talk.says("hi")
    talk.hears("Which plan?")
    talk.says("gold")
    assert talk.contact == {}
    assert talk.node == "ask_contact_plan"
    talk.says("pro")
    talk.hears("pro")


def test_a_form_and_an_extraction_write_into_the_contact() -> None:
    flow = Flow("form", contact_fields={"people": {"type": "number"}, "town": {"type": "choice", "choices": ["Bonn"]}})
    form = flow.form([{"name": "contact.people", "text": "How many?", "expect": "integer"}])
    find = flow.extract({"contact.name": {"type": "text"}, "contact.town": {"type": "text"}}, id="find")
    flow.message_received() >> form >> flow.ask("Who, and where?", id="who") >> find
    find["missing"] >> flow.say("{{ $contact.people }} for {{ $contact.name }}, no {{ $find.missing | join }}")
    talk = Simulator(flow)
    talk.model({"contact.name": "Ann", "contact.town": "Paris"})
    talk.says("hi")
    talk.says("4")
    talk.says("Ann from Paris")
    talk.hears("4 for Ann, no contact.town")
    assert talk.contact == {"people": 4, "name": "Ann"}


def test_a_run_has_no_contact() -> None:
    flow = Flow("run", mode="single")
    change = flow.set_contact({"name": "Ann"}, id="change")
    flow.manual() >> change >> flow.end(output="stored")
    change["error"] >> flow.end(output="{{ $change.code }}")

    assert Simulator(flow).trigger().output == "contact.nobody"


def test_the_zone_of_the_contact_is_the_zone_of_the_turn() -> None:
    flow = Flow("zone")
    flow.message_received() >> flow.say("{{ $contact.timeZone }} {{ now | time }}")
    there = Simulator(flow, person=Person(fields={"timeZone": "Asia/Tokyo"}))
    here = Simulator(flow)
    assert there.says("hi") != here.says("hi")


def test_a_flow_that_does_not_mention_the_contact_does_not_read_it() -> None:
    flow = Flow("plain")
    flow.message_received() >> flow.say("Hello {{ $message.text }}")
    talk = Simulator(flow, person=Person(fields={"name": "Ann"}))
    talk.says("hi")
    assert not talk.flow.reads_contact
    assert not [event for event in talk.events if isinstance(event, ContactRead)]


def test_fields_that_no_flow_writes_and_fields_that_are_not_declared_are_reported() -> None:
    flow = Flow("wrong")
    flow.message_received() >> flow.ask("?", variable="contact.created") >> flow.say("{{ $contact.brithday }}")
    with pytest.raises(FlowProblems) as refused:
        Simulator(flow)
    codes = {problem.code for problem in refused.value.problems}
    assert codes >= {"contact.read_only", "contact.undeclared"}


def test_a_node_may_be_named_contact() -> None:
    flow = Flow("named")
    flow.message_received() >> flow.ask("Who?", id="contact") >> flow.say("{{ $contact.value }}")
    talk = Simulator(flow)
    talk.says("hi")
    talk.says("Ann")
    talk.hears("Ann")


def test_a_moment_without_a_zone_is_one_of_the_persons_clock() -> None:
    flow = Flow("visit", time_zone="Europe/Berlin", contact_fields={"visit": {"type": "datetime"}})
    ask = flow.ask("When?", variable="contact.visit", expect="datetime")
    keep = flow.ask("And the next?", variable="next", expect="datetime")
    change = flow.set_contact({"visit": "{{ next }}"}, id="change")
    flow.message_received() >> ask >> flow.say("{{ $contact.visit }}") >> keep >> change
    change >> flow.say("{{ $contact.visit }} {{ next | date }}")
    talk = Simulator(flow, now=datetime(2026, 12, 1, 9, tzinfo=UTC))
    talk.says("hi")
    first = talk.says("tomorrow at 14:30")
    last = talk.says("2026-12-05 10:00")

    assert first[0] == "2026-12-02T13:30:00+00:00"
    assert last[0].startswith("2026-12-05T09:00:00+00:00 ")


@pytest.mark.parametrize(
    ("known", "asks", "says"),
    [
        ("lots", {"expect": "integer"}, "How many?"),
        (7, {"expect": "integer"}, "7"),
        (7, {"expect": "integer", "max": 5}, "How many?"),
        ("purple", {"expect": "choice", "choices": ["red", "blue"]}, "How many?"),
        ("red", {"expect": "choice", "choices": ["red", "blue"]}, "red"),
        ("tomorrow", {"expect": "date"}, "How many?"),
        ("2026-12-01", {"expect": "date", "min": "2026-11-01"}, "2026-12-01"),
        ("2026-10-01", {"expect": "date", "min": "2026-11-01"}, "How many?"),
    ],
)
def test_what_is_known_and_is_no_answer_is_asked_for(known: object, asks: dict[str, Any], says: str) -> None:
    flow = Flow("known", variables={"n": known})
    ask = flow.ask("How many?", variable="n", skip_if_known=True, **asks)
    flow.message_received() >> ask >> flow.say("{{ n }}")

    assert Simulator(flow).says("hi")[0].splitlines()[0] == says
