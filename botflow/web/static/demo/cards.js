/** The cards of a message: side by side, with their own scroll, and buttons that choose or open a link. */

import { addressOf, element, icon } from "./bubble.js";
import { anchor, markup } from "./markup.js";
import { words } from "./words.js";

const LEFT = "m12.500 4.500-5.500 5.500 5.500 5.500";
const OUTWARD = "M7 4.500h8.500V13M15 5 5 15";
const RIGHT = "m7.500 4.500 5.500 5.500-5.500 5.500";

/** Return the deck; a press of a choosing button is an event "choose" with its title and payload. */
export function deck(cards) {
  const frame = element("div", "deck");
  const row = element("ul", "deck-row");
  row.tabIndex = 0;
  row.setAttribute("aria-label", words.cards);
  row.append(...cards.map((card) => drawn(card)));
  const [back, on] = [arrow("back", LEFT, words.previous), arrow("on", RIGHT, words.next)];
  const step = (direction) => row.scrollBy({ left: direction * row.clientWidth * 0.8, behavior: "smooth" });
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  const settle = () => {
    back.hidden = row.scrollLeft < 8;
    on.hidden = row.scrollLeft + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener("scroll", settle, { passive: true });
  new ResizeObserver(settle).observe(row);
  frame.append(row, back, on);
  return frame;
}

/** Take the choosing buttons of a deck out of use: its question is over. Links stay. */
export function close(entry) {
  entry.querySelectorAll(".deck button.choose").forEach((button) => { button.disabled = true; });
}

/** Return a link that is drawn as a button, or its title where a browser must not follow its address. */
export function linkButton({ title, url }) {
  const link = anchor(url, title) ?? element("span", "", title);
  link.className = "link-button";
  if (/^https?:/i.test(url) && link.href) link.append(icon(OUTWARD));
  return link;
}

function drawn({ title, text, picture, buttons }) {
  const card = element("li", "tile");
  if (picture) card.append(photo(picture));
  const body = element("div", "tile-body");
  body.append(element("h3", "", title));
  if (text) {
    const said = element("div", "tile-text");
    said.append(...markup(text));
    body.append(said);
  }
  const row = element("div", "tile-buttons");
  row.append(...buttons.map((button) => (button.url ? linkButton(button) : choice(title, button))));
  card.append(body, ...(buttons.length ? [row] : []));
  return card;
}

function choice(card, { title, payload }) {
  const button = element("button", "choose", title);
  button.type = "button";
  button.setAttribute("aria-label", `${title}: ${card}`);
  const detail = { title: title === card ? title : `${card}: ${title}`, payload };
  button.addEventListener("click", () => button.dispatchEvent(new CustomEvent("choose", { detail, bubbles: true })));
  return button;
}

function photo({ url }) {
  const image = element("img", "tile-picture");
  Object.assign(image, { alt: "", loading: "lazy", decoding: "async", referrerPolicy: "no-referrer", src: addressOf(url) });
  image.addEventListener("error", () => image.remove(), { once: true });
  return image;
}

function arrow(name, drawing, label) {
  const button = element("button", `deck-arrow ${name}`);
  button.type = "button";
  button.hidden = true;
  button.setAttribute("aria-label", label);
  button.append(icon(drawing));
  return button;
}
