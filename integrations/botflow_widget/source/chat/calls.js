/** One call of the server: its address, the token, a time limit, and what a refusal says. */

import { within } from "./pauses.js";
import { readJson } from "./reading.js";
import { Refusal } from "./refusal.js";

const WITHIN_MS = 30_000;
export const TURN_WITHIN_MS = 45_000; // the server answers after 25 s, done or not
const SHORT = 8_000; // all bodies that outlive their page may have 64 kB together

/**
 * @typedef {object} Options
 * @property {unknown} [body] sent as JSON
 * @property {Blob} [file] sent as it is, instead of a body
 * @property {AbortSignal} [signal]
 * @property {number} [withinMs] until the answer is read; 0 for as long as it takes
 * @property {Record<string, string>} [headers]
 * @property {typeof fetch} [by] what sends it
 * @property {string} [token] instead of the conversation's
 */

export class Calls {
  token = "";
  /** Gets another token after one was refused. @type {(() => Promise<void>) | null} */
  renew = null;

  /** @param {string} path of the chat with the workflow */
  constructor(path) {
    this.path = path;
  }

  /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
  json(method, path, { signal, withinMs = WITHIN_MS, ...options } = {}) {
    return within(withinMs, [signal], async (ends) => {
      const response = await this.response(method, path, { ...options, signal: ends });
      return readJson(response);
    });
  }

  /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<Response>} */
  async response(method, path, options = {}) {
    const { token = this.token } = options;
    try {
      return await this.#once(method, path, options);
    } catch (/** @type {any} */ failure) {
      if (!token || !this.renew || failure.status !== 401 || !failure.code) throw failure;
      if (this.token === token) await this.renew();
      return this.#once(method, path, options);
    }
  }

  /** @param {string} method @param {string} path @param {Options} options */
  async #once(method, path, { body, file, signal, headers = {}, by = fetch, token = this.token }) {
    const text = body ? JSON.stringify(body) : "";
    const type = file ? file.type || "application/octet-stream" : text && "application/json";
    const response = await by(this.path + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(type && { "content-type": type }),
        ...headers,
      },
      body: file || text || undefined,
      signal,
      credentials: "omit",
      cache: "no-store",
      keepalive: text !== "" && text.length < SHORT, // a message outlives the tab that is closed behind it
    });
    if (response.ok) return response;
    const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
    const problem = isProblem && await readJson(response).catch(() => null);
    const retryAfterS = Number(response.headers.get("retry-after")) || 0; // a date is none of ours
    throw new Refusal(response.status, problem || {}, retryAfterS);
  }
}
