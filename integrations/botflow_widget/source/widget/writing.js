/** The three dots: whether somebody writes just now, the bot or a person. */

const AFTER_MS = 250; // a fast reply needs no dots
const PERSON_FOR_MS = 6_000;

export class Writing {
  isOnline = false;
  isRunning = false;
  isWithPerson = false;
  #person = "";
  /** @type {Set<string>} messages whose answers are not there yet */
  #underWay = new Set();
  /** @type {Set<string>} those of them that the server may not have */
  #delayed = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #personTimer;
  /** @type {import("./view.js").View | null} */
  #view = null;
  /** @type {import("./pace.js").Paced | null} */
  #paced = null;

  /** @param {import("./view.js").View} view @param {import("./pace.js").Paced} paced */
  use(view, paced) {
    this.#view = view;
    this.#paced = paced;
  }

  clear() {
    this.hold();
    this.#underWay.clear();
    this.#delayed.clear();
    this.isRunning = this.isWithPerson = false;
    this.#person = "";
  }

  get isIdle() {
    return this.#underWay.size === 0;
  }

  /** @param {string} id */
  begin(id) {
    this.#underWay.add(id);
  }

  /** @param {string} id */
  delay(id) {
    this.#delayed.add(id);
    this.show();
  }

  /** @param {string} id */
  end(id) {
    this.#underWay.delete(id);
    this.#delayed.delete(id);
  }

  /** A person's dots last for some seconds: the next ones come while they go on writing. @param {string} name */
  person(name) {
    this.#person = name;
    clearTimeout(this.#personTimer);
    if (name) this.#personTimer = setTimeout(() => this.person(""), PERSON_FOR_MS);
    this.#view?.typing(false);
    this.show();
  }

  hold() {
    clearTimeout(this.#timer);
  }

  show() {
    this.hold();
    if (this.#paced?.isPausing) this.#view?.typing(true);
    else if (!this.#isOn()) this.#view?.typing(false);
    else this.#timer = setTimeout(() => this.#view?.typing(this.#isOn(), this.#person), this.#person ? 0 : AFTER_MS);
  }

  #isOn() {
    if (!this.isOnline) return false;
    return this.isWithPerson ? this.#person !== "" : this.isRunning || this.#underWay.size > this.#delayed.size;
  }
}
