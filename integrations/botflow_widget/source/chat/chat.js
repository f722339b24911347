/**
 * A conversation of one person with one workflow: `open`, `send`, and the events of what comes.
 *
 * `Feed` reads what the workflow says, `Outbox` sends what the person says, `Kept` outlives the page. This joins them to
 * one life after the other: each begins with a token, and ends when the chat is closed or the person is another.
 */

import { Calls } from "./calls.js";
import { Feed } from "./feed.js";
import { factsOf, renewalMs, subjectOf, tokenOf } from "./identity.js";
import { Kept, NOBODY } from "./kept.js";
import { Outbox } from "./outbox.js";
import { alone } from "./locks.js";
import { watchPage } from "./page.js";
import { after, Pauses } from "./pauses.js";
import { Ratings } from "./ratings.js";
import { fetchWith } from "./uploads.js";

const SETTLES_WITHIN_MS = 10_000;

/** @typedef {import("./types.js").ChatEvents} ChatEvents */
/** @typedef {import("./types.js").ChatOptions} ChatOptions */
/** @typedef {import("./types.js").Identity} Identity */
/** @typedef {import("./types.js").OwnMessage} OwnMessage */
/** @typedef {import("./types.js").Page} Page */

export class Chat extends EventTarget {
  #calls;
  #kept;
  #key;
  #pauses = new Pauses();
  #feed;
  #outbox;
  #ratings = new Ratings((body) => this.#calls.json("POST", "/feedback", { body, signal: this.#life.signal }));
  #state = "";
  #life = new AbortController();
  #interruption = new AbortController();
  /** @type {Identity | null} */
  #identity;
  /** @type {Promise<void> | null} */
  #renewal = null;
  #subject = ""; // whose token it is
  #refused = ""; // a token that is of no use, even if the storage does not give it up
  #followed = ""; // whose token was taken over from another tab
  #isWanted = false; // opened, and not closed since
  #isOpen = false; // what was kept comes before what is sent now

  /** @param {ChatOptions} options */
  constructor({ server, workflow, identity = null, storage }) {
    super();
    const mount = String(server).replace(/\/*$/, "/");
    this.#calls = new Calls(new URL(`chat/${encodeURIComponent(workflow)}`, mount).href);
    this.#key = `botflow:${this.#calls.path}`;
    this.#kept = new Kept(storage, this.#key);
    this.#identity = identity;
    const chat = this;
    /** @type {import("./context.js").Context} */
    const context = {
      calls: this.#calls,
      pauses: this.#pauses,
      kept: this.#kept,
      emit: (name, detail) => chat.#emit(name, detail),
      isIdle: () => chat.#outbox.isEmpty,
      isReached: () => chat.#reached(),
      isCutOff: (failure) => chat.#cutOff(failure),
      heardElsewhere: (message) => chat.#heardElsewhere(message),
      alone: (act, life) => alone(chat.#lock("send"), act, life),
      get interrupted() { return chat.#interruption.signal; },
    };
    this.#feed = new Feed(context);
    this.#outbox = new Outbox(context, this.#feed);
    this.#life.abort(); // until `open`
  }

  /**
   * @template {keyof ChatEvents} K
   * @param {K} name
   * @param {((event: CustomEvent<ChatEvents[K]>) => void) | EventListenerObject | null} listener
   * @param {AddEventListenerOptions | boolean} [options]
   */
  addEventListener(name, listener, options) {
    super.addEventListener(name, /** @type {EventListener} */ (listener), options);
  }

  /**
   * Take up the kept conversation, or begin one; tries until the server answers. Returns whether it is open: not when it
   * was closed meanwhile, or the server lets nobody in like this (`lost`).
   */
  open() {
    this.#isWanted = true;
    this.#followed = "";
    return this.#begin();
  }

  /** Stop listening; what is on its way stays kept for the next `open`. */
  close() {
    this.#isWanted = false;
    this.#life.abort();
  }

  /** Give up this conversation, and what is on its way: the next `open` begins a new one. */
  forget() {
    this.close();
    this.#outbox.clear();
    this.#kept.ticket = NOBODY;
    this.#calls.token = this.#subject = "";
  }

  /**
   * Send a message. It is on its way until `answered` or `refused`, also through reloads.
   * @param {string} text
   * @param {import("./types.js").More} [more]
   */
  send(text, more = {}) {
    const message = this.#outbox.add(text, more, this.#subject);
    this.#pump();
    return message;
  }

  /** Try a refused message again. @param {string} messageId */
  retry(messageId) {
    this.#outbox.retry(messageId);
    this.#pump();
  }

  /** Give up a message that was refused or waits. @param {string} messageId */
  takeBack(messageId) {
    this.#outbox.takeBack(messageId);
  }

  /**
   * Send a file; a message then names it in `media`. `onProgress` gets a share from 0 to 1.
   * @param {Blob & {name?: string}} file
   * @param {import("./uploads.js").UploadOptions} [options]
   * @returns {Promise<import("./types.js").SentFile>}
   */
  async upload(file, { onProgress = () => {}, signal } = {}) {
    const path = `/files?name=${encodeURIComponent(file.name ?? "file")}`;
    const sent = await this.#calls.json("POST", path, { file, signal, withinMs: 0, by: fetchWith(onProgress) });
    onProgress(1);
    return sent;
  }

  /**
   * Read a page of the history further back.
   * @param {number} before the `earlier` of the page that is there
   * @returns {Promise<Page>}
   */
  earlier(before) {
    return this.#calls.json("GET", `/messages?before=${before}`, { signal: this.#life.signal });
  }

  /**
   * Say how good an answer was: up, down, or null to take it back. What is said last of a message counts. Returns whether
   * it was sent: not if something newer was said before.
   * @param {string} messageId of a message of the workflow
   * @param {"up" | "down" | null} value
   * @param {string} [comment]
   */
  feedback(messageId, value, comment) {
    return this.#ratings.give({ messageId, value, comment });
  }

  /**
   * Go on as a signed person: what an anonymous visitor has said comes along. `opened` follows.
   * @param {Identity} identity
   */
  async identify(identity) {
    this.#identity = identity;
    if (!this.#isWanted) return false; // `open` will ask for it
    const settled = new AbortController();
    this.#outbox.settled().then(() => settled.abort());
    await after(SETTLES_WITHIN_MS, settled.signal);
    return this.#isWanted && this.#begin();
  }

  /** Leave the person's conversation, and begin one as an anonymous visitor. `opened` follows. */
  signOut() {
    this.#identity = null;
    const isWanted = this.#isWanted;
    this.forget();
    return isWanted ? this.open() : Promise.resolve(false);
  }

  // -- a life

  async #begin() {
    this.#life.abort();
    this.#life = new AbortController();
    this.#isOpen = false;
    const life = this.#life.signal;
    watchPage(life, {
      wakeUp: () => this.#wakeUp(),
      interrupt: () => this.#interrupt(),
      cutOff: () => this.#cutOff(),
      storageChanged: (event) => this.#kept.isShared && this.#storageChanged(event),
    });
    for (let tries = 0; !life.aborted; tries += 1) {
      try {
        const page = await this.#enter(life);
        if (life.aborted) break;
        this.#opened(page, life);
        return true;
      } catch (/** @type {any} */ failure) {
        if (life.aborted) break;
        if (!failure?.isForbidden) {
          this.#cutOff(failure);
          await this.#pauses.wait(tries, life, failure ?? {}); // a site may reject with nothing
        } else if (!this.#leave(failure)) return false;
      }
    }
    return false;
  }

  /**
   * Return the conversation's page, of the kept token or of a new one.
   * @param {AbortSignal} life
   * @returns {Promise<Page & {isNew: boolean}>}
   */
  async #enter(life) {
    this.#calls.renew = this.#renewal = null;
    const jwt = await tokenOf(this.#identity);
    const subject = subjectOf(jwt) || this.#followed;
    return alone(this.#lock("open"), async () => {
      const kept = this.#kept.ticket;
      const { token, subject: whose, facts } = kept.token === this.#refused ? NOBODY : kept;
      if (token && whose === subject && (!jwt || facts === factsOf(jwt))) {
        this.#calls.token = token;
        this.#subject = subject;
        this.#keepFresh(jwt, life);
        return { ...(await this.#calls.json("GET", "/messages", { signal: life })), isNew: false };
      }
      const opened = await this.#exchange(jwt, whose ? "" : token, life);
      this.#keepFresh(jwt, life);
      if (jwt) return { ...(await this.#calls.json("GET", "/messages", { signal: life })), isNew: opened.messages.length > 0 };
      const at = new Date().toISOString();
      const messages = opened.messages.map((/** @type {object} */ one) => ({ ...one, direction: "out", at }));
      return { ...opened, token: undefined, messages, earlier: null, isNew: true };
    }, life);
  }

  /**
   * Get a token for the signed person, or for a new visitor.
   * @param {string} jwt
   * @param {string} anonymous the token of the conversation that comes along
   * @param {AbortSignal} [signal]
   */
  async #exchange(jwt, anonymous, signal) {
    const body = jwt ? { identity: jwt, ...(anonymous && { token: anonymous }) } : undefined;
    const opened = await this.#calls.json("POST", "/sessions", { body, signal, token: "" });
    if (signal?.aborted) throw signal.reason;
    const subject = this.#subject = subjectOf(jwt);
    this.#kept.ticket = { token: opened.token, subject, facts: factsOf(jwt) };
    this.#calls.token = opened.token;
    return opened;
  }

  /** Renew a signed person's token before it ends, and when the server refuses it. @param {string} jwt @param {AbortSignal} life */
  #keepFresh(jwt, life) {
    if (!jwt) return;
    this.#calls.renew = () => (this.#renewal ??= this.#renew(life).finally(() => { this.#renewal = null; }));
    if (typeof this.#identity !== "function") return;
    const { token } = this.#calls;
    const isDue = () => !life.aborted && this.#calls.token === token;
    const renewed = after(renewalMs(jwt), life).then(() => (isDue() ? this.#calls.renew?.() : undefined));
    renewed.catch(() => {}); // the next 401 tries again
  }

  /** @param {AbortSignal} life */
  async #renew(life) {
    const jwt = await tokenOf(this.#identity);
    if (life.aborted) return;
    if (subjectOf(jwt) !== this.#subject) {
      this.#begin(); // somebody else
      return;
    }
    await this.#exchange(jwt, "", life);
    this.#keepFresh(jwt, life);
  }

  /**
   * Give up a token that the server does not know; return whether to try without it.
   * @param {import("./refusal.js").Refusal} failure
   */
  #leave(failure) {
    const kept = this.#kept.ticket.token;
    const used = this.#calls.token || kept;
    if (used && used !== this.#refused && (failure.isLost || (this.#calls.token && this.#subject))) {
      if (kept === used) this.#kept.ticket = NOBODY;
      this.#refused = used;
      this.#calls.token = this.#followed = "";
      return true;
    }
    this.#lost(failure);
    return false;
  }

  /** @param {unknown} failure */
  #lost(failure) {
    this.#life.abort();
    this.#emit("lost", { failure });
  }

  /** @param {Page & {isNew: boolean}} page @param {AbortSignal} life */
  #opened(page, life) {
    this.#feed.begin(page);
    if (this.#subject) this.#outbox.comeAlong(this.#subject); // also what was sent before anyone knew who they are
    this.#outbox.load(this.#subject);
    this.#isOpen = true;
    this.#reached();
    this.#emit("opened", { ...page, unsent: this.#outbox.messages });
    this.#outbox.tellRefused();
    this.#followTicket(); // two tabs may have begun at the same moment
    if (life.aborted) return;
    this.#feed.follow(life).catch((failure) => life.aborted || this.#lost(failure));
    this.#pump();
  }

  #pump() {
    const life = this.#life.signal;
    if (this.#isOpen) this.#outbox.pump(life).catch((failure) => life.aborted || this.#lost(failure));
  }

  // -- the page, its other tabs, the network

  /** @param {OwnMessage} message */
  #heardElsewhere(message) {
    if (this.#outbox.has(message.messageId)) return this.#outbox.heard(message.messageId);
    this.#feed.know(message.messageId);
    this.#emit("queued", { ...message, elsewhere: true });
    this.#emit("answered", { message, messages: [] });
  }

  #reached() {
    if (this.#state === "online") return;
    this.#state = "online";
    this.#emit("connection", { state: "online" });
    this.#pauses.wake();
  }

  /** @param {unknown} [failure] */
  #cutOff(failure) {
    const state = globalThis.navigator?.onLine === false ? "offline" : "connecting";
    if (this.#state !== state) this.#emit("connection", { state, failure });
    this.#state = state;
  }

  /**
   * @template {keyof ChatEvents} K
   * @param {K} name
   * @param {ChatEvents[K]} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The name of a lock that the tabs share; "" where there are no other tabs. @param {string} what */
  #lock(what) {
    return this.#kept.isShared ? `${this.#key} ${what}` : "";
  }

  #wakeUp() {
    this.#followTicket();
    if (this.#feed.isSilent) this.#interrupt();
    this.#pauses.wake();
  }

  #interrupt() {
    this.#interruption.abort();
    this.#interruption = new AbortController();
  }

  /** @param {StorageEvent} event */
  #storageChanged(event) {
    const message = this.#kept.changed(event);
    if (!message) this.#followTicket();
    else if (message.isTakenBack) this.#outbox.takeBack(message.messageId);
    else if (message.by === this.#subject) {
      this.#outbox.adopt(message);
      this.#pump();
    }
  }

  /**
   * Another tab has signed in or out, or has begun anew: this one shows the same. Two tabs that know by themselves who
   * the person is, and differ, leave each other alone.
   */
  #followTicket() {
    const { token, subject } = this.#kept.ticket;
    if (!this.#kept.isShared || token === this.#calls.token) return;
    if (!token) {
      if (!this.#subject) return; // it begins anew just now, or the storage was emptied
      if (typeof this.#identity === "string") this.#identity = null;
      this.#followed = "";
      this.#begin();
    } else if (subject && subject === this.#subject) this.#calls.token = token;
    else if (!this.#identity) {
      this.#followed = subject;
      this.#begin();
    }
  }
}
