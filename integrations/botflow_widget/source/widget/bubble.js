/** One message as it is drawn: its words, pictures, files, place, links and cards, and the line below it. */

import { h, icon } from "./dom.js";
import { addressOf, nameIn } from "./addresses.js";
import { kitOf } from "./kit.js";
import { anchor, linked, markup } from "./markup.js";
import { language, words } from "./words.js";

/** @typedef {Record<string, any>} Message as the chat's history has it, with its `direction` and `at` */

const PICTURE = /^image\/(jpeg|png|gif|webp|avif)$/;
const PICTURE_NAME = /\.(jpe?g|png|gif|webp|avif)$/i;
/** @type {("up" | "down")[]} */
const THUMBS = ["up", "down"];
const UNITS = ["byte", "kilobyte", "megabyte"];
const OUTWARD = "M7 4.500h8.500V13M15 5 5 15";
/** @type {{language: string, format: Intl.DateTimeFormat} | undefined} */
let clock;
export const FILE_ICON = "M6 2.500h5.500L16 7v10.500H6zM11.500 2.500V7H16";
export const PIN_ICON = "M10 18s6-5.500 6-10a6 6 0 1 0-12 0c0 4.500 6 10 6 10zM10 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
const UP = "M6.500 9 10 3c1.300.1 1.900 1 1.600 2.300L11 8h4.300c1 0 1.700.9 1.500 1.900l-1 5c-.2.900-.800 1.600-1.800 1.600H6.500M6.500 8.800V16.500M3.500 8.800h3v7.700h-3z";

/**
 * @param {Message} message
 * @param {{logo?: string, onFeedback?: ((id: string, value: "up" | "down" | null) => Promise<boolean>) | undefined}} options
 */
export function entryOf(message, { logo, onFeedback }) {
  const isOwn = message.direction === "in";
  const entry = h(`li.entry.${message.direction}`, { "data-id": message.id, "data-at": message.at, "data-author": message.author });
  const bubble = h("div.bubble");
  if (message.author) bubble.append(h("span.author", null, message.author));
  else bubble.append(h("span.unseen", null, `${isOwn ? words.you : words.reply} `));
  bubble.append(...(isOwn ? linked(message.text) : said(message.text)), ...(message.media ?? []).map(medium));
  if (message.location) bubble.append(place(message.location));
  const cards = message.cards ?? [];
  if (!isOwn) entry.append(face(message, logo));
  if (message.text || message.media?.length || !cards.length) entry.append(bubble);
  else entry.append(h("span.unseen", null, `${words.reply} `));
  const links = (message.quickReplies ?? []).filter((/** @type {any} */ reply) => reply.url);
  if (links.length) entry.append(h("div.links", null, ...links.map(linkButton)));
  if (cards.length) entry.append(deck(cards, entry));
  const foot = h("div.foot", null, h("div.meta", null, stamp(message.at)));
  if (!isOwn && !message.author && onFeedback) foot.append(thumbs(message, onFeedback));
  entry.append(foot);
  return entry;
}

/**
 * Return the nodes of what the workflow says. A list has its marks where its own first letter begins.
 * @param {string} text
 */
export function said(text, isOpen = false) {
  const nodes = markup(text, { isOpen });
  for (const node of nodes) if (node instanceof HTMLElement && /^[UO]L$/.test(node.tagName)) node.dir = "auto";
  return nodes;
}

/** Take the choosing buttons of a message's cards out of use: its question is over. Links stay. @param {HTMLElement} entry */
export function close(entry) {
  entry.classList.add("over");
  for (const one of entry.querySelectorAll(".deck button.choose")) /** @type {HTMLButtonElement} */ (one).disabled = true;
}

/**
 * Return the picture of who speaks: of a person by name, else of the flow. One that does not load gives way to a drawing.
 * @param {Message} message
 * @param {string} [logo]
 */
export function face({ author, authorPicture }, logo) {
  const own = h("span.face", { "aria-hidden": "true" }, author ? author.trim().slice(0, 1).toUpperCase() : mark());
  const picture = author ? authorPicture : logo;
  if (picture) {
    const image = h("img", { alt: "", referrerpolicy: "no-referrer", onload: () => own.replaceChildren(image), onerror: () => image.remove() });
    image.src = picture;
    own.append(image);
  }
  return own;
}

export function mark() {
  return icon("M4 3.500h12A1.500 1.500 0 0 1 17.500 5v8a1.500 1.500 0 0 1-1.500 1.500H9L5.500 17.500v-3H4A1.500 1.500 0 0 1 2.500 13V5A1.500 1.500 0 0 1 4 3.500ZM7 8v1.500M13 8v1.500");
}

/** @param {string} at */
export function stamp(at) {
  // To make one takes longer than all the rest of a message.
  if (clock?.language !== language) clock = { language, format: new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }) };
  return h("time", { datetime: at }, clock.format.format(new Date(at)));
}

/** @param {Date} at */
export function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** Return a size in words, such as 1.2 MB. @param {number} bytes */
export function sizeName(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 2);
  return new Intl.NumberFormat(language, {
    style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}

/** @param {{latitude: number, longitude: number, label?: string}} location */
export function placeName({ latitude, longitude, label }) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
  return label || `${number.format(latitude)} · ${number.format(longitude)}`;
}

/** Return a link that is drawn as a button, or its title where a browser must not follow its address. @param {any} link */
export function linkButton({ title, url }) {
  const link = anchor(url, title) ?? h("span", null, title);
  link.className = "link-button";
  if (/^https?:/i.test(url) && link.href) link.append(icon(OUTWARD));
  return link;
}

/** Cards have a file of their own: most conversations have none. @param {any[]} cards @param {HTMLElement} entry */
function deck(cards, entry) {
  const holder = h("div.deck");
  import("./cards.js").then(({ fill }) => {
    if (holder.isConnected) fill(kitOf(), /** @type {ShadowRoot} */ (holder.getRootNode()), holder, cards);
    if (entry.classList.contains("over")) close(entry);
  }, () => holder.append(...cards.map((card) => h("p", null, card.title))));
  return holder;
}

/** Two thumbs; one that the server did not take is let go again. @param {Message} message @param {(id: string, value: "up" | "down" | null) => Promise<boolean>} onFeedback */
function thumbs(message, onFeedback) {
  const row = h("div.thumbs");
  let value = message.feedback ?? null;
  let taken = value; // by the server
  let presses = 0;
  const press = async (/** @type {"up" | "down"} */ one) => {
    const wanted = value = value === one ? null : one;
    const turn = presses += 1;
    draw();
    const isTaken = await onFeedback(message.id, wanted).catch(() => false);
    if (isTaken) taken = wanted;
    else if (turn === presses) value = taken;
    draw();
  };
  const buttons = THUMBS.map((one) => h(`button.round.${one}`, {
    "aria-label": one === "up" ? words.good : words.bad,
    onclick: () => press(one),
  }, icon(UP)));
  const draw = () => buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(value === THUMBS[at])));
  draw();
  row.append(...buttons);
  return row;
}

/** @param {any} medium */
function medium({ url, contentType = "", name = "", size = 0 }) {
  const address = addressOf(url);
  const title = name || nameIn(address) || (contentType.startsWith("image/") ? words.picture : words.file);
  const isPicture = contentType ? PICTURE.test(contentType) : PICTURE_NAME.test(nameIn(address));
  return (isPicture ? picture : file)(address, title, size) ?? h("span.card", null, title); // no browser must follow it
}

/** @param {string} address @param {string} title @param {number} size */
function picture(address, title, size) {
  const image = h("img", { alt: title, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer", src: address });
  const link = anchor(address, image);
  if (!link) return null;
  link.className = "picture";
  image.addEventListener("error", () => link.replaceWith(file(address, title, size) ?? title), { once: true });
  return link;
}

/** @param {string} address @param {string} title @param {number} size */
function file(address, title, size) {
  return card(address, FILE_ICON, title, size ? sizeName(size) : "");
}

/** @param {any} location */
function place(location) {
  const { latitude, longitude } = location;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return card(map, PIN_ICON, placeName(location), words.map);
}

/** @param {string} address @param {string} drawing @param {string} title @param {string} more */
function card(address, drawing, title, more) {
  const text = h("span.card-text", null, h("span.card-title", null, title), ...(more ? [h("span.card-more", null, more)] : []));
  const link = anchor(address, icon(drawing), text);
  if (link) link.className = "card";
  return link;
}
