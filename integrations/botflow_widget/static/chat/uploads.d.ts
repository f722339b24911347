/** Sending a file with progress: fetch cannot tell how far it is, a browser's older way can. Node.js has fetch alone. */
export type SentFile = import("./types.js").SentFile;
export type UploadOptions = {
    onProgress?: (share: number) => void;
    signal?: AbortSignal;
};
/** @typedef {import("./types.js").SentFile} SentFile */
/** @typedef {{onProgress?: (share: number) => void, signal?: AbortSignal}} UploadOptions */
/**
 * Return what does as fetch does, and tells how far it is.
 * @param {(share: number) => void} onProgress
 * @returns {typeof fetch}
 */
export declare function fetchWith(onProgress: (share: number) => void): typeof fetch;
