/**
 * The conversation as the server has it: one token, a queue of messages on their way, one stream.
 *
 * A message keeps its id until the server has answered it, through failures and reloads, so it counts once. The stream
 * resumes after the last event it saw. Knows nothing of the page: it reports by the events of EventTarget.
 */

const STALE_AFTER_MS = 40_000; // the server writes every 15 s, messages or not
const NEXT_AFTER_MS = 1_500; // a slow answer does not hold up the next message, a failed one does
const LONGEST_PAUSE_MS = 15_000;

export class Refusal extends Error {
  constructor(status, problem, retryAfterS) {
    super(problem.detail ?? "The server refused.");
    this.status = status;
    this.code = problem.code ?? "";
    this.retryAfterS = retryAfterS;
  }
}

export class Conversation extends EventTarget {
  #path;
  #key;
  #token = null;
  #queue = [];
  #isSending = false;
  #cursor = "";
  #ended = new AbortController();
  #nudge = () => {};

  constructor(workflow) {
    super();
    const mount = new URL("..", import.meta.url); // wherever we are mounted; another botflow may be beside us
    this.#path = new URL(`chat/${encodeURIComponent(workflow)}`, mount).href;
    this.#key = `botflow:${mount.pathname === "/" ? "" : mount.pathname}${workflow}`;
    const wakeUp = () => this.#nudge();
    window.addEventListener("online", wakeUp, { signal: this.#ended.signal });
    document.addEventListener("visibilitychange", wakeUp, { signal: this.#ended.signal });
  }

  /** Resume the kept conversation, or begin a new one; retries until the server answers. */
  async open() {
    const kept = this.#kept();
    this.#token = kept.token ?? null;
    this.#queue = (kept.unsent ?? []).map((message) => ({ ...message, isWaiting: true }));
    for (let tries = 0; !this.#ended.signal.aborted; tries += 1) {
      try {
        const page = this.#token ? await this.#call("GET", "/messages") : await this.#begin();
        if (this.#ended.signal.aborted) return;
        this.#resume(page);
        return;
      } catch (failure) {
        if (this.#ended.signal.aborted) return;
        if (isLost(failure)) this.#forget();
        else await this.#failed(failure, tries);
      }
    }
  }

  /** Stop listening; what is on its way stays kept for the next visit. */
  close() {
    this.#ended.abort();
  }

  /** Give up this conversation: the next `open` begins a new one. */
  forget() {
    this.close();
    localStorage.removeItem(this.#key);
  }

  /** Send a message; `more` may hold a payload, media and a location. */
  send(text, more = {}) {
    const message = { messageId: newId(), text, ...more, at: new Date().toISOString() };
    this.#queue.push(message);
    this.#keep();
    this.#emit("queued", message);
    this.#pump();
  }

  /** Try a refused message again, or take it back. */
  retry(messageId) {
    const message = this.#queue.find((one) => one.messageId === messageId);
    if (message) message.isRefused = false;
    this.#pump();
  }

  takeBack(messageId) {
    this.#queue = this.#queue.filter((one) => one.messageId !== messageId);
    this.#keep();
    this.#pump();
  }

  /** Send a file; the server's answer is what a message names. `onProgress` gets a share from 0 to 1. */
  upload(file, { onProgress, signal }) {
    const request = new XMLHttpRequest(); // fetch cannot tell how far it is
    return new Promise((resolve, reject) => {
      request.open("POST", `${this.#path}/files?name=${encodeURIComponent(file.name)}`);
      request.responseType = "json";
      request.setRequestHeader("authorization", `Bearer ${this.#token}`);
      request.setRequestHeader("content-type", file.type || "application/octet-stream");
      request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 0));
      request.addEventListener("load", () => {
        if (request.status < 300) resolve(request.response);
        else reject(new Refusal(request.status, request.response ?? {}, Number(request.getResponseHeader("retry-after")) || 0));
      });
      for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => reject(new TypeError(name)));
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(file);
    });
  }

  async earlier(before) {
    return this.#call("GET", `/messages?before=${before}`);
  }

  // -- opening

  async #begin() {
    const opened = await this.#call("POST", "/sessions");
    this.#token = opened.token;
    this.#keep();
    const now = new Date().toISOString();
    return { ...opened, messages: opened.messages.map((one) => ({ ...one, direction: "out", at: now })), earlier: null };
  }

  #resume(page) {
    this.#cursor = page.messages.findLast((one) => one.direction === "out")?.id ?? "";
    this.#emit("opened", { ...page, unsent: this.#unseen(page.messages) });
    this.#listen();
    this.#pump();
  }

  /** A message whose answer was lost may be in the history already: it is sent again all the same, but not shown. */
  #unseen(messages) {
    const heard = messages.filter((one) => one.direction === "in").slice(-this.#queue.length || messages.length);
    return this.#queue.filter((message) => !heard.some((one) => one.text === message.text && one.at >= early(message)));
  }

  // -- sending: in order, each until the server has it

  async #pump() {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#token && !this.#ended.signal.aborted) {
      const message = this.#queue.find((one) => !one.isUnderWay);
      if (!message || message.isRefused) break;
      message.isUnderWay = true;
      const delivered = this.#deliver(message);
      await Promise.race([delivered, after(NEXT_AFTER_MS).then(() => message.hasFailed && delivered)]);
    }
    this.#isSending = false;
  }

  async #deliver(message) {
    for (let tries = 0; !this.#ended.signal.aborted; tries += 1) {
      try {
        const { messageId, text, payload, question, location } = message;
        const media = message.media?.map(({ id }) => ({ id }));
        const answer = await this.#call("POST", "/messages", { messageId, text, payload, question, media, location });
        this.takeBack(messageId);
        this.#emit("answered", { message, ...answer });
        return;
      } catch (failure) {
        if (this.#ended.signal.aborted) return;
        if (isLost(failure)) {
          this.#emit("lost", {});
          return;
        }
        if (failure instanceof Refusal && failure.status < 500 && failure.status !== 429) {
          Object.assign(message, { isRefused: true, isUnderWay: false });
          this.#emit("refused", { message, failure });
          return;
        }
        message.hasFailed = true;
        this.#emit("delayed", { message });
        await this.#failed(failure, tries);
      }
    }
  }

  // -- listening

  async #listen() {
    for (let tries = 0; !this.#ended.signal.aborted; tries += 1) {
      const stream = new AbortController();
      const stop = () => stream.abort();
      this.#ended.signal.addEventListener("abort", stop, { once: true });
      let watchdog = setTimeout(stop, STALE_AFTER_MS);
      try {
        const response = await this.#fetch("GET", "/events", undefined, stream.signal);
        for await (const event of events(response.body)) {
          clearTimeout(watchdog);
          watchdog = setTimeout(stop, STALE_AFTER_MS);
          tries = 0;
          this.#emit("connection", { state: "online" });
          this.#heard(event);
        }
      } catch (failure) {
        if (isLost(failure)) return this.#emit("lost", {});
      } finally {
        clearTimeout(watchdog);
        this.#ended.signal.removeEventListener("abort", stop);
        stop();
      }
      if (!this.#ended.signal.aborted) await this.#failed(null, tries);
    }
  }

  #heard(event) {
    if (event.id) this.#cursor = event.id;
    if (event.name) this.#emit(event.name, JSON.parse(event.text));
  }

  // -- calling

  async #call(method, path, body) {
    return (await this.#fetch(method, path, body, this.#ended.signal)).json();
  }

  async #fetch(method, path, body, signal) {
    const headers = {};
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    if (body) headers["content-type"] = "application/json";
    if (path === "/events" && this.#cursor) headers["last-event-id"] = this.#cursor;
    const response = await fetch(this.#path + path, { method, headers, body: body && JSON.stringify(body), signal });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Refusal(response.status, problem, Number(response.headers.get("retry-after")) || 0);
  }

  /** Say that there is no connection, and wait: longer each time, shorter when the network comes back. */
  async #failed(failure, tries) {
    this.#emit("connection", { state: navigator.onLine ? "connecting" : "offline" });
    const pause = failure?.retryAfterS ? failure.retryAfterS * 1000 : Math.min(400 * 2 ** tries, LONGEST_PAUSE_MS);
    await Promise.race([
      after(pause * (0.8 + 0.4 * Math.random())),
      failure?.retryAfterS ? new Promise(() => {}) : new Promise((resolve) => { this.#nudge = resolve; }),
    ]);
  }

  // -- keeping, across reloads

  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  #keep() {
    if (this.#ended.signal.aborted) return;
    const unsent = this.#queue.map(({ messageId, text, payload, question, media, location, at }) => (
      { messageId, text, payload, question, media, location, at }
    ));
    localStorage.setItem(this.#key, JSON.stringify({ token: this.#token, unsent }));
  }

  #forget() {
    this.#token = null;
    this.#cursor = "";
    this.#keep();
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Read server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export async function* events(body) {
  let rest = "";
  for await (const chunk of pieces(body.pipeThrough(new TextDecoderStream()))) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = { id: "", name: "", text: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("id: ")) event.id = line.slice(4);
        if (line.startsWith("event: ")) event.name = line.slice(7);
        if (line.startsWith("data: ")) event.text += line.slice(6);
      }
      yield event;
    }
  }
}

/** Not every browser iterates over a stream. */
async function* pieces(stream) {
  const reader = stream.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}

function isLost(failure) {
  return failure instanceof Refusal && (failure.status === 401 || failure.status === 403 || failure.code === "session.unknown");
}

/** The server's clock may be behind ours. */
function early(message) {
  return new Date(Date.parse(message.at) - 120_000).toISOString();
}

/** Not crypto.randomUUID: it is missing where a page is not served by https or localhost. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function after(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
