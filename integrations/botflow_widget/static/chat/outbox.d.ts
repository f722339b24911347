/**
 * The messages on their way: in order, each until the server has it, kept through failures and reloads.
 *
 * A message keeps its id, so the server counts it once however often it comes. The next one leaves when the server has
 * the one before: it says so by the answer, or, while that takes long, by its history. To wait for some time would not
 * do: a slow network turns two messages round.
 */
import { Refusal } from "./refusal.js";
export type OwnMessage = import("./types.js").OwnMessage;
export type More = import("./types.js").More;
export type KeptMessage = import("./kept.js").KeptMessage;
export type Item = {
    message: OwnMessage;
    failure?: Refusal;
    isKept: boolean;
    isUnderWay: boolean;
    since: string;
};
export declare class Outbox {
    #private;
    /** @param {import("./context.js").Context} chat @param {import("./feed.js").Feed} feed */
    constructor(chat: import("./context.js").Context, feed: import("./feed.js").Feed);
    /** The messages that are not answered yet. */
    get messages(): import("./types.js").OwnMessage[];
    get isEmpty(): boolean;
    /** Take up what the person has kept, without what the server has already. @param {string} subject */
    load(subject: string): void;
    /** @param {string} messageId */
    has(messageId: string): boolean;
    /** What an anonymous visitor has not sent yet is the signed person's. @param {string} subject */
    comeAlong(subject: string): void;
    /** @param {string} text @param {More} more @param {string} by @returns {OwnMessage} */
    add(text: string, more: More, by: string): OwnMessage;
    /** Show a message as another tab has left it, and help to send it if it waits. @param {KeptMessage} kept */
    adopt({ refused, ...message }: KeptMessage): void;
    /** @param {string} messageId */
    retry(messageId: string): void;
    /** The server has this one, whoever has sent it: a refusal that is shown here is over. @param {string} messageId */
    heard(messageId: string): void;
    /** Say once more what was refused before, to whoever has begun to show the conversation. */
    tellRefused(): void;
    /** @param {string} messageId */
    takeBack(messageId: string): void;
    /** Forget all of them, here and in the storage. */
    clear(): void;
    /** Wait until what was posted is answered or has failed. */
    settled(): Promise<void>;
    /**
     * Send what waits, until all is sent or refused, or `life` ends; a Refusal when nobody may call like this.
     * @param {AbortSignal} life
     */
    pump(life: AbortSignal): Promise<void>;
}
