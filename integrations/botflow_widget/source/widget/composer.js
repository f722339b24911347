/** The box where a person writes. What is attached has a file of its own, which comes with the first use of it. */

import { isBlank, isTooLong } from "../chat/text.js";
import { isComposing } from "./keys.js";
import { kitOf } from "./kit.js";
import { tooLong, words } from "./words.js";

export class Composer {
  #part;
  #options;
  /** @type {import("./attachments.js").Attachments | null} */
  #attachments = null;
  /** @type {Promise<any> | null} */
  #coming = null;
  #isTooLong = false;
  #isDue = false; // the person has sent, and files are still on their way

  /**
   * `onSend(text, {media, location})` is called with what is whole.
   * @param {import("./panel.js").Panel} part
   * @param {{upload: (file: File, options: any) => Promise<any>, onSend: (text: string, more: object) => void}} options
   */
  constructor(part, options) {
    this.#part = part;
    this.#options = options;
    part.text.addEventListener("input", () => { this.#isDue = false; this.fit(); });
    part.text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      this.#submit();
    });
    part.composer.addEventListener("submit", (/** @type {Event} */ event) => { event.preventDefault(); this.#submit(); });
    part.attach.addEventListener("click", () => this.#attached((one) => one.toggle()));
    part.attach.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      this.#attached((one) => one.show(true));
    });
    this.#listenToFiles();
  }

  clear() {
    this.#attachments?.clear();
    this.fit();
  }

  /** On a phone, focus would open the keyboard over the conversation. */
  focusOnDesktop() {
    if (matchMedia("(hover: hover)").matches) this.#part.text.focus();
    return matchMedia("(hover: hover)").matches;
  }

  fit() {
    const { text, send } = this.#part;
    const files = this.#attachments;
    this.#measure(text.value);
    send.disabled = (isBlank(text.value) && (files?.isEmpty ?? true)) || this.#isTooLong || Boolean(files?.hasFailed);
    this.#isDue &&= !send.disabled;
    send.setAttribute("aria-busy", String(this.#isDue));
    if (this.#isDue && (files?.isReady ?? true)) this.#submit();
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  }

  /** Nothing is cut off a text that is too long: the person does that. @param {string} text */
  #measure(text) {
    if (isTooLong(text) === this.#isTooLong) return;
    this.#isTooLong = !this.#isTooLong;
    this.#part.alarm.classList.remove("unseen");
    this.#part.alarm.textContent = this.#isTooLong ? tooLong() : "";
  }

  /** Send; what is still on its way to the server is waited for. */
  #submit() {
    const { text, send } = this.#part;
    if (send.disabled) return;
    this.#isDue = !(this.#attachments?.isReady ?? true);
    if (this.#isDue) return this.fit();
    const written = text.value.trim();
    text.value = "";
    this.#options.onSend(written, this.#attachments?.take() ?? {});
    this.fit();
    text.focus();
  }

  /** @param {(attachments: import("./attachments.js").Attachments) => void} use */
  async #attached(use) {
    const { part, alarm } = { part: this.#part, alarm: this.#part.alarm };
    this.#coming ??= import("./attachments.js").catch(() => null);
    const found = await this.#coming;
    if (!found) {
      this.#coming = null;
      alarm.textContent = words.noConnection;
      return;
    }
    alarm.textContent = "";
    const onChange = () => { this.fit(); };
    this.#attachments ??= new found.Attachments(kitOf(), part, { upload: this.#options.upload, onChange, onDone: () => this.focusOnDesktop() });
    if (this.#attachments) use(this.#attachments);
  }

  /** Files are pasted and dropped, too. */
  #listenToFiles() {
    const { text, panel, drop } = this.#part;
    text.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
      const data = event.clipboardData;
      if (!data?.files.length || data.types.includes("text/plain")) return;
      event.preventDefault();
      const files = [...data.files];
      this.#attached((one) => one.add(files));
    });
    const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
    panel.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      drop.hidden = false;
    });
    panel.addEventListener("dragleave", (/** @type {DragEvent} */ event) => {
      if (!panel.contains(/** @type {Node | null} */ (event.relatedTarget))) drop.hidden = true;
    });
    panel.addEventListener("drop", (/** @type {DragEvent} */ event) => {
      drop.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      const files = [...event.dataTransfer?.files ?? []];
      this.#attached((one) => one.add(files));
      this.focusOnDesktop();
    });
  }
}
