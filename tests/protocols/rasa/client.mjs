// Rasa's Socket.IO channel by the official client: node client.mjs <node_modules> <url> <path> <transport>
// Commands come as lines of JSON: {event, content}, {drop}, {end}; what arrives is written as lines of JSON.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , modules, url, path, transport] = process.argv;
const { io } = createRequire(`${modules}/`)("socket.io-client");
const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const socket = io(url, { path, ...(transport === "default" ? {} : { transports: [transport] }), reconnectionDelay: 50 });
socket.on("connect", () => write({ connected: socket.io.engine.transport.name }));
socket.on("disconnect", (reason) => write({ disconnected: reason }));
socket.on("connect_error", (failure) => write({ failure: failure.message }));
socket.onAny((event, content) => write({ event, content }));

for await (const line of createInterface({ input: process.stdin })) {
  const { event, content, drop, end } = JSON.parse(line);
  if (event) socket.emit(event, content, (answer) => write({ acknowledged: answer }));
  if (drop) socket.io.engine.close(); // it connects again
  if (end) { socket.close(); break; }
}
