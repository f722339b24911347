// A conversation by the Chat of @ai-sdk/react: node ai_sdk.mjs <packages> <json: url, headers, id, messages, steps>.
// Steps: {say, id, parts}, {regenerate}, {resume}, {stopAfter}. Prints all messages, and what went wrong.
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/here.js`);
const { Chat } = require("@ai-sdk/react");
const { DefaultChatTransport } = require("ai");
const given = JSON.parse(process.argv[3]);

const errors = [];
const seen = [];
const chat = new Chat({
  id: given.id ?? "c1",
  messages: given.messages ?? [],
  transport: new DefaultChatTransport({ api: given.url, headers: given.headers }),
  onError: (error) => errors.push(error.message),
  onFinish: ({ message, isAbort }) => seen.push({ parts: message.parts.length, isAbort }),
});
const texts = () => chat.messages.flatMap((one) => one.parts).flatMap((part) => part.text ?? []);
for (const step of given.steps) {
  if (step.say !== undefined) {
    const message = { parts: step.parts ?? [{ type: "text", text: step.say }] };
    const said = chat.sendMessage(step.id ? { ...message, id: step.id, role: "user" } : message);
    if (step.stopAfter) {
      while (!texts().some((text) => text.includes(step.stopAfter))) await new Promise((go) => setTimeout(go, 10));
      await chat.stop();
    }
    await said;
  } else if (step.regenerate) {
    await chat.regenerate();
  } else if (step.resume) {
    await chat.resumeStream();
  }
}
console.log(JSON.stringify({ messages: chat.messages, errors, seen, status: chat.status }));
