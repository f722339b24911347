"""The fences of SQLite's hot statements, twins of those that tests/storage/test_fences.py cuts out of Postgres's."""

from __future__ import annotations

from functools import partial

from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_threads import _in_transaction
from botflow.storage.turns import sqlite_inbox, sqlite_sessions
from tests.faults.mutation import Fence, Statement, Twin
from tests.runtime import test_jobs, test_jobs_troubles
from tests.runtime.turns import test_receive
from tests.storage.delivery import test_outbox
from tests.storage.engines import test_sqlite
from tests.storage.turns import test_inbox, test_sessions, test_timers

MOVE = Statement(sqlite_sessions, "MOVE")
CREATE = Statement(sqlite_sessions, "CREATE")
PARK = Statement(sqlite_sessions, "PARK")
COUNT_IN = Statement(sqlite_inbox, "COUNT_IN")
BEGIN = Statement(sqlite_inbox, "BEGIN")
RENEW = Statement(sqlite_inbox, "RENEW")
FINISH = Statement(sqlite_inbox, "FINISH")

SESSIONS = (
    Fence(MOVE, "AND s.version = :version", "", test_sessions.test_a_turn_on_a_stale_version_loses),
    Fence(MOVE, "AND s.done_seq = s.last_seq", "", test_sessions.test_a_turn_never_overtakes_what_is_queued),
    Fence(MOVE, "AND b.key = :key", "AND false", test_sessions.test_a_repeated_inbound_changes_nothing),
    Fence(
        MOVE,
        "NOT :hands_over OR",
        "true OR",
        test_receive.test_a_reply_never_overtakes_one_that_is_still_to_be_sent,
    ),
    Fence(
        MOVE,
        "WHEN :status = 'ignored' OR :keeps THEN s.wake_at",
        "",
        test_timers.test_an_ignored_inbound_does_not_put_the_deadline_off,
    ),
    Fence(MOVE, "WHEN :parked THEN NULL", "WHEN false THEN NULL", test_timers.test_a_turn_that_parks_ends_the_deadline),
    Fence(
        CREATE,
        "ON CONFLICT (workflow_id, channel, external_id) DO NOTHING",
        "",
        test_sessions.test_a_new_session_is_created_once,
    ),
    Fence(
        PARK,
        "version = version + 1,",
        "",
        test_sessions.test_parking_outdates_every_copy_and_suppresses_what_was_not_sent,
    ),
    Fence(PARK, "wake_at = NULL,", "", test_timers.test_an_opt_out_ends_the_deadline),
    Fence(
        Statement(sqlite_sessions, "SUPPRESS"),
        "AND state = 'ready'",
        "AND false",
        test_sessions.test_parking_outdates_every_copy_and_suppresses_what_was_not_sent,
    ),
)

INBOX = (
    Fence(
        COUNT_IN,
        "AND b.key = :key",
        "AND false",
        test_inbox.test_a_repeated_inbound_gets_the_same_receipt_and_no_second_place,
    ),
    Fence(
        Statement(sqlite_inbox, "WAIT_ALIKE"),
        "OR reply_by < :reply_by",
        "",
        test_outbox.test_the_newest_waiting_request_may_answer_longest,
    ),
    Fence(
        BEGIN,
        "AND (i.owner IS NULL OR i.owner = :owner OR i.renewed_at < :silent OR i.renewed_at > :ahead)",
        "",
        test_inbox.test_a_living_owner_keeps_its_inbound,
    ),
    Fence(
        BEGIN,
        "AND julianday(m.received_at) < julianday(b.content ->> '$.due')",
        "",
        test_inbox.test_a_message_received_after_a_timeout_was_due_comes_after_it,
    ),
    Fence(
        BEGIN,
        "b.kind = 'timeout' AND",
        "false AND",
        test_inbox.test_a_message_received_before_a_timeout_was_due_goes_first,
    ),
    Fence(
        BEGIN,
        "AND (i.attempt < 2 OR i.owner = :owner OR :suspects)",
        "",
        test_inbox.test_what_died_with_two_owners_is_begun_only_by_who_takes_suspects,
    ),
    Fence(
        RENEW,
        "AND attempt = :attempt",
        "",
        test_inbox.test_a_dead_owners_inbound_goes_to_the_next_attempt,
    ),
    Fence(RENEW, "AND state = 'new'", "", test_inbox.test_no_answer_is_journalled_after_the_turn),
    Fence(
        Statement(sqlite_inbox, "LET_GO"),
        "AND attempt = :attempt",
        "",
        test_inbox.test_only_the_owner_of_an_attempt_lets_it_go,
    ),
    Fence(RENEW, "AND state = 'new'", "", test_inbox.test_a_done_inbound_is_not_finished_twice),
    Fence(
        FINISH,
        "AND s.version = :version",
        "",
        test_inbox.test_a_turn_on_a_session_that_moved_is_not_finished,
    ),
    Fence(
        FINISH,
        "SELECT min(n.seq) - 1",
        "SELECT max(NULL, n.seq)",
        test_inbox.test_finishing_leaves_what_was_queued_meanwhile_unfinished,
    ),
    Fence(
        sqlite_inbox.SqliteInbox.add_answer,
        "if not _renew(connection, values):",
        "if _renew(connection, values) is None:",
        test_inbox.test_a_dead_owners_inbound_goes_to_the_next_attempt,
    ),
    Fence(
        sqlite_inbox.SqliteInbox.finish,
        "if not _renew(connection, held):",
        "if _renew(connection, held) is None:",
        test_inbox.test_a_done_inbound_is_not_finished_twice,
    ),
)

WRITER = (
    Fence(
        _in_transaction,
        "connection.rollback()",
        'connection.execute("COMMIT")',
        test_sqlite.test_one_bad_turn_takes_its_whole_batch_back,
    ),
    Fence(
        SqliteEngine.change,
        "await asyncio.shield(changing)",
        "await changing",
        test_sqlite.test_a_cancelled_caller_does_not_let_the_next_one_in_early,
    ),
)

TAKEN_OVER = test_jobs_troubles.test_a_claim_that_was_taken_over_can_end_nothing
JOBS = (
    Fence(
        Twin("FINISH"), "(id, attempts) IN ( SELECT own.value, claimed.value", "id IN ( SELECT own.value", TAKEN_OVER
    ),
    Fence(Twin("PUT_BACK"), "AND attempts = :attempts", "AND :attempts >= 0", TAKEN_OVER),
    Fence(
        Twin("CLAIM"),
        "other.status = 'doing'",
        "false",
        test_jobs.test_a_job_whose_lower_number_was_committed_late_waits_for_the_one_that_runs,
    ),
    Fence(
        Twin("CLAIM"),
        "SELECT min(first.id)",
        "SELECT max(first.id)",
        test_jobs.test_a_job_waits_for_an_earlier_one_of_its_lock_that_is_not_due,
    ),
    Fence(
        Twin("BEAT"),
        "AND id NOT IN (SELECT value FROM json_each(:running))",
        "AND :running IS NULL",
        test_jobs_troubles.test_a_heartbeat_puts_back_what_its_worker_has_forgotten,
    ),
    Fence(
        Twin("PUT_BACK_STALLED"),
        "AND worker.last_heartbeat >=",
        "AND 0 >=",
        partial(test_jobs_troubles.test_a_stalled_workers_jobs_are_put_back_and_a_living_ones_are_not, queue="turns"),
    ),
)

FENCES_OF_SQLITE = (*SESSIONS, *INBOX, *WRITER, *JOBS)
