/** The conversation as a person sees it. Draws messages in order, once each; drafts and the typing dots come and go. */

import { close, dayName, entryOf, face, said, stamp } from "./bubble.js";
import { h } from "./dom.js";
import { words } from "./words.js";

/** @typedef {import("./bubble.js").Message} Message */

const PAUSE_MS = 180_000;
const AT_THE_END_PX = 80;
const SPOKEN_MS = 5_000; // a screen reader has taken it by then

export class View {
  #part;
  #logo;
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();
  /** @type {{turn: number, attempt: number, text: string, entry: HTMLElement, isDue?: boolean} | null} */
  #draft = null;
  /** @type {Map<string, Message>} by message id: what a turn has said that is not committed yet */
  #previews = new Map();
  /** @type {Set<HTMLElement>} messages with cards that can still be chosen */
  #decks = new Set();
  /** @type {HTMLElement | null} */
  #typing = null;
  #isAtEnd = true;
  #sizes;

  /**
   * @param {import("./panel.js").Panel} part
   * @param {{logo: string, onReply: (reply: any) => void, onFeedback?: (id: string, value: "up" | "down" | null) => Promise<boolean>}} options
   */
  constructor(part, { logo, onReply, onFeedback }) {
    this.#part = part;
    this.#logo = logo;
    this.onReply = onReply;
    this.onFeedback = onFeedback;
    part.scroll.addEventListener("scroll", () => this.#noticeScroll(), { passive: true });
    this.#sizes = new ResizeObserver(() => this.#isAtEnd && this.toEnd());
    this.#sizes.observe(part.scroll);
    this.#sizes.observe(part.column); // once for all that a frame brings, also pictures that are there late
    part.latest.addEventListener("click", () => this.toEnd());
    part.log.addEventListener("choose", (/** @type {any} */ { detail }) => this.onReply(detail));
  }

  clear() {
    this.#part.log.replaceChildren();
    this.#part.said.replaceChildren();
    this.#shown.clear();
    this.#previews.clear();
    this.#decks.clear();
    this.#draft = this.#typing = null;
    this.offer([]);
    this.#isAtEnd = true;
    this.#part.latest.hidden = true;
  }

  /** Show the page's own words while nothing has been said. @param {boolean} isEmpty */
  welcome(isEmpty) {
    this.#part.welcome.hidden = !isEmpty;
  }

  /** @param {string} id */
  has(id) {
    return this.#shown.has(id);
  }

  /** Show a message at the end; what is shown already stays as it is. @param {Message} message */
  add(message, { isNew = true } = {}) {
    if (this.#shown.has(message.id)) return;
    this.welcome(false);
    if (message.direction === "out") this.endDraft();
    else this.#closeCards(); // what is said now answers the cards above, or asks for them again
    const entry = this.#entry(message);
    entry.classList.toggle("new", isNew);
    this.#part.log.insertBefore(entry, this.#place(message));
    this.#group(entry);
    if (isNew) this.#tell();
  }

  #closeCards() {
    this.#decks.forEach(close);
    this.#decks.clear();
  }

  /** Say a message aloud, once, to those who hear the page. @param {Message} message */
  speak({ author, text, media = [], cards = [] }) {
    const more = [...media.map((/** @type {any} */ { name }) => name || words.file), ...cards.map((/** @type {any} */ { title }) => title)];
    this.#announce(`${author ? `${author}:` : words.reply} ${[text, ...more].filter(Boolean).join(", ")}`);
  }

  /** Show a page of earlier messages on top, without moving what the person reads. @param {Message[]} messages */
  addEarlier(messages) {
    const { scroll, log } = this.#part;
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    const entries = messages.filter((one) => !this.#shown.has(one.id)).map((one) => this.#entry(one));
    entries.forEach(close);
    log.prepend(...entries);
    entries.forEach((entry) => this.#group(entry));
    scroll.scrollTop = scroll.scrollHeight - fromEnd;
  }

  /** @param {string} id */
  remove(id) {
    const entry = this.#shown.get(id);
    const next = entry && beside(entry, "nextElementSibling");
    entry?.remove();
    this.#shown.delete(id);
    if (next) this.#group(next);
  }

  /**
   * Say under a message of the person's own what becomes of it.
   * @param {string} id
   * @param {string} text
   * @param {{tone?: string, actions?: [string, () => void][]}} [options]
   */
  mark(id, text, { tone = "", actions = [] } = {}) {
    const entry = this.#shown.get(id);
    const meta = entry?.querySelector(".meta");
    if (!meta) return;
    meta.className = `meta ${tone} ${text ? "speaks" : ""}`;
    meta.replaceChildren(text || stamp(entry?.dataset.at ?? ""), ...actions.map(([label, onclick]) => h("button", { onclick }, label)));
  }

  /** Offer quick replies; the next message takes them away. @param {any[]} quickReplies */
  offer(quickReplies) {
    this.#part.replies.replaceChildren(...quickReplies.map((reply) => h("button", { onclick: () => this.onReply(reply) }, reply.title)));
  }

  /** Show what a turn says before its answer is there. A later attempt replaces what a former one has said. @param {Message} message */
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

  /** Take a preview away; the message itself takes its place. @param {string} id */
  endPreview(id) {
    if (this.#previews.delete(id)) this.remove(id);
  }

  endPreviews() {
    [...this.#previews.keys()].forEach((id) => this.endPreview(id));
  }

  /** Show a piece of a reply that is being written. A later attempt starts it over. @param {{turn: number, attempt: number, text: string}} piece */
  draft({ turn, attempt, text }) {
    if (this.#draft && (turn < this.#draft.turn || (turn === this.#draft.turn && attempt < this.#draft.attempt))) return;
    this.typing(false);
    if (!this.#draft) {
      const entry = h("li.entry.out.draft", { "aria-hidden": "true" }, face({}, this.#logo), h("div.bubble")); // read out once it is whole
      this.#part.log.append(entry);
      this.#draft = { turn, attempt, text: "", entry };
    }
    if (turn > this.#draft.turn || attempt > this.#draft.attempt) Object.assign(this.#draft, { turn, attempt, text: "" });
    this.#draft.text += text;
    this.#draw(this.#draft);
  }

  /** Draw the draft, once for all pieces that come before the next frame. @param {NonNullable<View["draftShown"]>} draft */
  #draw(draft) {
    if (draft.isDue) return;
    draft.isDue = true;
    requestAnimationFrame(() => {
      draft.isDue = false;
      draft.entry.lastElementChild?.replaceChildren(...said(draft.text, true));
      this.#tell();
    });
  }

  get draftShown() {
    return this.#draft;
  }

  endDraft() {
    this.#draft?.entry.remove();
    this.#draft = null;
  }

  /** @param {boolean} isTyping */
  typing(isTyping, person = "") {
    if (isTyping && !this.#typing && !this.#draft) {
      const who = h(person ? "span.author" : "span.unseen", null, person ? words.personWrites.replace("{}", person) : words.writing);
      this.#typing = h("li.entry.out.typing", null, face({ author: person }, this.#logo), h("div.bubble", null, who, h("i"), h("i"), h("i")));
      this.#part.log.append(this.#typing);
      this.#tell();
    } else if (!isTyping) {
      this.#typing?.remove();
      this.#typing = null;
    }
  }

  /** Say something about the conversation itself, between its messages. @param {string} text */
  note(text) {
    if (this.#part.log.lastElementChild?.textContent === text) return;
    this.#part.log.append(h("li.note", null, text));
    this.#announce(text);
    this.#tell();
  }

  /** Say something aloud; gone again before the person comes upon it a second time. @param {string} text */
  #announce(text) {
    const line = h("p", null, text);
    this.#part.said.append(line);
    setTimeout(() => line.remove(), SPOKEN_MS);
  }

  toEnd() {
    this.#isAtEnd = true;
    this.#part.scroll.scrollTop = this.#part.scroll.scrollHeight;
    this.#part.latest.hidden = true;
  }

  /** Keep the end in view, if it was. */
  settle() {
    if (this.#isAtEnd) this.toEnd();
  }

  destroy() {
    this.#sizes.disconnect();
  }

  /** @param {Message} message @returns {HTMLElement} */
  #entry(message) {
    const entry = entryOf(message, { logo: this.#logo, onFeedback: this.onFeedback });
    this.#shown.set(message.id, entry);
    if (message.cards?.length) this.#decks.add(entry);
    return entry;
  }

  /** Messages of the workflow keep their own order, whichever way they came; anything else goes to the end. @param {Message} message */
  #place(message) {
    const live = this.#typing ?? this.#draft?.entry ?? null;
    if (message.direction !== "out") return live;
    let later = live;
    for (let one = this.#part.log.lastElementChild; one; one = one.previousElementSibling) {
      if (!one.matches(".entry.out[data-id]")) continue;
      if (order(one.dataset.id, message.id) < 0) break;
      later = one;
    }
    return later;
  }

  /** Join what one side says in one go, give a time only where somebody paused, and set a line between days. @param {HTMLElement} entry */
  #group(entry) {
    const next = beside(entry, "nextElementSibling");
    this.#follow(beside(entry, "previousElementSibling"), entry);
    if (next) this.#follow(entry, next);
  }

  /** @param {HTMLElement | null} before @param {HTMLElement} entry */
  #follow(before, entry) {
    const at = new Date(entry.dataset.at ?? "");
    const last = before && new Date(before.dataset.at ?? "");
    const isNewDay = last?.toDateString() !== at.toDateString();
    const line = entry.previousElementSibling;
    if (line?.matches(".day")) line.remove();
    if (isNewDay) entry.before(h("li.day", null, dayName(at)));
    const isPrompt = !isNewDay && Number(at) - Number(last) < PAUSE_MS && entry.previousElementSibling === before;
    const isSame = before?.classList.contains("out") === entry.classList.contains("out") && before?.dataset.author === entry.dataset.author;
    entry.classList.toggle("joined", isPrompt && isSame);
    before?.classList.toggle("brief", isPrompt);
  }

  /** Tell a person who reads further up that there is something new. */
  #tell() {
    if (!this.#isAtEnd) this.#part.latest.hidden = false;
  }

  #noticeScroll() {
    const { scroll, latest } = this.#part;
    this.#isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AT_THE_END_PX;
    if (this.#isAtEnd) latest.hidden = true;
  }
}

/** Return the message beside another one. @param {Element} entry @param {"nextElementSibling" | "previousElementSibling"} side @returns {HTMLElement | null} */
function beside(entry, side) {
  let one = entry[side];
  while (one && !one.matches(".entry[data-id]")) one = one[side];
  return /** @type {HTMLElement | null} */ (one);
}

/** Compare two message ids, `version.index`. @param {string} one @param {string} other */
export function order(one, other) {
  const [version = 0, index = 0] = one.split(".").map(Number);
  const [otherVersion = 0, otherIndex = 0] = other.split(".").map(Number);
  return version - otherVersion || index - otherIndex;
}
