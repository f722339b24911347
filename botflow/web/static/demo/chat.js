/** The demo chat page: lets a person write to a workflow (client.js), and shows what happens (view.js). */

import { Conversation } from "./client.js";
import { Composer } from "./composer.js";
import { dress } from "./theme.js";
import { View } from "./view.js";
import { reason, speak, words } from "./words.js";

const TYPING_AFTER_MS = 250; // a fast reply needs no dots
const WRITING_FOR_MS = 6_000;
const LOOK_AGAIN_MS = 2_000;
const LONGEST_LOOK_MS = 30_000;
const LAST_WORKFLOW = "botflow.workflow";

const byId = (id) => document.getElementById(id);
const view = new View({ onReply: (reply) => { say(reply.title, { payload: reply.payload, question: reply.question }); composer.focusOnDesktop(); } });
const composer = new Composer({
  upload: (file, options) => conversation.upload(file, options),
  onSend: (text, more) => say(text, more),
});

let conversation = null;
let workflow = "";
let connection = "connecting";
let hasBeenOnline = false;
let underWay = new Set(); // ids of messages whose answers are not there yet
let delayed = new Set(); // those of them that the server may not have
let isRunning = false;
let isClosed = false; // the workflow is out of service
let earlier = null;
let typingTimer = 0;
let withPerson; // who has the conversation instead of the bot: "" while it waits for one, undefined for nobody
let writing = ""; // the person who writes just now
let writingTimer = 0;
const paused = []; // messages that wait until the bot seems to have typed them
let pauseTimer = 0;
let offeredBy = ""; // the turn whose buttons are shown

// -- conversations

function start(name) {
  conversation?.close();
  workflow = name;
  localStorage.setItem(LAST_WORKFLOW, name);
  underWay = new Set();
  delayed = new Set();
  isRunning = hasBeenOnline = isClosed = false;
  withPerson = undefined;
  writing = "";
  clearTimeout(pauseTimer);
  paused.length = 0;
  composer.clear();
  view.clear();
  view.welcome(false);
  showEarlier(null);
  showState("connecting");
  conversation = new Conversation(name);
  const on = (event, react) => {
    const own = conversation;
    own.addEventListener(event, ({ detail }) => own === conversation && react(detail));
  };
  on("opened", opened);
  on("queued", queued);
  on("answered", answered);
  on("delayed", late);
  on("refused", refused);
  on("message", (message) => show({ ...message, direction: "out" }));
  on("preview", (message) => { clearTimeout(typingTimer); view.preview({ ...message, direction: "out" }); showTyping(); });
  on("delta", (piece) => { clearTimeout(typingTimer); view.draft(piece); });
  on("status", ({ status, person }) => { showPerson(person); showStatus(status); });
  on("typing", ({ person }) => showWriting(person));
  on("connection", ({ state }) => showState(state));
  on("lost", () => { restart(); view.note(words.over); });
  conversation.open();
}

function restart() {
  conversation.forget();
  start(workflow);
  composer.focusOnDesktop();
}

function opened({ messages, unsent, earlier: before, person }) {
  withPerson = person;
  messages.forEach((message) => view.add(message, { isNew: false }));
  unsent.forEach(queued);
  const last = messages.at(-1);
  if (last?.direction === "out" && !unsent.length) messages.filter((one) => one.direction === "out").forEach(offer);
  view.welcome(!messages.length && !unsent.length);
  showEarlier(before);
  view.toEnd();
}

// -- messages

function say(text, more = {}) {
  if (!conversation || (!text.trim() && !more.media && !more.location)) return;
  endPauses();
  view.offer([]);
  view.toEnd();
  conversation.send(text, more);
}

function queued(message) {
  underWay.add(message.messageId);
  view.add({ ...message, id: message.messageId, direction: "in" });
  showTyping();
}

function late({ message }) {
  delayed.add(message.messageId);
  view.mark(message.messageId, words.waits, { tone: "waits" });
  showTyping();
}

function settled(message) {
  underWay.delete(message.messageId);
  delayed.delete(message.messageId);
}

function answered({ message, messages, status }) {
  settled(message);
  view.mark(message.messageId, "");
  if (isClosed) reopen();
  const now = new Date().toISOString();
  messages.forEach((one) => show({ ...one, direction: "out", at: now }));
  if (underWay.size === 0) showStatus(status);
}

function refused({ message, failure }) {
  settled(message);
  const id = message.messageId;
  const again = () => { underWay.add(id); view.mark(id, ""); conversation.retry(id); };
  const remove = () => { conversation.takeBack(id); view.remove(id); };
  view.mark(id, `${words.unsent} ${reason(failure)}`, { tone: "wrong", actions: [[words.tryAgain, again], [words.remove, remove]] });
  showTyping();
  if (failure.code === "workflow.inactive" && !isClosed) close();
}

/** Say that the workflow is out of service, until it is served again. */
async function close() {
  const own = conversation;
  isClosed = true;
  showState("closed");
  await servedAgain(({ workflows }) => own !== conversation || !isClosed || workflows.some(({ id }) => id === workflow));
  if (own === conversation && isClosed) reopen();
}

function reopen() {
  isClosed = false;
  showState("online");
}

/** Show a message of the bot, after the pause that it asks for; those behind it wait for it. */
function show(message) {
  if (view.has(message.id) || (!paused.length && !pauseOf(message))) return showNow(message);
  if (paused.some(({ id }) => id === message.id)) return;
  paused.push(message);
  if (paused.length === 1) pause();
}

function pauseOf(message) {
  return document.hidden ? 0 : (message.typing ?? 0) * 1_000;
}

function pause() {
  showTyping();
  pauseTimer = setTimeout(() => {
    showNow(paused.shift());
    if (paused.length) pause();
    else showTyping();
  }, pauseOf(paused[0]));
}

/** Show what waits: the person goes on, or leaves the conversation. */
function endPauses() {
  clearTimeout(pauseTimer);
  paused.splice(0).forEach(showNow);
}

function showNow(message) {
  view.endPreview(message.id);
  const isKnown = view.has(message.id);
  if (message.author) writing = "";
  view.typing(false);
  view.add(message);
  if (!isKnown) offer(message);
  showTyping();
}

/** A turn's buttons stay while the turn goes on to say something without any, such as a question. */
function offer(message) {
  const turn = message.id.split(".")[0];
  const replies = message.quickReplies.filter((reply) => !reply.url)
    .map((reply) => ({ ...reply, question: message.question }));
  if (replies.length || turn !== offeredBy) view.offer(replies);
  offeredBy = turn;
}

// -- what goes on

function showStatus(status) {
  isRunning = status === "running";
  if (!isRunning && underWay.size === 0) {
    view.endDraft();
    view.endPreviews();
  }
  showTyping();
}

/** Say who has taken the conversation over from the bot, and who has left it. */
function showPerson(person) {
  if (person === withPerson) return;
  if (person === "") view.note(words.waitsForPerson);
  else if (person) view.note(words.joined.replace("{}", person));
  else if (withPerson) view.note(words.left.replace("{}", withPerson));
  withPerson = person;
}

/** A person's dots last for some seconds: the next ones come while they go on writing. */
function showWriting(person) {
  writing = person;
  clearTimeout(writingTimer);
  writingTimer = setTimeout(() => { writing = ""; showTyping(); }, WRITING_FOR_MS);
  view.typing(false);
  showTyping();
}

/** Say whether somebody writes: the bot, if the server is there and has something to answer, or a person. */
function isTyping() {
  if (connection !== "online") return false;
  return withPerson === undefined ? isRunning || underWay.size > delayed.size : writing !== "";
}

function showTyping() {
  clearTimeout(typingTimer);
  if (paused.length) view.typing(true);
  else if (!isTyping()) view.typing(false);
  else typingTimer = setTimeout(() => view.typing(isTyping(), writing), writing ? 0 : TYPING_AFTER_MS);
}

function showState(state) {
  const line = byId("connection");
  if (isClosed && state === "online") state = "closed";
  connection = state;
  hasBeenOnline ||= state === "online";
  const text = words[state === "connecting" && hasBeenOnline ? "again" : state];
  if (line.dataset.state !== state || line.textContent !== text) {
    line.dataset.state = state;
    line.textContent = text;
  }
  showTyping();
}

function showEarlier(before) {
  earlier = before;
  byId("earlier").hidden = before === null || before === undefined;
}

async function readEarlier() {
  const page = await conversation.earlier(earlier).catch(() => null);
  if (!page) return;
  view.addEarlier(page.messages);
  showEarlier(page.earlier);
}

byId("restart").addEventListener("click", restart);
byId("earlier").addEventListener("click", readEarlier);
window.addEventListener("offline", () => showState("offline"));

// -- the workflows that are served

async function main() {
  speak("");
  let { workflows, named, silent, outOfService } = await served();
  if (!workflows.length) {
    byId("welcome").hidden = false;
    byId("welcome-title").textContent = outOfService.length ? words.closedNow : words.nothing;
    byId("welcome").querySelector("p").textContent = outOfService.length ? words.looksAgain : words.start;
    showState(outOfService.length ? "closed" : "connecting");
    ({ workflows, named, silent } = await servedAgain((found) => found.workflows.length));
    byId("welcome").querySelector("p").textContent = words.begin;
  }
  const picker = byId("workflow");
  picker.replaceChildren(...workflows.map(({ id, name }) => new Option(name, id)));
  byId("picker").hidden = workflows.length < 2;
  byId("title").classList.toggle("unseen", workflows.length > 1);
  // The last one used, unless the server was started with another: then the flow that its developer works on.
  const last = workflows.find(({ id }) => id === localStorage.getItem(LAST_WORKFLOW));
  const isOld = last && named.length && !named.includes(last.id);
  const wanted = new URLSearchParams(location.search).get("workflow") ?? (isOld ? null : last?.id);
  const pick = (id) => {
    const chosen = workflows.find((one) => one.id === id) ?? workflows[0];
    picker.value = chosen.id;
    speak(chosen.language);
    dress(chosen.theme);
    byId("title").textContent = byId("welcome-title").textContent = document.title = chosen.name;
    start(chosen.id);
    if (silent[chosen.id]) view.note(silent[chosen.id]);
  };
  picker.addEventListener("change", () => { pick(picker.value); composer.focusOnDesktop(); });
  pick(wanted);
  composer.focusOnDesktop();
}

/** Look again until `isEnough` says so: seldom, and not while nobody sees the page. */
async function servedAgain(isEnough) {
  for (let tries = 0; ; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_AGAIN_MS * 2 ** tries, LONGEST_LOOK_MS)));
    if (document.hidden) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      tries = 0;
    }
    const found = await served();
    if (isEnough(found)) return found;
  }
}

async function served() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await (await fetch(new URL("workflows", import.meta.url))).json();
    } catch {
      showState(navigator.onLine ? "connecting" : "offline");
      await new Promise((resolve) => setTimeout(resolve, Math.min(400 * 2 ** tries, 5_000)));
    }
  }
}

main();
