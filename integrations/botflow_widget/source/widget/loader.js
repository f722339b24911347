/**
 * `v1.js`: puts the chat on a page. Until it is opened, this is all that a visitor loads: a button, and how it looks.
 *
 * A classic script, so that it knows its own element: `data-workflow` and the other attributes say what to show. Its only
 * global is `window.botflow`. The rest is imported from the server that the script comes from, when it is needed.
 */

import { dress } from "./colours.js";
import { adopt, h, icon } from "./dom.js";
import sheet from "./launcher.css";
import { memoryOf, ofTab } from "./memory.js";

/**
 * @typedef {{name: string, language: string, theme?: Record<string, any>, feedback?: boolean, brand?: boolean, identity?: {required: boolean}}} Look
 * @typedef {{open(): void, close(): void, destroy(): void, send(text: string, more?: object): void, identify(jwt: string | null): void}} Opened
 */

const SPEECH = "M10 3C5.600 3 2.500 5.700 2.500 9.300c0 2.100 1.100 3.900 2.800 5L5 17.500l3.500-2c.5.1 1 .1 1.500.1 4.400 0 7.500-2.700 7.500-6.300S14.400 3 10 3Z";
const DOWN = "m4.500 7.500 5.500 5.500 5.500-5.500";
const CHAT = { pl: "Czat", tr: "Sohbet", ar: "محادثة" }; // it is "Chat" in the other languages
const AGAIN_MS = 2_000;
const LONGEST_AGAIN_MS = 60_000;

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
if (!script) throw new Error("botflow: a page names v1.js by <script src data-workflow defer>, and not as a module");
const data = script.dataset;
const server = new URL("..", script.src);
const workflow = data.workflow ?? "";
const isButton = !["inline", "page"].includes(data.mode ?? "");
const memory = memoryOf(server.pathname + workflow);
const site = /** @type {any} */ (window);
const given = site.botflow ?? {}; // texts and theme, if the page has some of its own
const events = new EventTarget();
/** @type {Promise<Opened> | null} */
let opened = null;
/** @type {Look | null} */
let worn = null;
let isOpen = !isButton;
let isGone = false;
let unread = 0;
let called = "Chat";
/** @type {string | null} */
let identity = data.identity ?? given.identity ?? null;

const host = document.createElement("botflow-chat");
const root = host.attachShadow({ mode: "open" });
adopt(root, sheet);
const badge = h("span.badge", { hidden: true });
const label = h("span.label", { hidden: true });
const button = h("button.launcher", { hidden: true, "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => (isOpen ? close() : open()) }, icon(SPEECH), icon(DOWN), label, badge);
const frame = h("div.frame", { "data-mode": isButton ? "launcher" : data.mode });
host.dataset.mode = frame.dataset.mode;
root.append(frame);
const night = matchMedia("(prefers-color-scheme: dark)");
const shade = () => { frame.dataset.scheme = data.scheme ?? (night.matches ? "dark" : "light"); };
night.addEventListener("change", shade);
shade();

/** @param {string} name @param {unknown} [detail] */
function emit(name, detail) {
  events.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Load the chat, once; a failure is tried again by the next call. @returns {Promise<Opened>} */
function load() {
  const options = { root, frame, server: server.href, workflow, isButton, data, given, identity: () => identity, found: worn, look, dressed, emit, showUnread, close, memory };
  const from = (/** @type {string} */ file) => import(new URL(file, script.src).href);
  // A server that was upgraded since has other chunks, and names its own in chat.js.
  opened ??= from(CHAT_FILE).catch(() => from("chat.js")).then((chat) => chat.mount(options)).catch((failure) => {
    opened = null;
    throw failure;
  });
  return opened;
}

async function open() {
  isOpen = true;
  button.setAttribute("aria-busy", "true");
  const chat = await load().catch(() => null);
  button.removeAttribute("aria-busy");
  if (!chat) isOpen = !isButton; // the person presses it again
  if (!chat || !isOpen) return;
  memory.set("open", "1", ofTab);
  button.setAttribute("aria-expanded", "true");
  showUnread(0);
  chat.open();
  emit("open");
}

async function close() {
  if (!isButton || !isOpen) return;
  isOpen = false;
  memory.set("open", "", ofTab);
  button.setAttribute("aria-expanded", "false");
  (await opened)?.close();
  button.focus();
  emit("close");
}

/** @param {number} count */
function showUnread(count) {
  if (count === unread) return;
  unread = count;
  badge.hidden = !count;
  badge.textContent = count > 9 ? "9+" : String(count);
  name(count ? ` (${badge.textContent})` : "");
  emit("unread", count);
}

/** Say aloud what the button shows. @param {string} more */
function name(more) {
  button.setAttribute("aria-label", called + more);
}

/** Ask the server how the workflow looks. @returns {Promise<{look?: Look, problem?: any}>} */
async function look() {
  const answer = await fetch(new URL(`chat/${encodeURIComponent(workflow)}/look`, server)).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (body?.outOfService) return { problem: { code: "workflow.inactive" } };
  return answer?.ok ? { look: body } : { problem: body ?? {} };
}

/** Wear a look: what the page says goes before what the flow says. @param {Look} found */
function dressed(found) {
  worn = found;
  const theme = { ...found.theme, ...given.theme, ...data };
  dress(frame, getComputedStyle(host).getPropertyValue("--botflow-color").trim() || theme.color || "");
  const radius = Number.parseInt(theme.radius, 10);
  if (radius >= 0) frame.style.setProperty("--theme-radius", `${radius}px`);
  frame.dataset.side = theme.position ?? "right";
  label.hidden = !theme.launcher;
  label.textContent = theme.launcher ?? "";
  const language = (data.language ?? found.language ?? "").slice(0, 2);
  called = theme.launcher ?? given.texts?.chat ?? /** @type {Record<string, string>} */ (CHAT)[language] ?? "Chat";
  name("");
  button.hidden = false;
}

/** @param {string} selector */
function found(selector) {
  try {
    return document.querySelector(selector);
  } catch {
    return null; // it is no selector
  }
}

/** Show the button as soon as the server says how. Why it refuses is for the page's developer, once. */
async function begin() {
  const place = data.target ? found(data.target) : data.mode === "inline" ? script.parentElement : document.body;
  if (!place) return console.warn(`botflow: the page has no element ${data.target}`);
  place.append(host);
  if (!isButton) return open();
  frame.append(button);
  for (let pause = AGAIN_MS; !isGone; pause = Math.min(pause * 2, LONGEST_AGAIN_MS)) {
    const { look: shown, problem } = await look();
    if (shown && !isGone) {
      dressed(shown);
      if (memory.get("open", ofTab)) return open();
      if (memory.get("known")) load().catch(() => {}); // a conversation is there: it may get news
      return;
    }
    if (problem?.detail && pause === AGAIN_MS) console.warn(`botflow: ${problem.detail}. ${problem.hint ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

site.botflow = Object.assign(given, {
  open,
  close,
  /** @param {string} text @param {object} [more] */
  send: async (text, more) => (await load()).send(text, more),
  /** Listen to `open`, `close`, `message`, `sent`, `unread` or `status`. @param {string} name @param {(detail: any) => void} react */
  on(name, react) {
    const listener = (/** @type {any} */ event) => react(event.detail);
    events.addEventListener(name, listener);
    return () => events.removeEventListener(name, listener);
  },
  /** Say who the visitor is, or null for a stranger. @param {string | null} jwt */
  async identify(jwt) {
    identity = jwt;
    (await opened)?.identify(jwt);
  },
  async destroy() {
    isGone = true;
    isOpen = false;
    night.removeEventListener("change", shade);
    host.remove();
    (await opened)?.destroy();
  },
});
if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin);
