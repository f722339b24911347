/** What a person says of answers: for each message one request after the other, so that what they said last is what stays. */

/** @typedef {{messageId: string, value: "up" | "down" | null, comment?: string | undefined}} Rating */

export class Ratings {
  #send;
  /** @type {Map<string, {rating: Rating, sent: Promise<boolean>}>} the newest one of each message */
  #newest = new Map();

  /** @param {(rating: Rating) => Promise<unknown>} send */
  constructor(send) {
    this.#send = send;
  }

  /** Send it after those before it; return whether it was sent: not if a newer one has made it pointless. @param {Rating} rating */
  give(rating) {
    const { messageId } = rating;
    const before = this.#newest.get(messageId)?.sent ?? Promise.resolve(true);
    const sent = before.catch(() => {}).then(async () => {
      const isOver = this.#isReplaced(rating);
      if (!isOver) await this.#send(rating);
      return !isOver;
    }).finally(() => {
      if (this.#newest.get(messageId)?.rating === rating) this.#newest.delete(messageId);
    });
    this.#newest.set(messageId, { rating, sent });
    return sent;
  }

  /** A newer one of the same value leaves the comment as it is, so the comment must have arrived. @param {Rating} rating */
  #isReplaced(rating) {
    const { messageId, value } = rating;
    const newest = this.#newest.get(messageId)?.rating;
    return newest !== rating && (newest?.value !== value || newest.comment !== undefined);
  }
}
