/** One conversation in the window: what the person writes goes to the server, and what comes from there is shown. */

import { Chat } from "../botflow-chat.js";
import { isBlank } from "../chat/text.js";
import { Paced } from "./pace.js";
import { reason, words } from "./words.js";
import { Writing } from "./writing.js";

/** @typedef {import("./bubble.js").Message} Message */
/**
 * @typedef {object} TalkOptions
 * @property {ConstructorParameters<typeof Chat>[0]} chat
 * @property {import("./view.js").View} view
 * @property {(message: Message) => void} onMessage
 * @property {(status: string) => void} onStatus
 * @property {(state: string) => void} onState
 * @property {(person: string | undefined, picture?: string) => void} onPerson who has the conversation instead of the bot
 * @property {(page: any) => void} onOpened
 * @property {() => void} onAnswer
 * @property {(before: number | null | undefined) => void} onEarlier
 * @property {(failure: unknown) => void} onLost
 * @property {() => void} onInactive
 */

export class Talk {
  #view;
  #options;
  #writing = new Writing();
  #paced = new Paced((message) => this.#showNow(message), () => this.#writing.show());
  /** @type {string | undefined} who has the conversation instead of the bot: "" while it waits for one */
  #withPerson;
  /** @type {number | null | undefined} */
  #earlier;
  #offeredBy = ""; // the turn whose buttons are shown
  #isEnded = false;

  /** @param {TalkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#view = options.view;
    this.#writing.use(options.view, this.#paced);
    this.chat = new Chat(options.chat);
    /** @type {Record<string, (detail: any) => void>} */
    const reactions = {
      opened: (page) => this.#opened(page),
      queued: (message) => this.#queued(message),
      answered: (answer) => this.#answered(answer),
      delayed: ({ message }) => this.#delayed(message),
      refused: (refusal) => this.#refused(refusal),
      retried: ({ message }) => this.#retried(message.messageId),
      takenback: ({ message }) => { this.#writing.end(message.messageId); this.#view.remove(message.messageId); },
      message: (message) => this.#show({ at: new Date().toISOString(), ...message, direction: "out" }),
      preview: (message) => { this.#view.preview({ ...message, direction: "out" }); this.#writing.show(); },
      delta: (piece) => { this.#writing.hold(); this.#view.draft(piece); },
      status: ({ status, person, personPicture }) => { this.#showPerson(person, personPicture); this.#showStatus(status); },
      typing: ({ person }) => this.#writing.person(person),
      connection: ({ state }) => options.onState(state),
      lost: ({ failure }) => options.onLost(failure),
    };
    for (const [name, react] of Object.entries(reactions)) {
      this.chat.addEventListener(/** @type {any} */ (name), (/** @type {any} */ { detail }) => this.#isEnded || react(detail));
    }
  }

  /** @param {string} text @param {any} [more] */
  say(text, more = {}) {
    if (isBlank(text) && !more.media && !more.location) return false;
    this.#paced.end();
    this.#view.offer([]);
    this.#view.toEnd();
    this.chat.send(text, more);
    return true;
  }

  /** @param {string} state */
  connected(state) {
    this.#writing.isOnline = state === "online";
    this.#writing.show();
  }

  async readEarlier() {
    const page = await this.chat.earlier(this.#earlier ?? 0).catch(() => null);
    if (!page || this.#isEnded) return;
    this.#view.addEarlier(page.messages.map(shownAs));
    this.#showEarlier(page.earlier);
  }

  end() {
    this.#isEnded = true;
    this.#writing.clear();
    this.#paced.clear();
    this.chat.close();
  }

  /** @param {any} page */
  #opened(page) {
    const { messages, unsent, earlier, person, personPicture, isNew } = page;
    this.#view.clear();
    this.#writing.clear();
    this.#paced.clear();
    this.#withPerson = undefined;
    messages.forEach((/** @type {Message} */ message) => this.#view.add(shownAs(message), { isNew: false }));
    if (isNew) messages.forEach((/** @type {Message} */ message) => this.#view.speak(message)); // a greeting, no history
    unsent.forEach((/** @type {Message} */ message) => this.#queued(message));
    if (messages.at(-1)?.direction === "out" && !unsent.length) {
      messages.filter((/** @type {Message} */ one) => one.direction === "out").forEach((/** @type {Message} */ one) => this.#offer(one));
    }
    this.#showPerson(person, personPicture, messages.some((/** @type {Message} */ one) => one.author === person));
    this.#view.welcome(!messages.length && !unsent.length);
    this.#showEarlier(earlier);
    this.#view.toEnd();
    this.#options.onOpened(page);
  }

  // -- messages

  /** @param {any} message */
  #queued(message) {
    this.#writing.begin(message.messageId);
    this.#view.add({ ...message, id: message.messageId, direction: "in" });
    this.#writing.show();
  }

  /** @param {any} message */
  #delayed(message) {
    this.#writing.delay(message.messageId);
    this.#view.mark(message.messageId, words.waits, { tone: "waits" });
  }

  /** @param {any} answer */
  #answered({ message, messages, status }) {
    this.#writing.end(message.messageId);
    this.#view.mark(message.messageId, "");
    this.#options.onAnswer();
    const at = new Date().toISOString();
    messages.forEach((/** @type {Message} */ one) => this.#show({ at, ...one, direction: "out" }));
    if (this.#writing.isIdle) this.#showStatus(status);
  }

  /** @param {any} refusal */
  #refused({ message, failure, isOld }) {
    const id = message.messageId;
    this.#writing.end(id);
    const retry = () => this.chat.retry(id);
    const remove = () => { this.chat.takeBack(id); this.#view.remove(id); };
    this.#view.mark(id, `${words.unsent} ${reason(failure)}`, { tone: "wrong", actions: [[words.tryAgain, retry], [words.remove, remove]] });
    this.#writing.show();
    if (failure.code === "workflow.inactive" && !isOld) this.#options.onInactive();
  }

  /** @param {string} id of a message that was refused */
  #retried(id) {
    this.#writing.begin(id);
    this.#view.mark(id, "");
    this.#writing.show();
  }

  /** Show a message of the bot, after the pause that it asks for; those behind it wait for it. @param {Message} message */
  #show(message) {
    if (this.#view.has(message.id)) this.#showNow(message);
    else this.#paced.take(message);
  }

  /** @param {Message} message */
  #showNow(message) {
    this.#view.endPreview(message.id);
    const isKnown = this.#view.has(message.id);
    if (message.author) this.#writing.person("");
    this.#view.typing(false);
    this.#view.add(message);
    if (!isKnown) {
      this.#offer(message);
      this.#view.speak(message);
      this.#options.onMessage(message);
    }
    this.#writing.show();
  }

  /** A turn's buttons stay while the turn goes on to say something without any, such as a question. @param {Message} message */
  #offer(message) {
    const turn = message.id.split(".")[0] ?? "";
    const replies = (message.quickReplies ?? []).filter((/** @type {any} */ reply) => !reply.url)
      .map((/** @type {any} */ reply) => ({ ...reply, question: message.question }));
    if (replies.length || turn !== this.#offeredBy) this.#view.offer(replies);
    this.#offeredBy = turn;
  }

  // -- what goes on

  /** @param {string} status */
  #showStatus(status) {
    this.#writing.isRunning = status === "running";
    if (status !== "running" && this.#writing.isIdle) {
      this.#view.endDraft();
      this.#view.endPreviews();
    }
    this.#writing.show();
    this.#options.onStatus(status);
  }

  /**
   * Say who has taken the conversation over from the bot, and who has left it.
   * @param {string | undefined} person
   * @param {string} [picture]
   * @param {boolean} [isSeen] by what they have said already
   */
  #showPerson(person, picture, isSeen = false) {
    this.#options.onPerson(person, picture);
    if (person === this.#withPerson) return;
    if (person === "") this.#view.note(words.waitsForPerson);
    else if (person && !isSeen) this.#view.note(words.joined.replace("{}", person));
    else if (!person && this.#withPerson) this.#view.note(words.left.replace("{}", this.#withPerson));
    this.#withPerson = person;
    this.#writing.isWithPerson = person !== undefined;
  }

  /** @param {number | null | undefined} before */
  #showEarlier(before) {
    this.#earlier = before;
    this.#options.onEarlier(before);
  }
}

/** Return a message of the history; one of the person's own goes by the id that it was sent with. @param {Message} message */
function shownAs(message) {
  return message.messageId ? { ...message, id: message.messageId } : message;
}
