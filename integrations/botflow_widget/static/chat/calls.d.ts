/** One call of the server: its address, the token, a time limit, and what a refusal says. */
export declare const TURN_WITHIN_MS = 45000;
export type Options = {
    /**
     * sent as JSON
     */
    body?: unknown;
    /**
     * sent as it is, instead of a body
     */
    file?: Blob;
    signal?: AbortSignal;
    /**
     * until the answer is read; 0 for as long as it takes
     */
    withinMs?: number;
    headers?: Record<string, string>;
    /**
     * what sends it
     */
    by?: typeof fetch;
    /**
     * instead of the conversation's
     */
    token?: string;
};
/**
 * @typedef {object} Options
 * @property {unknown} [body] sent as JSON
 * @property {Blob} [file] sent as it is, instead of a body
 * @property {AbortSignal} [signal]
 * @property {number} [withinMs] until the answer is read; 0 for as long as it takes
 * @property {Record<string, string>} [headers]
 * @property {typeof fetch} [by] what sends it
 * @property {string} [token] instead of the conversation's
 */
export declare class Calls {
    #private;
    path: string;
    token: string;
    /** Gets another token after one was refused. @type {(() => Promise<void>) | null} */
    renew: (() => Promise<void>) | null;
    /** @param {string} path of the chat with the workflow */
    constructor(path: string);
    /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
    json(method: string, path: string, { signal, withinMs, ...options }?: Options): Promise<any>;
    /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<Response>} */
    response(method: string, path: string, options?: Options): Promise<Response>;
}
