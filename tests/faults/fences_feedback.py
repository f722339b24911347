"""The fences of feedback: a person's own message, one value for each, one organization's rows."""

from __future__ import annotations

from botflow.storage import feedback
from botflow.storage.feedback import Feedback
from botflow.storage.service.sessions.feedback_pages import FeedbackFilter
from botflow.web.chat.feedback import GiveFeedback
from tests.faults.mutation import Fence
from tests.storage import test_feedback as stored
from tests.web.api import test_feedback as shown
from tests.web.chat import test_feedback as given

IS_NEW = "where=stored.value.is_distinct_from(made.excluded.value) | stored.comment.is_distinct_from(comment),"

FENCES_OF_FEEDBACK = (
    Fence(feedback._give, ", IS_OWN)", ")", stored.test_only_a_message_to_the_person_of_the_session_has_feedback),
    Fence(feedback._put, IS_NEW, "", stored.test_the_same_again_changes_nothing_and_another_value_replaces),
    Fence(feedback._put, IS_NEW, "", stored.test_the_same_again_changes_nothing_and_another_value_replaces, "postgres"),
    Fence(
        feedback._take_back,
        ", feedback.c.value.is_not(None))",
        ")",
        stored.test_what_is_taken_back_is_nowhere_to_be_seen_and_given_anew,
    ),
    Fence(
        Feedback.values,
        "of.session_id == session, ",
        "",
        stored.test_only_a_message_to_the_person_of_the_session_has_feedback,
    ),
    Fence(
        GiveFeedback.__call__,
        "if not live.flow.chat.feedback:",
        "if False:",
        given.test_it_is_off_unless_the_workflow_asks_for_it,
    ),
    Fence(
        GiveFeedback.__call__,
        "Use(FEEDBACK_PER_SESSION, caller.external_id),",
        "",
        given.test_a_visitor_gives_it_only_so_often,
    ),
    Fence(
        FeedbackFilter.conditions,
        "yield feedback.c.organization_id == organization",
        "pass",
        shown.test_it_is_of_one_organization_and_goes_with_its_person,
    ),
)
