/** What the tests let a chat do in Node.js: node scenarios.mjs NAME URL GIVEN; prints what came of it as JSON. */
import { Chat } from "../../integrations/botflow_widget/source/botflow-chat.js";
import { KeptStorage, until } from "./pages.mjs";

const [name, server, given] = process.argv.slice(2).map((each) => JSON.parse(each));
const EVENTS = "opened queued answered delayed refused takenback message preview delta status typing connection lost".split(" ");

/** Return a chat, and what it has told so far. */
function visitor(options = {}) {
  const chat = new Chat({ server, workflow: "echo", storage: null, ...options });
  const told = [];
  for (const event of EVENTS) chat.addEventListener(event, ({ detail }) => told.push({ event, detail }));
  const of = (event) => told.filter((one) => one.event === event).map(({ detail }) => detail);
  const said = () => of("message").map(({ text }) => text);
  return { chat, told, of, said };
}

const SCENARIOS = {
  /** Send `given` one after the other, without waiting, and wait until all is answered and shown. */
  async conversation() {
    const { chat, of, said } = visitor();
    const isOpen = await chat.open();
    for (const text of given) chat.send(text);
    await until(() => of("answered").length === given.length && said().length === 2 * given.length);
    chat.close();
    return { isOpen, said: said(), greeting: of("opened")[0].messages.map(({ text }) => text), isNew: of("opened")[0].isNew };
  },

  /** A page that is loaded again while the server fails does not begin another conversation. */
  async reloaded() {
    const storage = new KeptStorage();
    const first = visitor({ storage });
    await first.chat.open();
    first.chat.send("one");
    await until(() => first.said().length === 2);
    first.chat.close();
    const second = visitor({ storage });
    await second.chat.open();
    second.chat.close();
    const [{ messages, isNew, unsent }] = second.of("opened");
    return { texts: messages.map(({ text }) => text), isNew, unsent, states: second.of("connection").map(({ state }) => state) };
  },

  /** Without a stream, which a proxy holds back, answers are shown all the same. */
  async streamless() {
    const { chat, said, of } = visitor();
    await chat.open();
    chat.send("one");
    await until(() => said().length === (given ?? 2));
    chat.close();
    return { said: said(), states: of("connection").map(({ state }) => state) };
  },

  /** The stream comes late, when the history has told already what it says. */
  async overlapping() {
    const { chat, said } = visitor();
    await chat.open();
    chat.send("one");
    await until(() => said().length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    chat.send("two");
    await until(() => said().includes("noted two"));
    chat.close();
    return said();
  },

  /** The clock is set back by a day between two messages that wait, and by another one before the page is loaded again. */
  async clocks() {
    const storage = new KeptStorage();
    const now = Date.now;
    const first = visitor({ storage });
    await first.chat.open();
    first.chat.send("one");
    Date.now = () => now() - 86_400_000;
    first.chat.send("two");
    await until(() => first.of("delayed").length);
    first.chat.close();
    Date.now = () => now() - 2 * 86_400_000;
    const second = visitor({ storage });
    second.chat.send("three");
    await second.chat.open();
    await until(() => second.said().length === 6);
    second.chat.close();
    return second.said();
  },

  /** Talk while the server goes away and comes back: a message every so often, until `given` are answered. */
  async restarted() {
    const { chat, of, said } = visitor();
    await chat.open();
    for (let number = 0; number < given; number += 1) {
      chat.send(`m${number}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await until(() => of("answered").length === given && said().length === 2 * given);
    chat.close();
    return { said: said(), isBack: of("connection").at(-1).state === "online", lost: of("lost").length };
  },

  /** Texts around the longest one that the server takes. */
  async long() {
    const { chat, of, said } = visitor();
    await chat.open();
    chat.send("x".repeat(8_001));
    chat.send("\u{1f600}".repeat(8_001));
    chat.send("\u{1f600}".repeat(8_000)); // the server does not count them twice
    await until(() => of("refused").length === 2 && said().length === 2);
    chat.close();
    return of("refused").map(({ failure: { status, code, detail, hint } }) => ({ status, code, detail, hint }));
  },

  async refused() {
    const { chat, of, said } = visitor();
    await chat.open();
    const { messageId } = chat.send("one", { payload: "x".repeat(1_001) });
    chat.send("two");
    await until(() => of("refused").length && said().length === 2);
    chat.retry(messageId);
    await until(() => of("refused").length === 2);
    chat.takeBack(messageId);
    chat.close();
    const [{ failure, message }] = of("refused");
    const { status, code, detail, hint, isFinal } = failure;
    return { isIts: message.messageId === messageId, failure: { status, code, detail, hint, isFinal }, said: said(), taken: of("takenback").length };
  },

  /** Storages that throw, that are full and that hold nonsense cost what they would have kept, and nothing else. */
  async storages() {
    const storages = [
      new Proxy({}, { get() { throw new DOMException("denied", "SecurityError"); } }),
      Object.assign(new KeptStorage(), { setItem() { throw new DOMException("full", "QuotaExceededError"); } }),
      Object.assign(new KeptStorage(), { getItem: () => "{", key: () => null }),
      Object.assign(new KeptStorage(), { getItem: () => '{"token": "of another server"}' }),
      null,
    ];
    return Promise.all(storages.map(async (storage) => {
      const { chat, said } = visitor({ storage });
      await chat.open();
      chat.send("one");
      await until(() => said().length === 2);
      chat.close();
      return said();
    }));
  },

  /** The token was revoked: the conversation is over, and the next `open` after `forget` begins another. */
  async lost() {
    const { chat, of } = visitor({ storage: new KeptStorage() });
    await chat.open();
    chat.send("one");
    await until(() => of("lost").length);
    const [{ failure }] = of("lost");
    chat.forget();
    const isOpen = await chat.open();
    chat.close();
    return { code: failure.code, lost: of("lost").length, isOpen, isNew: of("opened").at(-1).isNew };
  },

  /** A turn takes long: the next message leaves all the same, after the server has the first. */
  async slow() {
    const { chat, of } = visitor({ workflow: "talk" });
    await chat.open();
    chat.send("one");
    chat.send("two");
    await until(() => of("message").length >= 2);
    chat.close();
    return { said: of("message").map(({ text }) => text), deltas: of("delta").length > 0 };
  },

  async uploads() {
    const { chat, of, said } = visitor();
    await chat.open();
    const shares = [];
    const file = await chat.upload(new File(["%PDF-1.7 hello"], "note.pdf", { type: "application/pdf" }), { onProgress: (share) => shares.push(share) });
    chat.send("", { media: [file] });
    await until(() => said().length === 2);
    const refused = await chat.upload(new File(["MZ"], "a.exe", { type: "application/x-msdownload" })).catch((failure) => failure);
    const given = new AbortController();
    given.abort();
    const aborted = await chat.upload(new File(["%PDF-1.7"], "x.pdf", { type: "application/pdf" }), { signal: given.signal }).catch((failure) => failure);
    chat.close();
    return { name: file.name, share: shares.at(-1), refused: [refused.name, refused.status, refused.code], aborted: aborted.name, answered: of("answered").length };
  },

  /** A visitor with another device of the same conversation sees what that one says. */
  async devices() {
    const storage = new KeptStorage();
    const one = visitor({ storage });
    await one.chat.open();
    const other = visitor({ storage });
    await other.chat.open();
    one.chat.send("hello");
    await until(() => other.said().length === 2 && one.said().length === 2);
    one.chat.close();
    other.chat.close();
    const place = (event) => other.told.findIndex((told) => told.event === event);
    return { texts: other.of("queued").map(({ text, elsewhere }) => [text, elsewhere]), isBefore: place("queued") < place("message"), answered: other.of("answered").length, mine: one.of("queued").length };
  },

  async history() {
    const { chat, of, said } = visitor();
    await chat.open();
    for (let number = 0; number < 20; number += 1) chat.send(`m${number}`);
    await until(() => said().length === 40);
    chat.close();
    await chat.open();
    const [, page] = of("opened");
    const before = await chat.earlier(page.earlier);
    chat.close();
    const texts = [...before.messages, ...page.messages].map(({ text }) => text);
    return { isWhole: texts.length === 61 && new Set(texts).size === 61, last: before.earlier };
  },
};

console.log(JSON.stringify(await SCENARIOS[name]()));
