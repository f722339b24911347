"""The calls that applications know from other workflow services: where each is here, over HTTP, in Python, on the
command line, and which test shows it.

`CALLS` has a line for each: the call as it is written elsewhere; the operation of the API, with its query if the call
is a filter of it; the method of `botflow.service` where it is not the operation's own; the command; the test.
`BY_ITSELF` has what no caller needs to do here: what does it instead, and the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import get_type_hints

from botflow.service.service import Service
from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from docs.generate.models import table

CALLS = """
## Workflows
getWorkflowsByOrganization(organizationId) | get_workflows_by_organization | | workflows | service/test_constants.py::test_a_constant_stands_where_its_word_may
getActiveWorkflows(organizationId?) | get_workflows_by_organization?status=active | workflows.get_active_workflows | | service/test_known_calls.py::test_filters_and_statuses_have_methods
activateWorkflow(workflowId) | activate_workflow | | workflows activate | web/api/test_workflows.py::test_a_workflow_out_of_service_takes_nothing_until_it_is_back
deactivateWorkflow(workflowId) | deactivate_workflow | | workflows deactivate | web/api/test_workflows.py::test_a_workflow_out_of_service_takes_nothing_until_it_is_back
getWorkflowWithNodesAndEdges(workflowId) | get_workflow_with_nodes_and_edges | | | web/api/test_nodes_and_edges.py::test_a_graph_is_the_workflow_with_its_nodes_and_edges
## Nodes and edges
getNodesByWorkflowId(workflowId) | get_nodes_by_workflow_id | | | web/api/test_nodes_and_edges.py::test_a_node_is_read_with_its_type_and_category
getNodeByNodeId(workflowId, nodeId) | get_node_by_node_id | | | web/api/test_nodes_and_edges.py::test_a_node_is_read_with_its_type_and_category
updateNodeProperties(id, properties) | update_node_properties | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
updateNodePosition(id, position) | update_node_position | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
getEdgesByWorkflowId(workflowId) | get_edges_by_workflow_id | | | web/api/test_nodes_and_edges.py::test_edges_are_found_by_their_ends_and_by_ids_that_stay
getEdgeByEdgeId(workflowId, edgeId) | get_edge_by_edge_id | | | web/api/test_nodes_and_edges.py::test_edges_are_found_by_their_ends_and_by_ids_that_stay
getEdgesBySourceNode(workflowId, sourceNodeId) | get_edges_by_workflow_id?source= | edges.get_edges_by_source_node | | service/test_known_calls.py::test_filters_and_statuses_have_methods
getEdgesByTargetNode(workflowId, targetNodeId) | get_edges_by_workflow_id?target= | edges.get_edges_by_target_node | | service/test_known_calls.py::test_filters_and_statuses_have_methods
## Executions
getExecutionsByWorkflowId(workflowId) | get_executions_by_workflow_id | | executions | service/test_known_calls.py::test_executions_are_found_by_workflow_and_session_and_their_artifacts_deleted
getExecutionsBySessionId(sessionId) | get_executions_by_session_id | | | service/test_known_calls.py::test_executions_are_found_by_workflow_and_session_and_their_artifacts_deleted
getActiveExecutions(workflowId?) | get_active_executions | | | clients/test_python_journeys.py::test_a_workflow_is_drafted_published_started_followed_and_cancelled
startExecution(executionId) | start_execution | | executions start | web/api/test_operator_changes.py::test_a_pending_execution_begins_before_the_others
completeExecution(executionId, outputData?) | complete_execution | | executions complete | web/api/test_operator_changes.py::test_an_operator_completes_an_execution_with_an_output
failExecution(executionId, errorMessage, errorData?) | fail_execution | | executions fail | web/api/test_operator_changes.py::test_an_operator_fails_an_execution_for_a_reason
updateCurrentNode(executionId, currentNodeId) | update_current_node | | | web/api/test_operator_changes.py::test_a_waiting_run_goes_on_at_another_node_with_its_variables
## Sessions
getSessionsByWorkflowId(workflowId) | get_sessions_by_workflow_id | | sessions | web/api/test_sessions.py::test_a_workflows_sessions_are_listed_page_by_page
getActiveSessions(workflowId?) | get_active_sessions | | | web/api/test_sessions.py::test_a_workflows_sessions_are_listed_page_by_page
getSessionByExternalId(workflowId, externalId) | get_session_by_external_id | | sessions show | web/api/test_sessions.py::test_a_session_is_found_by_its_person
getSessionByUserId(workflowId, userId) | get_session_by_user_id | | | web/api/test_sessions.py::test_a_session_is_found_by_its_person
updateSessionContext(sessionId, context) | update_session_context | | | web/api/test_session_changes.py::test_an_edit_of_the_context_holds_for_the_next_message
addToSessionHistory(sessionId, nodeId, data?) | add_to_session_history | | | web/api/test_session_changes.py::test_a_note_stands_in_the_history_and_changes_nothing_else
deactivateSession(sessionId) | deactivate_session | | sessions deactivate | web/api/test_session_changes.py::test_a_session_that_is_deactivated_begins_anew_with_the_next_message
## Credentials
getCredentialsByModule(moduleId, organizationId?, userId?) | get_credentials_by_module | | credentials list | web/api/test_credentials.py::test_sets_are_found_by_module_name_and_user
getCredentialByName(moduleId, name, organizationId?, userId?) | get_credential_by_name | | | web/api/test_credentials.py::test_sets_are_found_by_module_name_and_user
getActiveCredentials(moduleId, organizationId?) | get_active_credentials | | | web/api/test_credentials.py::test_a_set_from_its_creation_to_its_deletion_is_never_shown
updateCredential(id, credentials) | update_credential | | credentials update | cli/commands/test_credentials.py::test_a_credential_from_its_first_day_to_its_last
activateCredential(id) | activate_credential | | credentials activate | cli/commands/test_credentials.py::test_a_credential_from_its_first_day_to_its_last
deactivateCredential(id) | deactivate_credential | | credentials deactivate | cli/commands/test_credentials.py::test_a_credential_from_its_first_day_to_its_last
## Create, update and delete
workflows.create(data) | create_workflow | | | web/api/test_drafts_and_versions.py::test_a_workflow_from_its_first_draft_to_a_rollback
workflows.update(id, data) | update_workflow | | | web/api/test_drafts_and_versions.py::test_a_workflow_from_its_first_draft_to_a_rollback
workflows.delete(id) | archive_workflow | | workflows archive | web/api/test_workflows.py::test_servers_follow_the_command_line
nodes.create(data) | create_node | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
nodes.update(id, data) | update_node | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
nodes.delete(id) | delete_node | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
edges.create(data) | create_edge | | | web/api/test_nodes_and_edges.py::test_a_node_from_its_creation_to_its_end
edges.update(id, data) | update_edge | | | web/api/test_nodes_and_edges.py::test_edges_are_found_by_their_ends_and_by_ids_that_stay
edges.delete(id) | delete_edge | | | web/api/test_nodes_and_edges.py::test_edges_are_found_by_their_ends_and_by_ids_that_stay
executions.create(data) | create_execution | | | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
credentials.create(data) | create_credential | | credentials add | web/api/test_credentials.py::test_a_set_from_its_creation_to_its_deletion_is_never_shown
credentials.delete(id) | delete_credential | | credentials delete | web/api/test_credentials.py::test_a_set_from_its_creation_to_its_deletion_is_never_shown
## A workflow service
createWorkflow(definition) | create_workflow | | | web/api/test_drafts_and_versions.py::test_a_workflow_from_its_first_draft_to_a_rollback
validateWorkflow(definition) | validate_document | | check | web/api/test_drafts_and_versions.py::test_a_draft_with_errors_is_kept_but_not_published
executeWorkflow(workflowId, inputs) | execute_workflow | | | web/api/test_usage.py::test_the_short_addresses_work_as_written
getExecutionStatus(executionId) | get_execution_status | executions.get_execution | executions show | web/api/test_usage.py::test_the_short_addresses_work_as_written
getExecutionHistory(workflowId, page) | get_executions?workflow= | | executions | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
pauseExecution(executionId) | pause_execution | | executions pause | cli/commands/test_executions.py::test_an_execution_is_retried_and_cancelled_from_the_command_line
resumeExecution(executionId) | resume_execution | | executions resume | cli/commands/test_executions.py::test_an_execution_is_retried_and_cancelled_from_the_command_line
cancelExecution(executionId) | cancel_execution | | executions cancel | cli/commands/test_executions.py::test_an_execution_is_retried_and_cancelled_from_the_command_line
retryExecution(executionId) | retry_execution | | executions retry | cli/commands/test_executions.py::test_an_execution_is_retried_and_cancelled_from_the_command_line
getExecutionTraces(executionId) | get_execution_traces | | executions show | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
## Starting from an application
triggerWorkflow({workflowId, userName, input, version}) | trigger_workflow | | | clients/test_python_journeys.py::test_a_workflow_is_drafted_published_started_followed_and_cancelled
triggerWorkflow({…, client}), in the caller's transaction | - | botflow.trigger_workflow | | triggering/test_trigger_workflow.py::test_a_commit_starts_it_once_and_a_rollback_not_at_all
triggerWorkflow: Workflow not found; invalid integration references | trigger_workflow | botflow.trigger_workflow | | triggering/test_trigger_workflow.py::test_what_cannot_be_started_says_why_and_leaves_nothing
triggerWorkflow("contact.created", data) | emit_event | botflow.triggering.emit | | triggering/test_emit.py::test_each_listening_workflow_starts_once_with_the_callers_commit
## Short addresses
GET /api/workflows | list_workflows | workflows.get_workflows_by_organization | workflows | web/api/test_usage.py::test_the_short_addresses_work_as_written
POST /api/workflows | post_workflow | drafts.create_workflow | | web/api/test_usage.py::test_the_short_addresses_work_as_written
PUT /api/workflows/:id | put_workflow | drafts.update_workflow | | web/api/test_usage.py::test_the_short_addresses_work_as_written
PUT /api/workflows/:id/activate | put_activation | workflows.activate_workflow | workflows activate | web/api/test_usage.py::test_the_short_addresses_work_as_written
PUT /api/workflows/:id/pause | put_pause | workflows.pause_workflow | workflows pause | web/api/test_usage.py::test_the_short_addresses_work_as_written
POST /api/workflows/:id/trigger | post_trigger | executions.trigger_workflow | | web/api/test_usage.py::test_the_short_addresses_work_as_written
GET /api/workflow-runs | list_workflow_runs | executions.get_executions | executions | web/api/test_usage.py::test_the_short_addresses_work_as_written
GET /api/workflow-runs/:id | get_workflow_run | executions.get_execution | executions show | web/api/test_usage.py::test_the_short_addresses_work_as_written
## Persistence of runs
createRun(data) | create_execution | | | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
getRun(id) | get_execution | | executions show | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
getRunStatus(id) | get_execution_status | executions.get_execution | executions show | web/api/test_usage.py::test_the_short_addresses_work_as_written
getRunsByStatus(status) | get_executions?status= | | executions | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
getStage(runId, stageId), getStageById(id), getStagesByRun(runId) | get_execution_traces | | | web/api/test_executions.py::test_a_retry_from_the_start_lists_both_attempts_with_their_times_and_costs
getFirstFailedStage(runId), getLastCompletedStage(runId) | get_execution_traces | | | web/api/test_executions.py::test_a_failed_run_says_where_and_why
getLastCompletedStageBefore(runId, executionGroup) | retry_execution | | executions retry | web/api/test_executions.py::test_a_retry_from_a_checkpoint_lists_only_what_ran_again
loadArtifact(runId, key), hasArtifact(runId, key) | get_artifact | | | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
listArtifacts(runId), getStageIdForArtifact(runId, stageId) | get_execution_artifacts | | | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
deleteArtifact(runId, key) | delete_artifact | | | service/test_known_calls.py::test_executions_are_found_by_workflow_and_session_and_their_artifacts_deleted
logs of a run | get_execution_logs | | executions show | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
## The log of AI calls
getStats(topicPrefix) | get_usage?topic= | | | web/api/test_usage.py::test_calls_of_models_are_listed_and_summed_up
isRecorded(id) | get_ai_call | ai_calls.is_recorded | | service/test_known_calls.py::test_filters_and_statuses_have_methods
calls by topic prefix | get_ai_calls?topic= | | | web/api/test_usage.py::test_calls_of_models_are_listed_and_summed_up
"""  # noqa: E501 -- a line is a row

BY_ITSELF = """
updateRun(id, data) | a turn writes the execution with its own commit | botflow.storage.turns.run_outcome | runtime/runs/test_executions.py::test_a_run_goes_on_turn_by_turn_and_leaves_its_output
createStage, upsertStage, updateStage, updateStageByRunAndStageId | steps are read from the turns that made them | botflow.runtime.runs.steps | runtime/runs/test_executions.py::test_steps_say_what_each_node_did_and_which_were_never_reached
getSuspendedStages(beforeDate), getFirstSuspendedStageReadyToResume(runId) | due waits are fired by every process, each once | botflow.storage.turns.timers | runtime/turns/test_timers.py::test_a_timer_that_two_processes_compute_at_once_is_committed_once
deleteStage(id) | what ended long ago goes whole, by `botflow db prune` | botflow.storage.retention.prune | runtime/runs/test_prune.py::test_a_run_that_ended_long_ago_goes_whole_and_cannot_be_retried
createLog(data) | nodes and actions write log lines with their turn | botflow.nodes.logic.emit_and_log | web/api/test_executions.py::test_a_run_from_its_start_to_its_output
saveArtifact(data), saveStageOutput(…) | an action calls `await save(…)`; a large output is kept as one | botflow.storage.runs.artifacts | web/api/test_executions.py::test_a_result_that_is_too_large_for_an_answer_is_kept_as_an_artifact
enqueue, enqueueParallel | an inbound is the job: it is stored with the start or the message | botflow.storage.runs.starts.start | runtime/turns/test_claims.py::test_four_processes_run_each_inbound_once_and_each_session_in_its_order
dequeue() | processes claim inbounds, by priority and age | botflow.storage.turns.postgres | runtime/turns/test_claims.py::test_the_most_urgent_goes_first_and_the_oldest_of_those
complete(jobId), fail(jobId, error, shouldRetry) | the turn's commit, or another attempt; the fourth is not made | botflow.runtime.turns.run | runtime/runs/test_executions.py::test_a_run_whose_turn_breaks_in_every_attempt_fails_and_can_be_retried
suspend(jobId, nextPollAt), getSuspendedJobsReadyToPoll() | a polling node waits and looks again | botflow.nodes.custom.polling | nodes/custom/test_polling.py::test_it_parks_between_looks_and_goes_on_with_the_result
releaseStaleJobs(staleThresholdMs) | what a silent process held is claimed by another after ten seconds | botflow.storage.turns.postgres | runtime/turns/test_lease_keeper.py::test_what_a_dead_process_held_is_freed_and_run_and_its_attempt_counts
logCall(call), logBatchResults(batchId, results) | every answer of a model is journalled with its turn, and read as a log | botflow.service.executions.ai_calls | web/api/test_usage.py::test_calls_of_models_are_listed_and_summed_up
"""  # noqa: E501 -- a line is a row


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCall:
    """`python` is the dotted path of a method: below `Service`, or beginning with `botflow.`."""

    call: str
    operation: Operation | None
    query: str
    python: str
    command: str
    test: str


def groups() -> Mapping[str, type]:
    """Return the class of each group of calls of `Service`."""
    found = {name: each for name, each in vars(Service).items() if isinstance(each, cached_property)}
    return {name: get_type_hints(each.func)["return"] for name, each in found.items()}


def known_calls() -> Iterator[tuple[str, list[KnownCall]]]:
    """Yield each heading with its calls."""
    for part in CALLS.strip().removeprefix("## ").split("\n## "):
        heading, *lines = part.splitlines()
        yield heading, [_read(line) for line in lines]


def _read(line: str) -> KnownCall:
    call, named, python, command, test = (cell.strip() for cell in line.split(" |"))
    name, _, query = named.partition("?")
    operation = None if name == "-" else next(each for each in OPERATIONS if each.handler.__name__ == name)
    group = next((group for group, each in groups().items() if hasattr(each, name)), "")
    return KnownCall(
        call=call,
        operation=operation,
        query=f"?{query}" if query else "",
        python=python or f"{group}.{name}",
        command=command,
        test=f"tests/{test}",
    )


def calls_by_itself() -> list[tuple[str, str, str, str]]:
    """Return the lines of `BY_ITSELF`: the calls, what happens, the module, the test."""
    rows = [tuple(cell.strip() for cell in line.split(" | ")) for line in BY_ITSELF.strip().splitlines()]
    return [(calls, happens, module, f"tests/{test}") for calls, happens, module, test in rows]


def known_calls_tables() -> str:
    head = ("call", "HTTP", "Python", "command", "test")
    parts = [f"## {heading}\n\n{table(head, [_row(each) for each in calls])}" for heading, calls in known_calls()]
    return "\n\n".join(parts)


def by_itself_table() -> str:
    rows = [(f"`{calls}`", happens, f"`{module}`", _link(test)) for calls, happens, module, test in calls_by_itself()]
    return table(("call", "here", "module", "test"), rows)


def _row(known: KnownCall) -> tuple[str, ...]:
    operation = known.operation
    return (
        f"`{known.call}`",
        f"`{operation.method} {operation.address}{known.query}`" if operation else "",
        f"`{known.python}`",
        f"`botflow {known.command}`" if known.command else "",
        _link(known.test),
    )


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../../{path})"
