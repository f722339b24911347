/** A strict consumer of the client's types: what is right compiles, and what is wrong does not. */
import { ApiError, Botflow, Execution, NoAnswer, Pages } from "botflow-client";

export async function use(client: Botflow, signal: AbortSignal): Promise<string[]> {
  const draft = await client.createWorkflow({ id: "hello", nodes: [] }, { idempotencyKey: "a" });
  const published = await client.publishWorkflow(draft.id, { message: "First", ifMatch: draft.revision });
  const version: number = published.version;
  const started = await client.triggerWorkflow("hello", { input: { version }, signal });
  const executions: Pages<Execution> = client.getExecutions({ status: "running", after: new Date() });
  const found: string[] = [started.executionId];
  for await (const each of executions) found.push(each.id);
  const bytes: Uint8Array = await client.exportResults({ workflow: "hello" }).read();
  await client.applyEdits("hello", { edits: [{ op: "delete_node", id: String(bytes.length) }] });
  const gone: void = await client.deleteCredential(7, { ifMatch: 1 });
  try {
    await client.validateWorkflow("hello");
  } catch (error) {
    if (error instanceof ApiError) found.push(error.code, error.hint);
    if (error instanceof NoAnswer && error.mayHaveArrived) found.push(String(gone));
  }

  // @ts-expect-error -- a status that no execution has
  client.getExecutions({ status: "asleep" });
  // @ts-expect-error -- a name that no query has
  client.getExecutions({ colour: "red" });
  // @ts-expect-error -- it needs a name
  client.createKey({ role: "viewer" });
  // @ts-expect-error -- it edits nothing
  client.getWorkflow("hello", { ifMatch: 1 });
  // @ts-expect-error -- a list is no promise
  (await executions).items;
  return found;
}
