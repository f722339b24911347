// A conversation by the HttpAgent of @ag-ui/client: node ag_ui.mjs <packages> <json: url, headers, messages, steps>.
// Steps: {say, id, content, forwardedProps, stopAfter}, {read}. Prints messages, custom events and what went wrong.
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/here.js`);
const { HttpAgent } = require("@ag-ui/client");
const given = JSON.parse(process.argv[3]);

const agent = new HttpAgent({ url: given.url, headers: given.headers, threadId: "t1", initialMessages: given.messages });
const custom = [];
const errors = [];
const types = [];
const results = [];
for (const step of given.steps) {
  if (step.say !== undefined || step.content !== undefined) {
    agent.addMessage({ id: step.id ?? crypto.randomUUID(), role: "user", content: step.content ?? step.say });
  }
  try {
    const ran = await agent.runAgent({ forwardedProps: step.forwardedProps }, {
      onEvent: ({ event }) => { types.push(event.type); },
      onCustomEvent: ({ event }) => { custom.push({ name: event.name, value: event.value }); },
      onRunErrorEvent: ({ event }) => { errors.push(event.code); },
      onTextMessageContentEvent: ({ textMessageBuffer, event }) => {
        if (step.stopAfter && (textMessageBuffer + event.delta).includes(step.stopAfter)) agent.abortRun();
      },
    });
    results.push(ran.result ?? null);
  } catch (error) {
    errors.push(String(error.message));
  }
}
console.log(JSON.stringify({ messages: agent.messages, custom, errors, types, results }));
