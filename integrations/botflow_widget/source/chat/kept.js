/**
 * What outlives the page: the token, whose it is, and the messages that the server may not have yet.
 *
 * Each message has an entry of its own, so that tabs which write at the same moment lose nothing. A storage that is full,
 * switched off or throws costs what it would have kept, and nothing else.
 *
 * @typedef {import("./types.js").OwnMessage} OwnMessage
 * @typedef {OwnMessage & {refused?: {status: number, code: string, detail: string, hint: string}}} KeptMessage `refused`:
 *   it waits until the person says that it shall be sent again
 * @typedef {{token: string, subject: string, facts: number}} Ticket `subject` is the signed person's, "" for an anonymous
 *   visitor; `facts` stands for what the site said of them
 */

/** @type {Ticket} */
export const NOBODY = { token: "", subject: "", facts: 0 };

export class Kept {
  #storage;
  #key;
  /** What the storage would not keep. */
  #ticket = NOBODY;

  /** @param {Storage | null | undefined} storage @param {string} key */
  constructor(storage, key) {
    this.#key = key;
    this.#storage = storage === undefined ? localOne() : storage;
  }

  /** Whether other tabs see the same. */
  get isShared() {
    return this.#storage !== null && this.#storage === localOne() && this.#ticket === NOBODY;
  }

  /** @returns {Ticket} */
  get ticket() {
    return { ...this.#ticket, ...this.#read(this.#key) };
  }

  set ticket(ticket) {
    const isKept = this.#try((storage) => {
      if (ticket.token) storage.setItem(this.#key, JSON.stringify(ticket));
      else storage.removeItem(this.#key);
      return true;
    });
    this.#ticket = isKept ? NOBODY : ticket;
  }

  /** @returns {KeptMessage[]} in the order in which they were sent */
  get messages() {
    const keys = this.#try((storage) => Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? "")) ?? [];
    return keys.filter((key) => key.startsWith(this.#keyOf(""))).sort().map((key) => this.#read(key)).filter((one) => one?.messageId);
  }

  /** What an anonymous visitor has not sent yet is the signed person's, in all tabs. @param {string} subject */
  comeAlong(subject) {
    for (const message of this.messages) if (!message.by) this.add({ ...message, by: subject });
  }

  /** @param {KeptMessage} message @returns {boolean} false when it could not be kept */
  add(message) {
    return this.#try((storage) => { storage.setItem(this.#keyOf(message), JSON.stringify(message)); return true; }) ?? false;
  }

  /** Return a message as the tabs have left it. @param {OwnMessage} message @returns {KeptMessage | null} */
  get(message) {
    return this.#read(this.#keyOf(message)) ?? null;
  }

  /** @param {OwnMessage} message @param {import("./refusal.js").Refusal} failure */
  refuse(message, { status, code, detail, hint }) {
    const kept = this.get(message); // one that is gone was answered or taken back in another tab
    if (kept) this.add({ ...kept, refused: { status, code, detail, hint } });
  }

  /** Tell the other tabs that nobody shall send it. @param {OwnMessage} message */
  takeBack(message) {
    this.#try((storage) => storage.setItem(this.#keyOf(message), JSON.stringify({ ...message, isTakenBack: true })));
  }

  /** @param {OwnMessage} message */
  remove(message) {
    this.#try((storage) => storage.removeItem(this.#keyOf(message)));
  }

  /**
   * Return the message that another tab has added, changed or taken back, if this is what has changed.
   * @param {StorageEvent} event
   * @returns {KeptMessage & {isTakenBack?: boolean} | null}
   */
  changed({ key, newValue }) {
    try {
      return key?.startsWith(this.#keyOf("")) && newValue ? JSON.parse(newValue) : null;
    } catch {
      return null;
    }
  }

  /** @param {OwnMessage | ""} message */
  #keyOf(message) {
    return `${this.#key}#${message && `${message.at}${message.messageId}`}`;
  }

  /** @param {string} key @returns {any} */
  #read(key) {
    return this.#try((storage) => JSON.parse(storage.getItem(key) ?? "null"));
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} act
   * @returns {T | undefined}
   */
  #try(act) {
    try {
      return this.#storage ? act(this.#storage) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Return the page's storage; to name it may throw already. Node.js has one, too, and warns whoever names it. */
function localOne() {
  try {
    return globalThis.document ? localStorage : null;
  } catch {
    return null;
  }
}
