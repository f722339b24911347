"""The fences of reaching people, and the promise that breaks without each."""

from __future__ import annotations

from botflow.engine import ask_json
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.runs.starts import conversation as start_conversation
from botflow.runtime.runs.starts import missed_calls
from botflow.storage import reaching
from botflow.storage.delivery import reports
from tests.engine import test_ask_secrets
from tests.faults.mutation import Fence
from tests.runtime.runs.starts import test_conversation as starts
from tests.storage import test_reaching
from tests.twilio import test_undelivered

FENCES_OF_REACHING = (
    Fence(
        start_conversation.start_conversation,
        "organization=effect.organization",
        "organization=None",
        starts.test_another_organizations_workflow_is_unknown,
    ),
    Fence(
        start_conversation.start_conversation,
        "if effect.is_anonymous:",
        "if False:",
        starts.test_an_anonymous_visitor_starts_only_so_many_conversations_in_an_hour,
    ),
    Fence(
        start_conversation.start_conversation,
        "if chain > DEEPEST:",
        "if False:",
        starts.test_conversations_that_start_each_other_come_to_an_end,
    ),
    Fence(
        missed_calls.start_after_call,
        'key=f"call:{call.key}"',
        'key=""',
        starts.test_a_call_starts_one_conversation_however_late_it_is_told_again,
    ),
    Fence(
        reaching.permit,
        "is_stopped(connection, SessionKey(starter.key.workflow, channel, address))",
        "False",
        test_reaching.test_who_has_opted_out_is_not_written_to_and_nobody_too_often,
    ),
    Fence(
        reaching.permit,
        "policy.countries and country_of(address) not in policy.countries",
        "False",
        test_reaching.test_no_action_writes_to_a_country_that_the_workflow_does_not_name,
    ),
    Fence(
        reaching.permit,
        "reserve(connection, scopes, Amount(segments=1))",
        "pass",
        test_reaching.test_who_has_opted_out_is_not_written_to_and_nobody_too_often,
    ),
    Fence(
        ask_json.ask_to_json,
        "if isinstance(ask, Invoke) and ask.secrets:",
        "if False:",
        test_ask_secrets.test_the_journal_has_no_secrets,
    ),
    Fence(
        reports._awaited,
        'if body.get("awaited") == "failed":',
        "if False:",
        test_undelivered.test_the_arrival_of_a_question_is_told_to_nobody,
    ),
    Fence(
        ConsentGate.passage,
        'ruling.kind == "held" and is_told',
        "False",
        test_undelivered.test_a_question_beyond_a_budget_is_refused_and_not_kept_for_later,
    ),
)
