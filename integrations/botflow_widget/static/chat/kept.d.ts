/**
 * What outlives the page: the token, whose it is, and the messages that the server may not have yet.
 *
 * Each message has an entry of its own, so that tabs which write at the same moment lose nothing. A storage that is full,
 * switched off or throws costs what it would have kept, and nothing else.
 *
 * @typedef {import("./types.js").OwnMessage} OwnMessage
 * @typedef {OwnMessage & {refused?: {status: number, code: string, detail: string, hint: string}}} KeptMessage `refused`:
 *   it waits until the person says that it shall be sent again
 * @typedef {{token: string, subject: string, facts: number}} Ticket `subject` is the signed person's, "" for an anonymous
 *   visitor; `facts` stands for what the site said of them
 */
export type OwnMessage = import("./types.js").OwnMessage;
export type KeptMessage = OwnMessage & {
    refused?: {
        status: number;
        code: string;
        detail: string;
        hint: string;
    };
};
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
    /** @returns {KeptMessage[]} in the order in which they were sent */
    get messages(): KeptMessage[];
    /** What an anonymous visitor has not sent yet is the signed person's, in all tabs. @param {string} subject */
    comeAlong(subject: string): void;
    /** @param {KeptMessage} message @returns {boolean} false when it could not be kept */
    add(message: KeptMessage): boolean;
    /** Return a message as the tabs have left it. @param {OwnMessage} message @returns {KeptMessage | null} */
    get(message: OwnMessage): KeptMessage | null;
    /** @param {OwnMessage} message @param {import("./refusal.js").Refusal} failure */
    refuse(message: OwnMessage, { status, code, detail, hint }: import("./refusal.js").Refusal): void;
    /** Tell the other tabs that nobody shall send it. @param {OwnMessage} message */
    takeBack(message: OwnMessage): void;
    /** @param {OwnMessage} message */
    remove(message: OwnMessage): void;
    /**
     * Return the message that another tab has added, changed or taken back, if this is what has changed.
     * @param {StorageEvent} event
     * @returns {KeptMessage & {isTakenBack?: boolean} | null}
     */
    changed({ key, newValue }: StorageEvent): (KeptMessage & {
        isTakenBack?: boolean;
    }) | null;
}
