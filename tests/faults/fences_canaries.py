"""The fences of versions on trial: who begins in one, what may end it, and whose it is; and what breaks without."""

from __future__ import annotations

from botflow.runtime.runs.starts import canary as canary_starts
from botflow.runtime.turns.receive import Receiver
from botflow.service import refusals
from botflow.service.workflows import canary_changes
from botflow.storage import workflow_versions
from botflow.storage.runs.starts import targets as start_targets
from botflow.storage.service.workflows import canaries, publications
from tests.faults.mutation import Fence
from tests.triggering import test_canary_starts
from tests.web.api import test_canaries, test_credentials, test_organizations_apart

apart = test_organizations_apart.test_no_route_shows_or_changes_another_organizations_things
shared = test_canaries.test_a_share_of_the_people_begins_in_the_version_on_trial_and_the_others_in_the_active_one
refused = test_canaries.test_while_a_canary_runs_nothing_else_becomes_active_and_what_makes_no_sense_is_refused
promoted = test_canaries.test_a_promoted_version_takes_the_sessions_that_its_plan_moves_and_gives_them_back
replaced = test_canaries.test_a_newer_file_ends_a_canary_and_the_same_file_does_not
by_name = test_canary_starts.test_a_start_by_name_begins_where_its_key_says_and_again_is_the_same
untriggered = test_canary_starts.test_what_the_version_on_trial_has_no_trigger_for_begins_in_the_active_one
in_use = test_credentials.test_what_workflows_name_must_be_there_and_stays

FENCES_OF_CANARIES = (
    Fence(Receiver._compute, "live.version_for(stored.key.external_id)", "live.version", shared),
    Fence(canary_starts.begun_in, "trial is not None and has_trigger", "trial is not None or has_trigger", untriggered),
    Fence(start_targets.find_target, "_target(row) if number is None else", "_target(row) if True else", by_name),
    Fence(refusals.check_no_canary, "running is not None", "False", refused),
    Fence(canary_changes.check_running, 'canary.state != "running"', "False", refused),
    Fence(canary_changes.check_running, "canary.revision, if_revision", "0, None", shared),
    Fence(canary_changes._plan, "plan.facts.only_from, ", "only_from, ", promoted),
    Fence(workflow_versions._make_active, "if changed.rowcount:", "if False:", replaced),
    Fence(canary_changes.try_version, "check_credentials(connection, caller.organization, found[1])", "pass", in_use),
    Fence(canaries._of, "workflows.c.organization_id == organization, ", "True, ", apart),
    Fence(
        publications.begin_publication,
        "sessions.c.flow_version != to_version if only_from is None else",
        "sessions.c.flow_version != to_version if True else",
        test_canaries.test_an_abort_moves_nobody_out_of_other_versions,
    ),
)
