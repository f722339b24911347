/**
 * When a call is sent again: never if that could do twice what was asked for once. The rules are those of the Python
 * client; a browser does not say whether a request has left, so there a lost one counts as sent.
 */
import { NoAnswer, refusal } from "./errors.js";

const FIRST_PAUSE_S = 0.25;

/** @typedef {import("./transport.js").Reply} Reply */

/**
 * Return how many seconds to wait before the request is sent again; null if it must not be.
 *
 * @param {string} method
 * @param {Reply | NoAnswer} outcome
 * @param {number} attempt
 * @param {{ attempts: number, longestPauseS: number }} limits
 */
export function pauseS(method, outcome, attempt, limits) {
  if (attempt >= limits.attempts || !mayRepeat(method, outcome, attempt)) return null;
  // By chance, so that callers who were refused together do not return together.
  const pause = FIRST_PAUSE_S * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
  const asked = outcome instanceof NoAnswer ? 0 : (retryAfterS(outcome.headers) ?? 0);
  return Math.max(pause, asked) <= limits.longestPauseS ? Math.max(pause, asked) : null;
}

/**
 * Return the seconds of Retry-After, which is a number or a date.
 *
 * @param {Headers} headers
 */
export function retryAfterS(headers) {
  const asked = headers.get("retry-after");
  if (asked === null) return null;
  const seconds = /^\d+(\.\d+)?$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(seconds, 0);
}

/**
 * @param {string} method
 * @param {Reply | NoAnswer} outcome
 * @param {number} attempt
 */
function mayRepeat(method, outcome, attempt) {
  const isRepeatable = method === "GET" || method === "POST"; // each POST has an Idempotency-Key
  if (outcome instanceof NoAnswer) return isRepeatable || !outcome.mayHaveArrived;
  if (outcome.status === 429) return true;
  if ([502, 503, 504].includes(outcome.status)) return isRepeatable;
  // The first one, whose answer was lost, may be under way: ask for its answer.
  if (outcome.status !== 409 || attempt === 1) return false;
  return refusal(409, outcome.text, null).code === "idempotency.unfinished";
}
