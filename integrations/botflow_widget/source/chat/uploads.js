/** Sending a file. fetch cannot tell how far it is, so a browser's other way is used where there is one. */

import { readJson } from "./reading.js";
import { Refusal } from "./refusal.js";
import { seconds } from "./calls.js";

const STALLED_AFTER_MS = 60_000;

/** @typedef {import("./types.js").SentFile} SentFile */
/** @typedef {{onProgress?: (share: number) => void, signal?: AbortSignal}} UploadOptions */

/**
 * Send a file; Refusal when it is not taken, AbortError when `signal` ends it, TypeError when the way to the server broke.
 * @param {import("./calls.js").Calls} calls
 * @param {Blob & {name?: string}} file
 * @param {UploadOptions} options
 * @returns {Promise<SentFile>}
 */
export async function upload(calls, file, options) {
  const path = `/files?name=${encodeURIComponent(file.name ?? "file")}`;
  const headers = { "content-type": file.type || "application/octet-stream" };
  if (globalThis.XMLHttpRequest) return byRequest(calls.path + path, { ...headers, ...calls.authorization }, file, options);
  const init = { method: "POST", headers: { ...headers, ...calls.authorization }, body: file, signal: options.signal };
  const response = await fetch(calls.path + path, init);
  const answer = await readJson(response);
  if (!response.ok) throw new Refusal(response.status, answer, seconds(response.headers.get("retry-after")));
  options.onProgress?.(1);
  return answer;
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {Blob} file
 * @param {UploadOptions} options
 * @returns {Promise<SentFile>}
 */
function byRequest(url, headers, file, { onProgress, signal }) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    let timer = 0;
    const stop = () => request.abort();
    const moves = () => {
      clearTimeout(timer);
      timer = window.setTimeout(stop, STALLED_AFTER_MS);
    };
    request.open("POST", url);
    request.responseType = "json";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      moves();
      onProgress?.(total ? loaded / total : 0);
    };
    request.onload = () => {
      const { status, response } = request;
      if (status < 300 && response) resolve(response);
      else reject(new Refusal(status, response ?? {}, seconds(request.getResponseHeader("retry-after"))));
    };
    request.onerror = () => reject(new TypeError("the file was not sent"));
    request.onabort = () => reject(signal?.aborted ? signal.reason : new TypeError("the file was not sent: it got stuck"));
    request.onloadend = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    signal?.addEventListener("abort", stop);
    moves();
    request.send(file);
    if (signal?.aborted) stop();
  });
}
