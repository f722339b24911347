"""Reminders and expiry: who does not answer is asked again, and in the end let go. One alarm after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.session import Alarm
from botflow.nodes.chatbot.ask_properties import AskProperties
from botflow.nodes.chatbot.menu import MenuProperties
from tests.engine.conversation import Talk, node, say
from tests.engine.inbounds import WEDNESDAY

REMINDERS = [{"after": "2h", "text": "Still there, {{ who }}?"}, {"after": "1h"}]


def asking(
    reminders: Sequence[dict[str, Any]] = REMINDERS, document: dict[str, Any] | None = None, **more: Any
) -> Talk:
    ask = node(
        "ask",
        "chatbot.ask",
        text="How many?",
        expect="integer",
        next="thanks",
        on={"timeout": "late"},
        reminders=reminders,
        **more,
    )
    return Talk(ask, say("thanks", "Thanks."), say("late", "Too late."), variables={"who": "you"}, **(document or {}))


def ring(talk: Talk, due: timedelta, late: timedelta = timedelta()) -> list[str]:
    """Let the next alarm go off; `due` and `late` since the question."""
    return talk.wait(due=WEDNESDAY + due, received_at=WEDNESDAY + due + late)


def until(talk: Talk) -> timedelta | None:
    """Return when the next alarm goes off, counted from the question."""
    wait = talk.session.wait
    return datetime.fromisoformat(wait.until) - WEDNESDAY if wait and wait.until else None


HOUR = timedelta(hours=1)


def test_reminders_come_in_order_and_the_timeout_last() -> None:
    talk = asking(timeout="24h")
    talk.send("hi")
    assert talk.session.wait is not None
    assert talk.session.wait.alarms == (Alarm(3_600.0, "reminder"), Alarm(7_200.0, "reminder"), Alarm(86_400.0))
    assert talk.session.wait.timeout_s == 3_600.0
    assert ring(talk, HOUR) == ["How many?"]
    assert talk.trace == [["reminder", "ask"]]
    assert until(talk) == 2 * HOUR
    assert ring(talk, 2 * HOUR) == ["Still there, you?"]
    assert until(talk) == 24 * HOUR
    assert ring(talk, 24 * HOUR) == ["Too late."]


def test_without_a_timeout_the_last_reminder_leaves_the_question_open() -> None:
    talk = asking([{"after": "1h"}])
    talk.send("hi")
    ring(talk, HOUR)
    assert talk.session.wait is not None
    assert (talk.session.wait.alarms, talk.session.wait.until) == ((), "")
    assert talk.send("3") == ["Thanks."]


def test_alarms_that_are_late_do_not_put_off_those_that_follow() -> None:
    late = timedelta(seconds=90)
    reminders = [{"after": f"{hour}h"} for hour in range(1, 11)]
    talk = asking(reminders, timeout="11h")
    talk.send("hi")
    for hour in range(1, 11):
        assert ring(talk, hour * HOUR, late) == ["How many?"]
        assert until(talk) == (hour + 1) * HOUR


def test_after_an_outage_one_reminder_comes_and_the_others_that_were_due_do_not() -> None:
    talk = asking([*REMINDERS, {"after": "6h", "text": "Last call."}], timeout="24h")
    talk.send("hi")
    assert ring(talk, HOUR, 4 * HOUR) == ["How many?"]
    assert until(talk) == 6 * HOUR
    assert ring(talk, 6 * HOUR) == ["Last call."]


def test_a_timeout_that_is_due_after_an_outage_comes_at_once() -> None:
    talk = asking(timeout="3h")
    talk.send("hi")
    ring(talk, HOUR, 30 * HOUR)
    assert until(talk) == 3 * HOUR
    assert ring(talk, 3 * HOUR, 28 * HOUR) == ["Too late."]


def test_an_answer_ends_the_reminders_and_theirs_are_stale() -> None:
    talk = asking()
    talk.send("hi")
    token = talk.session.wait.token if talk.session.wait else ""
    assert talk.send("3") == ["Thanks."]
    assert talk.wait(token) == []
    assert talk.turn.status == "ignored"


def test_a_reminder_that_has_gone_off_is_stale() -> None:
    talk = asking()
    talk.send("hi")
    token = talk.session.wait.token if talk.session.wait else ""
    ring(talk, HOUR)
    assert talk.wait(token) == []
    assert talk.trace == [["ignored", "stale_timeout"]]


def test_an_answer_that_does_not_fit_begins_the_reminders_anew() -> None:
    talk = asking(timeout="24h")
    talk.send("hi")
    ring(talk, HOUR)
    talk.send("many", received_at=WEDNESDAY + HOUR)
    assert talk.session.wait is not None
    assert [alarm.after_s for alarm in talk.session.wait.alarms] == [3_600.0, 7_200.0, 86_400.0]
    assert talk.session.wait.until == ""


def test_a_menu_reminds_with_its_options() -> None:
    options = [{"id": "a", "label": "A"}]
    talk = Talk(
        node("menu", "chatbot.menu", text="What?", options=options, reminders=[{"after": "1h", "text": "Well?"}])
    )
    talk.send("hi")
    assert ring(talk, HOUR) == ["Well?"]
    assert [reply.title for reply in talk.turn.messages[0].quick_replies] == ["A"]
    assert talk.turn.session.frames


@pytest.mark.parametrize(
    ("reminders", "complaint"),
    [
        ([{"after": "1h"}, {"after": "60m"}], "same time"),
        ([{"after": "1d"}], "after the timeout"),
        ([{"after": "25h"}], "after the timeout"),
        ([{"text": "?"}], "required"),
        ([{"after": "soon"}], "no duration"),
        ([{"after": f"{n}m"} for n in range(1, 12)], "at most 10"),
    ],
)
def test_reminders_that_cannot_work_are_refused(reminders: list[dict[str, str]], complaint: str) -> None:
    given = {"text": "?", "timeout": "24h", "reminders": reminders}
    with pytest.raises(ValidationError, match=complaint):
        AskProperties.model_validate(given)
    with pytest.raises(ValidationError, match=complaint):
        MenuProperties.model_validate({**given, "options": [{"id": "a"}]})


# -- expiry


def test_a_conversation_that_nobody_answers_is_over() -> None:
    talk = asking(document={"expires": "3h", "expiredText": "Bye."})
    talk.send("hi")
    ring(talk, HOUR)
    ring(talk, 2 * HOUR)
    assert ring(talk, 3 * HOUR) == ["Bye."]
    assert (talk.turn.status, talk.session.frames, talk.session.wait) == ("cancelled", (), None)
    assert talk.trace == [["expired", "ask"]]
    assert talk.send("3") == ["How many?"]


def test_a_reminder_or_a_timeout_after_the_expiry_never_comes() -> None:
    talk = asking(timeout="24h", document={"expires": "90m"})
    talk.send("hi")
    assert talk.session.wait is not None
    assert talk.session.wait.alarms == (Alarm(3_600.0, "reminder"), Alarm(5_400.0, "expiry"))


def test_of_a_timeout_and_an_expiry_at_one_time_the_timeout_comes() -> None:
    talk = asking([], timeout="1h", document={"expires": "1h"})
    talk.send("hi")
    assert ring(talk, HOUR) == ["Too late."]


def test_of_a_reminder_and_an_expiry_at_one_time_the_expiry_comes() -> None:
    talk = asking([{"after": "1h"}], document={"expires": "1h", "expiredText": "Bye."})
    talk.send("hi")
    assert ring(talk, HOUR) == ["Bye."]


def test_tomorrow_is_the_persons_tomorrow() -> None:
    talk = Talk(
        node("ask", "chatbot.ask", text="When?", expect="date", variable="day", next="thanks"),
        node("thanks", "chatbot.ask", text="{{ day }}"),
    )
    talk.send("hi", sender="+12125550123")
    late = datetime(2026, 11, 19, 3, 30, tzinfo=UTC)  # half past ten in the evening of the 18th in New York
    assert talk.send("tomorrow", sender="+12125550123", received_at=late) == ["2026-11-19"]
