/** Sending a file with progress: fetch cannot tell how far it is, a browser's older way can. Node.js has fetch alone. */

const WITHIN_MS = 600_000;

/** @typedef {import("./types.js").SentFile} SentFile */
/** @typedef {{onProgress?: (share: number) => void, signal?: AbortSignal}} UploadOptions */

/**
 * Return what does as fetch does, and tells how far it is.
 * @param {(share: number) => void} onProgress
 * @returns {typeof fetch}
 */
export function fetchWith(onProgress) {
  if (!globalThis.XMLHttpRequest) return fetch;
  return (url, { method = "", headers, body, signal } = {}) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, /** @type {string} */ (url));
    request.timeout = WITHIN_MS;
    for (const [name, value] of Object.entries(headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => {
      const kept = ["content-type", "retry-after"].map((name) => [name, request.getResponseHeader(name) ?? ""]);
      resolve(new Response(request.response, { status: request.status, headers: Object.fromEntries(kept) }));
    };
    request.onloadend = () => reject(signal?.aborted ? signal.reason : new TypeError("the file was not sent"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(/** @type {XMLHttpRequestBodyInit} */ (body));
    if (signal?.aborted) request.abort();
  });
}
