/**
 * The client of botflow's REST API. Its methods are in calls.js, written from the OpenAPI document by
 * `python -m docs.generate`; transport.js sends them, and is written by hand.
 */
import { Calls } from "./calls.js";

export { ApiError, BotflowClientError, NoAnswer, UnexpectedAnswer } from "./errors.js";
export { Download, Pages } from "./lists.js";

/** The API of one botflow server, for the organization of its API key. */
export class Botflow extends Calls {}
