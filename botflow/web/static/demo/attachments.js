/**
 * What a person is about to send besides words: files on their way to the server, and a place.
 *
 * A file is uploaded as soon as it is chosen, and can be cancelled; the message only names it. A place is found when the
 * person asks for it, and is sent only with the message.
 */

import { FILE_ICON, PIN_ICON, element, icon, placeName, sizeName } from "./bubble.js";
import { reason, words } from "./words.js";

const MOST = 10;
const LARGEST = 10_000_000;
const PLACE_WITHIN_MS = 20_000;

export class Attachments {
  #tray = document.getElementById("tray");
  #alarm = document.getElementById("alarm");
  #items = new Set();
  #upload;
  #onChange;

  /** `upload(file, {onProgress, signal})` returns what the server calls the file. */
  constructor({ upload, onChange }) {
    this.#upload = upload;
    this.#onChange = onChange;
  }

  get isEmpty() {
    return this.#items.size === 0;
  }

  get isReady() {
    return [...this.#items].every((item) => item.result);
  }

  get hasFailed() {
    return [...this.#items].some((item) => item.hasFailed);
  }

  add(files) {
    this.#say("");
    for (const file of files) {
      if ([...this.#items].filter((item) => item.file).length >= MOST) return this.#say(words.tooMany);
      if (file.size > LARGEST) this.#say(`${file.name}: ${words.tooLarge}`);
      else if (file.size === 0) this.#say(`${file.name}: ${words.empty}`);
      else this.#begin(this.#chip({ file }));
    }
  }

  addPlace() {
    this.#say("");
    for (const item of this.#items) if (item.isPlace) this.#drop(item);
    if (!navigator.geolocation) return this.#say(words.noPlace);
    const item = this.#chip({ isPlace: true });
    const found = ({ coords }) => {
      if (!this.#items.has(item)) return;
      item.result = { latitude: coords.latitude, longitude: coords.longitude };
      item.chip.classList.remove("busy");
      item.more.textContent = placeName(item.result);
      this.#onChange();
    };
    const failed = ({ code }) => {
      if (!this.#items.has(item)) return;
      this.#drop(item);
      this.#say(code === 1 ? words.placeDenied : words.noPlace);
    };
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: PLACE_WITHIN_MS, maximumAge: 60_000 });
  }

  /** Return what the message names, and forget it. */
  take() {
    const items = [...this.#items];
    const media = items.filter((item) => item.file).map((item) => item.result);
    const location = items.find((item) => item.isPlace)?.result;
    this.clear();
    return { ...(media.length && { media }), ...(location && { location }) };
  }

  clear() {
    this.#say("");
    for (const item of this.#items) this.#drop(item);
  }

  // -- one of them

  #chip(item) {
    const name = item.file ? item.file.name : words.myPlace;
    const chip = element("li", "chip busy");
    const text = element("span", "card-text");
    item.more = element("span", "card-more", item.file ? sizeName(item.file.size) : words.locating);
    text.append(element("span", "card-title", name), item.more);
    const cancel = element("button", "chip-remove");
    cancel.type = "button";
    cancel.setAttribute("aria-label", `${words.remove}: ${name}`);
    cancel.append(icon("M5 5l10 10M15 5L5 15"));
    cancel.addEventListener("click", () => { this.#drop(item); document.getElementById("text").focus(); });
    item.bar = element("progress", "chip-bar");
    item.bar.max = 1;
    item.bar.setAttribute("aria-label", `${name}: ${words.uploading}`);
    chip.append(this.#preview(item), text, cancel, item.bar);
    Object.assign(item, { chip, stop: new AbortController() });
    this.#items.add(item);
    this.#tray.append(chip);
    this.#tray.hidden = false;
    this.#onChange();
    return item;
  }

  #preview(item) {
    if (!item.file?.type.startsWith("image/")) return icon(item.file ? FILE_ICON : PIN_ICON);
    const image = element("img", "chip-picture");
    item.preview = URL.createObjectURL(item.file);
    Object.assign(image, { alt: "", src: item.preview });
    image.addEventListener("error", () => image.replaceWith(icon(FILE_ICON)), { once: true });
    return image;
  }

  async #begin(item) {
    item.hasFailed = false;
    item.chip.classList.remove("failed");
    item.chip.classList.add("busy");
    item.more.replaceChildren(sizeName(item.file.size));
    this.#onChange();
    try {
      item.result = await this.#upload(item.file, {
        onProgress: (share) => { item.bar.value = share; },
        signal: item.stop.signal,
      });
    } catch (failure) {
      if (item.stop.signal.aborted) return;
      item.hasFailed = true;
      item.chip.classList.add("failed");
      const again = element("button", "chip-again", words.tryAgain);
      again.type = "button";
      again.addEventListener("click", () => this.#begin(item));
      item.more.replaceChildren(`${reason(failure)} `, ...(failure.status === 415 ? [] : [again]));
      item.chip.scrollIntoView({ block: "nearest", inline: "end" }); // with its buttons, on a small phone
      this.#say(`${item.file.name}: ${reason(failure)}`, { isShown: true });
    }
    item.chip.classList.remove("busy");
    this.#onChange();
  }

  #drop(item) {
    item.stop.abort();
    if (item.preview) URL.revokeObjectURL(item.preview);
    item.chip.remove();
    this.#items.delete(item);
    this.#tray.hidden = this.#items.size === 0;
    this.#onChange();
  }

  /** Say what went wrong: aloud, and unless a chip shows it, in a line. */
  #say(text, { isShown = false } = {}) {
    this.#alarm.textContent = text;
    this.#alarm.classList.toggle("unseen", isShown);
  }
}
