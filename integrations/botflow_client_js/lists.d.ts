/** A part of a list. `next` is the `cursor` of the part after it, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** All items of a list, page by page: `for await (const each of pages)`. Each loop asks the server anew. */
export class Pages<T> implements AsyncIterable<T> {
  constructor(fetch: (cursor: string | null) => Promise<Page<T>>);
  /** Return the first page, or the one that the call's `cursor` named. */
  first(): Promise<Page<T>>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** The bytes of a file: `for await (const chunk of download)`. It is not repeated by itself. */
export class Download implements AsyncIterable<Uint8Array> {
  constructor(chunks: () => AsyncIterable<Uint8Array>);
  /** Return all of it; UnexpectedAnswer if that is more than `atMost` bytes. */
  read(atMost?: number): Promise<Uint8Array>;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
}

export function collect(chunks: AsyncIterable<Uint8Array>, atMost: number): Promise<Uint8Array[]>;
export function join(chunks: Uint8Array[]): Uint8Array;
