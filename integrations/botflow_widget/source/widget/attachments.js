/**
 * What a person is about to send besides words: files on their way to the server, and a place.
 *
 * A file is uploaded as soon as it is chosen, and can be cancelled; the message only names it. A place is found when the
 * person asks for it, and is sent only with the message.
 */

import { menuOf } from "./attach-menu.js";
import sheet from "./attachments.css";

/** @typedef {{file?: File, chip: HTMLElement, more: HTMLElement, bar: HTMLProgressElement, stop: AbortController, result?: any, preview?: string, hasFailed?: boolean}} Item */

const MOST = 10;
const LARGEST = 10_000_000;
const PLACE_WITHIN_MS = 20_000;

export class Attachments {
  #kit;
  #part;
  /** @type {Set<Item>} */
  #items = new Set();
  #upload;
  #onChange;
  #menu;

  /**
   * `upload(file, {onProgress, signal})` returns what the server calls the file.
   * @param {import("./kit.js").Kit} kit
   * @param {import("./panel.js").Panel} part
   * @param {{upload: (file: File, options: any) => Promise<any>, onChange: () => void, onDone: () => void}} options
   */
  constructor(kit, part, { upload, onChange, onDone }) {
    this.#kit = kit;
    kit.adopt(part.panel.getRootNode(), sheet);
    this.#part = part;
    this.#upload = upload;
    this.#onChange = onChange;
    this.#menu = menuOf(kit, part, { add: (files) => { this.add(files); onDone(); }, addPlace: () => { this.addPlace(); onDone(); } });
  }

  toggle() {
    this.#menu.toggle();
  }

  /** @param {boolean} isOpen */
  show(isOpen) {
    this.#menu.show(isOpen);
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

  /** @param {File[]} files */
  add(files) {
    const whole = files.filter(({ size }) => size > 0 && size <= LARGEST);
    const refused = files.filter((file) => !whole.includes(file)).slice(0, MOST)
      .map(({ name, size }) => `${name}: ${size ? this.#kit.words.tooLarge : this.#kit.words.empty}`);
    const room = MOST - [...this.#items].filter((item) => item.file).length;
    if (whole.length > room) refused.push(this.#kit.words.tooMany);
    for (const file of whole.slice(0, room)) this.#begin(this.#chip(file));
    this.#say(refused.join(" "));
  }

  addPlace() {
    this.#say("");
    for (const item of this.#items) if (!item.file) this.#drop(item);
    if (!navigator.geolocation) return this.#say(this.#kit.words.noPlace);
    const item = this.#chip();
    const found = (/** @type {GeolocationPosition} */ { coords }) => {
      if (!this.#items.has(item)) return;
      item.result = { latitude: coords.latitude, longitude: coords.longitude };
      item.chip.classList.remove("busy");
      item.more.textContent = this.#kit.placeName(item.result);
      this.#onChange();
    };
    const failed = (/** @type {GeolocationPositionError} */ { code }) => {
      if (!this.#items.has(item)) return;
      this.#drop(item);
      this.#say(code === 1 ? this.#kit.words.placeDenied : this.#kit.words.noPlace);
    };
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: PLACE_WITHIN_MS, maximumAge: 60_000 });
  }

  /** Return what the message names, and forget it. */
  take() {
    const items = [...this.#items];
    const media = items.filter((item) => item.file).map((item) => item.result);
    const location = items.find((item) => !item.file)?.result;
    this.clear();
    return { ...(media.length && { media }), ...(location && { location }) };
  }

  clear() {
    this.#say("");
    for (const item of this.#items) this.#drop(item);
  }

  // -- one of them

  /** @param {File} [file] without one it is a place @returns {Item} */
  #chip(file) {
    const name = file ? file.name : this.#kit.words.myPlace;
    const more = this.#kit.h("span.card-more", null, file ? this.#kit.sizeName(file.size) : this.#kit.words.locating);
    const bar = this.#kit.h("progress.chip-bar", { max: 1, "aria-label": `${name}: ${this.#kit.words.uploading}` });
    const cancel = this.#kit.h("button.chip-remove", { "aria-label": `${this.#kit.words.remove}: ${name}`, onclick: () => { this.#drop(item); this.#part.text.focus(); } }, this.#kit.icon("M5 5l10 10M15 5L5 15"));
    const chip = this.#kit.h("li.chip.busy", null, this.#kit.h("span.card-text", null, this.#kit.h("span.card-title", null, name), more), cancel, bar);
    /** @type {Item} */
    const item = { file, chip, more, bar, stop: new AbortController() };
    chip.prepend(this.#preview(item));
    this.#items.add(item);
    this.#part.tray.append(chip);
    this.#part.tray.hidden = false;
    this.#onChange();
    return item;
  }

  /** @param {Item} item */
  #preview(item) {
    if (!item.file?.type.startsWith("image/")) return this.#kit.icon(item.file ? this.#kit.FILE_ICON : this.#kit.PIN_ICON);
    item.preview = URL.createObjectURL(item.file);
    const image = this.#kit.h("img.chip-picture", { alt: "", src: item.preview, onerror: () => image.replaceWith(this.#kit.icon(this.#kit.FILE_ICON)) });
    return image;
  }

  /** @param {Item} item */
  async #begin(item) {
    const file = /** @type {File} */ (item.file);
    item.hasFailed = false;
    item.chip.classList.remove("failed");
    item.chip.classList.add("busy");
    item.more.replaceChildren(this.#kit.sizeName(file.size));
    this.#onChange();
    try {
      item.result = await this.#upload(file, { onProgress: (/** @type {number} */ share) => { item.bar.value = share; }, signal: item.stop.signal });
    } catch (failure) {
      if (item.stop.signal.aborted) return;
      item.hasFailed = true;
      item.chip.classList.add("failed");
      const again = this.#kit.h("button.chip-again", { onclick: () => this.#begin(item) }, this.#kit.words.tryAgain);
      const problem = /** @type {any} */ (failure);
      item.more.replaceChildren(`${this.#kit.reason(problem)} `, ...(problem.status === 415 ? [] : [again]));
      item.chip.scrollIntoView({ block: "nearest", inline: "end" }); // with its buttons, on a small phone
      this.#say(`${file.name}: ${this.#kit.reason(problem)}`, { isShown: true });
    }
    item.chip.classList.remove("busy");
    this.#onChange();
  }

  /** @param {Item} item */
  #drop(item) {
    item.stop.abort();
    if (item.preview) URL.revokeObjectURL(item.preview);
    item.chip.remove();
    this.#items.delete(item);
    this.#part.tray.hidden = this.#items.size === 0;
    this.#onChange();
  }

  /** Say what went wrong: aloud, and unless a chip shows it, in a line. @param {string} text */
  #say(text, { isShown = false } = {}) {
    this.#part.alarm.textContent = text;
    this.#part.alarm.classList.toggle("unseen", isShown);
  }
}
