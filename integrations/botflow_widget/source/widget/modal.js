/** A chat that fills the screen holds the page behind it: it neither scrolls nor takes the focus until the chat is closed. */

const FOCUSED = "a[href], button:not(:disabled), textarea, input, [tabindex='0']";

/**
 * Hold the page behind `host`; returns what lets go of it, and leaves what the page has changed meanwhile.
 * @param {Element} host
 */
export function holdPage(host) {
  /** @type {HTMLElement[]} */
  const held = [];
  for (let part = host; part.parentElement && part !== document.body; part = part.parentElement) {
    for (const one of part.parentElement.children) {
      if (one === part || !(one instanceof HTMLElement) || one.inert || /^(SCRIPT|STYLE|LINK)$/.test(one.tagName)) continue;
      one.inert = true;
      held.push(one);
    }
  }
  const { style } = document.documentElement;
  const former = style.overflow;
  style.overflow = "hidden";
  return () => {
    for (const one of held) one.inert = false;
    if (style.overflow === "hidden") style.overflow = former;
    if (!document.documentElement.getAttribute("style")) document.documentElement.removeAttribute("style");
  };
}

/** Lead the focus from the last part to the first, and back. @param {HTMLElement} panel @param {KeyboardEvent} event */
export function keepFocus(panel, event) {
  if (event.key !== "Tab" || panel.getAttribute("aria-modal") !== "true") return;
  const parts = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(FOCUSED)]).filter((one) => one.checkVisibility() && !one.closest("[inert]"));
  const [first, last] = event.shiftKey ? [parts.at(-1), parts[0]] : [parts[0], parts.at(-1)];
  const now = /** @type {ShadowRoot} */ (panel.getRootNode()).activeElement;
  if (now !== last && !(event.shiftKey && now === panel)) return;
  event.preventDefault();
  first?.focus();
}
