/** Lists and files. Nothing is asked of the server before the first item or byte is wanted. */
import { UnexpectedAnswer } from "./errors.js";

const LARGEST_READ = 64 * 1024 * 1024;

/**
 * All items of a list, page by page: `for await (const each of pages)`. Each loop asks the server anew.
 *
 * @template T
 */
export class Pages {
  #fetch;

  /** @param {(cursor: string | null) => Promise<import("./lists.js").Page<T>>} fetch */
  constructor(fetch) {
    this.#fetch = fetch;
  }

  /** Return the first page, or the one that the call's `cursor` named. */
  first() {
    return this.#fetch(null);
  }

  async *[Symbol.asyncIterator]() {
    let page = await this.#fetch(null);
    yield* page.items;
    while (page.next !== null) {
      const following = await this.#fetch(page.next);
      if (following.next === page.next) {
        // A cursor that leads to itself would be a loop without end.
        throw new UnexpectedAnswer("a page of the list says that it comes after itself");
      }
      page = following;
      yield* page.items;
    }
  }
}

/** The bytes of a file: `for await (const chunk of download)`. It is not repeated by itself. */
export class Download {
  #chunks;

  /** @param {() => AsyncIterable<Uint8Array>} chunks */
  constructor(chunks) {
    this.#chunks = chunks;
  }

  [Symbol.asyncIterator]() {
    return this.#chunks()[Symbol.asyncIterator]();
  }

  /** Return all of it; UnexpectedAnswer if that is more than `atMost` bytes. */
  async read(atMost = LARGEST_READ) {
    return join(await collect(this.#chunks(), atMost));
  }
}

/**
 * Return the chunks; UnexpectedAnswer if they are more than `atMost` bytes.
 *
 * @param {AsyncIterable<Uint8Array>} chunks
 * @param {number} atMost
 */
export async function collect(chunks, atMost) {
  const found = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > atMost) throw new UnexpectedAnswer(`the answer is larger than ${atMost} bytes`);
    found.push(chunk);
  }
  return found;
}

/** @param {Uint8Array[]} chunks */
export function join(chunks) {
  const joined = new Uint8Array(chunks.reduce((size, each) => size + each.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
