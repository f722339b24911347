/** The demo chat page: lets a person write to a workflow (client.js), and shows what happens (view.js). */

import { Conversation } from "/demo/client.js";
import { View } from "/demo/view.js";

const TYPING_AFTER_MS = 250; // a fast reply needs no dots
const LAST_WORKFLOW = "botflow.workflow";
const STATES = {
  connecting: "Connecting…",
  online: "Online",
  offline: "You are offline. Messages wait until you are back.",
};

const byId = (id) => document.getElementById(id);
const view = new View({ onReply: (reply) => { say(reply.title, reply.payload); focusOnDesktop(); } });

let conversation = null;
let workflow = "";
let underWay = 0;
let isRunning = false;
let earlier = null;
let typingTimer = 0;
let offeredBy = ""; // the turn whose buttons are shown

// -- conversations

function start(name) {
  conversation?.close();
  workflow = name;
  localStorage.setItem(LAST_WORKFLOW, name);
  underWay = 0;
  isRunning = false;
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
  on("delayed", ({ message }) => view.mark(message.messageId, "Not sent yet, trying again…", { tone: "waits" }));
  on("refused", refused);
  on("message", (message) => show({ ...message, direction: "out" }));
  on("preview", (message) => { clearTimeout(typingTimer); view.preview({ ...message, direction: "out" }); showTyping(); });
  on("delta", (piece) => { clearTimeout(typingTimer); view.draft(piece); });
  on("status", ({ status }) => showStatus(status));
  on("connection", ({ state }) => showState(state));
  on("lost", () => { restart(); view.note("That conversation is over; this is a new one"); });
  conversation.open();
}

function restart() {
  conversation.forget();
  start(workflow);
  focusOnDesktop();
}

function opened({ messages, unsent, earlier: before }) {
  messages.forEach((message) => view.add(message, { isNew: false }));
  unsent.forEach(queued);
  const last = messages.at(-1);
  if (last?.direction === "out" && !unsent.length) messages.filter((one) => one.direction === "out").forEach(offer);
  view.welcome(!messages.length && !unsent.length);
  showEarlier(before);
  view.toEnd();
}

// -- messages

function say(text, payload) {
  if (!conversation || !text.trim()) return;
  view.offer([]);
  view.toEnd();
  conversation.send(text, payload);
}

function queued(message) {
  underWay += 1;
  view.add({ id: message.messageId, direction: "in", text: message.text, at: message.at });
  showTyping();
}

function answered({ message, messages, status }) {
  underWay = Math.max(0, underWay - 1);
  view.mark(message.messageId, "");
  const now = new Date().toISOString();
  messages.forEach((one) => show({ ...one, direction: "out", at: now }));
  if (underWay === 0) showStatus(status);
}

function refused({ message, reason }) {
  underWay = Math.max(0, underWay - 1);
  const id = message.messageId;
  const again = () => { underWay += 1; view.mark(id, ""); conversation.retry(id); };
  const remove = () => { conversation.takeBack(id); view.remove(id); };
  view.mark(id, `Not sent: ${reason}`, { tone: "wrong", actions: [["Try again", again], ["Remove", remove]] });
  showTyping();
}

function show(message) {
  view.endPreview(message.id);
  const isKnown = view.has(message.id);
  view.typing(false);
  view.add(message);
  if (!isKnown) offer(message);
  showTyping();
}

/** A turn's buttons stay while the turn goes on to say something without any, such as a question. */
function offer(message) {
  const turn = message.id.split(".")[0];
  if (message.quickReplies.length || turn !== offeredBy) view.offer(message.quickReplies);
  offeredBy = turn;
}

// -- what goes on

function showStatus(status) {
  isRunning = status === "running";
  if (!isRunning && underWay === 0) {
    view.endDraft();
    view.endPreviews();
  }
  showTyping();
}

function showTyping() {
  clearTimeout(typingTimer);
  if (!isRunning && underWay === 0) view.typing(false);
  else typingTimer = setTimeout(() => view.typing(isRunning || underWay > 0), TYPING_AFTER_MS);
}

function showState(state) {
  const line = byId("connection");
  if (line.dataset.state === state && line.textContent === STATES[state]) return;
  line.dataset.state = state;
  line.textContent = STATES[state];
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

// -- writing

const box = byId("text");

function fitBox() {
  byId("send").disabled = !box.value.trim();
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

function submit() {
  if (!box.value.trim()) return;
  say(box.value.trim());
  box.value = "";
  fitBox();
  box.focus();
}

/** On a phone, focus would open the keyboard over the conversation. */
function focusOnDesktop() {
  if (matchMedia("(hover: hover)").matches) box.focus();
}

box.addEventListener("input", fitBox);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
byId("restart").addEventListener("click", restart);
byId("earlier").addEventListener("click", readEarlier);
window.addEventListener("offline", () => showState("offline"));

// -- the workflows that are served

async function main() {
  const { workflows, named, silent } = await served();
  if (!workflows.length) {
    byId("welcome").hidden = false;
    byId("welcome-title").textContent = "No workflow is served";
    byId("welcome").querySelector("p").textContent = "Start the server with a flow: botflow serve --dev flow.yaml";
    return;
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
    const { name } = workflows.find((one) => one.id === id) ?? workflows[0];
    picker.value = workflows.find((one) => one.id === id)?.id ?? workflows[0].id;
    byId("title").textContent = byId("welcome-title").textContent = document.title = name;
    start(picker.value);
    if (silent[picker.value]) view.note(silent[picker.value]);
  };
  picker.addEventListener("change", () => { pick(picker.value); focusOnDesktop(); });
  pick(wanted);
  fitBox();
  focusOnDesktop();
}

async function served() {
  for (let tries = 0; ; tries += 1) {
    try {
      return await (await fetch("/demo/workflows")).json();
    } catch {
      showState(navigator.onLine ? "connecting" : "offline");
      await new Promise((resolve) => setTimeout(resolve, Math.min(400 * 2 ** tries, 5_000)));
    }
  }
}

main();
