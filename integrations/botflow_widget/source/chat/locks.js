/** What one tab of a visitor does at a time. */

import { within } from "./pauses.js";

const STUCK_AFTER_MS = 60_000;

/**
 * Run `act` while no other tab runs anything of this name. A tab that is stuck is not waited for, and pages without https
 * have no locks: the server counts a message once all the same.
 * @template T
 * @param {string} name "" for no lock
 * @param {() => Promise<T>} act
 * @param {AbortSignal} life ends the wait
 * @returns {Promise<T>}
 */
export async function alone(name, act, life) {
  const locks = name && navigator.locks;
  if (!locks) return act();
  let isMine = false;
  const mine = () => { isMine = true; return act(); };
  try {
    return await within(STUCK_AFTER_MS, [life], (signal) => locks.request(name, { signal }, mine));
  } catch (failure) {
    if (isMine || life.aborted) throw failure;
    return act();
  }
}
