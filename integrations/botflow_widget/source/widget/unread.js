/** The messages that were not read yet: what is read in one tab is read in all, and a reload changes nothing. */

import { order } from "./view.js";

const SEEN = "seen"; // the conversation, and the last message of it that was read
const NOTHING = "0.0"; // comes before all messages

export class Unread {
  #memory;
  #show;
  #leave;
  #conversation = "";
  /** @type {string[]} ids of messages */
  #ids = [];

  /** @param {ReturnType<typeof import("./memory.js").memoryOf>} memory @param {(count: number) => void} show */
  constructor(memory, show) {
    this.#memory = memory;
    this.#show = show;
    this.#leave = memory.watch(SEEN, () => this.#forgetSeen());
  }

  /** Begin with a conversation as it is; one of which nothing is remembered counts as read. @param {string} conversation @param {string[]} ids @param {boolean} isRead */
  begin(conversation, ids, isRead) {
    this.#conversation = conversation;
    this.#ids = ids;
    if (isRead || !this.#seen) this.read();
    else this.#forgetSeen();
  }

  /** @param {string} id @param {boolean} isRead */
  add(id, isRead) {
    this.#ids.push(id);
    if (isRead) this.read();
    else this.#forgetSeen();
  }

  read() {
    const newest = [this.#seen || NOTHING, ...this.#ids].sort(order).at(-1);
    if (this.#conversation) this.#memory.set(SEEN, `${this.#conversation} ${newest}`);
    this.#ids = [];
    this.#show(0);
  }

  end() {
    this.#leave();
  }

  get #seen() {
    const [conversation, id = ""] = this.#memory.get(SEEN).split(" ");
    return conversation === this.#conversation ? id : "";
  }

  #forgetSeen() {
    const seen = this.#seen;
    this.#ids = this.#ids.filter((id) => order(id, seen) > 0);
    this.#show(this.#ids.length);
  }
}
