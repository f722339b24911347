/** The box where a person writes, with its menu of what can be attached: chosen, taken, pasted or dropped. */

import { Attachments } from "./attachments.js";

const byId = (id) => document.getElementById(id);

export class Composer {
  #box = byId("text");
  #menu = byId("attach-menu");
  #opener = byId("attach");
  #attachments;
  #onSend;
  #isDue = false; // the person has sent, and files are still on their way

  /** `onSend(text, {media, location})` is called with what is whole. */
  constructor({ upload, onSend }) {
    this.#onSend = onSend;
    this.#attachments = new Attachments({ upload, onChange: () => this.fit() });
    this.#listen();
    this.#listenToMenu();
    this.#listenToFiles();
    this.fit();
  }

  clear() {
    this.#attachments.clear();
    this.fit();
  }

  /** On a phone, focus would open the keyboard over the conversation. */
  focusOnDesktop() {
    if (matchMedia("(hover: hover)").matches) this.#box.focus();
  }

  fit() {
    const isEmpty = !this.#box.value.trim() && this.#attachments.isEmpty;
    const send = byId("send");
    send.disabled = isEmpty || this.#attachments.hasFailed;
    this.#isDue &&= !send.disabled;
    send.setAttribute("aria-busy", String(this.#isDue));
    if (this.#isDue && this.#attachments.isReady) this.#submit();
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight}px`;
  }

  /** Send; what is still on its way to the server is waited for. */
  #submit() {
    if (byId("send").disabled) return;
    this.#isDue = !this.#attachments.isReady;
    if (this.#isDue) return this.fit();
    const text = this.#box.value.trim();
    this.#box.value = "";
    this.#onSend(text, this.#attachments.take());
    this.fit();
    this.#box.focus();
  }

  #listen() {
    this.#box.addEventListener("input", () => { this.#isDue = false; this.fit(); });
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
  }

  // -- the menu

  #listenToMenu() {
    this.#opener.addEventListener("click", () => this.#show(this.#menu.hidden));
    this.#opener.addEventListener("keydown", (event) => {
      if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      this.#show(true);
    });
    this.#menu.addEventListener("keydown", (event) => {
      const items = [...this.#menu.children].filter((item) => item.offsetParent);
      const at = items.indexOf(document.activeElement);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") { this.#show(false); this.#opener.focus(); }
      if (event.key === "Tab") this.#show(false);
      if (event.key === "Home" || event.key === "End") items.at(event.key === "Home" ? 0 : -1).focus();
      if (step) items.at((at + step) % items.length).focus();
      if (step || event.key === "Home" || event.key === "End") event.preventDefault();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.#menu.hidden && !event.target.closest(".attach")) this.#show(false);
    });
    for (const [id, input] of [["pick-file", "file"], ["pick-photo", "photo"]]) {
      byId(id).addEventListener("click", () => { this.#show(false); byId(input).click(); });
      byId(input).addEventListener("change", (event) => {
        this.#attachments.add(event.target.files);
        event.target.value = ""; // the same file can be chosen again
        this.focusOnDesktop();
      });
    }
    byId("pick-place").addEventListener("click", () => {
      this.#show(false);
      this.#attachments.addPlace();
      this.focusOnDesktop();
    });
  }

  #show(isOpen) {
    this.#menu.hidden = !isOpen;
    this.#opener.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) [...this.#menu.children].find((item) => item.offsetParent)?.focus();
  }

  // -- pasted and dropped files

  #listenToFiles() {
    this.#box.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      this.#attachments.add(event.clipboardData.files);
    });
    const over = byId("drop");
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    window.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over.hidden = false;
    });
    window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over.hidden = true; });
    window.addEventListener("drop", (event) => {
      over.hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#attachments.add(event.dataTransfer.files);
      this.focusOnDesktop();
    });
  }
}
