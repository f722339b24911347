"""The fences of the protocols of other clients, and the promise that breaks without each."""

from __future__ import annotations

from botflow_protocols.callers import speaker_of
from botflow_protocols.openai import repeats, responses, turns
from botflow_protocols.sent_messages import SentMessage

from botflow.web.chat import turn_stream
from tests.faults.mutation import Fence
from tests.protocols import test_ai_sdk, test_openai_completions, test_openai_responses, test_slow_turns

REPEAT = test_openai_completions.test_a_repeat_is_the_same_turn_and_yes_twice_are_two
REVOKED = test_slow_turns.test_a_token_that_was_revoked_opens_nothing_and_ends_a_stream
WHOSE = test_openai_responses.test_a_conversation_by_previous_responses

FENCES_OF_PROTOCOLS = (
    Fence(repeats.message_id_of, "if known is not None and known.id.seq == newest:", "if False:", REPEAT),
    Fence(
        repeats.message_id_of,
        "newest and (asked.has_history or _is_retry(scope) or filled(scope, CHAT_ID) is not None)",
        "newest",
        REPEAT,
    ),
    Fence(
        turns._refuse_tasks,
        "if is_task:",
        "if False:",
        test_openai_completions.test_what_is_refused_and_in_which_form,
    ),
    Fence(speaker_of, "if by_header is not None:", "if False:", test_openai_completions.test_whom_a_request_is_about),
    Fence(responses._is_of, "person == speaker.external_id", "True", WHOSE),
    Fence(turn_stream.position_of, "isinstance(caller, Visitor)", "False", REVOKED),
    Fence(turn_stream._Reading._check_caller, "self._is_visitor", "False", REVOKED),
    Fence(
        turn_stream._Reading._drafts,
        " or self._is_late",
        "",
        test_ai_sdk.test_an_answer_goes_on_while_its_client_is_away_and_is_resumed,
    ),
    Fence(
        turn_stream._Reading._drafts,
        " and not self._is_told",
        "",
        test_slow_turns.test_a_draft_that_comes_after_its_message_is_not_shown,
    ),
    Fence(
        SentMessage.key,
        "[self.id, content]",
        "[self.id]",
        test_ai_sdk.test_a_pressed_button_a_repeat_and_an_edit,
    ),
)
