"""The fences in the Python client of the API: no call is carried out twice, and no event of a stream is left out."""

from __future__ import annotations

from botflow_client import events, request, retries, transport

from tests.clients import test_events, test_python_transport
from tests.faults.mutation import Fence

edits = test_python_transport.test_an_edit_is_repeated_only_if_it_was_not_carried_out
one_key = test_python_transport.test_all_attempts_of_a_post_have_one_key_and_those_of_another_have_another
refused = test_python_transport.test_a_refusal_is_not_repeated_and_neither_is_one_that_asks_for_an_hour
resumed = test_events.test_a_stream_that_breaks_off_within_an_event_is_taken_up_before_it

FENCES_OF_THE_CLIENTS = (
    Fence(retries._may_repeat, "request.is_repeatable or not outcome.may_have_arrived", "True", edits),
    Fence(
        retries._may_repeat, "504:\n            return request.is_repeatable", "504:\n            return True", edits
    ),
    Fence(retries._may_repeat, "if attempt > 1", "", refused),
    Fence(retries.Retries.pause_s, "pause_s if pause_s <= self.longest_pause_s else None", "0.0", refused),
    Fence(request.make_request, 'if method == "POST":', "if False:", one_key),
    Fence(
        transport._Connection._options,
        "headers = {**self._headers, **request.headers}",
        'headers = {**self._headers, **request.headers, "Idempotency-Key": str(id(object()))}',
        one_key,
    ),
    Fence(events.EventReader._take, "self._id = value", "self.last_id = value", resumed),
)
