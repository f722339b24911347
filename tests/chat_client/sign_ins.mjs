/** A visitor whose site signs them in: node sign_ins.mjs NAME URL GIVEN; prints what came of it as JSON. */
import { Chat } from "../../integrations/botflow_widget/source/botflow-chat.js";
import { KeptStorage, until } from "./pages.mjs";

const [name, server, given] = process.argv.slice(2).map((each) => JSON.parse(each));

function visitor(options) {
  const chat = new Chat({ server, workflow: "echo", storage: null, ...options });
  const opened = [];
  const said = [];
  const lost = [];
  chat.addEventListener("opened", ({ detail }) => opened.push(detail));
  chat.addEventListener("message", ({ detail }) => said.push(detail.text));
  chat.addEventListener("lost", ({ detail }) => lost.push(detail.failure.code));
  return { chat, opened, said, lost };
}

const texts = ({ messages }) => messages.map(({ text }) => text);

const SCENARIOS = {
  /** Say something as a visitor, sign in, say more, and look at the conversation on another device. */
  async along() {
    const storage = new KeptStorage();
    const { chat, opened, said } = visitor({ storage });
    await chat.open();
    chat.send("one");
    await until(() => said.length === 2);
    await chat.identify(given);
    chat.send("two");
    await until(() => said.length === 4);
    chat.close();
    const other = visitor({ identity: given });
    await other.chat.open();
    other.chat.close();
    return { begun: texts(opened[0]), signed: texts(opened[1]), isNew: opened[1].isNew, elsewhere: texts(other.opened[0]) };
  },

  /** Sign in on a device whose visitor has said something, as a person who has a conversation. */
  async older() {
    const first = visitor({ identity: given });
    await first.chat.open();
    first.chat.send("mine");
    await until(() => first.said.length === 2);
    first.chat.close();
    const { chat, opened, said } = visitor({});
    await chat.open();
    chat.send("as a visitor");
    await until(() => said.length === 2);
    await chat.identify(given);
    chat.send("again mine");
    await until(() => said.length === 4);
    chat.close();
    return { signed: texts(opened[1]), said: said.slice(2) };
  },

  /** Open the chat with a token that nobody should believe. */
  async refused() {
    const { chat, lost } = visitor({ identity: given });
    const isOpen = await chat.open();
    return { isOpen, lost };
  },
};

console.log(JSON.stringify(await SCENARIOS[name]()));
