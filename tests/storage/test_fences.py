"""Every fence of the hot statements matters: without it, a test of what storage promises fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest

from botflow.errors import ProviderError
from botflow.storage.database import Database, open_database
from botflow.storage.turns import postgres_inbox, postgres_sessions
from tests.storage.delivery import test_outbox
from tests.storage.engines import test_postgres
from tests.storage.turns import test_inbox, test_sessions, test_timers

Promise = Callable[[Database], Awaitable[None]]
DEDUPE = "(SELECT true FROM inbounds b WHERE b.session_id = i.id AND b.key = i.key) IS NULL"
OWNER = "AND (b.owner IS NULL OR b.owner = next.owner OR b.renewed_at < now() - interval '10 s')"
ORDER = "AND m.received_at < (b.content ->> 'due')::timestamptz"
MIN_NEW = (
    "SELECT min(n.seq) - 1 FROM inbounds n WHERE n.session_id = held.id AND n.state = 'new' AND n.seq <> held.seq"
    " AND n.merged_into IS DISTINCT FROM held.seq"
)

# (module, statement, what is cut out, what stands there instead, the promise that is then broken)
MUTATIONS: tuple[tuple[Any, str, str, str, Promise], ...] = (
    (postgres_sessions, "COMMIT", "s.version = i.version", "true", test_sessions.test_a_turn_on_a_stale_version_loses),
    (
        postgres_sessions,
        "COMMIT",
        "AND s.done_seq = s.last_seq",
        "",
        test_sessions.test_a_turn_never_overtakes_what_is_queued,
    ),
    (postgres_sessions, "COMMIT", DEDUPE, "true", test_sessions.test_a_repeated_inbound_changes_nothing),
    (
        postgres_sessions,
        "COMMIT",
        "SKIP LOCKED",
        "",
        test_postgres.test_a_session_that_somebody_holds_is_skipped_and_its_neighbours_commit,
    ),
    (
        postgres_sessions,
        "COMMIT",
        "ON CONFLICT (workflow_id, channel, external_id) DO NOTHING",
        "",
        test_sessions.test_a_new_session_is_created_once,
    ),
    (
        postgres_sessions,
        "COMMIT",
        "WHEN held.status = 'ignored' OR held.keeps THEN s.wake_at",
        "",
        test_timers.test_an_ignored_inbound_does_not_put_the_deadline_off,
    ),
    (
        postgres_sessions,
        "COMMIT",
        "WHEN held.parked THEN NULL",
        "WHEN false THEN NULL",
        test_timers.test_a_turn_that_parks_ends_the_deadline,
    ),
    (
        postgres_sessions,
        "PARK",
        "version = version + 1, ",
        "",
        test_sessions.test_parking_outdates_every_copy_and_suppresses_what_was_not_sent,
    ),
    (
        postgres_sessions,
        "PARK",
        "wake_at = NULL, ",
        "",
        test_timers.test_an_opt_out_ends_the_deadline,
    ),
    (postgres_inbox, "BEGIN", OWNER, "", test_inbox.test_a_living_owner_keeps_its_inbound),
    (postgres_inbox, "BEGIN", ORDER, "", test_inbox.test_a_message_received_after_a_timeout_was_due_comes_after_it),
    (
        postgres_inbox,
        "BEGIN",
        "b.kind = 'timeout' AND",
        "false AND",
        test_inbox.test_a_message_received_before_a_timeout_was_due_goes_first,
    ),
    (
        postgres_inbox,
        "RENEW",
        "AND attempt = %s",
        "AND %s > 0",
        test_inbox.test_a_dead_owners_inbound_goes_to_the_next_attempt,
    ),
    (postgres_inbox, "RENEW", "AND state = 'new'", "", test_inbox.test_no_answer_is_journalled_after_the_turn),
    (
        postgres_inbox,
        "ADD_ANSWER",
        "AND b.attempt = r.attempt",
        "",
        test_inbox.test_a_dead_owners_inbound_goes_to_the_next_attempt,
    ),
    (postgres_inbox, "ADD_ANSWER", "AND b.state = 'new'", "", test_inbox.test_no_answer_is_journalled_after_the_turn),
    (
        postgres_inbox,
        "FINISH",
        "AND b.attempt = %s",
        "AND %s > 0",
        test_inbox.test_a_dead_owners_inbound_goes_to_the_next_attempt,
    ),
    (postgres_inbox, "FINISH", "AND b.state = 'new'", "", test_inbox.test_a_done_inbound_is_not_finished_twice),
    (
        postgres_inbox,
        "FINISH",
        "AND s.version = held.version",
        "",
        test_inbox.test_a_turn_on_a_session_that_moved_is_not_finished,
    ),
    (
        postgres_inbox,
        "FINISH",
        MIN_NEW,
        "SELECT NULL::int",
        test_inbox.test_a_message_received_before_a_timeout_was_due_goes_first,
    ),
    (
        postgres_inbox,
        "WAIT_ALIKE",
        "greatest(b.reply_by, now() + make_interval(secs => %s))",
        "coalesce(b.reply_by, now() + make_interval(secs => %s))",
        test_outbox.test_the_newest_waiting_request_may_answer_longest,
    ),
)


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    database = await open_database(postgres_url, migrate=False)
    yield database
    await database.close()


@pytest.mark.parametrize(
    ("module", "statement", "fence", "instead", "promise"),
    MUTATIONS,
    ids=[f"{row[1]}-{row[4].__name__}" for row in MUTATIONS],
)
async def test_without_a_fence_a_promise_is_broken(
    postgres: Database,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    statement: str,
    fence: str,
    instead: str,
    promise: Promise,
) -> None:
    whole = getattr(module, statement)
    flat, flat_fence = " ".join(whole.split()), " ".join(fence.split())
    assert flat.count(flat_fence) >= 1, "the fence is not in the statement any more: change this list"
    monkeypatch.setattr(module, statement, flat.replace(flat_fence, instead))
    with pytest.raises((AssertionError, ProviderError)) as broken:
        await promise(postgres)
    assert not isinstance(broken.value.__cause__, psycopg.ProgrammingError), "the mutation itself is wrong"
