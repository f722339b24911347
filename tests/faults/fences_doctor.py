"""The fences of the doctor: it mends what was shown, as it was shown, in its organization, and the log says so."""

from __future__ import annotations

from botflow.service.doctor import mending
from botflow.service.doctor.remedies import Remedies
from botflow.storage.service.sessions import stuck_sessions
from tests.faults.mutation import Fence
from tests.web.api import test_doctor

since = test_doctor.test_a_remedy_changes_nothing_of_a_session_that_went_on_since_it_was_examined
exactly = test_doctor.test_a_remedy_mends_exactly_what_was_shown
one_of_two = test_doctor.test_of_two_messages_one_is_given_up_and_nothing_else_changes
foreign = test_doctor.test_another_organization_neither_sees_nor_mends

FENCES_OF_THE_DOCTOR = (
    Fence(Remedies._apply, "(locked.version, ", "(mending.revision, ", since),
    Fence(Remedies._apply, "locked.last_seq) !=", "each.stored.last_seq) !=", since),
    Fence(Remedies._apply, "record_change(connection", "(lambda *values, **more: None)(connection", exactly),
    Fence(mending._chosen, "each.code == mending.finding and ", "", exactly),
    Fence(mending._chosen, " and mending.subject in (None, each.subject)", "", one_of_two),
    Fence(
        Remedies._move,
        "is_there and",
        "",
        test_doctor.test_a_lost_timer_begins_again_where_the_operator_says,
    ),
    Fence(stuck_sessions._sessions, ".where(is_mine)", "", foreign),
)
