import { Calls } from "./calls.js";

export * from "./calls.js";
export { ApiError, BotflowClientError, NoAnswer, UnexpectedAnswer } from "./errors.js";
export { StreamEvent } from "./events.js";
export { Download, Page, Pages } from "./lists.js";
export { CallOptions, ClientOptions } from "./transport.js";

/**
 * The API of one botflow server, for the organization of its API key.
 *
 *     const client = new Botflow("https://bots.example.com", key);
 *     const started = await client.triggerWorkflow("order", { input: { size: "large" } });
 *     console.log((await client.getExecution(started.executionId)).status);
 */
export class Botflow extends Calls {}
