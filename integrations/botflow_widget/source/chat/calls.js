/** One call of the server: its address, the token, a time limit, and what a refusal says. */

import { within } from "./pauses.js";
import { readJson } from "./reading.js";
import { Refusal } from "./refusal.js";

const WITHIN_MS = 30_000;
export const TURN_WITHIN_MS = 45_000; // the server answers after 25 s, done or not
const SHORT = 8_000; // all bodies that outlive their page may have 64 kB together

/**
 * @typedef {object} Options
 * @property {unknown} [body]
 * @property {AbortSignal} [signal]
 * @property {number} [withinMs] until the answer is read
 * @property {Record<string, string>} [headers]
 */

export class Calls {
  token = "";
  /** Gets another token after one was refused. @type {((signal?: AbortSignal) => Promise<void>) | null} */
  renew = null;

  /** @param {string} path of the chat with the workflow */
  constructor(path) {
    this.path = path;
  }

  /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
  json(method, path, { signal, withinMs = WITHIN_MS, ...options } = {}) {
    return within(withinMs, [signal], async (ends) => readJson(await this.response(method, path, { ...options, signal: ends })));
  }

  /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<Response>} */
  async response(method, path, options = {}) {
    const { token } = this;
    try {
      return await this.once(method, path, options);
    } catch (failure) {
      if (!token || !this.renew || !(failure instanceof Refusal) || failure.status !== 401 || !failure.code) throw failure;
      if (this.token === token) await this.renew(options.signal);
      return this.once(method, path, options);
    }
  }

  /** @param {string} method @param {string} path @param {Options} options @returns {Promise<Response>} */
  async once(method, path, { body, signal, headers = {} }) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(this.path + path, {
      method,
      headers: { ...this.authorization, ...(text && { "content-type": "application/json" }), ...headers },
      body: text,
      signal,
      credentials: "omit",
      cache: "no-store",
      keepalive: text !== undefined && text.length < SHORT, // a message outlives the tab that is closed behind it
    });
    if (response.ok) return response;
    throw new Refusal(response.status, await problem(response), seconds(response.headers.get("retry-after")));
  }

  /** @returns {Record<string, string>} */
  get authorization() {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }
}

/** @param {Response} response */
async function problem(response) {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  return (isProblem && await readJson(response).catch(() => null)) || {};
}

/** @param {string | null} text of Retry-After; a date is none of ours */
export function seconds(text) {
  return Number(text) > 0 ? Number(text) : 0;
}
