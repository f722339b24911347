/** Sending a file. fetch cannot tell how far it is, so a browser's other way is used where there is one. */
export type SentFile = import("./types.js").SentFile;
export type UploadOptions = {
    onProgress?: (share: number) => void;
    signal?: AbortSignal;
};
/** @typedef {import("./types.js").SentFile} SentFile */
/** @typedef {{onProgress?: (share: number) => void, signal?: AbortSignal}} UploadOptions */
/**
 * Send a file; Refusal when it is not taken, AbortError when `signal` ends it, TypeError when the way to the server broke.
 * @param {import("./calls.js").Calls} calls
 * @param {Blob & {name?: string}} file
 * @param {UploadOptions} options
 * @returns {Promise<SentFile>}
 */
export declare function upload(calls: import("./calls.js").Calls, file: Blob & {
    name?: string;
}, options: UploadOptions): Promise<SentFile>;
