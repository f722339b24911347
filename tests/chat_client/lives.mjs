/**
 * Short lives of visitors, side by side: node lives.mjs URL [[{"send": "1"}, {"reload": true}, {"wait": 50}], …]
 * Each sends its messages through the given network, and is reloaded in between, as a page is. At the end all is quiet.
 * Prints for each visitor what it sent, and what each of its pages showed.
 */
import { Chat } from "../../integrations/botflow_widget/source/botflow-chat.js";
import { KeptStorage, until } from "./pages.mjs";

const [server, plans] = process.argv.slice(2).map((each) => JSON.parse(each));

async function live(plan) {
  const storage = new KeptStorage();
  const sent = [];
  const pages = [];
  let page = load(server, storage, pages);
  for (const step of plan) {
    if (step.send) sent.push(page.chat.send(step.send).messageId);
    if (step.wait) await new Promise((resolve) => setTimeout(resolve, step.wait));
    if (step.reload) {
      page.chat.close();
      page = load(server, storage, pages);
    }
  }
  await page.opened;
  const isQuiet = () => page.unsent.size === 0 && page.said.filter(({ text }) => text.startsWith("noted")).length === sent.length;
  const wasQuiet = await until(isQuiet, 90_000);
  page.chat.close();
  return { sent, token: page.token(), wasQuiet, pages: pages.map(({ said, heard, unsent }) => ({ said: said.map(({ id }) => id), heard, unsent: [...unsent] })) };
}

function load(server, storage, pages) {
  const chat = new Chat({ server, workflow: "echo", storage });
  const page = { chat, said: [], heard: [], unsent: new Set(), token: () => JSON.parse(storage.values().find((one) => one.includes("token"))).token };
  const on = (name, react) => chat.addEventListener(name, ({ detail }) => react(detail));
  on("opened", ({ messages, unsent }) => {
    page.said.push(...messages.filter((one) => one.direction === "out"));
    page.heard.push(...messages.filter((one) => one.direction === "in").map((one) => one.messageId));
    for (const { messageId } of unsent) page.unsent.add(messageId);
  });
  on("queued", ({ messageId }) => page.unsent.add(messageId));
  on("answered", ({ message }) => { page.unsent.delete(message.messageId); page.heard.push(message.messageId); });
  on("message", (message) => page.said.push(message));
  page.opened = chat.open();
  pages.push(page);
  return page;
}

console.log(JSON.stringify(await Promise.all(plans.map(live)))); // and Node.js ends: a closed chat holds nothing
