/**
 * `v1.js`: puts the chat on a page. Until it is opened, this is all that a visitor loads: a button, and how it looks.
 *
 * A classic script, so that it knows its own element: `data-workflow` and the other attributes say what to show. Its only
 * global is `window.botflow`. The rest is imported from the server that the script comes from, when it is needed.
 */

import { dress } from "./colours.js";
import { adopt, h, icon } from "./dom.js";
import { keepKeys } from "./keys.js";
import sheet from "./launcher.css";
import { memoryOf, ofTab } from "./memory.js";
import { found, keepPlace } from "./place.js";
import { followViewport } from "./viewport.js";

/**
 * @typedef {{name: string, language: string, theme?: Record<string, any>, feedback?: boolean, brand?: boolean, identity?: {required: boolean}}} Look
 * @typedef {{open(isAsked: boolean): void, close(): void, destroy(): void, send(text: string, more?: object): void, identify(jwt: string | null): void}} Opened
 */

const SPEECH = "M10 3C5.600 3 2.500 5.700 2.500 9.300c0 2.100 1.100 3.900 2.800 5L5 17.500l3.500-2c.5.1 1 .1 1.500.1 4.400 0 7.500-2.700 7.500-6.300S14.400 3 10 3Z";
const DOWN = "m4.500 7.500 5.500 5.500 5.500-5.500";
const CHAT = { pl: "Czat", tr: "Sohbet", ar: "محادثة" }; // it is "Chat" in the other languages
const AGAIN_MS = 2_000;
const LONGEST_AGAIN_MS = 60_000;

/** @type {Set<string>} */
const told = new Set(); // lines that are in the console already
const MODULE = "script[type=module][data-workflow][src*='widget/v1']";
const script = /** @type {HTMLScriptElement} */ (document.currentScript ?? document.querySelector(MODULE));
if (!script) throw new Error("botflow: a page names v1.js by <script src data-workflow defer>, and does not import it");
if (script.type === "module") tell("v1.js is no module. Take type=\"module\" from its <script> and write defer.");
const data = script.dataset;
const server = new URL("..", script.src);
const workflow = data.workflow ?? "";
const isButton = !["inline", "page"].includes(data.mode ?? "");
const memory = memoryOf(server.pathname + workflow);
const site = /** @type {any} */ (window);
/** @type {Map<string, string>} the chats of this page by what they are, with the workflow */
const chats = (site[Symbol.for("botflow.chats")] ??= new Map());
const own = `${server.href} ${workflow} ${data.mode ?? ""} ${data.target ?? ""}`;
const isFirst = chats.size === 0;
const given = (isFirst && site.botflow) || {}; // texts and theme, if the page has some of its own
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
keepKeys(root);
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
let settle = () => {};
let leave = () => {};
let letGo = () => {};

/** Say to the page's developer, once, what is wrong and what to do. @param {string} text */
function tell(text) {
  if (!told.has(text)) console.warn(`botflow: ${text}`);
  told.add(text);
}

/** Tell why the server refuses. @param {{detail?: string, hint?: string} | null} problem */
function explain(problem) {
  if (problem?.detail) tell(`${problem.detail}. ${problem.hint ?? ""}`);
}

/** @param {string} name @param {unknown} [detail] */
function emit(name, detail) {
  events.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Load the chat, once; a failure is tried again by the next call. @returns {Promise<Opened>} */
function load() {
  const options = { root, frame, server: server.href, workflow, isButton, data, given, identity: () => identity, found: worn, look, dressed, emit, showUnread, close, explain, memory, onResize: (/** @type {() => void} */ react) => { settle = react; } };
  const from = (/** @type {string} */ file) => import(new URL(file, script.src).href);
  // A server that was upgraded since has other chunks, and names its own in chat.js.
  opened ??= from(CHAT_FILE).catch(() => from("chat.js")).then((chat) => chat.mount(options)).catch((failure) => {
    opened = null;
    throw failure;
  });
  return opened;
}

/** Whether it is open now. Without being asked, as after a reload, it leaves the focus where it is. */
async function open(isAsked = true) {
  if (isGone) return false;
  const wasOpen = isOpen && isButton;
  isOpen = true;
  button.setAttribute("aria-busy", "true");
  const chat = await load().catch(() => null);
  button.removeAttribute("aria-busy");
  if (!chat) isOpen = !isButton; // the person presses it again
  if (!chat || !isOpen) return false;
  memory.set("open", "1", ofTab);
  button.setAttribute("aria-expanded", "true");
  showUnread(0);
  chat.open(isAsked);
  if (!wasOpen) emit("open");
  return true;
}

async function close() {
  if (!isButton || !isOpen) return;
  isOpen = false;
  memory.set("open", "", ofTab);
  button.setAttribute("aria-expanded", "false");
  const hadFocus = root.activeElement !== null;
  (await opened)?.close();
  if (hadFocus) button.focus();
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

/** Ask the server how the workflow looks. @param {RequestInit} [how] @returns {Promise<{look?: Look, problem?: any}>} */
async function look(how) {
  const answer = await fetch(new URL(`chat/${encodeURIComponent(workflow)}/look`, server), how).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (body?.outOfService) return { problem: { code: "workflow.inactive" } };
  if (answer?.ok) return { look: body };
  explain(body);
  return { problem: body ?? {} };
}

/** Wear a look: what the page says goes before what the flow says. @param {Look} found */
function dressed(found) {
  worn = found;
  const theme = { ...found.theme, ...given.theme, ...data };
  const color = getComputedStyle(host).getPropertyValue("--botflow-color").trim() || theme.color || "";
  if (!dress(frame, color) && color) tell(`"${color}" is no colour of CSS. Write one such as "#0b6b5d".`);
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

/** The element that the page has for the chat. */
function place() {
  return data.target ? found(data.target) : data.mode === "inline" ? script.parentElement : document.body;
}

/** Show the button as soon as the server says how. */
async function begin() {
  if (isGone) return;
  isGone = !workflow || !place();
  if (!workflow) return tell("the script has no workflow. Name one: data-workflow=\"pizza\".");
  if (isGone) return tell(`the page has no element ${data.target}. Name one by data-target="#help".`);
  letGo = keepPlace(host, place);
  leave = followViewport(frame, () => settle());
  if (!isButton) return open(false);
  frame.append(button);
  for (let pause = AGAIN_MS; !isGone; pause = Math.min(pause * 2, LONGEST_AGAIN_MS)) {
    const { look: shown } = await look();
    if (shown && !isGone) {
      dressed(shown);
      if (memory.get("open", ofTab)) return open(false);
      if (memory.get("known")) load().catch(() => {}); // a conversation is there: it may get news
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const calls = {
  open: () => open(),
  close,
  /** @param {string} text @param {object} [more] */
  async send(text, more) {
    if (!isGone) (await load()).send(text, more);
  },
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
    leave();
    letGo();
    chats.delete(own);
    night.removeEventListener("change", shade);
    host.remove();
    (await opened)?.destroy();
  },
};

/** A page that names the script a second time has one chat of each workflow, and `window.botflow` is the first one's. */
function start() {
  const [first] = chats.values();
  chats.set(own, workflow);
  if (isFirst) site.botflow = Object.assign(given, calls);
  else tell(`window.botflow is of the chat with ${first}. The one with ${workflow} has its button, and no JavaScript.`);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}

if (!chats.has(own)) start();
