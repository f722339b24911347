"""logic.wait: a while, until a time, until people are at work; by the person's clock, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.session import Wait as SessionWait
from botflow.flow.problems import FlowProblems
from botflow.nodes.logic.wait import WaitProperties
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import WEDNESDAY, message

NEW_YORK, BERLIN = "+12125550123", "+493012345678"


def pausing(on: dict[str, str] | None = None, *, document: dict[str, Any] | None = None, **properties: Any) -> Talk:
    pause = node("pause", "logic.wait", next="done", on=on or {}, **properties)
    return Talk(pause, say("done", "Go on."), say("heard", "You said {{ $input.text }}."), **(document or {}))


def lasting(duration: str) -> dict[str, Any]:
    """Return the property whose name Python keeps for itself."""
    return {"for": duration}


def waits(talk: Talk) -> SessionWait:
    assert talk.session.wait is not None
    return talk.session.wait


def ends(talk: Talk, at: str = "2026-11-18T09:30+00:00", **fields: Any) -> str:
    """Begin at `at` and return when the wait ends, in UTC; "" when it did not begin."""
    talk.send("hi", received_at=datetime.fromisoformat(at).astimezone(UTC), **fields)
    return waits(talk).until.removesuffix(":00+00:00") if talk.session.wait else ""


def test_a_duration_counts_from_the_commit() -> None:
    talk = pausing(**lasting("90m"))
    assert talk.says("hi") == []
    assert (waits(talk).timeout_s, waits(talk).until) == (5_400.0, "")
    assert talk.skip("89m") == []
    assert talk.skip("1m") == ["Go on."]
    assert talk.turn.status == "completed"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-18T08:59+00:00", "2026-11-18T09:00"),
        ("2026-11-18T09:00+00:00", "2026-11-19T09:00"),
        ("2026-12-31T23:00+00:00", "2027-01-01T09:00"),
    ],
)
def test_a_time_of_day_is_the_next_one(now: str, until: str) -> None:
    assert ends(pausing(until="09:00"), now) == until


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("2026-12-24T18:00", "2026-12-24T17:00"),
        ("2026-12-24T18:00+02:00", "2026-12-24T16:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00"),
        ("2026-12-24", "2026-12-23T23:00"),
        ("{{ at }}", "2026-12-24T17:00"),
        ("{{ day }}T{{ hour }}:30", "2026-12-24T17:30"),
    ],
)
def test_a_moment_is_in_the_zone_unless_it_has_an_offset(until: str, moment: str) -> None:
    document: dict[str, Any] = {"timeZone": "Europe/Berlin"}
    document |= {"variables": {"at": "2026-12-24T18:00", "day": "2026-12-24", "hour": "18"}}
    assert ends(pausing(until=until, document=document)) == moment


def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    talk = pausing(until="2026-11-18T09:30")
    assert talk.says("hi") == ["Go on."]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # 29 March 2026: Berlin's clocks go from 02:00 to 03:00. There is no 02:30; it is 03:30 instead.
        ("2026-03-28T22:00+00:00", "2026-03-29T01:30"),
        ("2026-03-29T01:30+00:00", "2026-03-30T00:30"),
        # 25 October 2026: from 03:00 back to 02:00. There are two 02:30; the first one counts, once.
        ("2026-10-24T22:00+00:00", "2026-10-25T00:30"),
        ("2026-10-25T00:45+00:00", "2026-10-26T01:30"),
        ("2026-10-25T01:15+00:00", "2026-10-26T01:30"),
    ],
)
def test_a_time_that_the_clocks_skip_or_show_twice_comes_once(now: str, until: str) -> None:
    assert ends(pausing(until="02:30", timeZone="Europe/Berlin"), now) == until


def test_the_next_day_is_23_or_25_hours_long_when_the_clocks_change() -> None:
    assert ends(pausing(until="09:00", timeZone="Europe/Berlin"), "2026-03-28T08:00+00:00") == "2026-03-29T07:00"
    assert ends(pausing(until="09:00", timeZone="Europe/Berlin"), "2026-10-24T07:00+00:00") == "2026-10-25T08:00"


@pytest.mark.parametrize(
    ("sender", "document", "hour"),
    [
        ("ann", {"timeZone": "Asia/Tokyo"}, "2026-11-19T00:00"),
        (BERLIN, {"timeZone": "Asia/Tokyo"}, "2026-11-19T08:00"),
        (f"whatsapp:{BERLIN}", {}, "2026-11-19T08:00"),
        (NEW_YORK, {}, "2026-11-18T14:00"),
        ("+18005550123", {"timeZone": "Asia/Tokyo"}, "2026-11-19T00:00"),  # toll-free: of no single zone
        ("+1", {"timeZone": "Asia/Tokyo"}, "2026-11-19T00:00"),
        (NEW_YORK, {"variables": {"timeZone": "Australia/Sydney"}}, "2026-11-18T22:00"),
    ],
)
def test_the_zone_is_the_persons_then_their_numbers_then_the_workflows(
    sender: str, document: dict[str, Any], hour: str
) -> None:
    assert ends(pausing(until="09:00", document=document), sender=sender) == hour


def test_a_zone_of_the_nodes_own_goes_before_the_persons() -> None:
    talk = pausing(until="09:00", timeZone="{{ zone }}", document={"variables": {"zone": "Asia/Tokyo"}})
    assert ends(talk, sender=BERLIN) == "2026-11-19T00:00"


HOURS = {"mon-fri": "09:00-17:00", "sat": "10:00-12:00, 13:00-14:00", "holidays": ["2026-11-19", "12-25"]}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-18T09:30+00:00", ""),  # open: there is nothing to wait for
        ("2026-11-18T08:59+00:00", "2026-11-18T09:00"),
        ("2026-11-18T17:00+00:00", "2026-11-20T09:00"),  # Thursday is a holiday
        ("2026-11-20T18:00+00:00", "2026-11-21T10:00"),
        ("2026-11-21T12:30+00:00", "2026-11-21T13:00"),
        ("2026-11-21T14:00+00:00", "2026-11-23T09:00"),
        ("2030-12-25T10:00+00:00", "2030-12-26T09:00"),  # a holiday of every year
    ],
)
def test_business_hours_end_the_wait_when_they_begin(now: str, until: str) -> None:
    assert ends(pausing(businessHours=HOURS), now) == until


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    night = {"fri": "22:00-04:00", "sun": "20:00-24:00"}
    assert ends(pausing(businessHours=night), "2026-11-21T03:00+00:00") == ""
    assert ends(pausing(businessHours=night), "2026-11-21T04:00+00:00") == "2026-11-22T20:00"
    assert ends(pausing(businessHours=night), "2026-11-22T23:59+00:00") == ""
    assert ends(pausing(businessHours=night), "2026-11-23T00:00+00:00") == "2026-11-27T22:00"


def test_a_while_that_ends_after_hours_ends_when_they_begin_again() -> None:
    talk = pausing(**lasting("10h"), businessHours=HOURS)
    assert ends(talk) == "2026-11-20T09:00"
    assert ends(pausing(until="20:00", businessHours=HOURS)) == "2026-11-20T09:00"
    assert ends(pausing(until="16:00", businessHours=HOURS)) == "2026-11-18T16:00"


def test_what_a_person_writes_meanwhile_changes_nothing_where_nothing_is_connected() -> None:
    talk = pausing(**lasting("1h"))
    talk.says("hi")
    began = talk.session
    assert talk.says("hello?") == []
    assert talk.session.wait == began.wait
    assert talk.turn.keeps_deadline
    assert talk.trace == [["ignored", "waiting"]]
    assert talk.skip("1h") == ["Go on."]


def test_a_message_leads_on_where_it_is_connected() -> None:
    talk = pausing({"message": "heard"}, **lasting("1h"))
    talk.says("hi")
    assert talk.says("hello") == ["You said hello."]


def helping(**properties: Any) -> Talk:
    """A wait with two digressions: one that says something, one that asks."""
    pause = node("pause", "logic.wait", next="done", **properties)
    interrupts = [{"id": "help", "match": ["help"], "target": "help"}, {"id": "you", "match": ["you"], "target": "you"}]
    helps, you = say("help", "I am a bot."), node("you", "chatbot.ask", text="Who?", timeout="5m")
    return Talk(pause, say("done", "Go on."), helps, you, interrupts=interrupts)


@pytest.mark.parametrize("properties", [{"for": "1h"}, {"until": "10:30"}])
def test_a_digression_leaves_the_deadline_alone(properties: dict[str, str]) -> None:
    talk = helping(**properties)
    talk.says("hi")
    before = talk.session.wait
    assert talk.send("help", received_at=WEDNESDAY.replace(minute=50)) == ["I am a bot."]
    assert talk.turn.keeps_deadline
    assert talk.session.wait == before


@pytest.mark.parametrize("properties", [{"for": "1h"}, {"until": "10:30"}])
def test_a_digression_that_waits_itself_comes_back_to_the_same_moment(properties: dict[str, str]) -> None:
    talk = helping(**properties)
    talk.says("hi")
    assert talk.send("you", received_at=WEDNESDAY.replace(minute=50)) == ["Who?"]
    assert talk.send("me", received_at=WEDNESDAY.replace(minute=55)) == []
    assert waits(talk).until == "2026-11-18T10:30:00+00:00"
    assert not talk.turn.keeps_deadline
    assert talk.wait() == ["Go on."]


def test_a_digression_that_outlasts_the_wait_goes_on_at_once() -> None:
    talk = helping(**lasting("1h"))
    talk.says("hi")
    talk.says("you")
    assert talk.send("me", received_at=WEDNESDAY.replace(hour=12)) == ["Go on."]


def test_a_loop_through_a_wait_is_no_endless_one_and_waits_anew_each_time() -> None:
    again = node("count", "logic.set", next="pause", variables={"n": "{{ n + 1 }}"})
    talk = Talk(node("pause", "logic.wait", next="count", **lasting("1h")), again, variables={"n": 0})
    talk.says("hi")
    talk.skip("1h")
    assert waits(talk).timeout_s == 3_600.0
    assert talk.variables == {"n": 1}


def test_a_single_run_may_wait() -> None:
    talk = Talk(
        node("pause", "logic.wait", next="end", **lasting("1h")), node("end", "logic.end"), executionMode="single"
    )
    talk.take(message("", kind="message", channel="run", provider="run"))
    assert waits(talk).accepts == ()


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({}, "say how long"),
        ({"for": "1h", "until": "09:00"}, "exclude each other"),
        ({"for": "soon"}, "no duration"),
        ({"for": "0s"}, "longer than nothing"),
        ({"until": "9"}, "neither a time"),
        ({"until": "25:00"}, "neither a time"),
        ({"until": "2026-02-30"}, "neither a time"),
        ({"until": "20261224"}, "neither a time"),
        ({"for": "1h", "timeZone": "Moon"}, "no time zone"),
        ({"businessHours": {}}, "at least 1"),
        ({"businessHours": {"holidays": []}}, "never begin"),
        ({"businessHours": {"weekdays": "09:00-17:00"}}, "names no days"),
        ({"businessHours": {"mon": "9 to 5"}}, "no hours"),
        ({"businessHours": {"mon": 9}}, "no hours"),
        ({"businessHours": {"mon": None}}, "no hours"),
        ({"businessHours": {"mon-wed": "09:00-17:00", "tue": "10:00-12:00"}}, "twice"),
        ({"businessHours": {"mon": "09:00-17:00", "holidays": ["02-30"]}}, "no day"),
        ({"businessHours": {"mon": "09:00-17:00", "holidays": "Christmas"}}, "no day"),
        ({"seconds": 3}, "extra"),
    ],
)
def test_a_wait_that_cannot_work_is_refused(properties: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){complaint}"):
        WaitProperties.model_validate(properties)


def test_the_checker_says_where_a_wait_is_wrong() -> None:
    with pytest.raises(FlowProblems, match="say how long"):
        pausing()


@pytest.mark.parametrize(
    ("properties", "variables", "code"),
    [
        ({"until": "{{ at }}"}, {"at": "whenever"}, "wait.until"),
        ({"until": "{{ at }}"}, {}, "wait.until"),
        ({"until": "{{ at }}"}, {"at": 20261224}, "wait.until"),
        ({"until": "{{ at }}"}, {"at": "9999-12-31T23:59"}, "wait.until"),
        ({"until": "{{ at }}"}, {"at": "0001-01-01T00:00+14:00"}, "wait.until"),
        ({"until": "09:00", "timeZone": "{{ zone }}"}, {"zone": "Moon"}, "zone.unknown"),
        ({"until": "09:00", "timeZone": "{{ zone }}"}, {"zone": "../etc/passwd"}, "zone.unknown"),
        ({"until": "09:00"}, {"timeZone": "Moon"}, "zone.unknown"),
        ({"until": "09:00"}, {"timeZone": 5}, "zone.unknown"),
    ],
)
def test_a_template_that_gives_no_moment_fails_with_a_code(
    properties: dict[str, Any], variables: dict[str, Any], code: str
) -> None:
    talk = pausing(document={"variables": variables}, **properties)
    talk.says("hi")
    assert talk.turn.failure is not None
    assert (talk.turn.failure.node, talk.turn.failure.code) == ("pause", code)


def test_hours_that_never_come_again_fail_with_a_code() -> None:
    closed = [(WEDNESDAY.date() + timedelta(days=ahead)).isoformat() for ahead in range(402)]
    never = {"sun": "09:00-17:00", "holidays": closed}
    talk = pausing(businessHours=never)
    talk.says("hi")
    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "wait.never"


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("{{ day|shift('-1d')|at('09:00') }}", "2026-12-23T08:00"),
        ("{{ day|at(hour)|shift('-2h') }}", "2026-12-24T17:30"),
        ("{{ now|shift('90m') }}", "2026-11-18T11:00"),
        ("{{ today|shift('1w')|at('12:00') }}", "2026-11-25T11:00"),
        ("{{ day|shift('1 month') }}", "2027-01-23T23:00"),
        ("{{ day|shift('-1y'|replace('y', ' year'))|at('09:00') }}", ""),
        ("{{ now }}", ""),
        ("{{ today }}", ""),
    ],
)
def test_a_moment_may_be_reckoned_and_a_past_one_ends_the_wait(until: str, moment: str) -> None:
    document = {"timeZone": "Europe/Berlin", "variables": {"day": "2026-12-24", "hour": "20:30"}}
    talk = pausing(until=until, document=document)

    assert ends(talk, "2026-11-18T09:30+00:00") == moment
    assert (talk.turn.status == "completed") == (moment == "")


def test_a_reckoned_time_is_by_the_zone_of_the_wait() -> None:
    talk = pausing(until="{{ '2026-12-24'|at('09:00') }}", timeZone="America/New_York")

    assert ends(talk) == "2026-12-24T14:00"


def test_an_unset_day_fails_with_a_code() -> None:
    talk = pausing(until="{{ unset|shift('-1d')|at('09:00') }}", document={"variables": {"unset": None}})
    talk.send("hi")

    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "wait.until"
