"""The fences around people and what they are told: of a handoff once and only while it waits, of an end once and in no
circle; whose waiting times are told, and whose picture is shown."""

from __future__ import annotations

from functools import partial

from botflow.service import pictures
from botflow.service.sessions.handoff_changes import HandoffChanges
from botflow.storage.runs import ended_executions, handoff_rows
from botflow.storage.runs.changes import cancel
from botflow.storage.service.sessions import waiting_times
from tests.faults.mutation import Fence
from tests.storage.runs import test_handoff_rows
from tests.web import test_notices
from tests.web.api import test_handoff_people

waiting = partial(
    test_handoff_rows.test_a_row_says_what_its_session_says_although_it_comes_later,
    handoff={"person": "", "since": 0, "version": 2},
    expected=(None, None),
)
claimed = partial(
    test_handoff_rows.test_a_row_says_what_its_session_says_although_it_comes_later,
    handoff={"person": "Maria", "since": 2, "version": 2},
    expected=("Maria", None),
)
told_once = test_notices.test_the_ends_of_executions_are_told_once_each_also_those_by_an_operator

FENCES_OF_NOTICES = (
    Fence(
        waiting_times._ranked,
        "handoffs.c.organization_id == organization,",
        "",
        test_handoff_people.test_how_long_people_waited_is_told_by_day_and_queue,
    ),
    Fence(
        pictures._picture,
        " if _ADDRESS.fullmatch(address) else None",
        "",
        test_handoff_people.test_who_claims_is_seen_with_the_picture_of_their_account,
    ),
    Fence(
        HandoffChanges.transfer,
        'to.picture or ""',
        "to.picture",
        test_handoff_people.test_who_claims_is_seen_with_the_picture_of_their_account,
    ),
    Fence(handoff_rows.open_row, "is_new and is_open", "is_open", waiting),
    Fence(handoff_rows.open_row, "is_open and not person", "is_open", claimed),
    Fence(ended_executions.read_ended, "row is None or row.trigger in _SILENT", "row is None", told_once),
    Fence(cancel.end_run, "following += news_of_end(connection, session, execution, error)", "pass", told_once),
)
