/**
 * What outlives the page: the token, whose it is, and the messages that the server may not have yet.
 *
 * Each message has an entry of its own, so that tabs which write at the same moment lose nothing. A storage that is full,
 * switched off or throws costs what it would have kept, and nothing else.
 *
 * @typedef {import("./types.js").OwnMessage} OwnMessage
 * @typedef {{token: string, subject: string, facts: number}} Ticket `subject` is the signed person's, "" for an anonymous
 *   visitor; `facts` stands for what the site said of them
 */
export type OwnMessage = import("./types.js").OwnMessage;
export type Ticket = {
    token: string;
    subject: string;
    facts: number;
};
/** @type {Ticket} */
export declare const NOBODY: Ticket;
export declare class Kept {
    #private;
    /** @param {Storage | null | undefined} storage @param {string} key */
    constructor(storage: Storage | null | undefined, key: string);
    /** Whether other tabs see the same. */
    get isShared(): boolean;
    /** @returns {Ticket} */
    get ticket(): Ticket;
    set ticket(ticket: Ticket);
    /** @returns {OwnMessage[]} in the order in which they were sent */
    get messages(): OwnMessage[];
    /** What an anonymous visitor has not sent yet is the signed person's, in all tabs. @param {string} subject */
    comeAlong(subject: string): void;
    /** @param {OwnMessage} message @returns {boolean} false when it could not be kept */
    add(message: OwnMessage): boolean;
    /** @param {OwnMessage} message */
    has(message: OwnMessage): boolean;
    /** Tell the other tabs that nobody shall send it. @param {OwnMessage} message */
    takeBack(message: OwnMessage): void;
    /** @param {OwnMessage} message */
    remove(message: OwnMessage): void;
    /**
     * Return the message that another tab has added or taken back, if this is what has changed.
     * @param {StorageEvent} event
     * @returns {OwnMessage & {isTakenBack?: boolean} | null}
     */
    changed({ key, newValue }: StorageEvent): (OwnMessage & {
        isTakenBack?: boolean;
    }) | null;
}
