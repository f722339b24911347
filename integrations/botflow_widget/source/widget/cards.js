/** The cards of a message: side by side, with their own scroll, and buttons that choose or open a link. */

import sheet from "./cards.css";

/** @typedef {import("./kit.js").Kit} Kit */

const LEFT = "m12.500 4.500-5.500 5.500 5.500 5.500";
const RIGHT = "m7.500 4.500 5.500 5.500-5.500 5.500";

/**
 * Fill a deck; a press of a choosing button is an event "choose" with its title and payload.
 * @param {Kit} kit
 * @param {ShadowRoot} root
 * @param {HTMLElement} frame
 * @param {any[]} cards
 */
export function fill(kit, root, frame, cards) {
  const { adopt, h, words } = kit;
  adopt(root, sheet);
  const row = h("ul.deck-row", { tabindex: 0, "aria-label": words.cards }, ...cards.map((card) => drawn(kit, card)));
  const step = (/** @type {number} */ direction) => row.scrollBy({ left: direction * row.clientWidth * 0.8 * (getComputedStyle(row).direction === "rtl" ? -1 : 1), behavior: "smooth" });
  const [back, on] = [arrow(kit, "back", LEFT, words.previous, () => step(-1)), arrow(kit, "on", RIGHT, words.next, () => step(1))];
  const settle = () => {
    const passed = Math.abs(row.scrollLeft);
    back.hidden = passed < 8;
    on.hidden = passed + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener("scroll", settle, { passive: true });
  new ResizeObserver(settle).observe(row);
  frame.append(row, back, on);
}

/** @param {Kit} kit @param {any} card */
function drawn(kit, { title, text, picture, buttons }) {
  const { h, addressOf, linkButton, markup } = kit;
  const card = h("li.tile");
  if (picture) {
    card.append(h("img.tile-picture", { alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer", src: addressOf(picture.url), onerror: (/** @type {any} */ event) => event.target.remove() }));
  }
  const body = h("div.tile-body", null, h("h2", null, title));
  if (text) body.append(h("div.tile-text", null, ...markup(text)));
  card.append(body);
  if (buttons.length) card.append(h("div.tile-buttons", null, ...buttons.map((/** @type {any} */ button) => (button.url ? linkButton(button) : choice(kit, title, button)))));
  return card;
}

/** @param {Kit} kit @param {string} card @param {any} button */
function choice({ h }, card, { title, payload }) {
  const detail = { title: title === card ? title : `${card}: ${title}`, payload };
  const button = h("button.choose", {
    "aria-label": `${title}: ${card}`,
    onclick: () => button.dispatchEvent(new CustomEvent("choose", { detail, bubbles: true })),
  }, title);
  return button;
}

/** @param {Kit} kit @param {string} name @param {string} drawing @param {string} label @param {() => void} onclick */
function arrow({ h, icon }, name, drawing, label, onclick) {
  return h(`button.deck-arrow.${name}`, { hidden: true, "aria-label": label, onclick }, icon(drawing));
}
