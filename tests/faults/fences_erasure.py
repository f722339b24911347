"""The fences of an erasure: whose rows go, which stay, what comes in meanwhile, and what the receipt proves."""

from __future__ import annotations

from functools import partial

from botflow_twilio.nodes.lookup import ContactLookup

from botflow.runtime.delivery.loop_breaker import Suspects
from botflow.runtime.erasures import receipt
from botflow.runtime.erasures.process_memory import ProcessMemory
from botflow.runtime.erasures.provider_redaction import ProviderRedaction
from botflow.runtime.erasures.text_caches import clear_text_caches
from botflow.runtime.turns.kept_values import KeptValueStore
from botflow.storage.erasure import (
    answers,
    contacts,
    deleting,
    detaching,
    ledger,
    listing,
    places,
    redactions,
    searching,
    work,
)
from tests.faults.mutation import Expression, Fence
from tests.runtime import test_process_memory as memory
from tests.storage.erasure import test_work
from tests.web.api.people import test_erased_nodes as nodes
from tests.web.api.people import test_erasures_at_once as at_once

gone = test_work.test_all_rows_of_a_person_go_and_those_of_another_organization_stay
named = test_work.test_what_only_names_the_person_is_redacted_and_what_is_not_theirs_stays_with_a_reason
below = test_work.test_runs_for_the_person_and_runs_and_forks_below_go_with_them
meanwhile = test_work.test_what_comes_in_during_an_erasure_is_erased_or_belongs_to_a_new_conversation
proved = test_work.test_the_receipt_is_signed_names_nobody_and_a_second_erasure_finds_nothing

BY_SESSION = ("inbounds", "outbounds", "answers", "turns", "checkpoints", "publication_sessions")
OTHERS = (
    "(artifacts, artifacts.c.execution_id.in_(runs), LARGE_ROWS)",
    "(executions, executions.c.session_id == session, ROWS)",
)

forgotten = partial(nodes.test_no_word_of_an_erased_person_is_left, redis_url="")

FENCES_OF_ERASURE = (
    Fence(
        ProcessMemory.look,
        "seen != self._seen",
        "False",
        memory.test_an_erasure_by_another_process_is_seen_though_no_signal_comes,
    ),
    Fence(ProcessMemory.look, "is_old or", "", memory.test_a_day_is_as_long_as_anything_is_remembered),
    Fence(
        ledger.look,
        "select(func.coalesce(func.max(erasures.c.id), 0))",
        "select(null())",
        memory.test_an_erasure_by_another_process_is_seen_though_no_signal_comes,
    ),
    Fence(ContactLookup.forget, "self._known.clear()", "pass", forgotten),
    Fence(KeptValueStore.forget, "self._copies.clear()", "pass", forgotten),
    Fence(Suspects.forget, "self._heard.clear()", "pass", memory.test_who_has_written_is_forgotten),
    Fence(clear_text_caches, "cached.cache_clear()", "pass", forgotten),
    # Each place.
    *(Fence(Expression(deleting, "BY_SESSION"), f" {table},", "", gone) for table in BY_SESSION),
    *(Fence(deleting._has_more, f"{other},", "", gone) for other in OTHERS),
    Fence(deleting._has_more, "_queue_provider_ids(connection, erasing, table, session, workflow, channel)", "", gone),
    Fence(deleting.references_of, "(row.provider_id, *(row.former_ids or", '("", *(row.former_ids or', gone),
    Fence(deleting.references_of, '(row.former_ids or "")', '""', gone),
    Fence(deleting._delete_session, "per_session, spending.c.key == str(session)", "False", gone),
    Fence(answers.forget_answers, "if _is_about(connection, erasing, bytes(row.body))", "if False", gone),
    Fence(contacts.erase_contact, "contacts.c.organization_id == erasing.organization, ", "", gone),
    Fence(contacts.erase_contact, "*mine, ~contacts.c.stopped", "False", gone),
    Fence(contacts.erase_contact, "*mine, ~contacts.c.stopped", "*mine", named),
    Fence(contacts.erase_contact, '{erasing.organization}:{channel}:{address}"', '2:{channel}:{address}"', gone),
    Fence(contacts._erase_decisions, "decisions.c.address.in_(erasing.person.keys), ", "False, ", gone),
    Fence(contacts._erase_decisions, ", decisions.c.session_id.in_(sessions)", ", False", gone),
    # Whose they are.
    Fence(listing._sessions, "workflows.c.organization_id == erasing.organization, ", "", gone),
    Fence(places.Place.rows_naming, ".where(_is_of(self.table, organization))", "", named),
    Fence(listing.list_sessions, "_below(erasing), ", "", below),
    Fence(listing.list_sessions, ", _forks(erasing))", ")", below),
    Fence(listing.list_sessions, "_runs(erasing), ", "", below),
    Fence(listing._runs, "executions.c.user_name == erasing.person.user,", "", below),
    Fence(searching._look, "if not any(", "if False and not any(", named),
    Fence(searching._reason_to_keep, 'return "under_way" if is_busy or is_open else None', "return None", named),
    Fence(searching._reason_to_keep, 'return "opt_out" if row.stopped else "since"', "return None", named),
    Fence(searching._reason_to_keep, "if session.channel != RUN:", "if False:", named),
    Fence(searching._redact, 'row.body.get("to") in person.keys', "False", named),
    # What comes in meanwhile.
    Fence(listing._conversations, "sessions.c.created_at <= erasing.requested_at,", "", meanwhile),
    Fence(work._after, 'return "list"', 'return "contact"', meanwhile),
    Fence(detaching._detach, "version=sessions.c.version + 1, ", "", meanwhile),
    Fence(detaching._detach, "_address_parts(connection, session, row.external_id)", "pass", meanwhile),
    Fence(deleting._is_under_way, "return or_(at_provider, to_tell)", "return to_tell", meanwhile),
    Fence(ledger.begin_erasure, "if running is not None:", "if False:", meanwhile),
    Fence(redactions.take_redactions, "due_at=now(TAKEN_S), ", "", gone),
    # The receipt.
    Fence(ledger.finish, '"names": null(), ', "", proved),
    Fence(ledger.finish, "connection.execute(erased_sessions.delete()", "(erased_sessions.delete()", proved),
    Fence(searching.search_some, "if not erasing.cursor:", "if False:", proved),
    Fence(receipt.is_genuine, "_signature(key, receipt)", "signature", proved),
    # Of two at the same moment, and of an erasure that meets another process.
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
        redactions.take_redactions,
        "due_at=now(TAKEN_S), ",
        "",
        at_once.test_a_process_that_dies_between_the_request_and_its_note_leaves_it_to_another_one,
    ),
)
