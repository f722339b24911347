/** Visitors who sign in and out: node people.mjs NAME URL GIVEN; prints what came of it as JSON. */
import { Chat } from "../../integrations/botflow_widget/source/botflow-chat.js";
import { KeptStorage, until } from "./pages.mjs";

const [name, server, given] = process.argv.slice(2).map((each) => JSON.parse(each));

/** Return a chat, and what its page shows: begun anew by each `opened`. */
function page(options = {}) {
  const chat = new Chat({ server, workflow: "users", storage: null, ...options });
  const shown = { texts: [], unsent: [], opened: 0, lost: [], refused: [], states: [] };
  const on = (event, react) => chat.addEventListener(event, ({ detail }) => react(detail));
  on("opened", ({ messages, unsent }) => {
    shown.opened += 1;
    shown.texts = messages.map(({ text }) => text);
    shown.unsent = unsent.map(({ text }) => text);
  });
  on("answered", ({ message }) => shown.texts.push(message.text));
  on("message", ({ text }) => shown.texts.push(text));
  on("lost", ({ failure }) => shown.lost.push(failure.code));
  on("refused", ({ failure }) => shown.refused.push(failure.code));
  on("connection", ({ state }) => shown.states.push(state));
  return { chat, shown };
}

const has = ({ shown }, text) => until(() => shown.texts.includes(text));
/** What the person said, and whether everything is there once. */
const told = ({ shown }) => ({ texts: [...shown.texts].sort(), opened: shown.opened, lost: shown.lost });

const SCENARIOS = {
  async takenAlong() {
    const here = page();
    await here.chat.open();
    here.chat.send("one");
    await has(here, "noted one");
    const isOpen = await here.chat.identify(given.ann);
    here.chat.send("two");
    await has(here, "noted two");
    here.chat.close();
    return { isOpen, ...told(here) };
  },

  /** What could not be sent before the sign-in is sent after it, once. */
  async unsentComesAlong() {
    const here = page({ storage: new KeptStorage() });
    await here.chat.open();
    here.chat.send("one");
    await until(() => here.shown.states.includes("connecting"));
    await here.chat.identify(given.ann);
    await has(here, "noted one");
    here.chat.close();
    return told(here);
  },

  async signedOut() {
    const storage = new KeptStorage();
    const here = page({ storage, identity: given.ann });
    await here.chat.open();
    here.chat.send("secret");
    await has(here, "noted secret");
    await here.chat.signOut();
    const after = [...here.shown.texts];
    const kept = storage.values().join();
    await here.chat.identify(given.bob);
    const bobs = [...here.shown.texts];
    await here.chat.signOut();
    await here.chat.identify(given.ann);
    here.chat.close();
    return { after, isKept: kept.includes("secret") || kept.includes("ann"), bobs, again: here.shown.texts };
  },

  /** A page that nobody is signed in on shows nothing of who was, and keeps what they have not sent. */
  async nextVisitor() {
    const storage = new KeptStorage();
    const first = page({ storage, identity: given.ann });
    await first.chat.open();
    first.chat.send("one");
    await has(first, "noted one");
    first.chat.close();
    first.chat.send("two");
    const stranger = page({ storage });
    await stranger.chat.open();
    stranger.chat.close();
    const back = page({ storage, identity: given.ann });
    await back.chat.open();
    await has(back, "noted two");
    back.chat.close();
    return { stranger: stranger.shown.texts, unsent: stranger.shown.unsent, back: told(back).texts };
  },

  /** A token that the server refuses is renewed, and nobody sees it. */
  async renewed() {
    let asked = 0;
    const here = page({ identity: async () => { asked += 1; return given.ann; } });
    await here.chat.open();
    here.chat.send("one");
    await has(here, "noted one");
    here.chat.send("two");
    await has(here, "noted two");
    here.chat.close();
    return { asked, ...told(here) };
  },

  async renewedInTime() {
    let asked = 0;
    const here = page({ identity: async () => (asked++ ? given.ann : given.short) });
    await here.chat.open();
    await until(() => asked > 1);
    here.chat.send("one");
    await has(here, "noted one");
    here.chat.close();
    return { isRenewed: asked > 1, ...told(here) };
  },

  async required() {
    const here = page({ workflow: "members" });
    const isOpen = await here.chat.open();
    const lost = [...here.shown.lost];
    const isOpenThen = await here.chat.identify(async () => given.ann);
    here.chat.close();
    return { isOpen, lost, isOpenThen, texts: here.shown.texts };
  },

  /** The site's server does not answer for a moment; a token that nobody has signed opens nothing, and ends nothing. */
  async failing() {
    let left = 2;
    const here = page({ identity: async () => { if (left--) throw new TypeError("no network"); return given.ann; } });
    const isOpen = await here.chat.open();
    here.chat.close();
    const storage = new KeptStorage();
    const other = page({ storage });
    await other.chat.open();
    const kept = storage.values().join();
    const isIn = await other.chat.identify(given.forged);
    return { isOpen, states: here.shown.states, isIn, lost: other.shown.lost, isKept: storage.values().join() === kept };
  },
};

console.log(JSON.stringify(await SCENARIOS[name]()));
