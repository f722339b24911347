/** Every call of the API; calls.d.ts has their types. Written by `python -m docs.generate`: do not edit it. */
import { Caller, segment } from "./transport.js";

export class Calls extends Caller {
  /** List the workflows of your organization. It needs the scope `workflows:read`. */
  getWorkflowsByOrganization({ cursor, limit, status, executionMode, name, sort, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/workflows",
      query: { cursor, limit, status, executionMode, name, sort },
      signal,
    });
  }

  /** Read a workflow. It needs the scope `workflows:read`. */
  getWorkflow(workflow, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}`,
      signal,
    });
  }

  /**
   * Put a workflow into service; with a version, serve that version to new executions, too. It needs the scope
   * `workflows:write`.
   */
  activateWorkflow(workflow, { version, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/activate`,
      body: { version },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Take a workflow out of service: it takes no messages and starts nothing. Conversations stay where they are. It
   * needs the scope `workflows:write`.
   */
  deactivateWorkflow(workflow, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/deactivate`,
      idempotencyKey,
      signal,
    });
  }

  /** Take a workflow out of service for a while. It needs the scope `workflows:write`. */
  pauseWorkflow(workflow, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/pause`,
      idempotencyKey,
      signal,
    });
  }

  /** Take a workflow out of service for good. Nothing is deleted. It needs the scope `workflows:write`. */
  archiveWorkflow(workflow, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/archive`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Make a workflow from its document. It is a draft, out of service, until it is published. It needs the scope
   * `workflows:write`.
   */
  createWorkflow(document, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/workflows",
      body: document,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Read the draft; of a workflow without edits, the document of its active version. It needs the scope
   * `workflows:read`.
   */
  getDraft(workflow, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/draft`,
      signal,
    });
  }

  /** Replace the draft. It may have errors; publishing needs it without. It needs the scope `workflows:write`. */
  updateWorkflow(workflow, document, { ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/draft`,
      body: document,
      ifMatch,
      signal,
    });
  }

  /**
   * Check the draft, or the document that you send, together with the workflows that it runs as subflows. It needs the
   * scope `workflows:read`.
   */
  validateWorkflow(workflow, document, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/validate`,
      body: document,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Check a document that need not be stored, together with the workflows that it runs as subflows. It needs the scope
   * `workflows:read`.
   */
  validateDocument(document, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/validate",
      body: document,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Edit many nodes and edges of the draft as one revision, all or none: a paste, an undo, a drag of a group. It needs
   * the scope `workflows:write`.
   */
  applyEdits(workflow, { edits, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/workflows/${segment(workflow)}/draft`,
      body: { edits },
      ifMatch,
      signal,
    });
  }

  /** Read a workflow with all nodes and edges of its draft. It needs the scope `workflows:read`. */
  getWorkflowWithNodesAndEdges(workflow, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/graph`,
      signal,
    });
  }

  /** List the nodes of the draft, or of a version, in the order of their ids. It needs the scope `workflows:read`. */
  getNodesByWorkflowId(workflow, { version, cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/nodes`,
      query: { version, cursor, limit },
      signal,
    });
  }

  /**
   * Add a node to the draft. Its properties may be incomplete; publishing needs them without errors. It needs the scope
   * `workflows:write`.
   */
  createNode(workflow, document, { ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/nodes`,
      body: document,
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /** Replace the properties of a node. It needs the scope `workflows:write`. */
  updateNodeProperties(workflow, node, document, { ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/nodes/${segment(node)}/properties`,
      body: document,
      ifMatch,
      signal,
    });
  }

  /** Draw a node elsewhere. It needs the scope `workflows:write`. */
  updateNodePosition(workflow, node, { x, y, ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/nodes/${segment(node)}/position`,
      body: { x, y },
      ifMatch,
      signal,
    });
  }

  /** Read a node of the draft, or of a version. It needs the scope `workflows:read`. */
  getNodeByNodeId(workflow, node, { version, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/nodes/${segment(node)}`,
      query: { version },
      signal,
    });
  }

  /** Replace all of a node but its id. A node may be sent back as it was read. It needs the scope `workflows:write`. */
  updateNode(workflow, node, document, { ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/nodes/${segment(node)}`,
      body: document,
      ifMatch,
      signal,
    });
  }

  /**
   * Remove a node with the edges from it and to it. It is refused while an interrupt leads to the node. It needs the
   * scope `workflows:write`.
   */
  deleteNode(workflow, node, { ifMatch, signal } = {}) {
    return this._call({
      method: "DELETE",
      path: `/api/v1/workflows/${segment(workflow)}/nodes/${segment(node)}`,
      ifMatch,
      signal,
    });
  }

  /**
   * Draw many nodes elsewhere, as one revision. The others stay where they are. It needs the scope `workflows:write`.
   */
  updateNodePositions(workflow, { positions, ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/positions`,
      body: { positions },
      ifMatch,
      signal,
    });
  }

  /** List the node types of this server, its plugins' too, all on one page. It needs the scope `workflows:read`. */
  getNodeTypes({ signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/node-types",
      signal,
    });
  }

  /** Read a node type by its whole name, such as `chatbot.ask`. It needs the scope `workflows:read`. */
  getNodeType(name, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/node-types/${segment(name)}`,
      signal,
    });
  }

  /**
   * List what a combobox in the form of a node offers, by the `source` in its property's `x-field`: `workflows`,
   * `time_zones`, `models`, `credentials:webhook`, or a name of a plugin's. At most a hundred, with `search` in them.
   * It needs the scope `workflows:write`.
   */
  getFieldOptions(source, { properties, credential, search, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/field-options/${segment(source)}`,
      query: { properties, credential, search },
      signal,
    });
  }

  /**
   * List the edges of the draft, or of a version; those from the node `source`, or to the node `target`. It needs the
   * scope `workflows:read`.
   */
  getEdgesByWorkflowId(workflow, { version, cursor, limit, source, target, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/edges`,
      query: { version, cursor, limit, source, target },
      signal,
    });
  }

  /** Add an edge to the draft. Without an id it gets one. It needs the scope `workflows:write`. */
  createEdge(workflow, document, { ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/edges`,
      body: document,
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /** Read an edge of the draft, or of a version. It needs the scope `workflows:read`. */
  getEdgeByEdgeId(workflow, edge, { version, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/edges/${segment(edge)}`,
      query: { version },
      signal,
    });
  }

  /**
   * Replace all of an edge but its id. An edge may be sent back as it was read. It needs the scope `workflows:write`.
   */
  updateEdge(workflow, edge, document, { ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/workflows/${segment(workflow)}/edges/${segment(edge)}`,
      body: document,
      ifMatch,
      signal,
    });
  }

  /** Remove an edge. It needs the scope `workflows:write`. */
  deleteEdge(workflow, edge, { ifMatch, signal } = {}) {
    return this._call({
      method: "DELETE",
      path: `/api/v1/workflows/${segment(workflow)}/edges/${segment(edge)}`,
      ifMatch,
      signal,
    });
  }

  /** List the versions of a workflow, the newest first. It needs the scope `workflows:read`. */
  getVersions(workflow, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/versions`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Read a version with its documents. It needs the scope `workflows:read`. */
  getVersion(workflow, version, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/versions/${segment(version)}`,
      signal,
    });
  }

  /**
   * Make a version of the draft, and serve it to new executions. Those under way keep theirs, or go where a plan says
   * whose `token` is given. It needs the scope `workflows:write`.
   */
  publishWorkflow(workflow, { message, token, ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/publish`,
      body: { message, token },
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Serve a former version to new executions again. Those under way keep theirs. It needs the scope `workflows:write`.
   */
  rollbackWorkflow(workflow, version, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/versions/${segment(version)}/rollback`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Compare two documents of a workflow, as data and in sentences: versions by their numbers, the `active` one, or the
   * `draft`. It needs the scope `workflows:read`.
   */
  getWorkflowDiff(workflow, { from: from_, to, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/diff`,
      query: { from: from_, to },
      signal,
    });
  }

  /**
   * Say how many sessions wait at each node, and what would become of each if the draft were published. Every session
   * is tried against the draft. Nothing is changed; the answer's `token` publishes what was planned. It needs the scope
   * `workflows:write`.
   */
  planPublication(workflow, { moves, default: default_, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/plan`,
      body: { moves, default: default_ },
      idempotencyKey,
      signal,
    });
  }

  /** List the publications of a workflow that had a plan, the newest first. It needs the scope `workflows:read`. */
  getPublications(workflow, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/publications`,
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Read a publication: how many of its sessions have moved, and why others have not. It needs the scope
   * `workflows:read`.
   */
  getPublication(workflow, publication, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/publications/${segment(publication)}`,
      signal,
    });
  }

  /**
   * Serve the former version again, and return the moved sessions that have not gone on since. It needs the scope
   * `workflows:write`.
   */
  rollbackPublication(workflow, publication, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/publications/${segment(publication)}/rollback`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let a share of the new executions begin in a version of the draft, or in a stored version. Who gets it is decided
   * once for each person, when an execution begins; those under way stay. `If-Match` names the draft's revision. It
   * needs the scope `workflows:write`.
   */
  createCanary(workflow, { percent, version, message, ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/canaries`,
      body: { percent, version, message },
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /** List the canaries of a workflow, the newest first; at most one runs. It needs the scope `workflows:read`. */
  getCanaries(workflow, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/canaries`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Read a canary. It needs the scope `workflows:read`. */
  getCanary(workflow, canary, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}`,
      signal,
    });
  }

  /**
   * Give a canary a larger or smaller share of the new executions. A larger one takes nobody out of it. It needs the
   * scope `workflows:write`.
   */
  updateCanary(workflow, canary, { percent, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}`,
      body: { percent },
      ifMatch,
      signal,
    });
  }

  /**
   * Compare the executions of both versions that began while the canary runs: how they end, what they cost, and how far
   * they come. It needs the scope `executions:read`.
   */
  getCanaryReport(workflow, canary, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}/report`,
      signal,
    });
  }

  /**
   * Say what would become of each session that waits if the canary were promoted or aborted. Nothing is changed; the
   * answer's `token` does what was planned. It needs the scope `workflows:write`.
   */
  planCanaryEnd(workflow, canary, { moves, default: default_, end, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}/plan`,
      body: { moves, default: default_, end },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Make the canary's version the active one. Sessions in other versions stay there, or go where a plan says whose
   * `token` is given. It needs the scope `workflows:write`.
   */
  promoteCanary(workflow, canary, { token, ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}/promote`,
      body: { token },
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let all new executions begin in the active version again. Sessions in the canary's version stay there until they
   * end, or return as a plan says whose `token` is given. It needs the scope `workflows:write`.
   */
  abortCanary(workflow, canary, { token, ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/canaries/${segment(canary)}/abort`,
      body: { token },
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /** List the executions of your organization, the newest first. It needs the scope `executions:read`. */
  getExecutions({ cursor, limit, workflow, status, session, topLevel, after, before, sort, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/executions",
      query: { cursor, limit, workflow, status, session, topLevel, after, before, sort },
      signal,
    });
  }

  /** List the executions that have not ended, the newest first. It needs the scope `executions:read`. */
  getActiveExecutions({ cursor, limit, workflow, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/executions/active",
      query: { cursor, limit, workflow },
      signal,
    });
  }

  /** List a workflow's executions, the newest first. It needs the scope `executions:read`. */
  getExecutionsByWorkflowId(workflow, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/executions`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Start a workflow. The execution runs in the background. It needs the scope `executions:write`. */
  createExecution(workflow, { input, priority, key, user, version, externalId, channel, address, metadata, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/executions`,
      body: { input, priority, key, user, version, externalId, channel, address, metadata },
      idempotencyKey,
      signal,
    });
  }

  /** List a session's executions, the newest first. It needs the scope `executions:read`. */
  getExecutionsBySessionId(session, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}/executions`,
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Read an execution with its values, what it has used, and the checkpoints from which it can be retried. It needs the
   * scope `executions:read`.
   */
  getExecution(execution, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}`,
      signal,
    });
  }

  /** List the runs that an execution started, the newest first. It needs the scope `executions:read`. */
  getChildren(execution, { cursor, limit, status, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/children`,
      query: { cursor, limit, status },
      signal,
    });
  }

  /** Read an execution's steps: one for each visit of a node. It needs the scope `executions:read`. */
  getExecutionTraces(execution, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/steps`,
      signal,
    });
  }

  /**
   * List an execution's log lines, oldest first. A page with less than `limit` lines may have another one after it:
   * `next` says so. It needs the scope `executions:read`.
   */
  getExecutionLogs(execution, { cursor, limit, level, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/logs`,
      query: { cursor, limit, level },
      signal,
    });
  }

  /**
   * List what a run or a fork has heard and said, the newest first, in whole turns. Nothing that a fork says is sent:
   * its `state` is `suppressed`. It needs the scope `executions:read`.
   */
  getExecutionMessages(execution, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/messages`,
      query: { cursor, limit },
      signal,
    });
  }

  /** List the large results that are stored with an execution, by their keys. It needs the scope `executions:read`. */
  getExecutionArtifacts(execution, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/artifacts`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Read an artifact's bytes, as a download that a browser does not execute. It needs the scope `executions:read`. */
  getArtifact(execution, key, { signal } = {}) {
    return this._download({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/artifacts/${segment(key)}`,
      signal,
    });
  }

  /** Delete an artifact for good. It needs the scope `executions:write`. */
  deleteArtifact(execution, key, { signal } = {}) {
    return this._do({
      method: "DELETE",
      path: `/api/v1/executions/${segment(execution)}/artifacts/${segment(key)}`,
      signal,
    });
  }

  /** Queue a run of a workflow, and answer with its ids at once. It needs the scope `executions:write`. */
  executeWorkflow(workflow, { input, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/execute`,
      body: { input },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Start a workflow for a user, who may use only the own credentials and the organization's. It needs the scope
   * `executions:write`.
   */
  triggerWorkflow(workflow, { userName, input, version, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/trigger`,
      body: { userName, input, version },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Start every active workflow with a `trigger.event` for this event, each once. It needs the scope
   * `executions:write`.
   */
  emitEvent({ name, payload, key, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/events",
      body: { name, payload, key },
      idempotencyKey,
      signal,
    });
  }

  /** Read an execution, like `/executions/{execution}`. It needs the scope `executions:read`. */
  getExecutionStatus(execution, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/executions/${segment(execution)}`,
      signal,
    });
  }

  /**
   * Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is. It needs
   * the scope `executions:write`.
   */
  startExecution(execution, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/start`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Pause an execution until it is resumed. A turn under way is abandoned, and runs again after that. It needs the
   * scope `executions:write`.
   */
  pauseExecution(execution, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/pause`,
      idempotencyKey,
      signal,
    });
  }

  /** Resume a paused execution; timers that came due meanwhile fire. It needs the scope `executions:write`. */
  resumeExecution(execution, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/resume`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Cancel an execution, the runs that it waits for, and what is queued. It is `cancelling` until its `finally` has
   * run. Sent again, it changes nothing. It needs the scope `executions:write`.
   */
  cancelExecution(execution, { skipFinally, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/cancel`,
      body: { skipFinally },
      idempotencyKey,
      signal,
    });
  }

  /** Run an ended execution again. `retries` counts how often. It needs the scope `executions:write`. */
  retryExecution(execution, { attempts, delay, backoff, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/retry`,
      body: { attempts, delay, backoff },
      idempotencyKey,
      signal,
    });
  }

  /**
   * End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits for are
   * cancelled, and a parent that waits for it gets the output. It needs the scope `executions:write`.
   */
  completeExecution(execution, { output, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/complete`,
      body: { output },
      idempotencyKey,
      signal,
    });
  }

  /**
   * End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for are
   * cancelled, and a parent that waits for it is told. It needs the scope `executions:write`.
   */
  failExecution(execution, { message, data, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/fail`,
      body: { message, data },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and digressions
   * that it is in are left, and the runs that it waits for are cancelled. It needs the scope `executions:write`.
   */
  updateCurrentNode(execution, { node, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/executions/${segment(execution)}/node`,
      body: { node },
      signal,
    });
  }

  /**
   * Begin a new execution before a step of one, with other variables; the original stays as it is. What models and
   * actions answered the original, they answer the fork. It sends no message and emits no event, and no person can
   * write to it: a fork of a conversation hears what was said after the step, or the messages that are given. It needs
   * the scope `executions:write`.
   */
  forkExecution(execution, { step, variables, version, askAgain, newQuestions, messages, key, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/executions/${segment(execution)}/fork`,
      body: { step, variables, version, askAgain, newQuestions, messages, key },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Read the events of your organization in their order, from the oldest that is kept or after `after`. They are kept
   * for a week, and recorded from the first call on. `next` is the `after` of the next call, also when there are no
   * more events yet. With `Accept: text/event-stream` it is a stream that goes on after `Last-Event-ID`. It needs the
   * scope `events:read`.
   */
  getEvents({ after, types, limit, signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/events",
      query: { after, types, limit },
      signal,
    });
  }

  /**
   * Follow the events as they come, after the last one that is named; without it, from the oldest that is kept. The
   * stream is taken up after its last event when it breaks off.
   */
  streamEvents({ types, lastEventId, signal } = {}) {
    return this._events({
      method: "GET",
      path: "/api/v1/events",
      query: { types },
      lastEventId,
      signal,
    });
  }

  /** List the webhooks of your organization, the newest first. It needs the scope `webhooks:read`. */
  getWebhooks({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/webhooks",
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Send events to an address from now on, signed as Standard Webhooks describes it. `secret` is shown this once. It
   * needs the scope `webhooks:write`.
   */
  createWebhook({ url, description, types, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/webhooks",
      body: { url, description, types },
      idempotencyKey,
      signal,
    });
  }

  /** Show a webhook, and why it is disabled if it is. It needs the scope `webhooks:read`. */
  getWebhook(webhook, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/webhooks/${segment(webhook)}`,
      signal,
    });
  }

  /**
   * Change a webhook, or put it into service again: it goes on with the first event that it did not get. It needs the
   * scope `webhooks:write`.
   */
  updateWebhook(webhook, { url, description, types, status, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/webhooks/${segment(webhook)}`,
      body: { url, description, types, status },
      ifMatch,
      signal,
    });
  }

  /** Delete a webhook, and what is known of its deliveries. It needs the scope `webhooks:write`. */
  deleteWebhook(webhook, { signal } = {}) {
    return this._do({
      method: "DELETE",
      path: `/api/v1/webhooks/${segment(webhook)}`,
      signal,
    });
  }

  /**
   * Give a webhook a new secret, which is shown this once. The former one signs beside it for `overlapHours`. It needs
   * the scope `webhooks:write`.
   */
  rotateWebhookSecret(webhook, { overlapHours, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/webhooks/${segment(webhook)}/rotate`,
      body: { overlapHours },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Send an event of the type `webhook.test` now, once, and say what came of it. It needs the scope `webhooks:write`.
   */
  testWebhook(webhook, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/webhooks/${segment(webhook)}/test`,
      idempotencyKey,
      signal,
    });
  }

  /** List what became of the events of the last week, the newest event first. It needs the scope `webhooks:read`. */
  getWebhookDeliveries(webhook, { cursor, limit, state, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/webhooks/${segment(webhook)}/deliveries`,
      query: { cursor, limit, state },
      signal,
    });
  }

  /** Send one event again now, once, and say what came of it. It needs the scope `webhooks:write`. */
  replayEvent(webhook, event, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/webhooks/${segment(webhook)}/events/${segment(event)}/replay`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Send all events since a time again, in their order; a disabled webhook is put into service. It needs the scope
   * `webhooks:write`.
   */
  replayWebhook(webhook, { since, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/webhooks/${segment(webhook)}/replay`,
      body: { since },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Download the results of a workflow's executions, oldest first; as CSV with one column per variable. It needs the
   * scope `executions:read`.
   */
  exportResults({ format, after, before, workflow, status, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/results",
      query: { format, after, before, workflow, status },
      signal,
    });
  }

  /**
   * Download sessions, of all your workflows or of one, by channel and external id. It needs the scope `sessions:read`.
   */
  exportSessions({ format, workflow, channel, active, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/sessions",
      query: { format, workflow, channel, active },
      signal,
    });
  }

  /**
   * Download what came in, session by session, the newest of each first. It needs a workflow, a session, an externalId,
   * or the status `new`. It needs the scope `sessions:read`.
   */
  exportInbounds({ format, after, before, workflow, session, externalId, channel, status, kind, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/inbounds",
      query: { format, after, before, workflow, session, externalId, channel, status, kind },
      signal,
    });
  }

  /**
   * Download messages to people, session by session, the newest of each first. It needs a workflow, a session, an
   * externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. It needs the scope `sessions:read`.
   */
  exportOutbounds({ format, after, before, workflow, session, externalId, channel, status, turn, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/outbounds",
      query: { format, after, before, workflow, session, externalId, channel, status, turn },
      signal,
    });
  }

  /**
   * Download executions, the newest first; those that begin meanwhile are not in it. It needs the scope
   * `executions:read`.
   */
  exportExecutions({ format, after, before, workflow, status, session, topLevel, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/executions",
      query: { format, after, before, workflow, status, session, topLevel },
      signal,
    });
  }

  /**
   * Download handoffs: who waited how long for a person, from the latest ended one on. It needs the scope
   * `sessions:read`.
   */
  exportHandoffs({ format, state, queue, workflow, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/handoffs",
      query: { format, state, queue, workflow },
      signal,
    });
  }

  /** Download what people of the chat think of messages, the newest first. It needs the scope `sessions:read`. */
  exportFeedback({ format, after, before, workflow, node, value, externalId, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/feedback",
      query: { format, after, before, workflow, node, value, externalId },
      signal,
    });
  }

  /** Download contacts: who has opted out, and whose time zone was set. It needs the scope `sessions:read`. */
  exportContacts({ format, channel, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/contacts",
      query: { format, channel },
      signal,
    });
  }

  /**
   * Download contacts with their addresses, fields and groups; `POST /contact-imports` reads the file again. It needs
   * the scope `sessions:read`.
   */
  exportPeople({ format, group, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/people",
      query: { format, group },
      signal,
    });
  }

  /**
   * Download who changed what, the newest first, up to this export, whose own entry is not in it. It needs the scope
   * `audit:read`.
   */
  exportAuditLog({ format, after, before, subject, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/audit-log",
      query: { format, after, before, subject },
      signal,
    });
  }

  /**
   * Download sums of calls, tokens and cost of models by workflow, node, model, or day, the dearest first. It needs the
   * scope `executions:read`.
   */
  exportUsage({ format, after, before, groupBy, workflow, version, model, topic, signal } = {}) {
    return this._download({
      method: "GET",
      path: "/api/v1/exports/usage",
      query: { format, after, before, groupBy, workflow, version, model, topic },
      signal,
    });
  }

  /**
   * List the schedules of all workflows, with the next and the last run of each. It needs the scope `executions:read`.
   */
  getSchedules({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/schedules",
      query: { cursor, limit },
      signal,
    });
  }

  /** List the schedules of a workflow. It needs the scope `executions:read`. */
  getSchedulesByWorkflowId(workflow, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/schedules`,
      signal,
    });
  }

  /** Read a schedule: when it is due next, and what its last run did. It needs the scope `executions:read`. */
  getSchedule(workflow, schedule, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/schedules/${segment(schedule)}`,
      signal,
    });
  }

  /** List the next times of a schedule, by the clocks of its time zone. It needs the scope `executions:read`. */
  previewSchedule(workflow, schedule, { count, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/schedules/${segment(schedule)}/preview`,
      query: { count },
      signal,
    });
  }

  /**
   * Let a schedule start nothing until it is resumed, whatever is published meanwhile. It needs the scope
   * `executions:write`.
   */
  pauseSchedule(workflow, schedule, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/schedules/${segment(schedule)}/pause`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let a paused schedule go on from now; what it would have started meanwhile is not made up for. It needs the scope
   * `executions:write`.
   */
  resumeSchedule(workflow, schedule, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/schedules/${segment(schedule)}/resume`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Start a run of a schedule now, beside those of its times; also while it is paused. It needs the scope
   * `executions:write`.
   */
  runSchedule(workflow, schedule, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/schedules/${segment(schedule)}/run`,
      idempotencyKey,
      signal,
    });
  }

  /** List the campaigns of all workflows, with counts of what they did. It needs the scope `executions:read`. */
  getCampaigns({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/campaigns",
      query: { cursor, limit },
      signal,
    });
  }

  /** List the campaigns of a workflow. It needs the scope `executions:read`. */
  getCampaignsByWorkflowId(workflow, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/campaigns`,
      signal,
    });
  }

  /** Read a campaign: when it looks next, and counts of what it did. It needs the scope `executions:read`. */
  getCampaign(workflow, campaign, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/campaigns/${segment(campaign)}`,
      signal,
    });
  }

  /** List what contacts' dates have led to, the latest due first. It needs the scope `executions:read`. */
  getCampaignStarts(workflow, campaign, { cursor, limit, outcome, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/campaigns/${segment(campaign)}/starts`,
      query: { cursor, limit, outcome },
      signal,
    });
  }

  /**
   * List the contacts who are due next, within seven days, by the clocks of their time zones. It needs the scope
   * `executions:read`.
   */
  previewCampaign(workflow, campaign, { count, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/campaigns/${segment(campaign)}/preview`,
      query: { count },
      signal,
    });
  }

  /**
   * List calls of models with prompts and answers, those of the newest execution first. A page with less than `limit`
   * calls may have another one after it: `next` says so. It needs the scope `executions:read`.
   */
  getAiCalls({ cursor, limit, workflow, model, topic, after, before, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/ai-calls",
      query: { cursor, limit, workflow, model, topic, after, before },
      signal,
    });
  }

  /** Read a call of a model; 404 when it is not recorded. It needs the scope `executions:read`. */
  getAiCall(call, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/ai-calls/${segment(call)}`,
      signal,
    });
  }

  /** List an execution's calls of models, in their order. It needs the scope `executions:read`. */
  getExecutionAiCalls(execution, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/executions/${segment(execution)}/ai-calls`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Sum up calls, tokens and cost of models by workflow, node, model, or day. It needs the scope `executions:read`. */
  getUsage({ groupBy, workflow, version, model, topic, after, before, signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/usage",
      query: { groupBy, workflow, version, model, topic, after, before },
      signal,
    });
  }

  /**
   * Count the visits of each node and edge of a version, and who waits at each node now. It needs the scope
   * `executions:read`.
   */
  getWorkflowCounts(workflow, { version, after, before, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/counts`,
      query: { version, after, before },
      signal,
    });
  }

  /**
   * Count what became of each variant of a split: conversations, people, and how many reached the goal. It needs the
   * scope `executions:read`.
   */
  getVariantResults(workflow, { node, goal, version, after, before, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/variants`,
      query: { node, goal, version, after, before },
      signal,
    });
  }

  /** List a workflow's sessions, by channel and external id. It needs the scope `sessions:read`. */
  getSessionsByWorkflowId(workflow, { cursor, limit, channel, active, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/sessions`,
      query: { cursor, limit, channel, active },
      signal,
    });
  }

  /** Find the session of a person in a workflow. It needs the scope `sessions:read`. */
  getSessionByExternalId(workflow, { externalId, channel, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/sessions/by-external-id`,
      query: { externalId, channel },
      signal,
    });
  }

  /** Find the chat session of your application's user in a workflow. It needs the scope `sessions:read`. */
  getSessionByUserId(workflow, { userId, signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/workflows/${segment(workflow)}/sessions/by-user-id`,
      query: { userId },
      signal,
    });
  }

  /**
   * List the sessions whose conversation is under way, of all your workflows or of one. It needs the scope
   * `sessions:read`.
   */
  getActiveSessions({ cursor, limit, workflow, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/sessions/active",
      query: { cursor, limit, workflow },
      signal,
    });
  }

  /** Read a session. It needs the scope `sessions:read`. */
  getSession(session, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}`,
      signal,
    });
  }

  /**
   * List what a session did, turn by turn, and what operators did to it; the newest first. It needs the scope
   * `sessions:read`.
   */
  getSessionHistory(session, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}/history`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Write a note into a session's history. It needs the scope `sessions:write`. */
  addToSessionHistory(session, { text, nodeId, data, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/history`,
      body: { text, nodeId, data },
      idempotencyKey,
      signal,
    });
  }

  /**
   * List a session's messages in both directions with their delivery, the newest first, in whole turns. It needs the
   * scope `sessions:read`.
   */
  getSessionMessages(session, { cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}/messages`,
      query: { cursor, limit },
      signal,
    });
  }

  /** Send a message of the person who has the conversation. It needs the scope `sessions:write`. */
  sendAsPerson(session, { text, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/messages`,
      body: { text },
      idempotencyKey,
      signal,
    });
  }

  /** Read a session's variables. It needs the scope `sessions:read`. */
  getSessionContext(session, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}/context`,
      signal,
    });
  }

  /**
   * Set and remove variables of a conversation under way. A turn under way runs again with them. It needs the scope
   * `sessions:write`.
   */
  updateSessionContext(session, { variables, remove, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/sessions/${segment(session)}/context`,
      body: { variables, remove },
      ifMatch,
      signal,
    });
  }

  /**
   * End a conversation: its execution is cancelled, its timers are dead. The person's next message begins anew. It
   * needs the scope `sessions:write`.
   */
  deactivateSession(session, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/deactivate`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let a person have the conversation: the bot is silent until it is given back. It needs the scope `sessions:write`.
   */
  handOffSession(session, { person, picture, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/hand-off`,
      body: { person, picture },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Give the conversation back to the bot, at its waiting node. With `replay` it answers what it has missed. It needs
   * the scope `sessions:write`.
   */
  returnSession(session, { replay, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/return`,
      body: { replay },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Refuse the token of a chat visitor from now on, in every process; its streams end. It needs the scope
   * `sessions:write`.
   */
  revokeSession(workflow, { externalId, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/workflows/${segment(workflow)}/sessions/revoke`,
      body: { externalId },
      idempotencyKey,
      signal,
    });
  }

  /** List handoffs: open ones by urgency and age, ended ones from the latest on. It needs the scope `sessions:read`. */
  getHandoffs({ cursor, limit, workflow, state, queue, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/handoffs",
      query: { cursor, limit, workflow, state, queue },
      signal,
    });
  }

  /**
   * List how long conversations waited for a person, by day and queue: how many, the median, the 95th percentile. It
   * needs the scope `sessions:read`.
   */
  getWaitingTimes({ cursor, limit, since, before, queue, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/handoffs/waiting-times",
      query: { cursor, limit, since, before, queue },
      signal,
    });
  }

  /** Read one handoff. It needs the scope `sessions:read`. */
  getHandoff(handoff, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/handoffs/${segment(handoff)}`,
      signal,
    });
  }

  /**
   * Take a conversation that waits. Of two claims one wins; then its time does not run out any more. It needs the scope
   * `sessions:write`.
   */
  claimHandoff(handoff, { person, picture, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/handoffs/${segment(handoff)}/claim`,
      body: { person, picture },
      idempotencyKey,
      signal,
    });
  }

  /** Let a conversation wait in its queue again, in its old place. It needs the scope `sessions:write`. */
  releaseHandoff(handoff, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/handoffs/${segment(handoff)}/release`,
      idempotencyKey,
      signal,
    });
  }

  /** Give a conversation to another person, or let it wait in another queue. It needs the scope `sessions:write`. */
  transferHandoff(handoff, { queue, person, picture, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/handoffs/${segment(handoff)}/transfer`,
      body: { queue, person, picture },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Give a conversation back to the flow, with a note and values. With `replay` the flow then answers what was said to
   * the person. It needs the scope `sessions:write`.
   */
  returnHandoff(handoff, { note, values, replay, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/handoffs/${segment(handoff)}/return`,
      body: { note, values, replay },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Let a visitor of the chat see that the person who has the conversation writes, for some seconds. On other channels
   * nothing is shown. It needs the scope `sessions:write`.
   */
  showTyping(session, { idempotencyKey, signal } = {}) {
    return this._do({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/typing`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * List what is wrong with sessions and runs that wait, and what to do. A call examines at most a thousand of them: a
   * page may have few findings, or none, and another one after it. It needs the scope `sessions:read`.
   */
  getFindings({ cursor, limit, workflow, code, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/doctor/findings",
      query: { cursor, limit, workflow, code },
      signal,
    });
  }

  /**
   * Explain what a session or a run waits for, and what is wrong with that. It changes nothing. It needs the scope
   * `sessions:read`.
   */
  getDiagnosis(session, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/sessions/${segment(session)}/diagnosis`,
      signal,
    });
  }

  /** Apply a remedy that the diagnosis shows, to the session as it was then. It needs the scope `sessions:write`. */
  mendSession(session, { finding, remedy, revision, node, subject, replay, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/sessions/${segment(session)}/mend`,
      body: { finding, remedy, revision, node, subject, replay },
      idempotencyKey,
      signal,
    });
  }

  /**
   * List what came in, session by session, the newest of each first. It needs a workflow, a session, an externalId, or
   * the status `new`. A page may have less than `limit`, and another one after it. It needs the scope `sessions:read`.
   */
  getInbounds({ cursor, limit, workflow, session, externalId, channel, after, before, status, kind, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/inbounds",
      query: { cursor, limit, workflow, session, externalId, channel, after, before, status, kind },
      signal,
    });
  }

  /**
   * Read what came in, with what its turn did and the messages that answered it. It needs the scope `sessions:read`.
   */
  getInbound(inbound, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/inbounds/${segment(inbound)}`,
      signal,
    });
  }

  /**
   * List messages to people, session by session, the newest of each first. It needs a workflow, a session, an
   * externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. A page may have less than `limit`, and
   * another one after it. It needs the scope `sessions:read`.
   */
  getOutbounds({ cursor, limit, workflow, session, externalId, channel, after, before, status, turn, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/outbounds",
      query: { cursor, limit, workflow, session, externalId, channel, after, before, status, turn },
      signal,
    });
  }

  /** Read a message, with the decisions about it. It needs the scope `sessions:read`. */
  getOutbound(outbound, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/outbounds/${segment(outbound)}`,
      signal,
    });
  }

  /** Send a held message after all, as if for the first time. It needs the scope `sessions:write`. */
  releaseOutbound(outbound, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/outbounds/${segment(outbound)}/release`,
      idempotencyKey,
      signal,
    });
  }

  /** Give a held message up: it has failed, and is not sent. It needs the scope `sessions:write`. */
  dropOutbound(outbound, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/outbounds/${segment(outbound)}/drop`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * List the decisions about an address, the newest first: why messages were or were not sent. It needs the scope
   * `sessions:read`.
   */
  getDecisions({ cursor, limit, address, channel, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/decisions",
      query: { cursor, limit, address, channel },
      signal,
    });
  }

  /**
   * List what people of the chat think of messages, the newest first. What they took back is not in it. It needs the
   * scope `sessions:read`.
   */
  getFeedback({ cursor, limit, workflow, node, value, externalId, after, before, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/feedback",
      query: { cursor, limit, workflow, node, value, externalId, after, before },
      signal,
    });
  }

  /**
   * Count it by workflow, node and version: how many found the messages good, and how many bad. It needs the scope
   * `sessions:read`.
   */
  getFeedbackSummary({ cursor, limit, workflow, after, before, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/feedback/summary",
      query: { cursor, limit, workflow, after, before },
      signal,
    });
  }

  /** Search contacts, by name, address, the value of a field, or group. It needs the scope `sessions:read`. */
  getContacts({ cursor, limit, name, address, field, value, group, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/contacts",
      query: { cursor, limit, name, address, field, value, group },
      signal,
    });
  }

  /** Store a contact with its addresses. It needs the scope `sessions:write`. */
  createContact({ name, language, timeZone, fields, join, leave, addresses, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/contacts",
      body: { name, language, timeZone, fields, join, leave, addresses },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Read a contact; the id of one that was merged answers with the contact that it was merged into. It needs the scope
   * `sessions:read`.
   */
  getContact(contact, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/contacts/${segment(contact)}`,
      signal,
    });
  }

  /**
   * Change the fields and groups that are given; null clears a field. Consent is not part of it. It needs the scope
   * `sessions:write`.
   */
  changeContact(contact, { name, language, timeZone, fields, join, leave, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/contacts/${segment(contact)}`,
      body: { name, language, timeZone, fields, join, leave },
      ifMatch,
      signal,
    });
  }

  /**
   * Merge another contact into this one: addresses and groups are united, opt-outs stay with their addresses. It needs
   * the scope `sessions:write`.
   */
  mergeContacts(contact, { other, revision, otherRevision, take, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/contacts/${segment(contact)}/merge`,
      body: { other, revision, otherRevision, take },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Import contacts from CSV with a header: the columns `addresses` (such as `sms:+15551234567`, several with
   * semicolons between them), `name`, `language`, `timeZone`, `groups`, and declared fields. An empty cell changes
   * nothing, and neither does a file that was imported before. No consent is changed. With `dryRun` nothing is stored:
   * the answer says what would be. It needs the scope `sessions:write`.
   */
  importContacts({ csv, dryRun, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/contact-imports",
      body: { csv, dryRun },
      idempotencyKey,
      signal,
    });
  }

  /**
   * List the groups of contacts, by name. `GET /contacts?group=` lists who is in one. It needs the scope
   * `sessions:read`.
   */
  getContactGroups({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/contact-groups",
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * List the fields that contacts may have besides name, language and time zone. It needs the scope `sessions:read`.
   */
  getContactFields({ signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/contact-fields",
      signal,
    });
  }

  /**
   * Declare a field of contacts for all workflows. Its type changes only while no contact has a value of it. It needs
   * the scope `workflows:write`.
   */
  declareContactField(field, { type, choices, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/contact-fields/${segment(field)}`,
      body: { type, choices },
      signal,
    });
  }

  /** Remove a field that no contact has a value of. It needs the scope `workflows:write`. */
  removeContactField(field, { signal } = {}) {
    return this._do({
      method: "DELETE",
      path: `/api/v1/contact-fields/${segment(field)}`,
      signal,
    });
  }

  /**
   * Set a contact's time zone, such as `Europe/Berlin`, or none, for all workflows. It needs the scope
   * `sessions:write`.
   */
  updateContact(channel, address, { timeZone, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/v1/contacts/${segment(channel)}/${segment(address)}`,
      body: { timeZone },
      signal,
    });
  }

  /** List the modules that have credentials, and their fields. It needs the scope `credentials:read`. */
  getCredentialModules({ signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/credential-modules",
      signal,
    });
  }

  /**
   * List the credentials by name, inactive ones too. With `user`: those that this user may use. It needs the scope
   * `credentials:read`.
   */
  getCredentialsByModule({ cursor, limit, module, user, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/credentials",
      query: { cursor, limit, module, user },
      signal,
    });
  }

  /** Store a credential. Its sensitive fields are never shown again. It needs the scope `credentials:write`. */
  createCredential({ module, name, fields, user, isDefault, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/credentials",
      body: { module, name, fields, user, isDefault },
      idempotencyKey,
      signal,
    });
  }

  /**
   * List the active credentials by name. With `user`: those that this user may use. It needs the scope
   * `credentials:read`.
   */
  getActiveCredentials({ cursor, limit, module, user, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/credentials/active",
      query: { cursor, limit, module, user },
      signal,
    });
  }

  /**
   * Read the credential of this name: the user's own, else the organization's. It needs the scope `credentials:read`.
   */
  getCredentialByName({ module, name, user, signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/credentials/by-name",
      query: { module, name, user },
      signal,
    });
  }

  /** Read a credential by its id. It needs the scope `credentials:read`. */
  getCredential(credential, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/credentials/${segment(credential)}`,
      signal,
    });
  }

  /** Replace the fields that are sent; null removes one. It needs the scope `credentials:write`. */
  updateCredential(credential, { fields, isDefault, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/credentials/${segment(credential)}`,
      body: { fields, isDefault },
      ifMatch,
      signal,
    });
  }

  /** Delete a credential that no active version and no draft names. It needs the scope `credentials:write`. */
  deleteCredential(credential, { ifMatch, signal } = {}) {
    return this._do({
      method: "DELETE",
      path: `/api/v1/credentials/${segment(credential)}`,
      ifMatch,
      signal,
    });
  }

  /** Put a credential back into use. It needs the scope `credentials:write`. */
  activateCredential(credential, { ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/credentials/${segment(credential)}/activate`,
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /**
   * Take a credential out of use: what needs it fails from now on, everywhere within seconds. It needs the scope
   * `credentials:write`.
   */
  deactivateCredential(credential, { ifMatch, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/credentials/${segment(credential)}/deactivate`,
      ifMatch,
      idempotencyKey,
      signal,
    });
  }

  /** List the API keys of your organization, the newest first, revoked ones too. It needs the scope `keys:read`. */
  getKeys({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/keys",
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Make an API key with a role, or with scopes of its own. `key` is shown this once. It needs the scope `keys:write`.
   */
  createKey({ name, role, scopes, expiresInDays, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/keys",
      body: { name, role, scopes, expiresInDays },
      idempotencyKey,
      signal,
    });
  }

  /**
   * Revoke an API key for good: it is refused from now on, by other processes within seconds. It needs the scope
   * `keys:write`.
   */
  revokeKey(key, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/keys/${segment(key)}/revoke`,
      idempotencyKey,
      signal,
    });
  }

  /** List the keys of applications whose tokens your organization trusts. It needs the scope `keys:read`. */
  getTokenKeys({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/token-keys",
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Trust the JSON Web Tokens that a key signs: `sub`, `iat`, `exp` at most a day later, and maybe `role`; their header
   * has the key's id as `kid`. It needs the scope `keys:write`.
   */
  createTokenKey({ name, algorithm, publicKey, role, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/token-keys",
      body: { name, algorithm, publicKey, role },
      idempotencyKey,
      signal,
    });
  }

  /** Trust a key no longer: its tokens are refused from now on. It needs the scope `keys:write`. */
  revokeTokenKey(tokenKey, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/token-keys/${segment(tokenKey)}/revoke`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * List the people of your organization, the oldest account first, deactivated ones too. It needs the scope
   * `users:read`.
   */
  getUsers({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/users",
      query: { cursor, limit },
      signal,
    });
  }

  /**
   * Make an account with a role. `password` is shown this once; the person changes it after signing in. It needs the
   * scope `users:write`.
   */
  createUser({ email, name, role, picture, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/users",
      body: { email, name, role, picture },
      idempotencyKey,
      signal,
    });
  }

  /** Read an account. It needs the scope `users:read`. */
  getUser(user, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/users/${segment(user)}`,
      signal,
    });
  }

  /**
   * Change a name or a role, or deactivate an account, which signs it out everywhere. It needs the scope `users:write`.
   */
  updateUser(user, { name, role, active, picture, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: `/api/v1/users/${segment(user)}`,
      body: { name, role, active, picture },
      ifMatch,
      signal,
    });
  }

  /**
   * Give an account a new first password, end its lockout, and sign it out everywhere. It needs the scope
   * `users:write`.
   */
  resetPassword(user, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/v1/users/${segment(user)}/reset-password`,
      idempotencyKey,
      signal,
    });
  }

  /**
   * List the organizations of the deployment. With the header Botflow-Organization a call works on one of them. It
   * needs the scope `organizations:write`.
   */
  getOrganizations({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/organizations",
      query: { cursor, limit },
      signal,
    });
  }

  /** Make an organization. It needs the scope `organizations:write`. */
  createOrganization({ id, name, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/organizations",
      body: { id, name },
      idempotencyKey,
      signal,
    });
  }

  /** Read your own organization. It needs the scope `workflows:read`. */
  getOrganization({ signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/organization",
      signal,
    });
  }

  /** Rename your own organization. It needs the scope `users:write`. */
  updateOrganization({ name, ifMatch, signal } = {}) {
    return this._call({
      method: "PATCH",
      path: "/api/v1/organization",
      body: { name },
      ifMatch,
      signal,
    });
  }

  /** Read how long your organization keeps what is over. It needs the scope `workflows:read`. */
  getRetention({ signal } = {}) {
    return this._call({
      method: "GET",
      path: "/api/v1/organization/retention",
      signal,
    });
  }

  /**
   * Decide how long your organization keeps what is over: all of it anew, what is left out is as the deployment keeps
   * it. What is deleted does not come back when you choose more days later. It needs the scope `retention:write`.
   */
  setRetention({ conversationDays, runDays, fileDays, eventDays, decisionDays, auditLogDays, ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: "/api/v1/organization/retention",
      body: { conversationDays, runDays, fileDays, eventDays, decisionDays, auditLogDays },
      ifMatch,
      signal,
    });
  }

  /** List who changed what in your organization, the newest first. It needs the scope `audit:read`. */
  getChanges({ cursor, limit, subject, after, before, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/audit-log",
      query: { cursor, limit, subject, after, before },
      signal,
    });
  }

  /**
   * Erase a person: sessions, messages, answers, files, runs for them, caches, and their messages at providers. It is
   * carried out in the background; read the erasure for its receipt. Their next message begins a new conversation. It
   * needs the scope `people:erase`.
   */
  erasePerson({ externalId, address, userId, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/v1/erasures",
      body: { externalId, address, userId },
      idempotencyKey,
      signal,
    });
  }

  /** List the erasures in your organization, the newest first. It needs the scope `people:erase`. */
  getErasures({ cursor, limit, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/v1/erasures",
      query: { cursor, limit },
      signal,
    });
  }

  /** Read an erasure, with its signed receipt. It needs the scope `people:erase`. */
  getErasure(erasure, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/v1/erasures/${segment(erasure)}`,
      signal,
    });
  }

  /** List the workflows of your organization. It needs the scope `workflows:read`. */
  listWorkflows({ cursor, limit, status, executionMode, name, sort, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/workflows",
      query: { cursor, limit, status, executionMode, name, sort },
      signal,
    });
  }

  /** Make a workflow from its document. It needs the scope `workflows:write`. */
  postWorkflow(document, { idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: "/api/workflows",
      body: document,
      idempotencyKey,
      signal,
    });
  }

  /** Replace a workflow's draft. It needs the scope `workflows:write`. */
  putWorkflow(workflow, document, { ifMatch, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/workflows/${segment(workflow)}`,
      body: document,
      ifMatch,
      signal,
    });
  }

  /** Put a workflow into service. It needs the scope `workflows:write`. */
  putActivation(workflow, { version, signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/workflows/${segment(workflow)}/activate`,
      body: { version },
      signal,
    });
  }

  /** Take a workflow out of service for a while. It needs the scope `workflows:write`. */
  putPause(workflow, { signal } = {}) {
    return this._call({
      method: "PUT",
      path: `/api/workflows/${segment(workflow)}/pause`,
      signal,
    });
  }

  /** Start a workflow by hand. It needs the scope `executions:write`. */
  postTrigger(workflow, { userName, input, version, idempotencyKey, signal } = {}) {
    return this._call({
      method: "POST",
      path: `/api/workflows/${segment(workflow)}/trigger`,
      body: { userName, input, version },
      idempotencyKey,
      signal,
    });
  }

  /** List executions, the newest first. It needs the scope `executions:read`. */
  listWorkflowRuns({ cursor, limit, workflow, status, session, topLevel, after, before, sort, signal } = {}) {
    return this._list({
      method: "GET",
      path: "/api/workflow-runs",
      query: { cursor, limit, workflow, status, session, topLevel, after, before, sort },
      signal,
    });
  }

  /** Read an execution with the first hundred lines of its log. It needs the scope `executions:read`. */
  getWorkflowRun(execution, { signal } = {}) {
    return this._call({
      method: "GET",
      path: `/api/workflow-runs/${segment(execution)}`,
      signal,
    });
  }
}
