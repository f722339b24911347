/** One message as it is drawn: its words, pictures, files, place, links and cards, and the line below it. */

import { deck, linkButton } from "./cards.js";
import { anchor, linked, markup } from "./markup.js";
import { language, words } from "./words.js";

const ROOT = new URL("../", import.meta.url); // where this application is mounted
const PICTURE = /^image\/(jpeg|png|gif|webp|avif)$/;
const PICTURE_NAME = /\.(jpe?g|png|gif|webp|avif)$/i;
const OWN = /\/chat\/[^/?#]+\/files\/[^?#]+\?.*$/;
const UNITS = ["byte", "kilobyte", "megabyte"];

export function entryOf(message) {
  const entry = element("li", `entry ${message.direction}`);
  Object.assign(entry.dataset, { id: message.id, at: message.at, side: message.direction, author: message.author ?? "" });
  const bubble = element("div", "bubble");
  if (message.author) bubble.append(author(message));
  else bubble.append(element("span", "unseen", `${message.direction === "in" ? words.you : words.reply} `));
  bubble.append(...(message.direction === "in" ? linked(message.text) : markup(message.text)));
  bubble.append(...(message.media ?? []).map(medium));
  if (message.location) bubble.append(place(message.location));
  const meta = element("div", "meta");
  meta.append(stamp(message.at));
  const cards = message.cards ?? [];
  if (message.text || message.media?.length || !cards.length) entry.append(bubble);
  else entry.append(element("span", "unseen", `${words.reply} `));
  const links = (message.quickReplies ?? []).filter((reply) => reply.url);
  if (links.length) {
    const row = element("div", "links");
    row.append(...links.map(linkButton));
    entry.append(row);
  }
  if (cards.length) entry.append(deck(cards));
  entry.append(meta);
  return entry;
}

/** Who has written it, with their picture if there is one that loads. */
function author({ author: name, authorPicture }) {
  const shown = element("span", "author", name);
  if (!authorPicture) return shown;
  const picture = element("img", "face");
  Object.assign(picture, { src: authorPicture, alt: "", referrerPolicy: "no-referrer" });
  picture.addEventListener("error", () => picture.remove());
  shown.prepend(picture);
  return shown;
}

export function stamp(at) {
  const shown = element("time", "", new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(new Date(at)));
  shown.dateTime = at;
  return shown;
}

export function dayName(at) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (at.toDateString() === today.toDateString()) return words.today;
  if (at.toDateString() === yesterday.toDateString()) return words.yesterday;
  return new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }).format(at);
}

/** Return a size in words, such as 1.2 MB. */
export function sizeName(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 2);
  const style = { style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language, style).format(bytes / 1000 ** power);
}

export function placeName({ latitude, longitude, label }) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
  return label || `${number.format(latitude)} · ${number.format(longitude)}`;
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function icon(path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 20 20");
  made.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

export const FILE_ICON = "M6 2.500h5.500L16 7v10.500H6zM11.500 2.500V7H16";
export const PIN_ICON = "M10 18s6-5.500 6-10a6 6 0 1 0-12 0c0 4.500 6 10 6 10zM10 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";

function medium({ url, contentType = "", name = "", size = 0 }) {
  const address = addressOf(url);
  const title = name || nameIn(address) || (contentType.startsWith("image/") ? words.picture : words.file);
  const isPicture = contentType ? PICTURE.test(contentType) : PICTURE_NAME.test(nameIn(address));
  const link = isPicture ? picture(address, title, size) : file(address, title, size);
  return link ?? element("span", "card", title); // an address that a browser must not follow
}

function picture(address, title, size) {
  const image = element("img");
  Object.assign(image, { alt: title, loading: "lazy", decoding: "async", referrerPolicy: "no-referrer", src: address });
  const link = anchor(address, image);
  if (!link) return null;
  link.className = "picture";
  image.addEventListener("error", () => link.replaceWith(file(address, title, size)), { once: true });
  return link;
}

function file(address, title, size) {
  return card(address, FILE_ICON, title, size ? sizeName(size) : "");
}

function place(location) {
  const { latitude, longitude } = location;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return card(map, PIN_ICON, placeName(location), words.map);
}

function card(address, drawing, title, more) {
  const content = element("span", "card-text");
  content.append(element("span", "card-title", title), ...(more ? [element("span", "card-more", more)] : []));
  const link = anchor(address, icon(drawing), content);
  if (link) link.className = "card";
  return link;
}

/** Return a complete address; our own files' are found below the root, whatever a proxy has made of it. */
export function addressOf(url) {
  const own = OWN.exec(url);
  if (own && (url.startsWith("/") || url.startsWith(ROOT.origin))) return new URL(own[0].slice(1), ROOT).href;
  return url;
}

function nameIn(address) {
  try {
    return decodeURIComponent(new URL(address).pathname.split("/").at(-1));
  } catch {
    return "";
  }
}
