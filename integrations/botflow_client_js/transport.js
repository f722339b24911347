/** Sends calls by fetch: timeouts, bounds, retries, and refusals as errors. Redirects are not followed. */
import { NoAnswer, UnexpectedAnswer, refusal } from "./errors.js";
import { EventReader } from "./events.js";
import { Download, Pages, collect, join } from "./lists.js";
import { pauseS, retryAfterS } from "./retries.js";

const LARGEST_ANSWER = 32 * 1024 * 1024; // bytes of JSON
const LARGEST_REFUSAL = 64 * 1024;
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]; // as Node.js names them

/**
 * @typedef {{ status: number, headers: Headers, text: string }} Reply
 * @typedef {{ signal?: AbortSignal }} CallOptions
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path
 * @property {Record<string, unknown>} [query]
 * @property {unknown} [body]
 * @property {number} [ifMatch]
 * @property {string} [idempotencyKey]
 * @property {AbortSignal} [signal]
 */

/** What the calls of the API are sent by. What it is made with is private, so that no log shows it. */
export class Caller {
  #url;
  #headers;
  #timeoutMs;
  #limits;

  /**
   * @param {string} url
   * @param {string} key
   * @param {import("./transport.js").ClientOptions} [options]
   */
  constructor(url, key, { organization, timeoutS = 30, attempts = 4, longestPauseS = 30 } = {}) {
    const address = new URL(url);
    if (!["http:", "https:"].includes(address.protocol) || address.username || address.password) {
      throw new TypeError("the address of a botflow server begins with https:// or http://, and has no password");
    }
    if (address.search || address.hash) {
      throw new TypeError("the address of a botflow server has no query or fragment");
    }
    this.#url = address.href.replace(/\/+$/, "");
    this.#headers = {
      authorization: `Bearer ${headerText(key, "the key")}`,
      ...(organization === undefined ? {} : { "botflow-organization": headerText(organization, "the organization") }),
    };
    this.#timeoutMs = timeoutS * 1000;
    this.#limits = { attempts, longestPauseS };
  }

  /** @param {Call} call */
  async _call(call) {
    return parsed((await this.#send(call)).text);
  }

  /** @param {Call} call */
  async _do(call) {
    await this.#send(call);
  }

  /** @param {Call} call */
  _list(call) {
    return new Pages(async (cursor) => {
      const query = cursor === null ? call.query : { ...call.query, cursor };
      return parsed((await this.#send({ ...call, query })).text);
    });
  }

  /** @param {Call} call */
  _download(call) {
    return new Download(() => this.#chunks(call));
  }

  /** @param {Call} call */
  async *#chunks(call) {
    const response = await this.#fetch(this.#request(call), call.signal);
    if (!response.ok) throw refused(await readReply(response, LARGEST_REFUSAL));
    yield* bytesOf(response);
  }

  /**
   * The events of a stream, which is taken up after the last one when it breaks off.
   *
   * @param {Call & { lastEventId?: string }} call
   */
  async *_events({ lastEventId = "", ...call }) {
    const reader = new EventReader(lastEventId);
    const request = this.#request(call);
    for (let failures = 0; ; ) {
      /** @type {Reply | NoAnswer | null} */
      let outcome = null;
      try {
        const response = await this.#fetch(continued(request, reader.lastId), call.signal);
        if (response.status === 204) return;
        if (response.status === 200) {
          failures = 0;
          reader.begin();
          for await (const chunk of bytesOf(response)) yield* reader.feed(chunk);
        } else {
          outcome = await readReply(response, LARGEST_REFUSAL);
        }
      } catch (error) {
        call.signal?.throwIfAborted();
        if (error instanceof UnexpectedAnswer) throw error;
        outcome = error instanceof NoAnswer ? error : this.#lost(error);
      }
      failures += 1;
      const pause = outcome === null ? reader.retryS : pauseS(call.method, outcome, failures, this.#limits);
      if (pause === null) throw outcome instanceof NoAnswer ? outcome : refused(/** @type {Reply} */ (outcome));
      await sleep(Math.max(pause, reader.retryS) * 1000, call.signal);
    }
  }

  /** @param {Call} call */
  async #send(call) {
    const request = this.#request(call); // made once: all attempts have the same Idempotency-Key
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#sendOnce(request, call.signal);
      const pause = pauseS(call.method, outcome, attempt, this.#limits);
      if (pause === null) {
        if (outcome instanceof NoAnswer) throw outcome;
        if (outcome.status >= 300) throw refused(outcome);
        return outcome;
      }
      await sleep(pause * 1000, call.signal);
    }
  }

  /**
   * @param {{ url: string, init: RequestInit }} request
   * @param {AbortSignal} [signal]
   */
  async #sendOnce(request, signal) {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
    try {
      return await readReply(await this.#fetch(request, either), LARGEST_ANSWER);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof NoAnswer) return error;
      if (error instanceof UnexpectedAnswer) throw error;
      return this.#lost(error);
    }
  }

  /**
   * @param {{ url: string, init: RequestInit }} request
   * @param {AbortSignal} [signal]
   */
  async #fetch(request, signal) {
    try {
      return await fetch(request.url, { ...request.init, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#lost(error);
    }
  }

  /** @param {unknown} error */
  #lost(error) {
    const failure = /** @type {{ name?: string, cause?: { code?: string } }} */ (error);
    const why = failure.cause?.code ?? failure.name ?? "Error";
    return new NoAnswer(`${this.#url}: ${why}`, !NOT_SENT.includes(why), { cause: error });
  }

  /**
   * @param {Call} call
   * @returns {{ url: string, init: RequestInit }}
   */
  #request({ method, path, query = {}, body, ifMatch, idempotencyKey }) {
    /** @type {Record<string, string>} */
    const headers = { ...this.#headers };
    if (method === "POST") headers["idempotency-key"] = headerText(idempotencyKey ?? newKey(), "the idempotencyKey");
    if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const asked = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) asked.set(name, value instanceof Date ? value.toISOString() : String(value));
    }
    const url = `${this.#url}${path}${asked.size ? `?${asked}` : ""}`;
    return { url, init: { method, headers, body: body === undefined ? undefined : JSON.stringify(body, finite), redirect: "error" } };
  }
}

/**
 * Return a value as it is; a number that JSON has not would be sent as null.
 *
 * @param {string} name
 * @param {unknown} value
 */
function finite(name, value) {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${name} is ${value}, which is no JSON`);
  return value;
}

/**
 * Return a value as one segment of a path.
 *
 * @param {string | number} value
 */
export function segment(value) {
  const text = String(value ?? "");
  if (["", ".", ".."].includes(text)) throw new TypeError(`${JSON.stringify(text)} cannot stand in an address`);
  return encodeURIComponent(text);
}

/**
 * The error for a text that no header can hold does not show it: it may be a key.
 *
 * @param {string} text
 * @param {string} what
 */
function headerText(text, what) {
  if (typeof text !== "string" || !/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(text)) {
    throw new TypeError(`${what} is empty, or has characters that no HTTP header can hold`);
  }
  return text;
}

function newKey() {
  // Not randomUUID: browsers have it on pages from https alone.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Response} response
 * @param {number} largest
 * @returns {Promise<Reply>}
 */
async function readReply(response, largest) {
  const text = new TextDecoder().decode(join(await collect(bytesOf(response), largest)));
  return { status: response.status, headers: response.headers, text };
}

/** @param {Response} response */
async function* bytesOf(response) {
  if (response.body === null) return;
  const reader = response.body.getReader(); // Safari has no loop over a body
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/**
 * Return a request for the events after the last one.
 *
 * @param {{ url: string, init: RequestInit }} request
 * @param {string} lastId
 */
function continued(request, lastId) {
  const headers = { ...request.init.headers, accept: "text/event-stream", ...(lastId && { "last-event-id": lastId }) };
  return { url: request.url, init: { ...request.init, headers: /** @type {Record<string, string>} */ (headers) } };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnexpectedAnswer("the answer is no JSON: is this the address of a botflow server?");
  }
}

/** @param {Reply} reply */
function refused(reply) {
  return refusal(reply.status, reply.text, retryAfterS(reply.headers));
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 */
function sleep(ms, signal) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    })
  );
}
