/** What the tests let the JavaScript client do: node calls.mjs URL KEY NAME; the last line is its answer as JSON. */
import { inspect } from "node:util";
import { ApiError, Botflow, NoAnswer, UnexpectedAnswer } from "../../integrations/botflow_client_js/index.js";

const [url, key, name, given] = process.argv.slice(2);
const client = new Botflow(url, key, { timeoutS: 10 });

async function codeOf(promise) {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiError) return error.code || String(error.status);
    if (error instanceof NoAnswer || error instanceof UnexpectedAnswer) return error.name;
    throw error;
  }
  return "done";
}

async function all(pages) {
  const found = [];
  for await (const each of pages) found.push(each);
  return found;
}

const CALLS = {
  async workflow() {
    const document = JSON.parse(given);
    const draft = await client.createWorkflow(document);
    const edited = await client.updateWorkflow(draft.id, { ...document, name: "Hi" }, { ifMatch: draft.revision });
    const late = await codeOf(client.updateWorkflow(draft.id, document, { ifMatch: draft.revision }));
    const published = await client.publishWorkflow(draft.id, { message: "First", ifMatch: edited.revision });
    const started = await client.triggerWorkflow("report", { input: { who: "ann" } });
    const { input } = await client.getExecution(started.executionId);
    const active = (await all(client.getActiveExecutions({ workflow: "report" }))).map((each) => each.id);
    await client.cancelExecution(started.executionId);
    for (let left = 500; left > 0; left--) {
      if ((await client.getExecution(started.executionId)).status === "cancelled") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { status } = await client.getExecution(started.executionId);
    return { late, version: published.version, input, isActive: active.includes(started.executionId), status };
  },
  async session() {
    const session = await client.getSessionByExternalId("order", { externalId: given });
    const context = await client.getSessionContext(session.id);
    await client.updateSessionContext(session.id, { variables: { name: "Anna" }, ifMatch: context.revision });
    const after = await client.getSessionContext(session.id);
    const ended = await client.deactivateSession(session.id);
    return { before: context.variables.name, after: after.variables.name, active: ended.active };
  },
  async credential() {
    const made = await client.createCredential({
      module: "twilio",
      name: "Scripted",
      fields: { accountSid: `AC${"0a".repeat(16)}`, authToken: given },
    });
    const found = await client.getCredentialByName({ module: "twilio", name: "Scripted" });
    const nothing = (await client.deleteCredential(made.id)) === undefined;
    return { isShown: JSON.stringify([made, found]).includes(given), nothing };
  },
  async list() {
    const found = await all(client.getOrganizations({ limit: 7 }));
    const first = await client.getOrganizations({ limit: 100 }).first();
    return { found: new Set(found.map((each) => each.id)).size, first: first.items.length, hasNext: first.next !== null };
  },
  async refusal() {
    const error = await client.getWorkflow("nothing").catch((refused) => refused);
    const csv = new TextDecoder().decode(await client.exportResults({ workflow: "order" }).read());
    const unknown = await codeOf(client.exportResults({ workflow: "nothing" }).read());
    return { ...error, message: error.message, isError: error instanceof ApiError, lines: csv.split("\n").length, unknown };
  },
  async trigger() {
    return { executionId: (await client.triggerWorkflow("report", { input: { by: "javascript" } })).executionId };
  },
  async get() {
    return await codeOf(client.getWorkflowsByOrganization().first());
  },
  async post() {
    return await codeOf(client.triggerWorkflow("order"));
  },
  async put() {
    return await codeOf(client.updateWorkflow("order", {}));
  },
  async aborted() {
    const told = await client.getUsage({ signal: AbortSignal.abort() }).catch((error) => error.name);
    const stopped = new AbortController();
    setTimeout(() => stopped.abort(), 20);
    return [told, await client.getUsage({ signal: stopped.signal }).catch((error) => error.name)];
  },
  async events() {
    const found = [];
    try {
      for await (const event of client.streamEvents({ lastEventId: "3" })) {
        found.push([event.id, event.name, event.data]);
      }
    } catch (error) {
      found.push(error.code ?? error.name);
    }
    return found;
  },
  async followed() {
    const start = (await client.getEvents()).next;
    const { executionId } = await client.triggerWorkflow("report", { input: { by: "a follower" } });
    for await (const event of client.streamEvents({ lastEventId: start, types: "workflow.*" })) {
      if (JSON.parse(event.data).data.execution === executionId) return event.name;
    }
  },
  async notJson() {
    return await client.triggerWorkflow("report", { input: { size: NaN } }).catch((error) => error.message);
  },
  async secrets() {
    const wrong = [];
    for (const each of ["", "a\nb", "schlüssel"]) {
      try {
        new Botflow(url, each);
      } catch (error) {
        wrong.push(error.message);
      }
    }
    return inspect([client, wrong], { depth: 9, showHidden: true }) + JSON.stringify([client, wrong]);
  },
};

console.log(JSON.stringify(await CALLS[name]()));
