"""The fences of SQLite's hot statements, twins of those that tests/storage cuts out of Postgres's."""

from __future__ import annotations

from botflow.storage.turns import sqlite, sqlite_leases
from tests.faults.mutation import Fence, Statement
from tests.runtime.turns import test_receive
from tests.storage.turns import test_accept, test_claim, test_finish, test_sessions, test_timers

MOVE = Statement(sqlite, "COMMIT")
LEASE_NEW = Statement(sqlite, "ACCEPT_LEASE")
IS_HELD = Statement(sqlite, "IS_HELD")
FINISH = Statement(sqlite, "FINISH")
CLAIMABLE = Statement(sqlite_leases, "CLAIM")
BEGIN = Statement(sqlite_leases, "TAKE")

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
        Statement(sqlite, "COMMIT_NEW"),
        "ON CONFLICT (workflow_id, channel, external_id) DO NOTHING",
        "",
        test_sessions.test_a_new_session_is_created_once,
    ),
)

TURNS = (
    Fence(
        Statement(sqlite, "ACCEPT"),
        "AND b.key = :key",
        "AND false",
        test_accept.test_a_repeated_inbound_gets_its_receipt_and_no_second_place,
    ),
    Fence(
        LEASE_NEW,
        "s.done_seq = s.last_seq - 1 AS is_idle",
        "true AS is_idle",
        test_accept.test_what_comes_while_the_session_is_run_waits_and_has_no_owner,
    ),
    Fence(
        LEASE_NEW,
        "NOT s.paused AND",
        "",
        test_accept.test_a_paused_session_keeps_what_comes_and_nobody_can_claim_it,
    ),
    Fence(
        Statement(sqlite, "WAIT_ALIKE"),
        "OR reply_by < :reply_by",
        "",
        test_accept.test_the_newest_duplicate_that_waits_may_be_answered_longest,
    ),
    Fence(
        IS_HELD,
        "AND attempt = :attempt",
        "",
        test_finish.test_an_attempt_that_another_process_has_taken_over_finishes_nothing,
    ),
    Fence(IS_HELD, "AND state = 'new'", "", test_finish.test_a_done_inbound_is_not_finished_twice),
    Fence(FINISH, "AND s.version = :version", "", test_finish.test_a_turn_on_a_session_that_moved_is_not_finished),
    Fence(
        FINISH,
        "SELECT min(n.seq) - 1",
        "SELECT max(NULL, n.seq)",
        test_finish.test_finishing_leaves_what_came_meanwhile_unfinished,
    ),
    Fence(
        Statement(sqlite, "SHUT"),
        "state = 'new' AND owner IS NULL",
        "false",
        test_finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    Fence(
        Statement(sqlite, "TAKE_NEXT"),
        "AND i.attempt < 2",
        "",
        test_finish.test_an_inbound_that_died_twice_is_not_taken_along,
    ),
)

LEASES = (
    Fence(CLAIMABLE, "o.owner IS NOT NULL OR", "", test_claim.test_a_session_that_is_run_is_left_alone),
    Fence(BEGIN, "(:any OR", "(true OR", test_claim.test_what_died_twice_is_taken_only_as_a_suspect),
    Fence(
        BEGIN,
        "AND (i.owner IS NULL OR i.owner = :held_by)",
        "",
        test_claim.test_another_processs_inbound_is_not_taken,
    ),
)

FENCES_OF_SQLITE = (*SESSIONS, *TURNS, *LEASES)
