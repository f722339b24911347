/** Where on the page the chat is, also after the page has exchanged its body, as Turbo, Astro and htmx do. */

/**
 * Put the chat back whenever it is gone; returns what ends that. The page has few changes this near to its root.
 * @param {Element} host
 * @param {() => Element | null} find
 */
export function keepPlace(host, find) {
  /** @type {Element | null} */
  let body = null;
  const back = () => {
    if (!host.isConnected) find()?.append(host);
    if (body === document.body) return;
    body = document.body;
    if (body) changes.observe(body, { childList: true });
  };
  const changes = new MutationObserver(back);
  changes.observe(document.documentElement, { childList: true });
  back();
  return () => changes.disconnect();
}

/** @param {string} selector */
export function found(selector) {
  try {
    return document.querySelector(selector);
  } catch {
    return null; // it is no selector
  }
}
