/** Streams of events (server-sent events), by the rules of the HTML standard (9.2.6). */
import { UnexpectedAnswer } from "./errors.js";

const LARGEST_EVENT = 1024 * 1024;

/** Makes events of the bytes of a stream. */
export class EventReader {
  /** @param {string} lastId */
  constructor(lastId) {
    this.lastId = lastId;
    this.retryS = 1;
    this.decoder = new TextDecoder();
    this.rest = "";
    this.name = "";
    /** @type {string | null} */
    this.id = null;
    /** @type {string[]} */
    this.data = [];
  }

  /** Forget a part of an event that a broken stream has left. */
  begin() {
    this.decoder = new TextDecoder();
    this.rest = "";
    this.name = "";
    this.id = null;
    this.data = [];
  }

  /**
   * Yield the events that are complete with this chunk.
   *
   * @param {Uint8Array} chunk
   */
  *feed(chunk) {
    // A line may end by \r\n, and its two bytes come in two chunks.
    /** @type {string[]} */
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).replaceAll("\r\n", "\n").split("\n");
    this.rest = lines.pop() ?? "";
    if (this.rest.length + this.data.reduce((size, each) => size + each.length, 0) > LARGEST_EVENT) {
      throw new UnexpectedAnswer(`an event is larger than ${LARGEST_EVENT} bytes`);
    }
    for (const line of lines) {
      const event = this.#take(line);
      if (event !== null) yield event;
    }
  }

  /**
   * @param {string} line
   * @returns {import("./events.js").StreamEvent | null}
   */
  #take(line) {
    if (line === "") return this.#finish();
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (name === "data") this.data.push(value);
    else if (name === "event") this.name = value;
    else if (name === "id" && !value.includes("\0")) this.id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryS = Math.min(Number(value) / 1000, 60);
    return null;
  }

  /** Return the event that an empty line ends; without data it is none. */
  #finish() {
    // Not before: a stream that breaks off within an event is taken up before it.
    this.lastId = this.id ?? this.lastId;
    const event = { id: this.lastId, name: this.name || "message", data: this.data.join("\n") };
    const isEvent = this.data.length > 0;
    this.name = "";
    this.id = null;
    this.data = [];
    return isEvent ? event : null;
  }
}
