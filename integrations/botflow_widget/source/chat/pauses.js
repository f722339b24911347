/** Waiting between attempts: longer each time, never two clients at the same moment, and ended early by good news. */

const FIRST_MS = 1_000;
const LONGEST_MS = 20_000;

/**
 * Wait, or until one of `signals` is aborted.
 * @param {number} milliseconds
 * @param {AbortSignal[]} signals
 */
export function after(milliseconds, ...signals) {
  return within(milliseconds, signals, (ends) => new Promise((resolve) => {
    ends.addEventListener("abort", resolve);
    if (ends.aborted) resolve(undefined);
  }));
}

/**
 * Return what `act` does with a signal that ends with any of `signals`, or after some time (0: never). AbortSignal.any
 * is not in every browser, and keeps its signals for as long as the longest of them lives.
 * @template T
 * @param {number} milliseconds
 * @param {(AbortSignal | undefined)[]} signals
 * @param {(ends: AbortSignal) => Promise<T>} act
 */
export async function within(milliseconds, signals, act) {
  const ends = new AbortController();
  const end = () => ends.abort();
  const timer = milliseconds ? setTimeout(end, milliseconds) : undefined;
  for (const signal of signals) {
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  }
  try {
    return await act(ends.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal?.removeEventListener("abort", end);
  }
}

export class Pauses {
  #news = new AbortController();

  /**
   * Wait before attempt `tries + 1`; the server's Retry-After is never cut short.
   * @param {number} tries
   * @param {AbortSignal} signal ends the wait
   * @param {{retryAfterS?: number}} [failure] what was refused
   */
  async wait(tries, signal, { retryAfterS = 0 } = {}) {
    const pause = Math.min(FIRST_MS * 2 ** tries, LONGEST_MS) * (0.3 + Math.random());
    await after(retryAfterS * 1_000 + pause, signal, ...(retryAfterS ? [] : [this.#news.signal]));
  }

  /** End all waits that may end early. */
  wake() {
    this.#news.abort();
    this.#news = new AbortController();
  }
}
