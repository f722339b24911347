"""Fences of forks of conversations: nothing of them reaches a person, and nothing of a person's reaches them."""

from __future__ import annotations

from botflow.runtime.turns import rendering
from botflow.storage.events import facts
from botflow.storage.runs.changes import lifecycle
from botflow.storage.runs.forks import forks, plays
from botflow.storage.runs.forks import history as fork_history
from botflow.storage.turns import row_mapping, run_outcome
from tests.faults.mutation import Fence
from tests.runtime.runs import test_conversation_forks
from tests.web.api import test_forks

silent = test_conversation_forks.test_a_fork_at_any_step_of_a_conversation_ends_like_it_and_sends_nothing
timers = test_conversation_forks.test_a_fork_hears_other_words_and_its_timers_go_off_only_when_asked
deaf = test_conversation_forks.test_a_fork_hears_nothing_that_the_person_says_later_nor_a_word_about_consent
left = test_conversation_forks.test_a_fork_that_was_paused_hears_on_and_one_that_waits_for_long_is_pruned
over_http = test_forks.test_a_conversation_is_forked_over_http_and_nothing_of_the_fork_is_told

FENCES_OF_FORKS = (
    Fence(rendering.commit_of, "if stored.key.is_fork:", "if False:", silent),
    Fence(run_outcome.following_of, "not (is_fork and _is_for_others(effect))", "True", silent),
    Fence(row_mapping.timeout_s, "if session.wait and session.persona is None", "if session.wait", timers),
    Fence(fork_history.read_plays, "and not is_ignored(row.trace)", "", deaf),
    Fence(plays.plan, '"state": PLANNED', '"state": "new"', timers),
    Fence(forks._later, "fork.place.version + 1, fork.sequel.until", "0, 0", silent),
    Fence(lifecycle.resume, 'if "persona" in found.state:', "if False:", left),
    Fence(lifecycle.retry, '(kept is None or "persona" in kept.state)', "kept is None", over_http),
    Fence(facts._turns, "_IS_NO_FORK, ", "", over_http),
)
