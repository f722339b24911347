/** Messages that ask for a pause before them, as if the bot typed them: those behind one wait for it. */

/** @typedef {import("./bubble.js").Message} Message */

export class Paced {
  /** @type {Message[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #show;
  #onPause;

  /** @param {(message: Message) => void} show @param {() => void} onPause */
  constructor(show, onPause) {
    this.#show = show;
    this.#onPause = onPause;
  }

  get isPausing() {
    return this.#waiting.length > 0;
  }

  /** @param {Message} message */
  take(message) {
    if (!this.#waiting.length && !pauseOf(message)) return this.#show(message);
    if (this.#waiting.some(({ id }) => id === message.id)) return;
    this.#waiting.push(message);
    if (this.#waiting.length === 1) this.#pause();
  }

  /** Show what waits: the person goes on. */
  end() {
    clearTimeout(this.#timer);
    this.#waiting.splice(0).forEach(this.#show);
  }

  /** Forget what waits: another conversation begins. */
  clear() {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #pause() {
    this.#onPause();
    this.#timer = setTimeout(() => {
      const [message] = this.#waiting.splice(0, 1);
      if (message) this.#show(message);
      if (this.#waiting.length) this.#pause();
      else this.#onPause();
    }, pauseOf(this.#waiting[0]));
  }
}

/** @param {Message | undefined} message */
function pauseOf(message) {
  return document.hidden ? 0 : (message?.typing ?? 0) * 1_000;
}
