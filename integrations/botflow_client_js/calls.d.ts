/** Every call of the API, and what it answers. Written by `python -m docs.generate`: do not edit it. */
import { StreamEvent } from "./events.js";
import { Download, Pages } from "./lists.js";
import { Caller, CallOptions, Conditional, Repeatable } from "./transport.js";

/**
 * A workflow. `version` is the number of the version that new executions get, null while none was published; `revision`
 * counts the edits of its draft.
 */
export interface Workflow {
  id: string;
  name: string;
  status: "draft" | "active" | "inactive" | "paused" | "archived";
  executionMode: "persistent" | "single";
  version: number | null;
  revision: number;
  underWay: number;
  createdAt: string;
  updatedAt: string;
}

/** A workflow's draft: the document that the next publication makes a version of. Each of its edges has an id. */
export interface WorkflowDraft {
  id: string;
  revision: number;
  document: Record<string, any>;
  updatedBy: string;
  updatedAt: string;
}

/** What edits changed: nodes and edges as they are now, and the ids of those that are gone. */
export interface EditedGraph {
  id: string;
  revision: number;
  nodes: Node[];
  edges: Edge[];
  deletedNodes: string[];
  deletedEdges: string[];
}

/** What the checker says of a document. */
export interface Validation {
  valid: boolean;
  problems: Finding[];
}

/**
 * A node. `typeName` is its whole type, such as `chatbot.ask`; `category` is null for a type that is not known.
 * `handles` and `outputs` are those that its properties make; null while these are not valid. `outputs` is also null
 * where the fields are not known before the node runs.
 */
export interface Node {
  id: string;
  type: string;
  actionType: string;
  typeName: string;
  category: "trigger" | "action" | null;
  label: string;
  position: Position | null;
  properties: Record<string, any>;
  retry: Retry | null;
  timeLimit: number | null;
  credential: string | null;
  handles: NodeHandle[] | null;
  outputs: ShownOutput[] | null;
}

/** A node with the revision of its draft, null for a node of a version. */
export interface NodeDetail {
  id: string;
  type: string;
  actionType: string;
  typeName: string;
  category: "trigger" | "action" | null;
  label: string;
  position: Position | null;
  properties: Record<string, any>;
  retry: Retry | null;
  timeLimit: number | null;
  credential: string | null;
  handles: NodeHandle[] | null;
  outputs: ShownOutput[] | null;
  revision: number | null;
}

/** A node that was deleted, with the edges that went with it. */
export interface DeletedNode {
  id: string;
  type: string;
  actionType: string;
  typeName: string;
  category: "trigger" | "action" | null;
  label: string;
  position: Position | null;
  properties: Record<string, any>;
  retry: Retry | null;
  timeLimit: number | null;
  credential: string | null;
  handles: NodeHandle[] | null;
  outputs: ShownOutput[] | null;
  revision: number | null;
  edges: Edge[];
}

/** Where nodes are drawn now, by their ids. */
export interface NodePositions {
  positions: Record<string, Position>;
  revision: number;
}

/** PageOfNodeType. */
export interface PageOfNodeType {
  items: NodeType[];
  next?: string | null;
}

/**
 * A node type. `handles` and `outputs` are those of the example. `propertiesSchema` is a JSON Schema (2020-12) in which
 * each property has its widget as `x-field`. `outputs` is null where its fields are not known.
 */
export interface NodeType {
  name: string;
  type: string;
  actionType: string;
  title: string;
  description: string;
  notes: string[];
  category: "trigger" | "action";
  section: string;
  icon: string;
  version: number;
  capabilities: ("asks the world" | "streams" | "waits" | "idempotent")[];
  handles: ShownHandle[];
  outputs: ShownOutput[] | null;
  example: Record<string, any> | null;
  propertiesSchema: Record<string, any>;
}

/** PageOfShownOption. */
export interface PageOfShownOption {
  items: ShownOption[];
  next?: string | null;
}

/** An edge. `sourceHandle` is null for the first handle of its source. */
export interface Edge {
  id: string;
  source: string;
  sourceHandle: string | null;
  target: string;
  targetHandle: string | null;
  data: Record<string, any>;
}

/** An edge with the revision of its draft, null for an edge of a version. */
export interface EdgeDetail {
  id: string;
  source: string;
  sourceHandle: string | null;
  target: string;
  targetHandle: string | null;
  data: Record<string, any>;
  revision: number | null;
}

/** A workflow with the nodes and edges of its draft, in the order of the document. */
export interface WorkflowGraph {
  id: string;
  name: string;
  status: "draft" | "active" | "inactive" | "paused" | "archived";
  executionMode: "persistent" | "single";
  version: number | null;
  revision: number;
  underWay: number;
  createdAt: string;
  updatedAt: string;
  nodes: Node[];
  edges: Edge[];
}

/** A published version. `author` and `message` are null for one that came from a file. */
export interface Version {
  version: number;
  active: boolean;
  author: string | null;
  message: string | null;
  publishedAt: string;
}

/** A version with its documents: the workflow's own, and those of its subflows, by id. */
export interface VersionDetail {
  version: number;
  active: boolean;
  author: string | null;
  message: string | null;
  publishedAt: string;
  documents: Record<string, any>;
}

/**
 * What a publication did: the version that new executions get now, and the one that they got before. `publication` is
 * the one whose sessions move now, null without a plan.
 */
export interface Published {
  workflow: string;
  version: number;
  replaced: number | null;
  publication?: number | null;
}

/**
 * What is different in `to`, compared with `from`: each a version's number, or `draft`; null for the active version
 * while nothing was published. `text` says it in sentences. Nodes are as documents have them.
 */
export interface WorkflowDiff {
  workflow: string;
  from: number | "draft" | null;
  to: number | "draft" | null;
  same: boolean;
  text: string[];
  nodesAdded: (Record<string, any>)[];
  nodesRemoved: (Record<string, any>)[];
  nodesRenamed: RenamedNode[];
  nodesChanged: ChangedNode[];
  nodesMoved: MovedNode[];
  edgesAdded: Edge[];
  edgesRemoved: Edge[];
  edgesChanged: ChangedEdge[];
  settings: ValueChange[];
}

/** A preview that can be published: `token` does so, while the draft and the active version are these. */
export interface PublicationPlan {
  workflow: string;
  waits: number;
  wouldMove: number;
  wouldStay: number;
  refused: number;
  nodes: PlannedNode[];
  revision: number;
  replaces: number | null;
  token: string;
  expiresAt: string;
}

/**
 * A publication by plan. `state` is moving, done, returning or returned. `waiting` sessions have still to be moved;
 * `gone_on` had gone on when they should return, and stay. `refused` counts those that could not move, by reason.
 */
export interface Publication {
  id: number;
  workflow: string;
  state: "planned" | "moving" | "done" | "returning" | "returned";
  version: number | null;
  replaced: number | null;
  author: string;
  createdAt: string;
  finishedAt: string | null;
  waiting: number;
  moved: number;
  stayed: number;
  returned: number;
  goneOn: number;
  refused: Record<string, number>;
}

/**
 * A version that a share of the new executions gets. `version` is on trial, `base` was active when it began.
 * `publication` moves the sessions of an end by plan. State `replaced`: a newer file made another version active.
 */
export interface Canary {
  id: number;
  workflow: string;
  state: "running" | "promoted" | "aborted" | "replaced";
  version: number;
  base: number;
  percent: number;
  revision: number;
  author: string;
  createdAt: string;
  endedAt: string | null;
  publication: number | null;
}

/** Both versions over the same time: since the canary began, and at most the last 31 days of it. */
export interface CanaryReport {
  workflow: string;
  canary: number;
  after: string;
  before: string;
  onTrial: ArmReport;
  base: ArmReport;
}

/** What ending a canary would do to the sessions that wait; `token` does so while the canary runs. */
export interface CanaryPlan {
  workflow: string;
  waits: number;
  wouldMove: number;
  wouldStay: number;
  refused: number;
  nodes: PlannedNode[];
  canary: number;
  end: "promote" | "abort";
  token: string;
  expiresAt: string;
}

/** One run from trigger to end. */
export interface Execution {
  id: string;
  workflow: string;
  /** The number of the workflow's version that it is on, 0 for one that is not stored any more. */
  version: number;
  status: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled";
  /** What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened. */
  trigger: string;
  session: number;
  /** The channel of its conversation, `run` for a run without a person. */
  channel: string;
  /** The person of its conversation; of a run the key that it was started with, or its own id. */
  key: string;
  priority: "low" | "normal" | "high" | "critical";
  retries: number;
  /** The node where it is, "" when it has ended or not begun. */
  node: string;
  startedAt: string;
  endedAt: string | null;
  /** When it goes on by itself. */
  wakesAt: string | null;
  /** Why it failed: `{node, code, message}`, and `data` if an operator gave some. */
  error: Record<string, any> | null;
  /** Of a fork its original. */
  forkedFrom: ShownOrigin | null;
}

/** A started execution. It runs as soon as a worker takes it. */
export interface StartedExecution {
  id: string;
  status: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled";
}

/** One run from trigger to end, with its values, what it has used, and its checkpoints (newest first). */
export interface ExecutionDetails {
  id: string;
  workflow: string;
  /** The number of the workflow's version that it is on, 0 for one that is not stored any more. */
  version: number;
  status: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled";
  /** What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened. */
  trigger: string;
  session: number;
  /** The channel of its conversation, `run` for a run without a person. */
  channel: string;
  /** The person of its conversation; of a run the key that it was started with, or its own id. */
  key: string;
  priority: "low" | "normal" | "high" | "critical";
  retries: number;
  /** The node where it is, "" when it has ended or not begun. */
  node: string;
  startedAt: string;
  endedAt: string | null;
  /** When it goes on by itself. */
  wakesAt: string | null;
  /** Why it failed: `{node, code, message}`, and `data` if an operator gave some. */
  error: Record<string, any> | null;
  /** Of a fork its original. */
  forkedFrom: ShownOrigin | null;
  /** The user whose credentials it may use. */
  user: string | null;
  input: any;
  output: any;
  metadata: Record<string, any> | null;
  /** Those of the workflow's own graph, at the end or so far. */
  variables: Record<string, any>;
  /** What its node reported last. */
  progress: Record<string, any> | null;
  /** The session of the execution that started it. */
  parentSession: number | null;
  /** Its name there. */
  branch: string | null;
  /** When it was last paused; so for the next two. */
  pausedAt: string | null;
  resumedAt: string | null;
  retriedAt: string | null;
  /** When it ended, if it has completed; so for the next two. */
  completedAt: string | null;
  failedAt: string | null;
  cancelledAt: string | null;
  durationS: number | null;
  turns: number;
  attempts: number;
  /** Calls of models and actions. */
  asks: number;
  tokens: Tokens;
  /** US dollars, null if a model's price is not known. */
  costUsd: number | null;
  checkpoints: ShownCheckpoint[];
}

/** All steps of an execution, oldest first; of one that is over, also the nodes that it never reached. */
export interface ExecutionTraces {
  steps: ExecutionStep[];
  /** The number of the first step that failed. */
  firstFailed: number | null;
  lastCompleted: number | null;
  /** The node from which it can be retried. */
  readyToResume: string | null;
}

/** One line of an execution's log. `version` and `index` order the lines. */
export interface ShownLogEntry {
  version: number;
  index: number;
  at: string;
  level: "debug" | "info" | "warning" | "error";
  event: string;
  node: string | null;
  message: string | null;
  /** The event's own. */
  fields: Record<string, any>;
}

/**
 * A message of the person (`in`) or to them (`out`). `state` says what became of it: `sent`, `delivered`, … `author` is
 * the operator who wrote it, null for the person's messages and the workflow's. `to` is set on a message to another
 * address.
 */
export interface SessionMessage {
  id: string;
  turn: number;
  direction: "in" | "out";
  at: string;
  text: string;
  state: string;
  author: string | null;
  authorPicture: string | null;
  to: string | null;
  errorCode: string | null;
  media: (Record<string, any>)[];
  quickReplies: (Record<string, any>)[];
  cards: (Record<string, any>)[];
  location: Record<string, any> | null;
}

/** A large result that is stored with its execution, without its content. */
export interface ShownArtifact {
  key: string;
  /** output, artifact or metadata. */
  kind: string;
  contentType: string;
  /** Bytes. */
  size: number;
  createdAt: string;
}

/** An execution that waits for a worker. `jobId` names what is queued: the first inbound of its session. */
export interface QueuedExecution {
  executionId: string;
  status: "queued";
  jobId: string;
}

/** An execution that was started: it runs in the background. */
export interface TriggerResult {
  executionId: string;
  status: string;
}

/** The executions that an event has started, one of each workflow that listens for it. */
export interface StartedByEvent {
  executions: TriggerResult[];
}

/** Events in their order. `next` is the place after them, also when there are no more yet: give it as `after`. */
export interface EventPage {
  items: Event[];
  next: string;
}

/**
 * A schedule trigger of a workflow's active version; `schedule` is the trigger's id. `out_of_service` says that its
 * workflow is not active. `nextAt` is null while it starts nothing.
 */
export interface ShownSchedule {
  workflow: string;
  schedule: string;
  cron: string;
  timeZone: string;
  missed: "skip" | "once" | "all";
  status: "active" | "paused" | "out_of_service";
  nextAt: string | null;
  pausedAt: string | null;
  pausedBy: string | null;
  lastRun: ScheduledRun | null;
}

/** PageOfShownSchedule. */
export interface PageOfShownSchedule {
  items: ShownSchedule[];
  next?: string | null;
}

/** When a schedule is due next. While it is paused, or its workflow is out of service, it starts nothing then. */
export interface SchedulePreview {
  workflow: string;
  schedule: string;
  cron: string;
  timeZone: string;
  times: PlannedRun[];
}

/**
 * A campaign trigger of a workflow's active version; `campaign` is the trigger's id. `before` and `after` are durations
 * such as `3d`. It counts from `since` on; `lookAt` is when it looks for contacts next. Both are null while its
 * workflow is not active.
 */
export interface ShownCampaign {
  workflow: string;
  campaign: string;
  field: string;
  before: string | null;
  after: string | null;
  at: string | null;
  repeats: "never" | "yearly";
  late: string;
  group: string | null;
  channel: string | null;
  perMinute: number;
  status: "active" | "out_of_service";
  since: string | null;
  lookAt: string | null;
  counts: CampaignCounts;
}

/** PageOfShownCampaign. */
export interface PageOfShownCampaign {
  items: ShownCampaign[];
  next?: string | null;
}

/**
 * What a contact's date has led to. `occasion` is the day or the moment that is stored of them; `reason` is the code
 * why it waits or was missed. `executionId` is the conversation that began.
 */
export interface ShownStart {
  contact: number;
  occasion: string;
  dueAt: string;
  decidedAt: string;
  outcome: "waiting" | "started" | "missed";
  reason: string | null;
  executionId: string | null;
}

/**
 * Who is due within the next seven days, as their dates are now, the earliest first. While the workflow is not active,
 * nothing starts. `isComplete` is false when there may be more contacts than were read.
 */
export interface CampaignPreview {
  workflow: string;
  campaign: string;
  isComplete: boolean;
  contacts: DueContact[];
}

/** One call of a model. */
export interface AiCall {
  id: string;
  execution: string;
  workflow: string;
  node: string;
  /** `workflow.node`. */
  topic: string;
  type: "route" | "reply" | "extract";
  /** The model that answered, null when none did. */
  model: string | null;
  /** What was asked: text, instructions, history, choices or fields. */
  prompt: Record<string, any>;
  response: any;
  error: Record<string, any> | null;
  promptTokens: number | null;
  completionTokens: number | null;
  /** US dollars, null if the model's price is not known. */
  costUsd: number | null;
  at: string;
}

/** Usage of the executions that started from `after` until before `before`, the dearest group first. */
export interface Usage {
  groupBy: "workflow" | "node" | "model" | "day";
  after: string;
  before: string;
  groups: UsageGroup[];
}

/** Visits of a version's nodes and edges, by its executions that started from `after` until before `before`. */
export interface WorkflowCounts {
  workflow: string;
  version: number;
  after: string;
  before: string;
  executions: number;
  nodes: NodeCount[];
  edges: EdgeCount[];
}

/** The variants of a split, by the conversations that began from `after` until before `before`. */
export interface VariantResults {
  workflow: string;
  node: string;
  goal: string | null;
  after: string;
  before: string;
  variants: VariantResult[];
}

/**
 * A person's conversation with a workflow. `active` while an execution is under way; the next message of a person whose
 * session is not active begins one. `handed_off`: a person has it, `handedTo`, or it waits for one. `revision` counts
 * its changes.
 */
export interface Session {
  id: string;
  workflow: string;
  channel: string;
  externalId: string;
  userId: string | null;
  active: boolean;
  status: "handed_off" | "opted_out" | "paused" | "running" | "waiting" | "idle";
  currentNodeId: string | null;
  handedTo: string | null;
  turns: number;
  revision: number;
  wakesAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** A turn of the session, or a change of it by an operator. */
export interface HistoryEntry {
  turn: number;
  at: string;
  status: string;
  events: TurnEvent[];
}

/** A note that was added; `turn` is its place in the history. */
export interface AddedNote {
  session: string;
  turn: number;
}

/** A person's message, on its way. `id` is that of its first part: a provider may get it in several. */
export interface SaidMessage {
  id: string;
  session: string;
  turn: number;
  author: string;
  parts: number;
}

/** A session's variables, those of the workflow's own graph. `revision` counts the session's changes. */
export interface SessionContext {
  session: string;
  revision: number;
  variables: Record<string, any>;
}

/** A visitor's token that is refused from now on. */
export interface RevokedToken {
  sessionId: string;
  externalId: string;
  revoked: boolean;
}

/**
 * A conversation that waits for a person, or that a person has or had. `nodeId` and `queue` are null when a person took
 * it over unasked. `summary` holds variables of the flow, and `results` names those that the person may fill in.
 * `opted_out`: its contact wants no messages, and so it waits for nobody until they want them again.
 */
export interface Handoff {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  state: "waiting" | "claimed" | "opted_out" | "returned" | "timed_out" | "cancelled";
  queue: string | null;
  priority: "low" | "normal" | "high" | "urgent";
  nodeId: string | null;
  note: string;
  summary: Record<string, any>;
  results: string[];
  person: string | null;
  claimedBy: string | null;
  requestedAt: string;
  claimedAt: string | null;
  firstClaimedAt: string | null;
  endedAt: string | null;
  returnedNote: string | null;
}

/**
 * The handoffs that flows have asked for on one day (UTC) in one queue. `claimed` and `returned` count those that a
 * person took and gave back, `abandoned` those that ended before a person had taken them. One that waits still is only
 * among the `requested`.
 */
export interface HandoffTimes {
  day: string;
  queue: string;
  requested: number;
  claimed: number;
  returned: number;
  abandoned: number;
  untilClaimed: WaitTimes;
  untilReturned: WaitTimes;
}

/**
 * One finding of the checker. Errors keep a draft from being published; warnings do not. `file` is the workflow that it
 * is in; `path` leads to the place in its document.
 */
export interface Finding {
  code: string;
  severity: "error" | "warning";
  message: string;
  file?: string;
  hint?: string;
  node?: string;
  path?: string;
}

/**
 * What a session waits for, and what is wrong with that; no findings when it is well. `revision` is the session's: a
 * remedy is for exactly that one.
 */
export interface Diagnosis {
  session: string;
  workflow: string;
  channel: string;
  revision: number;
  active: boolean;
  execution: string | null;
  node: string | null;
  accepts: string[];
  wakesAt: string | null;
  findings: Finding[];
}

/** What a remedy `did`, and how the session is now. */
export interface Mended {
  finding: "version.gone" | "version.cannot_run" | "node.missing" | "node.takes_nothing" | "execution.gone" | "wait.missing" | "wait.no_way_out" | "wait.no_run" | "wait.no_delivery" | "timer.lost" | "timer.overdue" | "parent.gone" | "workflow.out_of_service" | "channel.not_configured" | "credential.missing" | "credential.inactive" | "credential.unreadable" | "handoff.forgotten" | "inbound.no_process" | "outbound.held" | "outbound.unconfirmed";
  remedy: "move" | "end" | "return" | "release" | "drop";
  did: string;
  diagnosis: Diagnosis;
}

/**
 * What a session got: a message, a timer's end, a trigger of a run. `turn` is its place in the session; `key` is the
 * provider's id. `new` is one that waits for its turn; `stale` one that came too late to change anything; `dead` one
 * whose turn failed each time. `answeredWith` is the turn that answered it, when messages were answered together.
 */
export interface Inbound {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  kind: "message" | "opened" | "timeout" | "trigger" | "child_done" | "delivery" | "resume" | "cancel" | "returned";
  status: "new" | "done" | "stale" | "dead";
  receivedAt: string;
  turn: number;
  key: string;
  from: string;
  to: string | null;
  text: string;
  payload: string | null;
  media: (Record<string, any>)[];
  location: Record<string, any> | null;
  attempts: number;
  answeredWith: number | null;
}

/** An inbound with what its turn did, and the messages that answered it. */
export interface InboundDetails {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  kind: "message" | "opened" | "timeout" | "trigger" | "child_done" | "delivery" | "resume" | "cancel" | "returned";
  status: "new" | "done" | "stale" | "dead";
  receivedAt: string;
  turn: number;
  key: string;
  from: string;
  to: string | null;
  text: string;
  payload: string | null;
  media: (Record<string, any>)[];
  location: Record<string, any> | null;
  attempts: number;
  answeredWith: number | null;
  events: TurnEvent[];
  answers: Outbound[];
}

/**
 * A message to a person. `turn` is the inbound that it answers; `status` is how far it got, and `errorCode` why it got
 * no further. `held` ones wait for an operator. `segments` is what the provider charges for. `dueAt` is when it is
 * tried again.
 */
export interface Outbound {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  turn: number;
  status: "ready" | "handed" | "sending" | "sent" | "delivered" | "read" | "failed" | "suppressed" | "unknown" | "held";
  from: string | null;
  to: string;
  text: string;
  media: (Record<string, any>)[];
  quickReplies: (Record<string, any>)[];
  cards: (Record<string, any>)[];
  author: string | null;
  errorCode: string | null;
  attempts: number;
  segments: number | null;
  providerId: string | null;
  createdAt: string;
  updatedAt: string | null;
  dueAt: string | null;
}

/** A message with the decisions about it, the newest first: why it was held, delayed or suppressed. */
export interface OutboundDetails {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  turn: number;
  status: "ready" | "handed" | "sending" | "sent" | "delivered" | "read" | "failed" | "suppressed" | "unknown" | "held";
  from: string | null;
  to: string;
  text: string;
  media: (Record<string, any>)[];
  quickReplies: (Record<string, any>)[];
  cards: (Record<string, any>)[];
  author: string | null;
  errorCode: string | null;
  attempts: number;
  segments: number | null;
  providerId: string | null;
  createdAt: string;
  updatedAt: string | null;
  dueAt: string | null;
  decisions: Decision[];
}

/**
 * One decision. `reason` is a stable code; `subject` is the message, as `<version>.<index>` of the session or with the
 * session before it, or the key of the inbound that it is about.
 */
export interface Decision {
  id: number;
  at: string;
  channel: string;
  address: string;
  kind: "opt_out" | "opt_in" | "suppressed" | "delayed" | "held" | "refused" | "released";
  reason: string;
  session: string | null;
  subject: string | null;
  detail: Record<string, any>;
}

/**
 * What a person thinks of a message, whose id this has, too. `node` is what said the message, with the workflow in
 * front if it belongs to a subflow (`refund/ask_reason`), and `version` that of the workflow. Both are null for a
 * message that no node said, or that was said before the workflow asked for feedback. `author` is the person who wrote
 * it in a handoff. `updatedAt` is when they changed the value or the comment last.
 */
export interface MessageFeedback {
  id: string;
  session: string;
  workflow: string;
  channel: string;
  externalId: string;
  node: string | null;
  version: number | null;
  value: "up" | "down";
  comment: string | null;
  text: string;
  author: string | null;
  createdAt: string;
  updatedAt: string;
}

/**
 * How many people found messages of this node, in this version, good and bad. Both are null for messages that no node
 * said, or that were said before the workflow asked for feedback.
 */
export interface NodeFeedback {
  workflow: string;
  node: string | null;
  version: number | null;
  up: number;
  down: number;
}

/** A person at all of their addresses. `fields` are the declared ones that have a value. */
export interface ContactProfile {
  id: number;
  name: string | null;
  language: string | null;
  timeZone: string | null;
  fields: Record<string, any>;
  groups: string[];
  addresses: AddressOfContact[];
  createdAt: string;
  updatedAt: string;
  lastSeenAt: string | null;
  revision: number;
}

/** What an import did, or with `dryRun` would do. `problems` are the first hundred of the `refused` rows. */
export interface ContactImport {
  rows: number;
  created: number;
  changed: number;
  unchanged: number;
  refused: number;
  dryRun: boolean;
  problems: ImportProblem[];
}

/** A group of contacts. */
export interface ContactGroup {
  id: number;
  name: string;
  createdAt: string;
}

/** All declared fields, by name. */
export interface DeclaredFields {
  items: DeclaredField[];
}

/** A field that contacts may have. */
export interface DeclaredField {
  name: string;
  type: string;
  choices: string[];
}

/** A person at an address. */
export interface Contact {
  channel: string;
  address: string;
  timeZone: string | null;
}

/** PageOfModule. */
export interface PageOfModule {
  items: Module[];
  next?: string | null;
}

/**
 * A named set of a module. Sensitive fields are masked; `user` is null for one of the whole organization. `readable` is
 * false when its fields cannot be opened with the present BOTFLOW_SECRET_KEY: then none is shown.
 */
export interface Credential {
  id: string;
  module: string;
  name: string;
  user: string | null;
  isActive: boolean;
  isDefault: boolean;
  fields: Record<string, string | number | boolean>;
  readable: boolean;
  revision: number;
  createdAt: string;
  updatedAt: string;
}

/** An API key without its secret. */
export interface Key {
  id: string;
  name: string;
  scopes: Scope[];
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** A key that was just made. `key` is shown this once. */
export interface MadeKey {
  id: string;
  name: string;
  scopes: Scope[];
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
  key: string;
}

/** A trusted key. A token's header names it as `kid`. */
export interface TokenKey {
  id: string;
  name: string;
  algorithm: "ES256" | "RS256";
  role: Role;
  publicKey: string;
  createdAt: string;
  revokedAt: string | null;
}

/** A person's account. Contacts see the `picture` when the person writes to them. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  active: boolean;
  lockedUntil: string | null;
  createdAt: string;
  revision: number;
  picture: string | null;
}

/** An account with its first password, which is shown this once. Its owner changes it after signing in. */
export interface MadeUser {
  id: string;
  email: string;
  name: string;
  role: Role;
  active: boolean;
  lockedUntil: string | null;
  createdAt: string;
  revision: number;
  picture: string | null;
  password: string;
}

/** An organization: no other organization sees its workflows, people and keys. */
export interface Organization {
  id: string;
  name: string;
  revision: number;
}

/**
 * After how many days what is over is deleted, null as the deployment keeps it. `longestDays` is the most that the
 * deployment allows for conversations, runs and files. `revision` is 0 until the first decision.
 */
export interface Retention {
  conversationDays: number | null;
  runDays: number | null;
  fileDays: number | null;
  eventDays: number | null;
  decisionDays: number | null;
  auditLogDays: number | null;
  longestDays: number;
  revision: number;
  updatedBy: string | null;
  updatedAt: string | null;
}

/**
 * One change. `actor` is `key:NAME`, `user:ADDRESS`, `token:APPLICATION:PERSON`, `command line:USER` or
 * BOTFLOW_API_KEY; `subject` is what was changed, such as `workflow:pizza`.
 */
export interface Change {
  id: number;
  at: string;
  actor: string;
  address: string;
  action: string;
  subject: string;
  before: any;
  after: any;
}

/**
 * An erasure. `person` is a keyed hash of the names. `providers` counts the messages that each channel's provider is to
 * delete. The receipt is there when the state is `done`, and is renewed when a provider has deleted messages;
 * `is_genuine` says whether a key of this deployment signed it.
 */
export interface Erasure {
  id: string;
  state: string;
  stage: string;
  person: string;
  requestedBy: string;
  requestedAt: string;
  finishedAt: string | null;
  providers: Record<string, Record<string, number>>;
  receipt: Record<string, any> | null;
  signature: string | null;
  isGenuine: boolean | null;
}

/** A webhook without its secret. While it is disabled, `disabledReason` says why. */
export interface Webhook {
  id: string;
  url: string;
  description: string;
  types: string[];
  status: "enabled" | "disabled";
  disabledAt: string | null;
  disabledReason: string | null;
  createdAt: string;
  updatedAt: string;
  revision: number;
}

/** A webhook with its new secret, which is shown this once. */
export interface MadeWebhook {
  id: string;
  url: string;
  description: string;
  types: string[];
  status: "enabled" | "disabled";
  disabledAt: string | null;
  disabledReason: string | null;
  createdAt: string;
  updatedAt: string;
  revision: number;
  secret: string;
}

/** What came of sending an event just now. */
export interface Attempt {
  event: string;
  isReceived: boolean;
  status: number | null;
  error: string | null;
}

/** What became of an event: `delivered`, `retrying`, or `failed` for good. `status` is that of the last answer. */
export interface Delivery {
  event: string;
  type: string;
  state: "delivered" | "retrying" | "failed";
  attempts: number;
  status: number | null;
  error: string | null;
  at: string;
}

/** An execution with the first page of its log. */
export interface RunDetails {
  id: string;
  workflow: string;
  /** The number of the workflow's version that it is on, 0 for one that is not stored any more. */
  version: number;
  status: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled";
  /** What began it: api, event, schedule, webhook, missed_call, campaign, manual, child, fork, message or opened. */
  trigger: string;
  session: number;
  /** The channel of its conversation, `run` for a run without a person. */
  channel: string;
  /** The person of its conversation; of a run the key that it was started with, or its own id. */
  key: string;
  priority: "low" | "normal" | "high" | "critical";
  retries: number;
  /** The node where it is, "" when it has ended or not begun. */
  node: string;
  startedAt: string;
  endedAt: string | null;
  /** When it goes on by itself. */
  wakesAt: string | null;
  /** Why it failed: `{node, code, message}`, and `data` if an operator gave some. */
  error: Record<string, any> | null;
  /** Of a fork its original. */
  forkedFrom: ShownOrigin | null;
  /** The user whose credentials it may use. */
  user: string | null;
  input: any;
  output: any;
  metadata: Record<string, any> | null;
  /** Those of the workflow's own graph, at the end or so far. */
  variables: Record<string, any>;
  /** What its node reported last. */
  progress: Record<string, any> | null;
  /** The session of the execution that started it. */
  parentSession: number | null;
  /** Its name there. */
  branch: string | null;
  /** When it was last paused; so for the next two. */
  pausedAt: string | null;
  resumedAt: string | null;
  retriedAt: string | null;
  /** When it ended, if it has completed; so for the next two. */
  completedAt: string | null;
  failedAt: string | null;
  cancelledAt: string | null;
  durationS: number | null;
  turns: number;
  attempts: number;
  /** Calls of models and actions. */
  asks: number;
  tokens: Tokens;
  /** US dollars, null if a model's price is not known. */
  costUsd: number | null;
  checkpoints: ShownCheckpoint[];
  logs: ShownLogEntry[];
}

/** Add a node, after all others. */
export interface CreateNode {
  op: "create_node";
  node: Record<string, any>;
}

/** Replace all of a node but its id. */
export interface UpdateNode {
  op: "update_node";
  id: string;
  node: Record<string, any>;
}

/** Replace a node's properties. */
export interface UpdateNodeProperties {
  op: "update_node_properties";
  id: string;
  properties: Record<string, any>;
}

/** Draw nodes elsewhere: `{id: {x, y}}`. */
export interface UpdateNodePositions {
  op: "update_node_positions";
  positions: Record<string, Position>;
}

/** Remove a node, and the edges from it and to it. */
export interface DeleteNode {
  op: "delete_node";
  id: string;
}

/** Add an edge; without an `id` it gets one. */
export interface CreateEdge {
  op: "create_edge";
  edge: Record<string, any>;
}

/** Replace all of an edge but its id. */
export interface UpdateEdge {
  op: "update_edge";
  id: string;
  edge: Record<string, any>;
}

/** Remove an edge. */
export interface DeleteEdge {
  op: "delete_edge";
  id: string;
}

/** Where to draw a node. */
export interface NewPosition {
  x: number;
  y: number;
}

/** Move to another node of the same graph, which asks the same kind of question. */
export interface MoveTo {
  to: string;
}

/**
 * What a fork of a conversation hears: a text, or the payload of a quick reply. With neither, the timer of its wait
 * goes off.
 */
export interface ForkMessage {
  text?: string;
  payload?: string;
}

/** An address of a person. */
export interface PlaceOfContact {
  channel: string;
  address: string;
}

/** What a person does in an organization; each role may do all that the ones before it may. */
export type Role = "viewer" | "operator" | "editor" | "owner";

/** One kind of thing that a caller may do in its organization. */
export type Scope = "workflows:read" | "workflows:write" | "executions:read" | "executions:write" | "sessions:read" | "sessions:write" | "credentials:read" | "credentials:write" | "keys:read" | "keys:write" | "users:read" | "users:write" | "audit:read" | "events:read" | "webhooks:read" | "webhooks:write" | "people:erase" | "retention:write" | "metrics:read" | "organizations:write";

/** Where an editor draws a node. */
export interface Position {
  x: number;
  y: number;
}

/** How a failing node is tried again. */
export interface Retry {
  attempts?: number;
  delay?: string;
  backoff?: number;
}

/** A way to leave a node, by its name and as people read it. */
export interface NodeHandle {
  name: string;
  label: string;
}

/** A field of the output, which templates read as `{{ $node.name }}`. */
export interface ShownOutput {
  name: string;
  type: "text" | "integer" | "number" | "boolean" | "date" | "time" | "datetime" | "object" | "list" | "any";
  description: string;
}

/** A way to leave. With `items` there is one for each item of a property, and the name is empty. */
export interface ShownHandle {
  name: string;
  label: string;
  items: ItemsOfHandles | null;
}

/** A value to choose, and what people read instead of it. */
export interface ShownOption {
  value: string;
  label: string;
}

/** A node that has another id, and is else the same. */
export interface RenamedNode {
  before: string;
  after: string;
}

/** A node with another type, other properties, or another label. */
export interface ChangedNode {
  id: string;
  changes: ValueChange[];
}

/** A node that is drawn elsewhere. */
export interface MovedNode {
  id: string;
  before: Position | null;
  after: Position | null;
}

/** An edge that begins or ends elsewhere, leaves by another handle, or has other data. */
export interface ChangedEdge {
  before: Edge;
  after: Edge;
}

/**
 * One value that is different. `path` leads to it by names and by the ids of list items:
 * `properties.options[large].label`.
 */
export interface ValueChange {
  path: string;
  kind: "added" | "removed" | "changed" | "reordered";
  before: any;
  after: any;
}

/** The sessions that wait at a node of a version, and what becomes of them. */
export interface PlannedNode {
  version: number;
  node: string;
  waits: number;
  action: string;
  wouldMove: number;
  refused: Refused[];
}

/**
 * How the executions of one version do that began in the time of the report. `statuses` says how many are in each now;
 * `fallbacks` and `errors` count how often an edge of these names was followed, `handoffs` how often a person took a
 * conversation over. `waiting` at a node is of all its executions, also of earlier ones. Cost is that of models' calls
 * whose price is known.
 */
export interface ArmReport {
  version: number;
  started: number;
  statuses: Record<string, number>;
  fallbacks: number;
  errors: number;
  handoffs: number;
  calls: number;
  costUsd: number;
  nodes: NodeCount[];
}

/** Where a fork began. */
export interface ShownOrigin {
  executionId: string;
  /** The number of the step that it begins before. */
  step: number;
}

/** Tokens of models. */
export interface Tokens {
  prompt: number;
  completion: number;
}

/** Where a run may be retried from: before `node`, "" for its beginning. `version` names it. */
export interface ShownCheckpoint {
  version: number;
  node: string;
  at: string;
}

/** One visit of one node. */
export interface ExecutionStep {
  number: number;
  node: string;
  type: string;
  status: "running" | "suspended" | "completed" | "failed" | "cancelled" | "skipped";
  startedAt: string | null;
  endedAt: string | null;
  /** The handle by which it left the node. */
  handle: string | null;
  output: any;
  error: Record<string, any> | null;
  attempts: number;
  asks: number;
  tokens: Tokens;
  costUsd: number | null;
  /** Whether another execution may begin before this step. */
  canFork: boolean;
}

/** What happened. `data` has ids and codes, and nothing that a person said. */
export interface Event {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, any>;
}

/**
 * The run that a schedule started last: for which moment, and what it did. `status` is null when the execution was
 * deleted, for its age.
 */
export interface ScheduledRun {
  executionId: string;
  scheduledAt: string;
  status: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled" | null;
  startedAt: string | null;
  endedAt: string | null;
  error: Record<string, any> | null;
}

/** A time at which a schedule is due: `at` in UTC, `local` by the clocks of its time zone. */
export interface PlannedRun {
  at: string;
  local: string;
}

/**
 * How many occasions wait because the person is in a conversation, have started one, or were missed. At most 10,000 of
 * each are counted.
 */
export interface CampaignCounts {
  waiting: number;
  started: number;
  missed: number;
}

/** A contact whose conversation is due: `dueAt` in UTC, `local` by the clocks of their time zone. */
export interface DueContact {
  contact: number;
  date: string;
  dueAt: string;
  local: string;
}

/** The calls of models of one workflow, node (as `workflow.node`), model, or day (UTC) on which executions started. */
export interface UsageGroup {
  name: string;
  calls: number;
  failures: number;
  promptTokens: number;
  completionTokens: number;
  /** US dollars, of the calls whose price is known. */
  costUsd: number;
  /** How many calls have no known price. */
  unpriced: number;
}

/** How often a node was visited, and how many executions wait there now. */
export interface NodeCount {
  node: string;
  visits: number;
  waiting: number;
}

/** How often an edge was followed; `target` is null where the graph ends. */
export interface EdgeCount {
  source: string;
  handle: string;
  target: string | null;
  count: number;
}

/** What became of one variant. */
export interface VariantResult {
  variant: string;
  /** How many conversations and runs got it. */
  conversations: number;
  /** How many people these were; each keeps their variant in all their conversations. */
  people: number;
  /** How many of the conversations reached the goal; null without one. */
  reached: number | null;
  /** How many of the people did. */
  peopleReached: number | null;
  completed: number;
  failed: number;
  waiting: number;
}

/** What a turn did: a kind, such as `edge`, and its values. */
export interface TurnEvent {
  kind: string;
  values: any[];
}

/**
 * Seconds since the request: half of them waited no longer than `median`, and 95 of 100 no longer than `p95`; null when
 * there is none.
 */
export interface WaitTimes {
  median: number | null;
  p95: number | null;
}

/** An address of a person, and whether it has opted out of messages. */
export interface AddressOfContact {
  channel: string;
  address: string;
  stopped: boolean;
}

/** Why a row was not imported. `line` is the line of the file where the row ends; the header is in line 1. */
export interface ImportProblem {
  line: number;
  code: string;
  message: string;
}

/** A module, and the fields that its sets have. */
export interface Module {
  id: string;
  name: string;
  fields: ModuleField[];
}

/**
 * There is a handle for each item of the list `property`: its name and its label are under these keys of the item.
 * Without a label, the name is shown.
 */
export interface ItemsOfHandles {
  property: string;
  name: string;
  label: string;
}

/** Sessions that would stay though they should move: why, how many, and the first of them. */
export interface Refused {
  reason: "execution.ending" | "wait.for_person" | "wait.for_work" | "flow.gone" | "node.gone" | "node.other_type" | "frame.other_subflow" | "frame.no_body" | "variable.missing" | "output.missing" | "session.too_large" | "turn.fails" | "run.stays" | "execution.paused" | "session.busy";
  count: number;
  sessions: number[];
}

/** A field of a module. A sensitive one is never shown again. */
export interface ModuleField {
  id: string;
  name: string;
  description: string;
  type: FieldType;
  validation: FieldRules;
  sensitive: boolean;
  required: boolean;
  default: string | number | boolean | null;
}

/** What a field holds. */
export type FieldType = "string" | "number" | "boolean" | "select" | "url";

/** What a value must be: `pattern` is a regular expression for all of it. */
export interface FieldRules {
  required: boolean;
  pattern: string | null;
  maxLength: number;
  options: string[] | null;
}

export class Calls extends Caller {
  /** List the workflows of your organization. It needs the scope `workflows:read`. */
  getWorkflowsByOrganization(options?: { cursor?: string; limit?: number; status?: "draft" | "active" | "inactive" | "paused" | "archived"; executionMode?: "persistent" | "single"; name?: string; sort?: "id" | "-id" | "name" | "-name" | "createdAt" | "-createdAt" | "updatedAt" | "-updatedAt" } & CallOptions): Pages<Workflow>;

  /** Read a workflow. It needs the scope `workflows:read`. */
  getWorkflow(workflow: string | number, options?: CallOptions): Promise<Workflow>;

  /**
   * Put a workflow into service; with a version, serve that version to new executions, too. It needs the scope
   * `workflows:write`.
   */
  activateWorkflow(workflow: string | number, options?: { version?: number | null } & Repeatable): Promise<Workflow>;

  /**
   * Take a workflow out of service: it takes no messages and starts nothing. Conversations stay where they are. It
   * needs the scope `workflows:write`.
   */
  deactivateWorkflow(workflow: string | number, options?: Repeatable): Promise<Workflow>;

  /** Take a workflow out of service for a while. It needs the scope `workflows:write`. */
  pauseWorkflow(workflow: string | number, options?: Repeatable): Promise<Workflow>;

  /** Take a workflow out of service for good. Nothing is deleted. It needs the scope `workflows:write`. */
  archiveWorkflow(workflow: string | number, options?: Repeatable): Promise<Workflow>;

  /**
   * Make a workflow from its document. It is a draft, out of service, until it is published. It needs the scope
   * `workflows:write`.
   */
  createWorkflow(document: Record<string, any>, options?: Repeatable): Promise<WorkflowDraft>;

  /**
   * Read the draft; of a workflow without edits, the document of its active version. It needs the scope
   * `workflows:read`.
   */
  getDraft(workflow: string | number, options?: CallOptions): Promise<WorkflowDraft>;

  /** Replace the draft. It may have errors; publishing needs it without. It needs the scope `workflows:write`. */
  updateWorkflow(workflow: string | number, document: Record<string, any>, options?: Conditional): Promise<WorkflowDraft>;

  /**
   * Check the draft, or the document that you send, together with the workflows that it runs as subflows. It needs the
   * scope `workflows:read`.
   */
  validateWorkflow(workflow: string | number, document?: Record<string, any>, options?: Repeatable): Promise<Validation>;

  /**
   * Check a document that need not be stored, together with the workflows that it runs as subflows. It needs the scope
   * `workflows:read`.
   */
  validateDocument(document: Record<string, any>, options?: Repeatable): Promise<Validation>;

  /**
   * Edit many nodes and edges of the draft as one revision, all or none: a paste, an undo, a drag of a group. It needs
   * the scope `workflows:write`.
   */
  applyEdits(workflow: string | number, options: { edits: (CreateNode | UpdateNode | UpdateNodeProperties | UpdateNodePositions | DeleteNode | CreateEdge | UpdateEdge | DeleteEdge)[] } & Conditional): Promise<EditedGraph>;

  /** Read a workflow with all nodes and edges of its draft. It needs the scope `workflows:read`. */
  getWorkflowWithNodesAndEdges(workflow: string | number, options?: CallOptions): Promise<WorkflowGraph>;

  /** List the nodes of the draft, or of a version, in the order of their ids. It needs the scope `workflows:read`. */
  getNodesByWorkflowId(workflow: string | number, options?: { version?: number; cursor?: string; limit?: number } & CallOptions): Pages<Node>;

  /**
   * Add a node to the draft. Its properties may be incomplete; publishing needs them without errors. It needs the scope
   * `workflows:write`.
   */
  createNode(workflow: string | number, document: Record<string, any>, options?: Repeatable & Conditional): Promise<NodeDetail>;

  /** Replace the properties of a node. It needs the scope `workflows:write`. */
  updateNodeProperties(workflow: string | number, node: string | number, document: Record<string, any>, options?: Conditional): Promise<NodeDetail>;

  /** Draw a node elsewhere. It needs the scope `workflows:write`. */
  updateNodePosition(workflow: string | number, node: string | number, options: { x: number; y: number } & Conditional): Promise<NodeDetail>;

  /** Read a node of the draft, or of a version. It needs the scope `workflows:read`. */
  getNodeByNodeId(workflow: string | number, node: string | number, options?: { version?: number } & CallOptions): Promise<NodeDetail>;

  /** Replace all of a node but its id. A node may be sent back as it was read. It needs the scope `workflows:write`. */
  updateNode(workflow: string | number, node: string | number, document: Record<string, any>, options?: Conditional): Promise<NodeDetail>;

  /**
   * Remove a node with the edges from it and to it. It is refused while an interrupt leads to the node. It needs the
   * scope `workflows:write`.
   */
  deleteNode(workflow: string | number, node: string | number, options?: Conditional): Promise<DeletedNode>;

  /**
   * Draw many nodes elsewhere, as one revision. The others stay where they are. It needs the scope `workflows:write`.
   */
  updateNodePositions(workflow: string | number, options: { positions: Record<string, NewPosition> } & Conditional): Promise<NodePositions>;

  /** List the node types of this server, its plugins' too, all on one page. It needs the scope `workflows:read`. */
  getNodeTypes(options?: CallOptions): Promise<PageOfNodeType>;

  /** Read a node type by its whole name, such as `chatbot.ask`. It needs the scope `workflows:read`. */
  getNodeType(name: string | number, options?: CallOptions): Promise<NodeType>;

  /**
   * List what a combobox in the form of a node offers, by the `source` in its property's `x-field`: `workflows`,
   * `time_zones`, `models`, `credentials:webhook`, or a name of a plugin's. At most a hundred, with `search` in them.
   * It needs the scope `workflows:write`.
   */
  getFieldOptions(source: string | number, options?: { properties?: string; credential?: string; search?: string } & CallOptions): Promise<PageOfShownOption>;

  /**
   * List the edges of the draft, or of a version; those from the node `source`, or to the node `target`. It needs the
   * scope `workflows:read`.
   */
  getEdgesByWorkflowId(workflow: string | number, options?: { version?: number; cursor?: string; limit?: number; source?: string; target?: string } & CallOptions): Pages<Edge>;

  /** Add an edge to the draft. Without an id it gets one. It needs the scope `workflows:write`. */
  createEdge(workflow: string | number, document: Record<string, any>, options?: Repeatable & Conditional): Promise<EdgeDetail>;

  /** Read an edge of the draft, or of a version. It needs the scope `workflows:read`. */
  getEdgeByEdgeId(workflow: string | number, edge: string | number, options?: { version?: number } & CallOptions): Promise<EdgeDetail>;

  /**
   * Replace all of an edge but its id. An edge may be sent back as it was read. It needs the scope `workflows:write`.
   */
  updateEdge(workflow: string | number, edge: string | number, document: Record<string, any>, options?: Conditional): Promise<EdgeDetail>;

  /** Remove an edge. It needs the scope `workflows:write`. */
  deleteEdge(workflow: string | number, edge: string | number, options?: Conditional): Promise<EdgeDetail>;

  /** List the versions of a workflow, the newest first. It needs the scope `workflows:read`. */
  getVersions(workflow: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<Version>;

  /** Read a version with its documents. It needs the scope `workflows:read`. */
  getVersion(workflow: string | number, version: string | number, options?: CallOptions): Promise<VersionDetail>;

  /**
   * Make a version of the draft, and serve it to new executions. Those under way keep theirs, or go where a plan says
   * whose `token` is given. It needs the scope `workflows:write`.
   */
  publishWorkflow(workflow: string | number, options?: { message?: string; token?: string | null } & Repeatable & Conditional): Promise<Published>;

  /**
   * Serve a former version to new executions again. Those under way keep theirs. It needs the scope `workflows:write`.
   */
  rollbackWorkflow(workflow: string | number, version: string | number, options?: Repeatable): Promise<Published>;

  /**
   * Compare two documents of a workflow, as data and in sentences: versions by their numbers, the `active` one, or the
   * `draft`. It needs the scope `workflows:read`.
   */
  getWorkflowDiff(workflow: string | number, options?: { from?: string; to?: string } & CallOptions): Promise<WorkflowDiff>;

  /**
   * Say how many sessions wait at each node, and what would become of each if the draft were published. Every session
   * is tried against the draft. Nothing is changed; the answer's `token` publishes what was planned. It needs the scope
   * `workflows:write`.
   */
  planPublication(workflow: string | number, options?: { moves?: Record<string, "stay" | "same" | "restart" | MoveTo>; default?: "stay" | "same" | "restart" } & Repeatable): Promise<PublicationPlan>;

  /** List the publications of a workflow that had a plan, the newest first. It needs the scope `workflows:read`. */
  getPublications(workflow: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<Publication>;

  /**
   * Read a publication: how many of its sessions have moved, and why others have not. It needs the scope
   * `workflows:read`.
   */
  getPublication(workflow: string | number, publication: string | number, options?: CallOptions): Promise<Publication>;

  /**
   * Serve the former version again, and return the moved sessions that have not gone on since. It needs the scope
   * `workflows:write`.
   */
  rollbackPublication(workflow: string | number, publication: string | number, options?: Repeatable): Promise<Publication>;

  /**
   * Let a share of the new executions begin in a version of the draft, or in a stored version. Who gets it is decided
   * once for each person, when an execution begins; those under way stay. `If-Match` names the draft's revision. It
   * needs the scope `workflows:write`.
   */
  createCanary(workflow: string | number, options: { percent: number; version?: number | null; message?: string } & Repeatable & Conditional): Promise<Canary>;

  /** List the canaries of a workflow, the newest first; at most one runs. It needs the scope `workflows:read`. */
  getCanaries(workflow: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<Canary>;

  /** Read a canary. It needs the scope `workflows:read`. */
  getCanary(workflow: string | number, canary: string | number, options?: CallOptions): Promise<Canary>;

  /**
   * Give a canary a larger or smaller share of the new executions. A larger one takes nobody out of it. It needs the
   * scope `workflows:write`.
   */
  updateCanary(workflow: string | number, canary: string | number, options: { percent: number } & Conditional): Promise<Canary>;

  /**
   * Compare the executions of both versions that began while the canary runs: how they end, what they cost, and how far
   * they come. It needs the scope `executions:read`.
   */
  getCanaryReport(workflow: string | number, canary: string | number, options?: CallOptions): Promise<CanaryReport>;

  /**
   * Say what would become of each session that waits if the canary were promoted or aborted. Nothing is changed; the
   * answer's `token` does what was planned. It needs the scope `workflows:write`.
   */
  planCanaryEnd(workflow: string | number, canary: string | number, options: { moves?: Record<string, "stay" | "same" | "restart" | MoveTo>; default?: "stay" | "same" | "restart"; end: "promote" | "abort" } & Repeatable): Promise<CanaryPlan>;

  /**
   * Make the canary's version the active one. Sessions in other versions stay there, or go where a plan says whose
   * `token` is given. It needs the scope `workflows:write`.
   */
  promoteCanary(workflow: string | number, canary: string | number, options?: { token?: string | null } & Repeatable & Conditional): Promise<Canary>;

  /**
   * Let all new executions begin in the active version again. Sessions in the canary's version stay there until they
   * end, or return as a plan says whose `token` is given. It needs the scope `workflows:write`.
   */
  abortCanary(workflow: string | number, canary: string | number, options?: { token?: string | null } & Repeatable & Conditional): Promise<Canary>;

  /** List the executions of your organization, the newest first. It needs the scope `executions:read`. */
  getExecutions(options?: { cursor?: string; limit?: number; workflow?: string; status?: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled"; session?: number; topLevel?: boolean; after?: string | Date; before?: string | Date; sort?: "startedAt" | "-startedAt" } & CallOptions): Pages<Execution>;

  /** List the executions that have not ended, the newest first. It needs the scope `executions:read`. */
  getActiveExecutions(options?: { cursor?: string; limit?: number; workflow?: string } & CallOptions): Pages<Execution>;

  /** List a workflow's executions, the newest first. It needs the scope `executions:read`. */
  getExecutionsByWorkflowId(workflow: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<Execution>;

  /** Start a workflow. The execution runs in the background. It needs the scope `executions:write`. */
  createExecution(workflow: string | number, options?: { input?: any; priority?: any; key?: string; user?: string; version?: number | null; externalId?: string; channel?: string; address?: string; metadata?: Record<string, any> | null } & Repeatable): Promise<StartedExecution>;

  /** List a session's executions, the newest first. It needs the scope `executions:read`. */
  getExecutionsBySessionId(session: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<Execution>;

  /**
   * Read an execution with its values, what it has used, and the checkpoints from which it can be retried. It needs the
   * scope `executions:read`.
   */
  getExecution(execution: string | number, options?: CallOptions): Promise<ExecutionDetails>;

  /** List the runs that an execution started, the newest first. It needs the scope `executions:read`. */
  getChildren(execution: string | number, options?: { cursor?: string; limit?: number; status?: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled" } & CallOptions): Pages<Execution>;

  /** Read an execution's steps: one for each visit of a node. It needs the scope `executions:read`. */
  getExecutionTraces(execution: string | number, options?: CallOptions): Promise<ExecutionTraces>;

  /**
   * List an execution's log lines, oldest first. A page with less than `limit` lines may have another one after it:
   * `next` says so. It needs the scope `executions:read`.
   */
  getExecutionLogs(execution: string | number, options?: { cursor?: string; limit?: number; level?: "debug" | "info" | "warning" | "error" } & CallOptions): Pages<ShownLogEntry>;

  /**
   * List what a run or a fork has heard and said, the newest first, in whole turns. Nothing that a fork says is sent:
   * its `state` is `suppressed`. It needs the scope `executions:read`.
   */
  getExecutionMessages(execution: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<SessionMessage>;

  /** List the large results that are stored with an execution, by their keys. It needs the scope `executions:read`. */
  getExecutionArtifacts(execution: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<ShownArtifact>;

  /** Read an artifact's bytes, as a download that a browser does not execute. It needs the scope `executions:read`. */
  getArtifact(execution: string | number, key: string | number, options?: CallOptions): Download;

  /** Delete an artifact for good. It needs the scope `executions:write`. */
  deleteArtifact(execution: string | number, key: string | number, options?: CallOptions): Promise<void>;

  /** Queue a run of a workflow, and answer with its ids at once. It needs the scope `executions:write`. */
  executeWorkflow(workflow: string | number, options?: { input?: any } & Repeatable): Promise<QueuedExecution>;

  /**
   * Start a workflow for a user, who may use only the own credentials and the organization's. It needs the scope
   * `executions:write`.
   */
  triggerWorkflow(workflow: string | number, options?: { userName?: string; input?: any; version?: number | null } & Repeatable): Promise<TriggerResult>;

  /**
   * Start every active workflow with a `trigger.event` for this event, each once. It needs the scope
   * `executions:write`.
   */
  emitEvent(options: { name: string; payload?: any; key?: string } & Repeatable): Promise<StartedByEvent>;

  /** Read an execution, like `/executions/{execution}`. It needs the scope `executions:read`. */
  getExecutionStatus(execution: string | number, options?: CallOptions): Promise<ExecutionDetails>;

  /**
   * Let a pending execution begin before all others that wait for a worker. One that has begun stays as it is. It needs
   * the scope `executions:write`.
   */
  startExecution(execution: string | number, options?: Repeatable): Promise<Execution>;

  /**
   * Pause an execution until it is resumed. A turn under way is abandoned, and runs again after that. It needs the
   * scope `executions:write`.
   */
  pauseExecution(execution: string | number, options?: Repeatable): Promise<Execution>;

  /** Resume a paused execution; timers that came due meanwhile fire. It needs the scope `executions:write`. */
  resumeExecution(execution: string | number, options?: Repeatable): Promise<Execution>;

  /**
   * Cancel an execution, the runs that it waits for, and what is queued. It is `cancelling` until its `finally` has
   * run. Sent again, it changes nothing. It needs the scope `executions:write`.
   */
  cancelExecution(execution: string | number, options?: { skipFinally?: boolean } & Repeatable): Promise<Execution>;

  /** Run an ended execution again. `retries` counts how often. It needs the scope `executions:write`. */
  retryExecution(execution: string | number, options?: { attempts?: number; delay?: string; backoff?: number } & Repeatable): Promise<Execution>;

  /**
   * End an execution now, as completed with this output. Its `finally` does not run; the runs that it waits for are
   * cancelled, and a parent that waits for it gets the output. It needs the scope `executions:write`.
   */
  completeExecution(execution: string | number, options?: { output?: any } & Repeatable): Promise<Execution>;

  /**
   * End an execution now, as failed for this reason. Its `finally` does not run; the runs that it waits for are
   * cancelled, and a parent that waits for it is told. It needs the scope `executions:write`.
   */
  failExecution(execution: string | number, options: { message: string; data?: any } & Repeatable): Promise<Execution>;

  /**
   * Let a waiting execution go on at another node of its version, with its variables. Subflows, loops and digressions
   * that it is in are left, and the runs that it waits for are cancelled. It needs the scope `executions:write`.
   */
  updateCurrentNode(execution: string | number, options: { node: string } & CallOptions): Promise<Execution>;

  /**
   * Begin a new execution before a step of one, with other variables; the original stays as it is. What models and
   * actions answered the original, they answer the fork. It sends no message and emits no event, and no person can
   * write to it: a fork of a conversation hears what was said after the step, or the messages that are given. It needs
   * the scope `executions:write`.
   */
  forkExecution(execution: string | number, options: { step: number; variables?: Record<string, any>; version?: number | null; askAgain?: string[]; newQuestions?: "stop" | "ask"; messages?: ForkMessage[] | null; key?: string } & Repeatable): Promise<Execution>;

  /**
   * Read the events of your organization in their order, from the oldest that is kept or after `after`. They are kept
   * for a week, and recorded from the first call on. `next` is the `after` of the next call, also when there are no
   * more events yet. With `Accept: text/event-stream` it is a stream that goes on after `Last-Event-ID`. It needs the
   * scope `events:read`.
   */
  getEvents(options?: { after?: string; types?: string; limit?: number } & CallOptions): Promise<EventPage>;

  /**
   * Follow the events as they come, after the last one that is named; without it, from the oldest that is kept. The
   * stream is taken up after its last event when it breaks off.
   */
  streamEvents(options?: { types?: string; lastEventId?: string } & CallOptions): AsyncIterable<StreamEvent>;

  /** List the webhooks of your organization, the newest first. It needs the scope `webhooks:read`. */
  getWebhooks(options?: { cursor?: string; limit?: number } & CallOptions): Pages<Webhook>;

  /**
   * Send events to an address from now on, signed as Standard Webhooks describes it. `secret` is shown this once. It
   * needs the scope `webhooks:write`.
   */
  createWebhook(options: { url: string; description?: string; types?: string[] } & Repeatable): Promise<MadeWebhook>;

  /** Show a webhook, and why it is disabled if it is. It needs the scope `webhooks:read`. */
  getWebhook(webhook: string | number, options?: CallOptions): Promise<Webhook>;

  /**
   * Change a webhook, or put it into service again: it goes on with the first event that it did not get. It needs the
   * scope `webhooks:write`.
   */
  updateWebhook(webhook: string | number, options?: { url?: string | null; description?: string | null; types?: string[] | null; status?: "enabled" | "disabled" | null } & Conditional): Promise<Webhook>;

  /** Delete a webhook, and what is known of its deliveries. It needs the scope `webhooks:write`. */
  deleteWebhook(webhook: string | number, options?: CallOptions): Promise<void>;

  /**
   * Give a webhook a new secret, which is shown this once. The former one signs beside it for `overlapHours`. It needs
   * the scope `webhooks:write`.
   */
  rotateWebhookSecret(webhook: string | number, options?: { overlapHours?: number } & Repeatable): Promise<MadeWebhook>;

  /**
   * Send an event of the type `webhook.test` now, once, and say what came of it. It needs the scope `webhooks:write`.
   */
  testWebhook(webhook: string | number, options?: Repeatable): Promise<Attempt>;

  /** List what became of the events of the last week, the newest event first. It needs the scope `webhooks:read`. */
  getWebhookDeliveries(webhook: string | number, options?: { cursor?: string; limit?: number; state?: "delivered" | "retrying" | "failed" } & CallOptions): Pages<Delivery>;

  /** Send one event again now, once, and say what came of it. It needs the scope `webhooks:write`. */
  replayEvent(webhook: string | number, event: string | number, options?: Repeatable): Promise<Attempt>;

  /**
   * Send all events since a time again, in their order; a disabled webhook is put into service. It needs the scope
   * `webhooks:write`.
   */
  replayWebhook(webhook: string | number, options: { since: string } & Repeatable): Promise<Webhook>;

  /**
   * Download the results of a workflow's executions, oldest first; as CSV with one column per variable. It needs the
   * scope `executions:read`.
   */
  exportResults(options: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; workflow: string; status?: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled" } & CallOptions): Download;

  /**
   * Download sessions, of all your workflows or of one, by channel and external id. It needs the scope `sessions:read`.
   */
  exportSessions(options?: { format?: "csv" | "jsonl"; workflow?: string; channel?: string; active?: boolean } & CallOptions): Download;

  /**
   * Download what came in, session by session, the newest of each first. It needs a workflow, a session, an externalId,
   * or the status `new`. It needs the scope `sessions:read`.
   */
  exportInbounds(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; workflow?: string; session?: number; externalId?: string; channel?: string; status?: "new" | "done" | "stale" | "dead"; kind?: "message" | "opened" | "timeout" | "trigger" | "child_done" | "delivery" | "resume" | "cancel" | "returned" } & CallOptions): Download;

  /**
   * Download messages to people, session by session, the newest of each first. It needs a workflow, a session, an
   * externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. It needs the scope `sessions:read`.
   */
  exportOutbounds(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; workflow?: string; session?: number; externalId?: string; channel?: string; status?: "ready" | "handed" | "sending" | "sent" | "delivered" | "read" | "failed" | "suppressed" | "unknown" | "held"; turn?: number } & CallOptions): Download;

  /**
   * Download executions, the newest first; those that begin meanwhile are not in it. It needs the scope
   * `executions:read`.
   */
  exportExecutions(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; workflow?: string; status?: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled"; session?: number; topLevel?: boolean } & CallOptions): Download;

  /**
   * Download handoffs: who waited how long for a person, from the latest ended one on. It needs the scope
   * `sessions:read`.
   */
  exportHandoffs(options?: { format?: "csv" | "jsonl"; state?: "open" | "waiting" | "claimed" | "ended"; queue?: string; workflow?: string } & CallOptions): Download;

  /** Download what people of the chat think of messages, the newest first. It needs the scope `sessions:read`. */
  exportFeedback(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; workflow?: string; node?: string; value?: "up" | "down"; externalId?: string } & CallOptions): Download;

  /** Download contacts: who has opted out, and whose time zone was set. It needs the scope `sessions:read`. */
  exportContacts(options?: { format?: "csv" | "jsonl"; channel?: string } & CallOptions): Download;

  /**
   * Download contacts with their addresses, fields and groups; `POST /contact-imports` reads the file again. It needs
   * the scope `sessions:read`.
   */
  exportPeople(options?: { format?: "csv" | "jsonl"; group?: string } & CallOptions): Download;

  /**
   * Download who changed what, the newest first, up to this export, whose own entry is not in it. It needs the scope
   * `audit:read`.
   */
  exportAuditLog(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; subject?: string } & CallOptions): Download;

  /**
   * Download sums of calls, tokens and cost of models by workflow, node, model, or day, the dearest first. It needs the
   * scope `executions:read`.
   */
  exportUsage(options?: { format?: "csv" | "jsonl"; after?: string | Date; before?: string | Date; groupBy?: "workflow" | "node" | "model" | "day"; workflow?: string; version?: number; model?: string; topic?: string } & CallOptions): Download;

  /**
   * List the schedules of all workflows, with the next and the last run of each. It needs the scope `executions:read`.
   */
  getSchedules(options?: { cursor?: string; limit?: number } & CallOptions): Pages<ShownSchedule>;

  /** List the schedules of a workflow. It needs the scope `executions:read`. */
  getSchedulesByWorkflowId(workflow: string | number, options?: CallOptions): Promise<PageOfShownSchedule>;

  /** Read a schedule: when it is due next, and what its last run did. It needs the scope `executions:read`. */
  getSchedule(workflow: string | number, schedule: string | number, options?: CallOptions): Promise<ShownSchedule>;

  /** List the next times of a schedule, by the clocks of its time zone. It needs the scope `executions:read`. */
  previewSchedule(workflow: string | number, schedule: string | number, options?: { count?: number } & CallOptions): Promise<SchedulePreview>;

  /**
   * Let a schedule start nothing until it is resumed, whatever is published meanwhile. It needs the scope
   * `executions:write`.
   */
  pauseSchedule(workflow: string | number, schedule: string | number, options?: Repeatable): Promise<ShownSchedule>;

  /**
   * Let a paused schedule go on from now; what it would have started meanwhile is not made up for. It needs the scope
   * `executions:write`.
   */
  resumeSchedule(workflow: string | number, schedule: string | number, options?: Repeatable): Promise<ShownSchedule>;

  /**
   * Start a run of a schedule now, beside those of its times; also while it is paused. It needs the scope
   * `executions:write`.
   */
  runSchedule(workflow: string | number, schedule: string | number, options?: Repeatable): Promise<StartedExecution>;

  /** List the campaigns of all workflows, with counts of what they did. It needs the scope `executions:read`. */
  getCampaigns(options?: { cursor?: string; limit?: number } & CallOptions): Pages<ShownCampaign>;

  /** List the campaigns of a workflow. It needs the scope `executions:read`. */
  getCampaignsByWorkflowId(workflow: string | number, options?: CallOptions): Promise<PageOfShownCampaign>;

  /** Read a campaign: when it looks next, and counts of what it did. It needs the scope `executions:read`. */
  getCampaign(workflow: string | number, campaign: string | number, options?: CallOptions): Promise<ShownCampaign>;

  /** List what contacts' dates have led to, the latest due first. It needs the scope `executions:read`. */
  getCampaignStarts(workflow: string | number, campaign: string | number, options?: { cursor?: string; limit?: number; outcome?: "waiting" | "started" | "missed" } & CallOptions): Pages<ShownStart>;

  /**
   * List the contacts who are due next, within seven days, by the clocks of their time zones. It needs the scope
   * `executions:read`.
   */
  previewCampaign(workflow: string | number, campaign: string | number, options?: { count?: number } & CallOptions): Promise<CampaignPreview>;

  /**
   * List calls of models with prompts and answers, those of the newest execution first. A page with less than `limit`
   * calls may have another one after it: `next` says so. It needs the scope `executions:read`.
   */
  getAiCalls(options?: { cursor?: string; limit?: number; workflow?: string; model?: string; topic?: string; after?: string | Date; before?: string | Date } & CallOptions): Pages<AiCall>;

  /** Read a call of a model; 404 when it is not recorded. It needs the scope `executions:read`. */
  getAiCall(call: string | number, options?: CallOptions): Promise<AiCall>;

  /** List an execution's calls of models, in their order. It needs the scope `executions:read`. */
  getExecutionAiCalls(execution: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<AiCall>;

  /** Sum up calls, tokens and cost of models by workflow, node, model, or day. It needs the scope `executions:read`. */
  getUsage(options?: { groupBy?: "workflow" | "node" | "model" | "day"; workflow?: string; version?: number; model?: string; topic?: string; after?: string | Date; before?: string | Date } & CallOptions): Promise<Usage>;

  /**
   * Count the visits of each node and edge of a version, and who waits at each node now. It needs the scope
   * `executions:read`.
   */
  getWorkflowCounts(workflow: string | number, options?: { version?: number; after?: string | Date; before?: string | Date } & CallOptions): Promise<WorkflowCounts>;

  /**
   * Count what became of each variant of a split: conversations, people, and how many reached the goal. It needs the
   * scope `executions:read`.
   */
  getVariantResults(workflow: string | number, options: { node: string; goal?: string; version?: number; after?: string | Date; before?: string | Date } & CallOptions): Promise<VariantResults>;

  /** List a workflow's sessions, by channel and external id. It needs the scope `sessions:read`. */
  getSessionsByWorkflowId(workflow: string | number, options?: { cursor?: string; limit?: number; channel?: string; active?: boolean } & CallOptions): Pages<Session>;

  /** Find the session of a person in a workflow. It needs the scope `sessions:read`. */
  getSessionByExternalId(workflow: string | number, options: { externalId: string; channel?: string } & CallOptions): Promise<Session>;

  /** Find the chat session of your application's user in a workflow. It needs the scope `sessions:read`. */
  getSessionByUserId(workflow: string | number, options: { userId: string } & CallOptions): Promise<Session>;

  /**
   * List the sessions whose conversation is under way, of all your workflows or of one. It needs the scope
   * `sessions:read`.
   */
  getActiveSessions(options?: { cursor?: string; limit?: number; workflow?: string } & CallOptions): Pages<Session>;

  /** Read a session. It needs the scope `sessions:read`. */
  getSession(session: string | number, options?: CallOptions): Promise<Session>;

  /**
   * List what a session did, turn by turn, and what operators did to it; the newest first. It needs the scope
   * `sessions:read`.
   */
  getSessionHistory(session: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<HistoryEntry>;

  /** Write a note into a session's history. It needs the scope `sessions:write`. */
  addToSessionHistory(session: string | number, options?: { text?: string; nodeId?: string | null; data?: Record<string, any> } & Repeatable): Promise<AddedNote>;

  /**
   * List a session's messages in both directions with their delivery, the newest first, in whole turns. It needs the
   * scope `sessions:read`.
   */
  getSessionMessages(session: string | number, options?: { cursor?: string; limit?: number } & CallOptions): Pages<SessionMessage>;

  /** Send a message of the person who has the conversation. It needs the scope `sessions:write`. */
  sendAsPerson(session: string | number, options: { text: string } & Repeatable): Promise<SaidMessage>;

  /** Read a session's variables. It needs the scope `sessions:read`. */
  getSessionContext(session: string | number, options?: CallOptions): Promise<SessionContext>;

  /**
   * Set and remove variables of a conversation under way. A turn under way runs again with them. It needs the scope
   * `sessions:write`.
   */
  updateSessionContext(session: string | number, options?: { variables?: Record<string, any>; remove?: string[] } & Conditional): Promise<SessionContext>;

  /**
   * End a conversation: its execution is cancelled, its timers are dead. The person's next message begins anew. It
   * needs the scope `sessions:write`.
   */
  deactivateSession(session: string | number, options?: Repeatable): Promise<Session>;

  /**
   * Let a person have the conversation: the bot is silent until it is given back. It needs the scope `sessions:write`.
   */
  handOffSession(session: string | number, options: { person: string; picture?: string | null } & Repeatable): Promise<Session>;

  /**
   * Give the conversation back to the bot, at its waiting node. With `replay` it answers what it has missed. It needs
   * the scope `sessions:write`.
   */
  returnSession(session: string | number, options?: { replay?: boolean } & Repeatable): Promise<Session>;

  /**
   * Refuse the token of a chat visitor from now on, in every process; its streams end. It needs the scope
   * `sessions:write`.
   */
  revokeSession(workflow: string | number, options: { externalId: string } & Repeatable): Promise<RevokedToken>;

  /** List handoffs: open ones by urgency and age, ended ones from the latest on. It needs the scope `sessions:read`. */
  getHandoffs(options?: { cursor?: string; limit?: number; workflow?: string; state?: "open" | "waiting" | "claimed" | "ended"; queue?: string } & CallOptions): Pages<Handoff>;

  /**
   * List how long conversations waited for a person, by day and queue: how many, the median, the 95th percentile. It
   * needs the scope `sessions:read`.
   */
  getWaitingTimes(options?: { cursor?: string; limit?: number; since?: string | Date; before?: string | Date; queue?: string } & CallOptions): Pages<HandoffTimes>;

  /** Read one handoff. It needs the scope `sessions:read`. */
  getHandoff(handoff: string | number, options?: CallOptions): Promise<Handoff>;

  /**
   * Take a conversation that waits. Of two claims one wins; then its time does not run out any more. It needs the scope
   * `sessions:write`.
   */
  claimHandoff(handoff: string | number, options: { person: string; picture?: string | null } & Repeatable): Promise<Handoff>;

  /** Let a conversation wait in its queue again, in its old place. It needs the scope `sessions:write`. */
  releaseHandoff(handoff: string | number, options?: Repeatable): Promise<Handoff>;

  /** Give a conversation to another person, or let it wait in another queue. It needs the scope `sessions:write`. */
  transferHandoff(handoff: string | number, options?: { queue?: string | null; person?: string | null; picture?: string | null } & Repeatable): Promise<Handoff>;

  /**
   * Give a conversation back to the flow, with a note and values. With `replay` the flow then answers what was said to
   * the person. It needs the scope `sessions:write`.
   */
  returnHandoff(handoff: string | number, options?: { note?: string; values?: Record<string, any>; replay?: boolean } & Repeatable): Promise<Handoff>;

  /**
   * Let a visitor of the chat see that the person who has the conversation writes, for some seconds. On other channels
   * nothing is shown. It needs the scope `sessions:write`.
   */
  showTyping(session: string | number, options?: Repeatable): Promise<void>;

  /**
   * List what is wrong with sessions and runs that wait, and what to do. A call examines at most a thousand of them: a
   * page may have few findings, or none, and another one after it. It needs the scope `sessions:read`.
   */
  getFindings(options?: { cursor?: string; limit?: number; workflow?: string; code?: "version.gone" | "version.cannot_run" | "node.missing" | "node.takes_nothing" | "execution.gone" | "wait.missing" | "wait.no_way_out" | "wait.no_run" | "wait.no_delivery" | "timer.lost" | "timer.overdue" | "parent.gone" | "workflow.out_of_service" | "channel.not_configured" | "credential.missing" | "credential.inactive" | "credential.unreadable" | "handoff.forgotten" | "inbound.no_process" | "outbound.held" | "outbound.unconfirmed" } & CallOptions): Pages<Finding>;

  /**
   * Explain what a session or a run waits for, and what is wrong with that. It changes nothing. It needs the scope
   * `sessions:read`.
   */
  getDiagnosis(session: string | number, options?: CallOptions): Promise<Diagnosis>;

  /** Apply a remedy that the diagnosis shows, to the session as it was then. It needs the scope `sessions:write`. */
  mendSession(session: string | number, options: { finding: "version.gone" | "version.cannot_run" | "node.missing" | "node.takes_nothing" | "execution.gone" | "wait.missing" | "wait.no_way_out" | "wait.no_run" | "wait.no_delivery" | "timer.lost" | "timer.overdue" | "parent.gone" | "workflow.out_of_service" | "channel.not_configured" | "credential.missing" | "credential.inactive" | "credential.unreadable" | "handoff.forgotten" | "inbound.no_process" | "outbound.held" | "outbound.unconfirmed"; remedy: "move" | "end" | "return" | "release" | "drop"; revision: number; node?: string | null; subject?: string | null; replay?: boolean } & Repeatable): Promise<Mended>;

  /**
   * List what came in, session by session, the newest of each first. It needs a workflow, a session, an externalId, or
   * the status `new`. A page may have less than `limit`, and another one after it. It needs the scope `sessions:read`.
   */
  getInbounds(options?: { cursor?: string; limit?: number; workflow?: string; session?: number; externalId?: string; channel?: string; after?: string | Date; before?: string | Date; status?: "new" | "done" | "stale" | "dead"; kind?: "message" | "opened" | "timeout" | "trigger" | "child_done" | "delivery" | "resume" | "cancel" | "returned" } & CallOptions): Pages<Inbound>;

  /**
   * Read what came in, with what its turn did and the messages that answered it. It needs the scope `sessions:read`.
   */
  getInbound(inbound: string | number, options?: CallOptions): Promise<InboundDetails>;

  /**
   * List messages to people, session by session, the newest of each first. It needs a workflow, a session, an
   * externalId, or the status `held`, `ready`, `handed`, `sending` or `unknown`. A page may have less than `limit`, and
   * another one after it. It needs the scope `sessions:read`.
   */
  getOutbounds(options?: { cursor?: string; limit?: number; workflow?: string; session?: number; externalId?: string; channel?: string; after?: string | Date; before?: string | Date; status?: "ready" | "handed" | "sending" | "sent" | "delivered" | "read" | "failed" | "suppressed" | "unknown" | "held"; turn?: number } & CallOptions): Pages<Outbound>;

  /** Read a message, with the decisions about it. It needs the scope `sessions:read`. */
  getOutbound(outbound: string | number, options?: CallOptions): Promise<OutboundDetails>;

  /** Send a held message after all, as if for the first time. It needs the scope `sessions:write`. */
  releaseOutbound(outbound: string | number, options?: Repeatable): Promise<Outbound>;

  /** Give a held message up: it has failed, and is not sent. It needs the scope `sessions:write`. */
  dropOutbound(outbound: string | number, options?: Repeatable): Promise<Outbound>;

  /**
   * List the decisions about an address, the newest first: why messages were or were not sent. It needs the scope
   * `sessions:read`.
   */
  getDecisions(options: { cursor?: string; limit?: number; address: string; channel?: string } & CallOptions): Pages<Decision>;

  /**
   * List what people of the chat think of messages, the newest first. What they took back is not in it. It needs the
   * scope `sessions:read`.
   */
  getFeedback(options?: { cursor?: string; limit?: number; workflow?: string; node?: string; value?: "up" | "down"; externalId?: string; after?: string | Date; before?: string | Date } & CallOptions): Pages<MessageFeedback>;

  /**
   * Count it by workflow, node and version: how many found the messages good, and how many bad. It needs the scope
   * `sessions:read`.
   */
  getFeedbackSummary(options?: { cursor?: string; limit?: number; workflow?: string; after?: string | Date; before?: string | Date } & CallOptions): Pages<NodeFeedback>;

  /** Search contacts, by name, address, the value of a field, or group. It needs the scope `sessions:read`. */
  getContacts(options?: { cursor?: string; limit?: number; name?: string; address?: string; field?: string; value?: string; group?: string } & CallOptions): Pages<ContactProfile>;

  /** Store a contact with its addresses. It needs the scope `sessions:write`. */
  createContact(options: { name?: string | null; language?: string | null; timeZone?: string | null; fields?: Record<string, any>; join?: string[]; leave?: string[]; addresses: PlaceOfContact[] } & Repeatable): Promise<ContactProfile>;

  /**
   * Read a contact; the id of one that was merged answers with the contact that it was merged into. It needs the scope
   * `sessions:read`.
   */
  getContact(contact: string | number, options?: CallOptions): Promise<ContactProfile>;

  /**
   * Change the fields and groups that are given; null clears a field. Consent is not part of it. It needs the scope
   * `sessions:write`.
   */
  changeContact(contact: string | number, options?: { name?: string | null; language?: string | null; timeZone?: string | null; fields?: Record<string, any>; join?: string[]; leave?: string[] } & Conditional): Promise<ContactProfile>;

  /**
   * Merge another contact into this one: addresses and groups are united, opt-outs stay with their addresses. It needs
   * the scope `sessions:write`.
   */
  mergeContacts(contact: string | number, options: { other: number; revision: number; otherRevision: number; take?: string[] } & Repeatable): Promise<ContactProfile>;

  /**
   * Import contacts from CSV with a header: the columns `addresses` (such as `sms:+15551234567`, several with
   * semicolons between them), `name`, `language`, `timeZone`, `groups`, and declared fields. An empty cell changes
   * nothing, and neither does a file that was imported before. No consent is changed. With `dryRun` nothing is stored:
   * the answer says what would be. It needs the scope `sessions:write`.
   */
  importContacts(options: { csv: string; dryRun?: boolean } & Repeatable): Promise<ContactImport>;

  /**
   * List the groups of contacts, by name. `GET /contacts?group=` lists who is in one. It needs the scope
   * `sessions:read`.
   */
  getContactGroups(options?: { cursor?: string; limit?: number } & CallOptions): Pages<ContactGroup>;

  /**
   * List the fields that contacts may have besides name, language and time zone. It needs the scope `sessions:read`.
   */
  getContactFields(options?: CallOptions): Promise<DeclaredFields>;

  /**
   * Declare a field of contacts for all workflows. Its type changes only while no contact has a value of it. It needs
   * the scope `workflows:write`.
   */
  declareContactField(field: string | number, options: { type: "text" | "number" | "boolean" | "date" | "datetime" | "choice"; choices?: string[] } & CallOptions): Promise<DeclaredField>;

  /** Remove a field that no contact has a value of. It needs the scope `workflows:write`. */
  removeContactField(field: string | number, options?: CallOptions): Promise<void>;

  /**
   * Set a contact's time zone, such as `Europe/Berlin`, or none, for all workflows. It needs the scope
   * `sessions:write`.
   */
  updateContact(channel: string | number, address: string | number, options: { timeZone: string | null } & CallOptions): Promise<Contact>;

  /** List the modules that have credentials, and their fields. It needs the scope `credentials:read`. */
  getCredentialModules(options?: CallOptions): Promise<PageOfModule>;

  /**
   * List the credentials by name, inactive ones too. With `user`: those that this user may use. It needs the scope
   * `credentials:read`.
   */
  getCredentialsByModule(options?: { cursor?: string; limit?: number; module?: string; user?: string } & CallOptions): Pages<Credential>;

  /** Store a credential. Its sensitive fields are never shown again. It needs the scope `credentials:write`. */
  createCredential(options: { module: string; name: string; fields: Record<string, string | boolean | number>; user?: string | null; isDefault?: boolean } & Repeatable): Promise<Credential>;

  /**
   * List the active credentials by name. With `user`: those that this user may use. It needs the scope
   * `credentials:read`.
   */
  getActiveCredentials(options?: { cursor?: string; limit?: number; module?: string; user?: string } & CallOptions): Pages<Credential>;

  /**
   * Read the credential of this name: the user's own, else the organization's. It needs the scope `credentials:read`.
   */
  getCredentialByName(options: { module: string; name: string; user?: string } & CallOptions): Promise<Credential>;

  /** Read a credential by its id. It needs the scope `credentials:read`. */
  getCredential(credential: string | number, options?: CallOptions): Promise<Credential>;

  /** Replace the fields that are sent; null removes one. It needs the scope `credentials:write`. */
  updateCredential(credential: string | number, options?: { fields?: Record<string, string | boolean | number | null>; isDefault?: boolean | null } & Conditional): Promise<Credential>;

  /** Delete a credential that no active version and no draft names. It needs the scope `credentials:write`. */
  deleteCredential(credential: string | number, options?: Conditional): Promise<void>;

  /** Put a credential back into use. It needs the scope `credentials:write`. */
  activateCredential(credential: string | number, options?: Repeatable & Conditional): Promise<Credential>;

  /**
   * Take a credential out of use: what needs it fails from now on, everywhere within seconds. It needs the scope
   * `credentials:write`.
   */
  deactivateCredential(credential: string | number, options?: Repeatable & Conditional): Promise<Credential>;

  /** List the API keys of your organization, the newest first, revoked ones too. It needs the scope `keys:read`. */
  getKeys(options?: { cursor?: string; limit?: number } & CallOptions): Pages<Key>;

  /**
   * Make an API key with a role, or with scopes of its own. `key` is shown this once. It needs the scope `keys:write`.
   */
  createKey(options: { name: string; role?: Role | null; scopes?: Scope[] | null; expiresInDays?: number | null } & Repeatable): Promise<MadeKey>;

  /**
   * Revoke an API key for good: it is refused from now on, by other processes within seconds. It needs the scope
   * `keys:write`.
   */
  revokeKey(key: string | number, options?: Repeatable): Promise<Key>;

  /** List the keys of applications whose tokens your organization trusts. It needs the scope `keys:read`. */
  getTokenKeys(options?: { cursor?: string; limit?: number } & CallOptions): Pages<TokenKey>;

  /**
   * Trust the JSON Web Tokens that a key signs: `sub`, `iat`, `exp` at most a day later, and maybe `role`; their header
   * has the key's id as `kid`. It needs the scope `keys:write`.
   */
  createTokenKey(options: { name: string; algorithm: "ES256" | "RS256"; publicKey: string; role: Role } & Repeatable): Promise<TokenKey>;

  /** Trust a key no longer: its tokens are refused from now on. It needs the scope `keys:write`. */
  revokeTokenKey(tokenKey: string | number, options?: Repeatable): Promise<TokenKey>;

  /**
   * List the people of your organization, the oldest account first, deactivated ones too. It needs the scope
   * `users:read`.
   */
  getUsers(options?: { cursor?: string; limit?: number } & CallOptions): Pages<User>;

  /**
   * Make an account with a role. `password` is shown this once; the person changes it after signing in. It needs the
   * scope `users:write`.
   */
  createUser(options: { email: string; name: string; role: Role; picture?: string | null } & Repeatable): Promise<MadeUser>;

  /** Read an account. It needs the scope `users:read`. */
  getUser(user: string | number, options?: CallOptions): Promise<User>;

  /**
   * Change a name or a role, or deactivate an account, which signs it out everywhere. It needs the scope `users:write`.
   */
  updateUser(user: string | number, options?: { name?: string | null; role?: Role | null; active?: boolean | null; picture?: string | null } & Conditional): Promise<User>;

  /**
   * Give an account a new first password, end its lockout, and sign it out everywhere. It needs the scope
   * `users:write`.
   */
  resetPassword(user: string | number, options?: Repeatable): Promise<MadeUser>;

  /**
   * List the organizations of the deployment. With the header Botflow-Organization a call works on one of them. It
   * needs the scope `organizations:write`.
   */
  getOrganizations(options?: { cursor?: string; limit?: number } & CallOptions): Pages<Organization>;

  /** Make an organization. It needs the scope `organizations:write`. */
  createOrganization(options: { id: string; name: string } & Repeatable): Promise<Organization>;

  /** Read your own organization. It needs the scope `workflows:read`. */
  getOrganization(options?: CallOptions): Promise<Organization>;

  /** Rename your own organization. It needs the scope `users:write`. */
  updateOrganization(options: { name: string } & Conditional): Promise<Organization>;

  /** Read how long your organization keeps what is over. It needs the scope `workflows:read`. */
  getRetention(options?: CallOptions): Promise<Retention>;

  /**
   * Decide how long your organization keeps what is over: all of it anew, what is left out is as the deployment keeps
   * it. What is deleted does not come back when you choose more days later. It needs the scope `retention:write`.
   */
  setRetention(options?: { conversationDays?: number | null; runDays?: number | null; fileDays?: number | null; eventDays?: number | null; decisionDays?: number | null; auditLogDays?: number | null } & Conditional): Promise<Retention>;

  /** List who changed what in your organization, the newest first. It needs the scope `audit:read`. */
  getChanges(options?: { cursor?: string; limit?: number; subject?: string; after?: string | Date; before?: string | Date } & CallOptions): Pages<Change>;

  /**
   * Erase a person: sessions, messages, answers, files, runs for them, caches, and their messages at providers. It is
   * carried out in the background; read the erasure for its receipt. Their next message begins a new conversation. It
   * needs the scope `people:erase`.
   */
  erasePerson(options?: { externalId?: string | null; address?: string | null; userId?: string | null } & Repeatable): Promise<Erasure>;

  /** List the erasures in your organization, the newest first. It needs the scope `people:erase`. */
  getErasures(options?: { cursor?: string; limit?: number } & CallOptions): Pages<Erasure>;

  /** Read an erasure, with its signed receipt. It needs the scope `people:erase`. */
  getErasure(erasure: string | number, options?: CallOptions): Promise<Erasure>;

  /** List the workflows of your organization. It needs the scope `workflows:read`. */
  listWorkflows(options?: { cursor?: string; limit?: number; status?: "draft" | "active" | "inactive" | "paused" | "archived"; executionMode?: "persistent" | "single"; name?: string; sort?: "id" | "-id" | "name" | "-name" | "createdAt" | "-createdAt" | "updatedAt" | "-updatedAt" } & CallOptions): Pages<Workflow>;

  /** Make a workflow from its document. It needs the scope `workflows:write`. */
  postWorkflow(document: Record<string, any>, options?: Repeatable): Promise<WorkflowDraft>;

  /** Replace a workflow's draft. It needs the scope `workflows:write`. */
  putWorkflow(workflow: string | number, document: Record<string, any>, options?: Conditional): Promise<WorkflowDraft>;

  /** Put a workflow into service. It needs the scope `workflows:write`. */
  putActivation(workflow: string | number, options?: { version?: number | null } & CallOptions): Promise<Workflow>;

  /** Take a workflow out of service for a while. It needs the scope `workflows:write`. */
  putPause(workflow: string | number, options?: CallOptions): Promise<Workflow>;

  /** Start a workflow by hand. It needs the scope `executions:write`. */
  postTrigger(workflow: string | number, options?: { userName?: string; input?: any; version?: number | null } & Repeatable): Promise<TriggerResult>;

  /** List executions, the newest first. It needs the scope `executions:read`. */
  listWorkflowRuns(options?: { cursor?: string; limit?: number; workflow?: string; status?: "pending" | "running" | "waiting" | "paused" | "cancelling" | "completed" | "failed" | "cancelled"; session?: number; topLevel?: boolean; after?: string | Date; before?: string | Date; sort?: "startedAt" | "-startedAt" } & CallOptions): Pages<Execution>;

  /** Read an execution with the first hundred lines of its log. It needs the scope `executions:read`. */
  getWorkflowRun(execution: string | number, options?: CallOptions): Promise<RunDetails>;
}
