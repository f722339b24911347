import { StreamEvent } from "./events.js";
import { Download, Pages } from "./lists.js";

/** What a client is made with. */
export interface ClientOptions {
  /** The organization to act for, where the key may act for more than its own. */
  organization?: string;
  /** How long each attempt of a call waits for its answer. Default: 30. */
  timeoutS?: number;
  /** How often a call is sent at most. Default: 4. */
  attempts?: number;
  /** How long to wait for the next attempt at most; a server that asks for more is not asked again. Default: 30. */
  longestPauseS?: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, and its attempts. */
  signal?: AbortSignal;
}

/** What a call takes that makes or does something. */
export interface Repeatable extends CallOptions {
  /** Made for each call if you give none. Give your own to send a call again after your own process ended. */
  idempotencyKey?: string;
}

/** What a call takes that edits. */
export interface Conditional extends CallOptions {
  /** The `revision` that you edit: the call is refused by 412 when there is a later one. */
  ifMatch?: number;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

export interface Call {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  body?: unknown;
  ifMatch?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export class Caller {
  constructor(url: string, key: string, options?: ClientOptions);
  protected _call<T>(call: Call): Promise<T>;
  protected _do(call: Call): Promise<void>;
  protected _list<T>(call: Call): Pages<T>;
  protected _download(call: Call): Download;
  protected _events(call: Call & { lastEventId?: string }): AsyncIterable<StreamEvent>;
}

export function segment(value: string | number): string;
