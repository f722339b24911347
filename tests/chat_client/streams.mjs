/**
 * Reads streams with the client's parser: node streams.mjs [[chunk, …], …], chunks as base64; prints their events.
 * At last one long event in many small chunks: the characters that were looked at must not grow with their number.
 */
import { events, readJson } from "../../integrations/botflow_widget/source/chat/reading.js";

const streams = JSON.parse(process.argv[2]);
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));

function response(chunks) {
  return new Response(new ReadableStream({
    pull(controller) {
      const next = chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  }));
}

async function read(chunks) {
  const found = [];
  for await (const event of events(response(chunks))) if (event.text || event.name) found.push([event.name, event.text, event.id]);
  return found;
}

function* endless(piece) {
  for (;;) yield piece;
}

const found = [];
for (const chunks of streams) found.push(await read(chunks.map(bytes).values()));
const small = new TextEncoder().encode("data: x".repeat(10_000));
const tooLong = await Promise.all([read(endless(small)), read(endless(new TextEncoder().encode("data: xxxxxxxxxxxxxxxx\n".repeat(4_000))))].map(
  (reading) => reading.catch((failure) => failure.name),
));
const tooLongJson = await readJson(response(endless(small))).catch((failure) => failure.name);
console.log(JSON.stringify({ found, tooLong, tooLongJson }));
