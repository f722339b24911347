/**
 * What the workflow says, each message once and in order: from one stream, and from the history where the stream fails.
 *
 * Both give all that follows the cursor, so the later one of two that say the same is skipped and nothing is between
 * them. The answer of a call gives less: what was said just before may still be on its way. So it is never shown itself.
 */

import { after, within } from "./pauses.js";
import { events } from "./reading.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Message} Message */

const BEATS_WITHIN_MS = 20_000; // the server writes every 15 s, messages or not
const SILENT_AFTER_MS = 2 * BEATS_WITHIN_MS;
const BEGINS_WITHIN_MS = 10_000; // it writes at once; a proxy may hold that back for ever
const STEADY_AFTER_MS = 5_000; // a stream that ends at once is no reason to come back at once
const LATE_MS = 1_000;
const MOST_TRIES = 5;
const MOST_PAGES = 50;
const MOST_KNOWN = 5_000;

export class Feed {
  #chat;
  #cursor = "";
  /** The last message shown, as numbers. @type {number[]} */
  #last = [0, 0];
  /** The person's messages that were shown, or need not be. @type {Set<string>} */
  #known = new Set();
  #turn = 0; // the last one of which a message was shown
  #isLive = false;
  #heardAt = 0;
  /** Ids of messages that answer something sent here. @type {Set<string>} */
  #expected = new Set();
  /** @type {Promise<unknown>} */
  #reading = Promise.resolve();

  /** @param {import("./context.js").Context} chat */
  constructor(chat) {
    this.#chat = chat;
  }

  /** The place after which everything is still to come. */
  get cursor() {
    return this.#cursor;
  }

  /**
   * Begin after a page that is shown already.
   * @param {Page} page
   */
  begin({ messages }) {
    const last = inOrder(messages).findLast((one) => one.direction === "out");
    // A late answer to an early message still comes, so never the last message of the person.
    this.#cursor = last?.id ?? messages[0]?.id ?? "";
    this.#last = numbers(last?.id ?? "0.0");
    this.#turn = 0;
    this.#known = new Set(messages.flatMap((one) => one.messageId ?? []));
  }

  /** Whether the stream should have said something: a sleeping machine's timers sleep, too. */
  get isSilent() {
    const silence = Date.now() - this.#heardAt;
    return this.#isLive && (silence > BEATS_WITHIN_MS || silence < 0);
  }

  /** @param {string} messageId */
  knows(messageId) {
    return this.#known.has(messageId);
  }

  /** @param {string} messageId */
  know(messageId) {
    this.#known.add(messageId);
    if (this.#known.size > MOST_KNOWN) this.#known.delete([...this.#known][0]);
  }

  /**
   * Make sure that the messages of an answer are shown.
   * @param {Message[]} messages
   * @param {AbortSignal} life
   */
  async expect(messages, life) {
    for (const { id } of messages) this.#expected.add(id);
    const isShown = () => messages.every(({ id }) => !isAfter(numbers(id), this.#last));
    if (this.#isLive && !isShown()) await after(LATE_MS, life);
    for (let tries = 0; tries < MOST_TRIES && !life.aborted && !isShown(); tries += 1) {
      await this.catchUp(life).catch(() => this.#chat.pauses.wait(tries, life)); // at last the next stream brings them
    }
    for (const { id } of messages) this.#expected.delete(id);
  }

  /**
   * Show all that follows the cursor; one reading at a time. Return the ids of the person's messages after `since`.
   * @param {AbortSignal} life
   * @param {string} [since]
   * @returns {Promise<Set<string | undefined>>}
   */
  async catchUp(life, since) {
    const read = this.#reading.catch(() => {}).then(() => this.#catchUp(life, since));
    this.#reading = read;
    return read;
  }

  /** @param {AbortSignal} life @param {string} [since] */
  async #catchUp(life, since = this.#cursor) {
    const heard = new Set();
    for (let place = since, pages = 0; pages < MOST_PAGES; pages += 1) {
      const query = `?limit=200${place && `&after=${place}`}`;
      /** @type {Page} */
      const page = await this.#chat.calls.json("GET", `/messages${query}`, { signal: life });
      if (life.aborted) break;
      const entries = inOrder(page.messages);
      for (const entry of entries) {
        if (entry.direction === "in") heard.add(entry.messageId);
        this.#show(entry);
      }
      this.#chat.isReached();
      const next = entries.findLast((one) => one.direction === "out")?.id;
      if (!page.more || !next || next === place) {
        this.#chat.emit("status", { status: page.status ?? "", person: page.person, personPicture: page.personPicture });
        break;
      }
      place = next;
    }
    return heard;
  }

  /**
   * Follow the conversation until `life` ends; a Refusal when the server does not know it any more.
   * @param {AbortSignal} life
   */
  async follow(life) {
    for (let tries = 0; !life.aborted; tries += 1) {
      /** @type {any} what has ended the stream, if it did not just end */
      let failure;
      const began = performance.now();
      await this.#stream(life).catch((reason) => { failure = reason; });
      const wasLive = this.#isLive;
      this.#isLive = false;
      if (life.aborted) return;
      if (failure?.isForbidden) throw failure;
      if (wasLive && performance.now() - began > STEADY_AFTER_MS) tries = 0;
      if (!wasLive) await this.catchUp(life).catch((reason) => this.#chat.isCutOff(reason));
      await this.#chat.pauses.wait(tries, life, failure);
    }
  }

  /**
   * Read one stream to its end.
   * @param {AbortSignal} life
   */
  #stream(life) {
    const watch = new AbortController();
    const bark = () => watch.abort();
    let timer = setTimeout(bark, BEGINS_WITHIN_MS);
    return within(0, [life, watch.signal, this.#chat.interrupted], async (signal) => {
      const headers = this.#cursor ? { "last-event-id": this.#cursor } : undefined;
      const response = await this.#chat.calls.response("GET", "/events", { signal, headers });
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) throw new TypeError("this is no stream");
      for await (const event of events(response)) {
        clearTimeout(timer);
        timer = setTimeout(bark, SILENT_AFTER_MS);
        if (life.aborted) break;
        this.#isLive = true;
        this.#heardAt = Date.now();
        this.#chat.isReached();
        if (event.name) await this.#hear(/** @type {any} */ (event.name), JSON.parse(event.text), life);
      }
    }).finally(() => clearTimeout(timer));
  }

  /**
   * @param {keyof import("./types.js").ChatEvents} name
   * @param {any} detail
   * @param {AbortSignal} life
   */
  async #hear(name, detail, life) {
    if (name === "message") {
      const isOwn = !this.#chat.isIdle() || this.#expected.has(detail.id);
      // An answer to nothing that was sent here may be one to another device: read what that has sent first.
      if (!isOwn && isAfter(numbers(detail.id), this.#last)) await this.catchUp(life).catch(() => {});
      if (!life.aborted) this.#show({ ...detail, direction: "out" });
    } else if (!(detail.turn <= this.#turn)) this.#chat.emit(name, detail);
  }

  /** @param {Entry} entry */
  #show(entry) {
    if (entry.direction === "in") {
      const { id, messageId = id } = entry;
      if (!this.#known.has(messageId)) this.#chat.heardElsewhere({ ...entry, messageId, at: entry.at ?? "" });
      return;
    }
    const place = numbers(entry.id);
    if (!isAfter(place, this.#last)) return;
    this.#last = place;
    this.#cursor = entry.id;
    this.#turn = Math.max(this.#turn, entry.turn ?? 0);
    this.#chat.emit("message", entry);
  }
}

/**
 * Return a page with the workflow's messages in the order of their numbers: the history has them by what they answer.
 * @param {Entry[]} entries
 */
function inOrder(entries) {
  const said = entries.filter((one) => one.direction === "out");
  said.sort((one, other) => (isAfter(numbers(one.id), numbers(other.id)) ? -1 : 1));
  return entries.map((one) => (one.direction === "out" && said.pop()) || one);
}

/** @param {string} id */
function numbers(id) {
  return id.split(".").map(Number);
}

/** @param {number[]} one @param {number[]} other */
function isAfter(one, other) {
  return one[0] > other[0] || (one[0] === other[0] && one[1] > other[1]);
}
