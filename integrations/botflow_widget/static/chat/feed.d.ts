/**
 * What the workflow says, each message once and in order: from one stream, and from the history where the stream fails.
 *
 * Both give all that follows the cursor, so the later one of two that say the same is skipped and nothing is between
 * them. The answer of a call gives less: what was said just before may still be on its way. So it is never shown itself.
 */
export type Page = import("./types.js").Page;
export type Entry = import("./types.js").Entry;
export type Message = import("./types.js").Message;
export declare class Feed {
    #private;
    /** @param {import("./context.js").Context} chat */
    constructor(chat: import("./context.js").Context);
    /** The place after which everything is still to come. */
    get cursor(): string;
    /**
     * Begin after a page that is shown already.
     * @param {Page} page
     */
    begin({ messages }: Page): void;
    /** Whether the stream should have said something: a sleeping machine's timers sleep, too. */
    get isSilent(): boolean;
    /** @param {string} messageId */
    knows(messageId: string): boolean;
    /** @param {string} messageId */
    know(messageId: string): void;
    /**
     * Make sure that the messages of an answer are shown.
     * @param {Message[]} messages
     * @param {AbortSignal} life
     */
    expect(messages: Message[], life: AbortSignal): Promise<void>;
    /**
     * Show all that follows the cursor; one reading at a time. Return the ids of the person's messages after `since`.
     * @param {AbortSignal} life
     * @param {string} [since]
     * @returns {Promise<Set<string | undefined>>}
     */
    catchUp(life: AbortSignal, since?: string): Promise<Set<string | undefined>>;
    /**
     * Follow the conversation until `life` ends; a Refusal when the server does not know it any more.
     * @param {AbortSignal} life
     */
    follow(life: AbortSignal): Promise<void>;
}
