/** What happens to the page that a chat is on: it is hidden, frozen, kept for the way back; the network goes and comes. */

/**
 * @typedef {object} Reactions
 * @property {() => void} wakeUp something may have been missed
 * @property {() => void} interrupt an open stream is of no use, or would keep the page out of the browser's cache
 * @property {() => void} cutOff there is no network
 * @property {(event: StorageEvent) => void} storageChanged another tab has written
 */

/**
 * React until `life` ends; nothing happens where there is no page.
 * @param {AbortSignal} life
 * @param {Reactions} reactions
 */
export function watchPage(life, { wakeUp, interrupt, cutOff, storageChanged }) {
  if (!globalThis.document) return;
  /** @param {EventTarget} target @param {string} name @param {(event: any) => void} react */
  const on = (target, name, react) => target.addEventListener(name, react, { signal: life });
  on(window, "online", () => { interrupt(); wakeUp(); });
  on(window, "offline", cutOff);
  on(window, "pageshow", wakeUp);
  on(window, "pagehide", ({ persisted }) => persisted && interrupt());
  on(document, "freeze", interrupt);
  on(document, "resume", wakeUp);
  on(document, "visibilitychange", () => document.hidden || wakeUp());
  on(window, "storage", storageChanged);
}
