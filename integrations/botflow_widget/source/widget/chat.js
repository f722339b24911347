/** The chat itself, loaded when it is opened: its window, in the workflow's look and language, and a conversation in it. */

import { useServer } from "./addresses.js";
import { askBefore } from "./ask.js";
import { face } from "./bubble.js";
import sheet from "./chat.css";
import { Composer } from "./composer.js";
import { adopt } from "./dom.js";
import { isComposing } from "./keys.js";
import { holdPage, keepFocus } from "./modal.js";
import { panelOf } from "./panel.js";
import { chime } from "./sound.js";
import { Talk } from "./talk.js";
import { Unread } from "./unread.js";
import { View } from "./view.js";
import { reason, speak, words } from "./words.js";

const LOOK_AGAIN_MS = 2_000;
const LONGEST_LOOK_MS = 30_000;
const FULL = "(max-width: 640px), (max-height: 480px)"; // as chat.css has it

/** Put the chat into its frame; it begins at once, and is seen when it is opened. @param {any} options of loader.js */
export function mount(options) {
  adopt(options.root, sheet);
  useServer(options.server);
  const widget = new Widget(options);
  widget.begin();
  return widget;
}

class Widget {
  #options;
  /** @type {any} */
  #look = null;
  /** @type {import("./panel.js").Panel | null} */
  #part = null;
  /** @type {View} */
  #view = /** @type {any} */ (null);
  /** @type {Composer} */
  #composer = /** @type {any} */ (null);
  /** @type {Talk | null} */
  #talk = null;
  #hasBeenOnline = false;
  #hasOpened = false;
  /** @type {string | undefined} who has the conversation instead of the bot: "" while it waits for one */
  #person;
  /** @type {Node[]} the bot's own picture */
  #mark = [];
  #isOver = false; // this conversation takes the place of one that is over
  #isRefused = false; // nobody can write now
  #isOpen;
  /** @type {(() => void) | null} lets go of the page behind */
  #release = null;
  #full = matchMedia(FULL);
  #cover = () => this.#coverPage();
  #mayFocus = false; // the visitor has asked for the chat
  #isClosed = false; // the workflow is out of service
  #isGone = false;
  #unread;
  #hasSound;
  /** @type {(() => void)[]} what waits for the chat to be there */
  #waiting = [];

  /** @param {any} options */
  constructor(options) {
    this.#options = options;
    this.#isOpen = !options.isButton;
    this.#unread = new Unread(options.memory, options.showUnread);
    this.#hasSound = options.memory.get("sound") === "on";
    this.#full.addEventListener("change", this.#cover);
    options.onResize(() => this.#view?.settle());
  }

  /** Learn how the workflow looks, as soon as the server tells, and begin to talk. */
  async begin() {
    this.#look = this.#options.found ?? (await this.#learn());
    if (this.#isGone) return;
    await this.#build();
    if (!this.#isGone) this.#start();
  }

  /** @param {boolean} isAsked */
  open(isAsked) {
    this.#isOpen = true;
    this.#mayFocus = isAsked || this.#options.data.mode === "page";
    this.#unread.read();
    this.#options.frame.classList.add("open");
    if (!this.#part) return;
    this.#part.panel.hidden = false;
    this.#coverPage();
    this.#view.toEnd();
    this.#focus();
  }

  close() {
    this.#isOpen = false;
    this.#options.frame.classList.remove("open");
    if (this.#part) this.#part.panel.hidden = true;
    this.#coverPage();
  }

  /** @param {string} text @param {object} [more] */
  send(text, more) {
    if (this.#talk) this.#say(text, more);
    else this.#waiting.push(() => this.#say(text, more));
  }

  /** @param {string | null} jwt */
  identify(jwt) {
    if (this.#isRefused) this.#start(); // with the new identity
    else if (jwt) this.#talk?.chat.identify(jwt);
    else this.#talk?.chat.signOut();
  }

  destroy() {
    this.#isGone = true;
    this.#full.removeEventListener("change", this.#cover);
    this.#coverPage();
    this.#unread.end();
    this.#talk?.end();
    this.#view?.destroy();
    this.#part?.panel.remove();
  }

  // -- the window

  /** Make the window in the workflow's language. */
  async #build() {
    const { frame, data, given, isButton, dressed, close } = this.#options;
    const look = this.#look ?? {};
    const { logo = "" } = { ...look.theme, ...given.theme, ...data };
    await speak(data.language ?? look.language ?? "", given.texts);
    if (this.#isGone) return;
    if (this.#look) dressed(look);
    this.#view?.destroy();
    this.#part?.panel.remove();
    const part = panelOf({ name: look.name ?? "", logo, isButton, isPage: data.mode === "page", brand: look.brand !== false, close });
    this.#part = part;
    this.#mark = [...part.mark.childNodes];
    part.panel.hidden = !this.#isOpen;
    this.#view = new View(part, {
      logo,
      onReply: (reply) => { this.#say(reply.title, { payload: reply.payload, question: reply.question }); this.#composer.focusOnDesktop(); },
      ...(look.feedback && { onFeedback: async (id, value) => this.#talk?.chat.feedback(id, value) ?? false }),
    });
    this.#composer = new Composer(part, {
      upload: (file, options) => /** @type {Talk} */ (this.#talk).chat.upload(file, options),
      onSend: (text, more) => this.#say(text, more),
    });
    askBefore(part, () => this.#restart());
    part.earlier.addEventListener("click", () => this.#talk?.readEarlier());
    part.share.addEventListener("click", () => this.#share());
    part.sound.addEventListener("click", () => this.#turnSound(!this.#hasSound));
    part.sound.setAttribute("aria-pressed", String(this.#hasSound));
    part.panel.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape" && !isComposing(event)) close(); });
    part.panel.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => keepFocus(part.panel, event));
    frame.prepend(part.panel);
    this.#coverPage();
    if (data.mode === "page" && look.name) document.title = look.name;
    this.#composer.fit();
    if (this.#isOpen) this.#focus();
  }

  /** Ask until the workflow is served; meanwhile say that it is not. */
  async #learn() {
    for (let tries = 0; !this.#isGone; tries += 1) {
      const { look, problem } = await this.#options.look();
      if (look) return look;
      if (!this.#part) await this.#build();
      if (!this.#part) return null;
      if (problem.code) this.#refuse(words.closedNow, words.looksAgain); // the console says more to the page's developer
      else this.#showState(navigator.onLine ? "connecting" : "offline");
      await again(tries);
    }
    return null;
  }

  /** On a small screen the chat covers the page, which is held behind it. */
  #coverPage() {
    const isModal = this.#options.isButton && this.#isOpen && !this.#isGone && this.#part !== null && this.#full.matches;
    if (isModal) this.#release ??= holdPage(this.#options.root.host);
    else this.#release?.();
    if (!isModal) this.#release = null;
    if (isModal) this.#part?.panel.setAttribute("aria-modal", "true");
    else this.#part?.panel.removeAttribute("aria-modal");
  }

  /** Focus the box, but on a phone the window: the keyboard would cover what is said. */
  #focus() {
    if (!this.#mayFocus) return;
    if (this.#options.isButton && !this.#composer.focusOnDesktop()) this.#part?.panel.focus({ preventScroll: true });
    else if (this.#options.data.mode === "page") this.#composer.focusOnDesktop();
  }

  /** @param {boolean} isOn */
  #turnSound(isOn) {
    this.#hasSound = isOn;
    this.#part?.sound.setAttribute("aria-pressed", String(isOn));
    this.#options.memory.set("sound", isOn ? "on" : "");
    if (isOn) chime();
  }

  async #share() {
    const url = location.href.split(/[?#]/)[0] ?? "";
    if (matchMedia("(hover: none)").matches && navigator.share) return navigator.share({ title: this.#look?.name, url }).catch(() => {});
    await navigator.clipboard?.writeText(url).then(() => this.#view.note(words.copied), () => {});
  }

  // -- the conversation

  #start() {
    const { server, workflow, identity, emit } = this.#options;
    const part = /** @type {import("./panel.js").Panel} */ (this.#part);
    this.#talk?.end();
    this.#hasBeenOnline = this.#hasOpened = this.#isClosed = false;
    this.#composer.clear();
    this.#view.clear();
    this.#view.welcome(false);
    part.earlier.hidden = true;
    this.#showPerson(undefined);
    if (this.#look.identity?.required && !identity()) {
      this.#talk = null;
      return this.#refuse(words.signIn);
    }
    this.#letWrite(true);
    this.#showState("connecting");
    this.#talk = new Talk({
      chat: { server, workflow, identity: identity() },
      view: this.#view,
      onMessage: (message) => {
        emit("message", message);
        this.#unread.add(message.id, this.#isOpen);
        if (this.#hasSound && (!this.#isOpen || document.hidden)) chime();
      },
      onStatus: (status) => emit("status", status),
      onState: (state) => this.#showState(state),
      onPerson: (person, picture) => this.#showPerson(person, picture),
      onOpened: ({ sessionId, messages }) => {
        this.#hasOpened = true;
        const said = messages.filter((/** @type {any} */ one) => one.direction === "out").map((/** @type {any} */ one) => one.id);
        this.#unread.begin(sessionId ?? "", said, this.#isOpen);
        if (this.#isOver) this.#view.note(words.over);
        this.#isOver = false;
        if (this.#look?.note) this.#view.note(this.#look.note);
      },
      onAnswer: () => { this.#isClosed = false; this.#showState("online"); },
      onEarlier: (before) => { part.earlier.hidden = before === null || before === undefined; },
      onLost: (failure) => this.#lost(failure),
      onInactive: () => this.#close(),
    });
    this.#talk.chat.addEventListener("connection", (/** @type {any} */ { detail }) => { if (detail.failure) this.#suspect(); }, { once: true });
    this.#talk.chat.open();
    this.#waiting.splice(0).forEach((act) => act());
  }

  /** Begin another conversation in place of one that is over; where the server lets nobody in, say why. @param {any} failure */
  #lost(failure) {
    if (!this.#hasOpened) return this.#refuse(reason(failure ?? {}));
    this.#isOver = true; // said once the new one is there
    this.#restart();
  }

  /** A browser does not tell a refused page from a lost connection; but how the chat looks is for every page. */
  async #suspect() {
    const { look } = await this.#options.look({ cache: "no-store" });
    const detail = `the server is there, and calls of the chat from ${location.origin} fail`;
    const hint = "If it is refused, add the site to the workflow's document, chat: {origins: [...]}, or to BOTFLOW_ALLOWED_ORIGINS";
    if (look && !this.#hasBeenOnline) this.#options.explain({ detail, hint });
  }

  /** @param {string} why @param {string} [more] */
  #refuse(why, more = "") {
    const { children } = /** @type {import("./panel.js").Panel} */ (this.#part).welcome;
    children[0].textContent = why;
    children[1].textContent = more;
    this.#view.welcome(true);
    this.#letWrite(false);
    this.#showState("closed");
  }

  /** What is written where nobody takes it would be lost. @param {boolean} isOpen */
  #letWrite(isOpen) {
    this.#isRefused = !isOpen;
    /** @type {import("./panel.js").Panel} */ (this.#part).composer.inert = !isOpen;
  }

  #restart() {
    this.#talk?.chat.forget();
    this.#start();
    this.#composer.focusOnDesktop();
  }

  /** @param {string} text @param {any} [more] */
  #say(text, more) {
    if (!this.#talk?.say(text, more)) return;
    this.#options.memory.set("known", "1");
    this.#options.emit("sent", { text, ...more });
  }

  /** Say that the workflow is out of service, until it is served again. */
  async #close() {
    if (this.#isClosed) return;
    const own = this.#talk;
    this.#isClosed = true;
    this.#showState("closed");
    for (let tries = 0; own === this.#talk && this.#isClosed && !this.#isGone; tries += 1) {
      await again(tries);
      if ((await this.#options.look()).look && own === this.#talk) {
        this.#isClosed = false;
        this.#showState("online");
      }
    }
  }

  /** Show in the bar who has the conversation. @param {string | undefined} person @param {string} [picture] */
  #showPerson(person, picture) {
    const { mark, connection } = /** @type {import("./panel.js").Panel} */ (this.#part);
    if (person === this.#person) return;
    this.#person = person;
    mark.replaceChildren(...(person ? [face({ author: person, authorPicture: picture })] : this.#mark));
    this.#showState(connection.dataset.state ?? "");
  }

  /** @param {string} state */
  #showState(state) {
    if (this.#isClosed && state === "online") state = "closed";
    this.#hasBeenOnline ||= state === "online";
    this.#talk?.connected(state);
    const own = words[state === "connecting" && this.#hasBeenOnline ? "again" : state] ?? "";
    const text = state !== "online" || this.#person === undefined ? own : this.#person || words.waitsForPerson || "";
    const line = this.#part?.connection;
    if (!line || (line.dataset.state === state && line.textContent === text)) return;
    line.dataset.state = state;
    line.textContent = text;
  }
}

/** Wait longer each time, and not while nobody sees the page. @param {number} tries */
async function again(tries) {
  await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_AGAIN_MS * 2 ** tries, LONGEST_LOOK_MS)));
  if (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}
