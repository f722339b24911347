/** The conversation as a person sees it. Draws messages in order, once each; drafts and the typing dots come and go. */

import { dayName, element, entryOf, stamp } from "./bubble.js";
import { close } from "./cards.js";
import { markup } from "./markup.js";
import { words } from "./words.js";

const PAUSE_MS = 180_000;
const AT_THE_END_PX = 80;

export class View {
  #log = document.getElementById("log");
  #scroll = document.getElementById("scroll");
  #replies = document.getElementById("replies");
  #latest = document.getElementById("latest");
  #welcome = document.getElementById("welcome");
  #shown = new Map(); // id -> entry
  #draft = null;
  #previews = new Map(); // by message id: what a turn has said that is not committed yet
  #typing = null;
  #isAtEnd = true;

  constructor({ onReply }) {
    this.onReply = onReply;
    this.#scroll.addEventListener("scroll", () => this.#noticeScroll(), { passive: true });
    const sizes = new ResizeObserver(() => this.#isAtEnd && this.toEnd());
    sizes.observe(this.#scroll);
    sizes.observe(this.#log); // a picture changes it when it is there
    this.#latest.addEventListener("click", () => this.toEnd());
    this.#log.addEventListener("choose", ({ detail }) => this.onReply(detail));
  }

  clear() {
    this.#log.replaceChildren();
    this.#shown.clear();
    this.#previews.clear();
    this.#draft = this.#typing = null;
    this.offer([]);
    this.#isAtEnd = true;
    this.#latest.hidden = true;
  }

  /** Show the page's own words while nothing has been said. */
  welcome(isEmpty) {
    this.#welcome.hidden = !isEmpty;
  }

  has(id) {
    return this.#shown.has(id);
  }

  /** Show a message at the end; what is shown already stays as it is. */
  add(message, { isNew = true } = {}) {
    if (this.#shown.has(message.id)) return;
    this.welcome(false);
    if (message.direction === "out") this.endDraft();
    else this.#shown.forEach(close); // what is said now answers the cards above, or asks for them again
    const entry = entryOf(message);
    entry.classList.toggle("new", isNew);
    this.#shown.set(message.id, entry);
    this.#log.insertBefore(entry, this.#place(message));
    this.#group();
    this.#settle(isNew);
  }

  /** Show a page of earlier messages on top, without moving what the person reads. */
  addEarlier(messages) {
    const fromEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop;
    const entries = messages.filter((one) => !this.#shown.has(one.id)).map((one) => {
      const entry = entryOf(one);
      close(entry);
      this.#shown.set(one.id, entry);
      return entry;
    });
    this.#log.prepend(...entries);
    this.#group();
    this.#scroll.scrollTop = this.#scroll.scrollHeight - fromEnd;
  }

  remove(id) {
    this.#shown.get(id)?.remove();
    this.#shown.delete(id);
    this.#group();
  }

  /** Say under a message of the person's own what becomes of it; `actions` are [label, callback]. */
  mark(id, text, { tone = "", actions = [] } = {}) {
    const meta = this.#shown.get(id)?.querySelector(".meta");
    if (!meta) return;
    meta.className = `meta ${tone} ${text ? "speaks" : ""}`;
    meta.replaceChildren(text || stamp(this.#shown.get(id).dataset.at), ...actions.map(([label, act]) => {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", act);
      return button;
    }));
    this.#settle(false);
  }

  /** Offer quick replies; the next message takes them away. */
  offer(quickReplies) {
    this.#replies.replaceChildren(...quickReplies.map((reply) => {
      const button = element("button", "", reply.title);
      button.type = "button";
      button.addEventListener("click", () => this.onReply(reply));
      return button;
    }));
    this.#settle(false);
  }

  /** Show what a turn says before its answer is there. A later attempt replaces what a former one has said. */
  preview(message) {
    for (const [id, { turn, attempt }] of this.#previews) {
      if (turn !== message.turn) continue;
      if (attempt > message.attempt) return;
      if (attempt < message.attempt || id === message.id) this.endPreview(id);
    }
    if (this.#shown.has(message.id)) return;
    this.typing(false);
    this.add({ ...message, at: new Date().toISOString() });
    this.#previews.set(message.id, message);
  }

  /** Take a preview away; the message itself takes its place. */
  endPreview(id) {
    if (this.#previews.delete(id)) this.remove(id);
  }

  endPreviews() {
    [...this.#previews.keys()].forEach((id) => this.endPreview(id));
  }

  /** Show a piece of a reply that is being written. A later attempt starts it over. */
  draft({ turn, attempt, text }) {
    if (this.#draft && (turn < this.#draft.turn || (turn === this.#draft.turn && attempt < this.#draft.attempt))) return;
    this.typing(false);
    if (!this.#draft) {
      const entry = element("li", "entry out draft");
      entry.setAttribute("aria-hidden", "true"); // it is read out once it is whole
      entry.append(element("div", "bubble"));
      this.#log.append(entry);
      this.#draft = { turn, attempt, text: "", entry };
    }
    if (turn > this.#draft.turn || attempt > this.#draft.attempt) Object.assign(this.#draft, { turn, attempt, text: "" });
    this.#draft.text += text;
    this.#draw();
    this.#settle(true);
  }

  /** Draw the draft, once for all pieces that come before the next frame. */
  #draw() {
    const draft = this.#draft;
    if (draft.isDue) return;
    draft.isDue = true;
    requestAnimationFrame(() => {
      draft.isDue = false;
      draft.entry.firstChild.replaceChildren(...markup(draft.text, { isOpen: true }));
      this.#settle(true);
    });
  }

  endDraft() {
    this.#draft?.entry.remove();
    this.#draft = null;
  }

  typing(isTyping, person = "") {
    if (isTyping && !this.#typing && !this.#draft) {
      this.#typing = element("li", "entry out typing");
      const bubble = element("div", "bubble");
      bubble.append(element("span", person ? "author" : "unseen", person ? words.personWrites.replace("{}", person) : words.writing), ...[1, 2, 3].map(() => element("i")));
      this.#typing.append(bubble);
      this.#log.append(this.#typing);
      this.#settle(true);
    } else if (!isTyping) {
      this.#typing?.remove();
      this.#typing = null;
    }
  }

  /** Say something about the conversation itself, between its messages. */
  note(text) {
    if (this.#log.lastElementChild?.textContent === text) return;
    this.#log.append(element("li", "note", text));
    this.#settle(true);
  }

  toEnd() {
    this.#isAtEnd = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#latest.hidden = true;
  }

  /** Messages of the workflow keep their own order, whichever way they came; anything else goes to the end. */
  #place(message) {
    const live = this.#typing ?? this.#draft?.entry ?? null;
    if (message.direction !== "out") return live;
    const later = [...this.#log.querySelectorAll(".entry.out[data-id]")].find((one) => order(one.dataset.id, message.id) > 0);
    return later ?? live;
  }

  /** Join what one side says in one go, give a time only where somebody paused, and set a line between days. */
  #group() {
    this.#log.querySelectorAll(".day").forEach((one) => one.remove());
    let before = null;
    for (const entry of this.#log.querySelectorAll(".entry[data-id]")) {
      const at = new Date(entry.dataset.at);
      const last = before && new Date(before.dataset.at);
      const isNewDay = !before || last.toDateString() !== at.toDateString();
      const isPrompt = !isNewDay && at - last < PAUSE_MS && entry.previousElementSibling === before;
      if (isNewDay) entry.before(element("li", "day", dayName(at)));
      const isSame = before?.dataset.side === entry.dataset.side && before?.dataset.author === entry.dataset.author;
      entry.classList.toggle("joined", isPrompt && isSame);
      before?.classList.toggle("brief", isPrompt);
      before = entry;
    }
    before?.classList.remove("brief");
  }

  #settle(isNews) {
    if (this.#isAtEnd) this.toEnd();
    else if (isNews) this.#latest.hidden = false;
  }

  #noticeScroll() {
    const left = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight;
    this.#isAtEnd = left < AT_THE_END_PX;
    if (this.#isAtEnd) this.#latest.hidden = true;
  }
}

/** Compare two message ids, `version.index`. */
function order(one, other) {
  const [version, index] = one.split(".").map(Number);
  const [otherVersion, otherIndex] = other.split(".").map(Number);
  return version - otherVersion || index - otherIndex;
}
