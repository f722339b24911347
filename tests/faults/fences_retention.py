"""The fences around what is deleted, and for whom; around exports, webhooks that ask for time, and metrics' labels."""

from __future__ import annotations

from functools import partial

from botflow.runtime.events import teller
from botflow.runtime.process.tally import Cells
from botflow.service.access import retention
from botflow.service.exports.exports import Exports
from botflow.storage.events import feeds
from botflow.storage.retention import campaigns, logs, retentions, runs
from botflow.storage.retention.conversations import Conversations
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.service.workflows import moving_sessions
from tests.faults.mutation import Fence
from tests.runtime.process import test_tally
from tests.runtime.runs import test_prune
from tests.storage.retention import test_retention as test_pruning
from tests.web.api import test_exports, test_retention, test_webhooks

unsettled = partial(test_prune.test_a_turn_whose_message_is_not_settled_stays, state="held")
under_way = test_prune.test_what_is_under_way_stays_from_its_first_message_on_and_goes_on
whole_runs = test_prune.test_a_run_that_ended_long_ago_goes_whole_and_cannot_be_retried
parents = test_prune.test_the_runs_below_one_that_is_under_way_stay_until_it_ends
to_do = test_prune.test_a_run_with_something_left_to_do_stays
returns = partial(test_retention.test_what_a_publication_would_return_is_kept, gone_on=False)
gone_on = partial(test_retention.test_what_a_publication_would_return_is_kept, gone_on=True)
evidence = test_pruning.test_evidence_of_consent_stays_and_other_logs_go_as_decided
waits = test_pruning.test_a_change_waits_for_the_rows_that_are_being_deleted
events = test_pruning.test_events_are_kept_as_decided_but_for_a_webhook_that_waits_for_them
apart = test_pruning.test_without_an_age_of_the_deployment_only_what_was_decided_is_deleted
each_its_own = test_pruning.test_each_organization_keeps_its_conversations_as_long_as_it_has_decided
decides = test_retention.test_an_owner_decides_it_for_the_own_organization
asks_for_time = test_webhooks.test_a_receiver_that_asks_for_time_gets_it_within_bounds

FENCES_OF_RETENTION = (
    Fence(Conversations.prune_turns, "is_old, ~has_open", "is_old", unsettled),
    Fence(Conversations._is_old, "executions.c.ended_at.is_(None),", "", under_way),
    Fence(Conversations._is_old, "executions.c.id.in_(self._kept(batch)),", "", returns),
    Fence(Conversations.prune_executions, ", executions.c.id.not_in(self._kept(batch))", "", returns),
    Fence(Conversations._kept, "sessions.c.version == of.version", "True", gone_on),
    Fence(
        moving_sessions.return_sessions,
        ".join(executions, executions.c.id == _OF.execution_id)",
        "",
        test_retention.test_an_execution_that_is_gone_does_not_come_back,
    ),
    Fence(runs._that_are_over, "*_having(connection, {(id, id) for id in locked}, is_young),", "", whole_runs),
    Fence(
        runs._that_are_over,
        "*_having(connection, _pairs(connection, above.where(executions.c.parent_session.is_not(None))), is_young),",
        "",
        parents,
    ),
    Fence(
        runs._that_are_over,
        "select(effects.c.session_id).where(effects.c.session_id.in_(locked)),",
        "",
        partial(to_do, waits="an effect"),
    ),
    Fence(
        runs._that_are_over,
        "select(inbounds.c.session_id).where(inbounds.c.session_id.in_(locked), is_new()),",
        "",
        partial(to_do, waits="an inbound"),
    ),
    Fence(
        campaigns.prune_starts,
        "if row.due_at < cutoff",
        "",
        test_pruning.test_what_campaigns_decided_goes_with_conversations,
    ),
    Fence(logs.prune_decisions, "_IS_FORGETTABLE,", "", evidence),
    Fence(logs.prune_decisions, ", ~is_open", "", evidence),
    Fence(logs.prune_decisions, "decisions.c.organization_id == organization, ", "", evidence),
    Fence(logs.prune_audit_log, "audit_log.c.organization_id == organization, ", "", evidence),
    Fence(Policy.cutoffs, "min(days, most)", "days", apart),
    Fence(
        Policy.cutoffs,
        "in (files, conversations)",
        "in (files,)",
        test_pruning.test_a_file_goes_with_its_message_at_the_latest,
    ),
    Fence(retentions.retentions_in_force, ".with_for_update(read=True)", "", waits, on="postgres"),
    Fence(retentions.get_retention, "if lock:", "if False:", waits, on="postgres"),
    Fence(retentions.get_retention, "retentions.c.organization_id == organization", "True", decides),
    Fence(retentions.retentions_in_force, "decided.get(id, Retention())", "Retention()", each_its_own),
    Fence(retention.set_retention, "before.revision, if_revision", "0, None", decides),
    Fence(feeds._prune, "and_(events.c.at < before, is_told)", "events.c.at < before", events),
    Fence(
        Exports._export,
        "if self._is_empty:",
        "if False:",
        test_exports.test_a_question_for_the_headers_reads_no_file_and_is_no_export,
    ),
    Fence(teller._settle, "min(sent.retry_after_s, PAUSES_S[-1])", "sent.retry_after_s", asks_for_time),
    Fence(
        teller._settle,
        "max(pause_s * random.uniform(0.9, 1.1), asked_s)",
        "pause_s * random.uniform(0.9, 1.1)",
        asks_for_time,
    ),
    Fence(
        Cells._within_bounds,
        "count < self._each",
        "True",
        test_tally.test_one_that_uses_up_its_combinations_leaves_the_others_theirs,
    ),
)
