/**
 * What the parts of a chat ask of it. A type alone.
 *
 * @typedef {import("./types.js").ChatEvents} ChatEvents
 * @typedef {import("./types.js").OwnMessage} OwnMessage
 *
 * @typedef {object} Context
 * @property {import("./calls.js").Calls} calls
 * @property {import("./pauses.js").Pauses} pauses
 * @property {import("./kept.js").Kept} kept
 * @property {<K extends keyof ChatEvents>(name: K, detail: ChatEvents[K]) => void} emit
 * @property {() => boolean} isIdle nothing that was sent here waits for its answer
 * @property {() => void} isReached the server has answered
 * @property {(failure: unknown) => void} isCutOff it could not be reached
 * @property {(message: OwnMessage) => void} heardElsewhere another device of the person has sent this
 * @property {AbortSignal} interrupted ends the stream that is read now; the next one follows
 * @property {<T>(act: () => Promise<T>, life: AbortSignal) => Promise<T>} alone run `act` in one tab at a time
 */
export type ChatEvents = import("./types.js").ChatEvents;
export type OwnMessage = import("./types.js").OwnMessage;
export type Context = {
    calls: import("./calls.js").Calls;
    pauses: import("./pauses.js").Pauses;
    kept: import("./kept.js").Kept;
    emit: <K extends keyof ChatEvents>(name: K, detail: ChatEvents[K]) => void;
    /**
     * nothing that was sent here waits for its answer
     */
    isIdle: () => boolean;
    /**
     * the server has answered
     */
    isReached: () => void;
    /**
     * it could not be reached
     */
    isCutOff: (failure: unknown) => void;
    /**
     * another device of the person has sent this
     */
    heardElsewhere: (message: OwnMessage) => void;
    /**
     * ends the stream that is read now; the next one follows
     */
    interrupted: AbortSignal;
    /**
     * run `act` in one tab at a time
     */
    alone: <T>(act: () => Promise<T>, life: AbortSignal) => Promise<T>;
};
export {};
