/**
 * The messages on their way: in order, each until the server has it, kept through failures and reloads.
 *
 * A message keeps its id, so the server counts it once however often it comes. The next one leaves when the server has
 * the one before: it says so by the answer, or, while that takes long, by its history. To wait for some time would not
 * do: a slow network turns two messages round.
 */

import { TURN_WITHIN_MS } from "./calls.js";
import { after } from "./pauses.js";
import { Refusal } from "./refusal.js";
import { isTooLong, LONGEST_TEXT } from "./text.js";

/** @typedef {import("./types.js").OwnMessage} OwnMessage */
/** @typedef {import("./types.js").More} More */
/** @typedef {import("./kept.js").KeptMessage} KeptMessage */
/**
 * `since`: the history may have it after this place.
 * @typedef {{message: OwnMessage, failure?: Refusal, isKept: boolean, isUnderWay: boolean, since: string}} Item
 */

const LOOK_AFTER_MS = 1_500; // most answers are there by then
const LONGEST_LOOK_MS = 12_000;
const MOST = 200;

export class Outbox {
  #chat;
  #feed;
  /** @type {Item[]} */
  #items = [];
  #latest = 0;
  #pumping = Promise.resolve();
  /** @type {Set<Promise<unknown>>} */
  #posts = new Set();

  /** @param {import("./context.js").Context} chat @param {import("./feed.js").Feed} feed */
  constructor(chat, feed) {
    this.#chat = chat;
    this.#feed = feed;
    for (const { at } of chat.kept.messages) this.#isAfter(at);
  }

  /** The messages that are not answered yet. */
  get messages() {
    return this.#items.map(({ message }) => message);
  }

  get isEmpty() {
    return !this.#items.some(({ failure }) => !failure);
  }

  /** Take up what the person has kept, without what the server has already. @param {string} subject */
  load(subject) {
    this.#items = this.#items.filter(({ message }) => message.by === subject);
    for (const item of this.#items) item.since = this.#feed.cursor;
    for (const { refused, ...message } of this.#chat.kept.messages) {
      if (message.by !== subject || this.has(message.messageId)) continue;
      const item = this.#take(message, true);
      if (refused) item.failure = new Refusal(refused.status, refused);
    }
    this.#items.sort((one, other) => (one.message.at < other.message.at ? -1 : 1)); // some may have been sent before this
    for (const message of this.messages) if (this.#feed.knows(message.messageId)) this.#drop(message);
  }

  /** @param {string} messageId */
  has(messageId) {
    return Boolean(this.#find(messageId));
  }

  /** What an anonymous visitor has not sent yet is the signed person's. @param {string} subject */
  comeAlong(subject) {
    this.#chat.kept.comeAlong(subject);
    for (const { message } of this.#items) message.by ||= subject;
  }

  /** @param {string} text @param {More} more @param {string} by @returns {OwnMessage} */
  add(text, more, by) {
    // Later than all others even if the clock was set back: by this the kept ones are put in order.
    const at = new Date(Math.max(Date.now(), this.#latest + 1)).toISOString();
    const message = { messageId: newId(), text, ...more, at, by };
    const isFull = this.#items.length >= MOST;
    const item = this.#take(message, !isFull && this.#chat.kept.add(message));
    this.#chat.emit("queued", message);
    if (isFull) this.#refuse(item, new Refusal(0, { code: "queue.full", detail: `${MOST} messages wait already` }));
    return message;
  }

  /** Show a message as another tab has left it, and help to send it if it waits. @param {KeptMessage} kept */
  adopt({ refused, ...message }) {
    const { messageId } = message;
    if (this.#feed.knows(messageId)) return;
    const known = this.#find(messageId);
    const item = known ?? this.#take(message, true);
    if (!known) this.#chat.emit("queued", { ...message, elsewhere: true });
    if (refused && !item.failure) this.#refuse(item, new Refusal(refused.status, refused));
    if (!refused && item.failure) this.#release(item);
  }

  /** @param {string} messageId */
  retry(messageId) {
    const item = this.#find(messageId);
    if (!item?.failure) return;
    if (item.isKept) this.#chat.kept.add(item.message); // the other tabs let it go, too
    this.#release(item);
  }

  /** The server has this one, whoever has sent it: a refusal that is shown here is over. @param {string} messageId */
  heard(messageId) {
    const item = this.#find(messageId);
    if (item?.failure) this.#answered(item, { messages: [] });
  }

  /** Say once more what was refused before, to whoever has begun to show the conversation. */
  tellRefused() {
    for (const { message, failure } of this.#items) {
      if (failure) this.#chat.emit("refused", { message, failure, isOld: true });
    }
  }

  /** @param {string} messageId */
  takeBack(messageId) {
    const item = this.#find(messageId);
    if (!item) return;
    this.#chat.kept.takeBack(item.message);
    this.#drop(item.message);
    this.#chat.emit("takenback", { message: item.message });
  }

  /** Forget all of them, here and in the storage. */
  clear() {
    for (const message of this.messages) this.#drop(message);
  }

  /** Wait until what was posted is answered or has failed. */
  async settled() {
    await Promise.all(this.#posts);
  }

  /**
   * Send what waits, until all is sent or refused, or `life` ends; a Refusal when nobody may call like this.
   * @param {AbortSignal} life
   */
  pump(life) {
    const pumping = this.#pumping.then(() => this.#pump(life));
    this.#pumping = pumping.catch(() => {});
    return pumping;
  }

  /** @param {AbortSignal} life */
  async #pump(life) {
    for (let tries = 0; !life.aborted; ) {
      const item = this.#items.find((one) => !one.isUnderWay && !one.failure);
      if (!item) return;
      /** @type {any} */
      const failure = await this.#chat.alone(() => this.#hand(item, life), life);
      if (life.aborted) return;
      if (!failure) tries = 0;
      else if (failure.isForbidden) throw failure;
      else {
        this.#chat.emit("delayed", { message: item.message });
        this.#chat.isCutOff(failure);
        await this.#chat.pauses.wait(tries++, life, failure);
      }
    }
  }

  /**
   * Send a message until the server has it; return why it may not have it.
   * @param {Item} item
   * @param {AbortSignal} life
   * @returns {Promise<unknown>}
   */
  async #hand(item, life) {
    const { message } = item;
    if (!this.#items.includes(item) || item.failure || life.aborted) return undefined;
    const kept = item.isKept ? this.#chat.kept.get(message) : null;
    if (kept?.refused) { // another tab has tried while this one waited
      this.#refuse(item, new Refusal(kept.refused.status, kept.refused));
      return undefined;
    }
    const isHeard = async () => (await this.#feed.catchUp(life, item.since).catch(() => null))?.has(message.messageId);
    if (item.isKept && !kept && await isHeard()) {
      this.#answered(item, { messages: [] }); // another tab was faster
      return undefined;
    }
    item.isUnderWay = true;
    let isDone = false;
    const answered = new AbortController();
    const posted = this.#post(item, life).finally(() => { isDone = true; answered.abort(); });
    this.#posts.add(posted);
    posted.then(() => this.#posts.delete(posted));
    for (let pause = LOOK_AFTER_MS; !isDone; pause = Math.min(pause * 2, LONGEST_LOOK_MS)) {
      await after(pause, answered.signal);
      if (!isDone && await isHeard()) {
        posted.then((failure) => failure && !life.aborted && this.#answered(item, { messages: [] }));
        return undefined;
      }
    }
    const failure = await posted;
    item.isUnderWay = false;
    return failure;
  }

  /**
   * @param {Item} item
   * @param {AbortSignal} life
   * @returns {Promise<unknown>} why the server may not have it
   */
  async #post(item, life) {
    const { messageId, text, payload, question, location, media } = item.message;
    const body = { messageId, text, payload, question, location, media: media?.map(({ id }) => ({ id })) };
    try {
      if (isTooLong(text)) throw new Refusal(0, { code: "text.too_long", detail: `more than ${LONGEST_TEXT} letters`, hint: "send less at once" });
      const answer = await this.#chat.calls.json("POST", "/messages", { body, signal: life, withinMs: TURN_WITHIN_MS });
      if (life.aborted) return undefined;
      if (!Array.isArray(answer.messages)) throw new TypeError("somebody else has answered");
      this.#chat.isReached();
      this.#answered(item, answer);
      this.#feed.expect(answer.messages, life);
      return undefined;
    } catch (/** @type {any} */ failure) {
      if (!failure.isFinal || failure.isForbidden) return failure;
      if (life.aborted) return undefined;
      if (item.isKept) this.#chat.kept.refuse(item.message, failure);
      this.#refuse(item, failure);
      return undefined;
    }
  }

  /** @param {Item} item @param {{status?: string, messages: import("./types.js").Message[]}} answer */
  #answered({ message }, answer) {
    this.#feed.know(message.messageId);
    if (this.#drop(message)) this.#chat.emit("answered", { message, ...answer });
  }

  /** @param {Item} item @param {Refusal} failure */
  #refuse(item, failure) {
    item.failure = failure;
    this.#chat.emit("refused", { message: item.message, failure });
  }

  /** @param {Item} item */
  #release(item) {
    item.failure = undefined;
    this.#chat.emit("retried", { message: item.message });
  }

  /** @param {OwnMessage} message @param {boolean} isKept @returns {Item} */
  #take(message, isKept) {
    const item = { message, isKept, isUnderWay: false, since: this.#feed.cursor };
    this.#items.push(item);
    this.#isAfter(message.at);
    return item;
  }

  /** All that is sent from now on is later than this. @param {string} at */
  #isAfter(at) {
    this.#latest = Math.max(this.#latest, Date.parse(at) || 0);
  }

  /** @param {OwnMessage} message @returns {boolean} whether it was there */
  #drop({ messageId }) {
    const item = this.#find(messageId);
    if (!item) return false;
    this.#items = this.#items.filter((one) => one !== item);
    this.#chat.kept.remove(item.message);
    return true;
  }

  /** @param {string} messageId */
  #find(messageId) {
    return this.#items.find(({ message }) => message.messageId === messageId);
  }
}

/** Not crypto.randomUUID: it is missing where a page is not served by https or localhost. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join("");
}
