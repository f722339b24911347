/**
 * A conversation of one person with one workflow: `open`, `send`, and the events of what comes.
 *
 * `Feed` reads what the workflow says, `Outbox` sends what the person says, `Kept` outlives the page. This joins them to
 * one life after the other: each begins with a token, and ends when the chat is closed or the person is another.
 */
export type ChatEvents = import("./types.js").ChatEvents;
export type ChatOptions = import("./types.js").ChatOptions;
export type Identity = import("./types.js").Identity;
export type OwnMessage = import("./types.js").OwnMessage;
export type Page = import("./types.js").Page;
/** @typedef {import("./types.js").ChatEvents} ChatEvents */
/** @typedef {import("./types.js").ChatOptions} ChatOptions */
/** @typedef {import("./types.js").Identity} Identity */
/** @typedef {import("./types.js").OwnMessage} OwnMessage */
/** @typedef {import("./types.js").Page} Page */
export declare class Chat extends EventTarget {
    #private;
    /** @param {ChatOptions} options */
    constructor({ server, workflow, identity, storage }: ChatOptions);
    /**
     * @template {keyof ChatEvents} K
     * @param {K} name
     * @param {((event: CustomEvent<ChatEvents[K]>) => void) | EventListenerObject | null} listener
     * @param {AddEventListenerOptions | boolean} [options]
     */
    addEventListener<K extends keyof ChatEvents>(name: K, listener: ((event: CustomEvent<ChatEvents[K]>) => void) | EventListenerObject | null, options?: AddEventListenerOptions | boolean): void;
    /**
     * Take up the kept conversation, or begin one; tries until the server answers. Returns whether it is open: not when it
     * was closed meanwhile, or the server lets nobody in like this (`lost`).
     */
    open(): Promise<boolean>;
    /** Stop listening; what is on its way stays kept for the next `open`. */
    close(): void;
    /** Give up this conversation, and what is on its way: the next `open` begins a new one. */
    forget(): void;
    /**
     * Send a message. It is on its way until `answered` or `refused`, also through reloads.
     * @param {string} text
     * @param {import("./types.js").More} [more]
     */
    send(text: string, more?: import("./types.js").More): import("./types.js").OwnMessage;
    /** Try a refused message again. @param {string} messageId */
    retry(messageId: string): void;
    /** Give up a message that was refused or waits. @param {string} messageId */
    takeBack(messageId: string): void;
    /**
     * Send a file; a message then names it in `media`. `onProgress` gets a share from 0 to 1.
     * @param {Blob & {name?: string}} file
     * @param {import("./uploads.js").UploadOptions} [options]
     * @returns {Promise<import("./types.js").SentFile>}
     */
    upload(file: Blob & {
        name?: string;
    }, { onProgress, signal }?: import("./uploads.js").UploadOptions): Promise<import("./types.js").SentFile>;
    /**
     * Read a page of the history further back.
     * @param {number} before the `earlier` of the page that is there
     * @returns {Promise<Page>}
     */
    earlier(before: number): Promise<Page>;
    /**
     * Say how good an answer was: up, down, or null to take it back. What is said last of a message counts. Returns whether
     * it was sent: not if something newer was said before.
     * @param {string} messageId of a message of the workflow
     * @param {"up" | "down" | null} value
     * @param {string} [comment]
     */
    feedback(messageId: string, value: "up" | "down" | null, comment?: string): Promise<boolean>;
    /**
     * Go on as a signed person: what an anonymous visitor has said comes along. `opened` follows.
     * @param {Identity} identity
     */
    identify(identity: Identity): Promise<boolean>;
    /** Leave the person's conversation, and begin one as an anonymous visitor. `opened` follows. */
    signOut(): Promise<boolean>;
}
