"""The fences around erasures that meet something: another request, or another process."""

from __future__ import annotations

from botflow.runtime.erasures.provider_redaction import ProviderRedaction
from botflow.storage.erasure import ledger
from botflow.storage.erasure import redactions as stored_redactions
from tests.faults.mutation import Fence
from tests.web.api.people import test_erasures_at_once as at_once

FENCES_OF_ERASURES = (
    Fence(
        ledger.begin_erasure,
        "connection.execute(row_of_all.with_for_update(key_share=True))",
        "pass",
        at_once.test_two_requests_at_once_begin_one_erasure_which_two_processes_carry_out,
        on="postgres",
    ),
    Fence(
        ProviderRedaction._renew_receipt,
        "ledger.lock_erasure(connection, erasure)",
        "ledger.find_erasure(connection, erasure)",
        at_once.test_a_receipt_knows_of_a_deletion_that_was_noted_while_it_was_written,
        on="postgres",
    ),
    Fence(
        stored_redactions.take_redactions,
        "due_at=now(TAKEN_S), ",
        "",
        at_once.test_a_process_that_dies_between_the_request_and_its_note_leaves_it_to_another_one,
    ),
)
