// A conversation by the official client: node client.mjs <node_modules> <domain> <token> <socket: true|false>
// Commands come as lines of JSON: {say}, {press}, {upload}, {end}; what arrives is written as lines of JSON.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , modules, domain, token, socket] = process.argv;
const require = createRequire(`${modules}/`);

// What the client needs of a browser's XMLHttpRequest.
globalThis.XMLHttpRequest = class {
  readyState = 0;
  status = 0;
  response = null;
  #headers = {};
  open(method, url) {
    Object.assign(this, { method, url, readyState: 1 });
  }
  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }
  getAllResponseHeaders() {
    return "";
  }
  abort() {}
  async send(body) {
    try {
      const answer = await fetch(this.url, { method: this.method, headers: this.#headers, body });
      const text = await answer.text();
      Object.assign(this, { status: answer.status, response: text && JSON.parse(text) });
    } catch {
      this.status = 0;
    }
    this.readyState = 4;
    this.onreadystatechange?.({});
    this.onload?.({});
  }
};
globalThis.window ??= globalThis; // as in a browser
const { DirectLine, ConnectionStatus } = require("botframework-directlinejs");

const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const line = new DirectLine({ domain, token, webSocket: socket === "true", pollingInterval: 200 });
line.connectionStatus$.subscribe((status) => write({ status: ConnectionStatus[status] }));
line.activity$.subscribe((activity) => write({ activity }), (failure) => write({ failure: String(failure) }));

function post(activity) {
  const named = { ...activity, from: { id: "somebody else", role: "user" } };
  line.postActivity(named).subscribe((id) => write({ posted: id }), (failure) => write({ refused: failure.status }));
}

for await (const text of createInterface({ input: process.stdin })) {
  const { say, again, press, upload, end } = JSON.parse(text);
  if (say !== undefined) post({ type: "message", text: say, channelData: { clientActivityID: again ?? `c-${say}` } });
  if (press) post({ type: "message", text: press.text, value: press.value, channelData: { clientActivityID: "pressed" } });
  if (upload) post({ type: "message", attachments: [{ contentType: "text/plain", contentUrl: upload, name: "a.png" }] });
  if (end) { line.end(); break; }
}
