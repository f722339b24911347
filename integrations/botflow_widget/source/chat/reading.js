/** Reads answers: bounded, in linear time, and server-sent events by the rules of the standard. */

const LONGEST = 16_000_000; // characters of one answer, or of one event
const TOO_LONG = "too long";

/**
 * Yield the text of a response as it comes. Not every browser iterates over a stream.
 * @param {Response} response
 */
async function* pieces(response) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      yield decoder.decode(piece.value, { stream: true });
    }
  } finally {
    reader?.cancel().catch(() => {});
  }
}

/**
 * Return the JSON of an answer; TypeError when it holds none, as fetch says of a broken connection.
 * @param {Response} response
 */
export async function readJson(response) {
  if (response.status === 204) return null;
  let text = "";
  for await (const piece of pieces(response)) {
    text += piece;
    if (text.length > LONGEST) throw new TypeError(TOO_LONG);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("the answer is no JSON");
  }
}

/**
 * Yield the events of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 * One without a name and text is yielded for each piece that holds no event's end: the server is there.
 * @param {Response} response
 */
export async function* events(response) {
  let line = "";
  let endedWithReturn = false;
  let event = { id: "", name: "", text: "" };
  for await (const piece of pieces(response)) {
    let from = 0;
    yield { id: "", name: "", text: "" };
    for (const { 0: end, index } of piece.matchAll(/\r\n?|\n/g)) {
      const isRest = endedWithReturn && index === 0 && end === "\n"; // of a \r\n that two pieces share
      const whole = line + piece.slice(from, index);
      from = index + end.length;
      if (isRest) continue;
      line = "";
      if (whole) add(event, whole);
      else {
        if (event.text) yield { ...event, text: event.text.slice(0, -1) };
        event = { id: event.id, name: "", text: "" };
      }
    }
    line += piece.slice(from);
    if (piece) endedWithReturn = piece.endsWith("\r");
    if (line.length + event.text.length > LONGEST) throw new TypeError(TOO_LONG);
  }
}

/** @param {{id: string, name: string, text: string}} event @param {string} line */
function add(event, line) {
  const colon = (line + ":").indexOf(":");
  const value = line.slice(colon + 1).replace(/^ /, "");
  const field = line.slice(0, colon);
  if (field === "data") event.text += `${value}\n`;
  if (field === "event") event.name = value;
  if (field === "id" && !value.includes("\0")) event.id = value;
}
