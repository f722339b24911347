/** One call of the server: its address, the token, a time limit, and what a refusal says. */
export declare const TURN_WITHIN_MS = 45000;
export type Options = {
    body?: unknown;
    signal?: AbortSignal;
    /**
     * until the answer is read
     */
    withinMs?: number;
    headers?: Record<string, string>;
};
/**
 * @typedef {object} Options
 * @property {unknown} [body]
 * @property {AbortSignal} [signal]
 * @property {number} [withinMs] until the answer is read
 * @property {Record<string, string>} [headers]
 */
export declare class Calls {
    path: string;
    token: string;
    /** Gets another token after one was refused. @type {((signal?: AbortSignal) => Promise<void>) | null} */
    renew: ((signal?: AbortSignal) => Promise<void>) | null;
    /** @param {string} path of the chat with the workflow */
    constructor(path: string);
    /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
    json(method: string, path: string, { signal, withinMs, ...options }?: Options): Promise<any>;
    /** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<Response>} */
    response(method: string, path: string, options?: Options): Promise<Response>;
    /** @param {string} method @param {string} path @param {Options} options @returns {Promise<Response>} */
    once(method: string, path: string, { body, signal, headers }: Options): Promise<Response>;
    /** @returns {Record<string, string>} */
    get authorization(): Record<string, string>;
}
/** @param {string | null} text of Retry-After; a date is none of ours */
export declare function seconds(text: string | null): number;
