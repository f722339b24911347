/** What a page has that Node.js has not: a storage that outlives it. */

export class KeptStorage {
  #kept = new Map();

  get length() { return this.#kept.size; }
  key(place) { return [...this.#kept.keys()][place] ?? null; }
  getItem(key) { return this.#kept.get(key) ?? null; }
  setItem(key, value) { this.#kept.set(key, String(value)); }
  removeItem(key) { this.#kept.delete(key); }
  clear() { this.#kept.clear(); }
  values() { return [...this.#kept.values()]; }
}

/** Return whether `isTrue` becomes true in time. */
export async function until(isTrue, withinMs = 30_000) {
  for (const began = Date.now(); !isTrue(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() - began > withinMs) return false;
  }
  return true;
}
