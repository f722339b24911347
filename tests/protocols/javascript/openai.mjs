// A conversation by the package openai: node openai.mjs <packages> <json: url, key, person>.
// Its first answer is lost on the way, so the client asks again by itself.
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/here.js`);
const { OpenAI } = require("openai");
const given = JSON.parse(process.argv[3]);

let lost = 0;
const losing = async (...call) => {
  const response = await fetch(...call);
  if (lost++) return response;
  await response.text();
  throw new TypeError("lost");
};
const client = new OpenAI({ baseURL: given.url, apiKey: given.key, fetch: losing });
const model = "order";
const user = given.person;

const first = await client.chat.completions.create({ model, user, messages: [{ role: "user", content: "hi" }] });
const chat = first.choices[0].message.content;
const models = [];
for await (const one of client.models.list()) models.push(one.id);
const messages = [
  { role: "user", content: "hi" },
  { role: "assistant", content: chat },
  { role: "user", content: "Anna" },
];
let streamed = "";
for await (const chunk of await client.chat.completions.create({ model, user, messages, stream: true })) {
  streamed += chunk.choices[0].delta.content ?? "";
}
const response = (await client.responses.create({ model, safety_identifier: user, input: "salad" })).output_text;
let error;
try {
  await client.responses.create({ model: "pasta", input: "hi" });
} catch (refused) {
  error = { status: refused.status, code: refused.code, type: refused.type };
}
console.log(JSON.stringify({ models, chat, streamed, response, error }));
