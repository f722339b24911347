/** The server refused a call, and says why; what is no refusal but a failure on the way is a TypeError of fetch. */
export declare class Refusal extends Error {
    status: number;
    code: string;
    detail: string;
    hint: string;
    retryAfterS: number;
    /**
     * @param {number} status of HTTP; 0 when this client refused by itself
     * @param {{code?: string, detail?: string, hint?: string}} problem
     * @param {number} [retryAfterS]
     */
    constructor(status: number, { code, detail, hint }: {
        code?: string;
        detail?: string;
        hint?: string;
    }, retryAfterS?: number);
    /** Whether the same request will be refused again: another page's 403, such as a hotel's, is not final. */
    get isFinal(): boolean;
    /** Whether the token, or its conversation, is not known any more. */
    get isLost(): boolean;
    /** Whether nobody may call like this: without a token, with this one, or from this page. */
    get isForbidden(): boolean;
}
