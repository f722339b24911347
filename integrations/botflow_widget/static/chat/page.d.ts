/** What happens to the page that a chat is on: it is hidden, frozen, kept for the way back; the network goes and comes. */
export type Reactions = {
    /**
     * something may have been missed
     */
    wakeUp: () => void;
    /**
     * an open stream is of no use, or would keep the page out of the browser's cache
     */
    interrupt: () => void;
    /**
     * there is no network
     */
    cutOff: () => void;
    /**
     * another tab has written
     */
    storageChanged: (event: StorageEvent) => void;
};
/**
 * @typedef {object} Reactions
 * @property {() => void} wakeUp something may have been missed
 * @property {() => void} interrupt an open stream is of no use, or would keep the page out of the browser's cache
 * @property {() => void} cutOff there is no network
 * @property {(event: StorageEvent) => void} storageChanged another tab has written
 */
/**
 * React until `life` ends; nothing happens where there is no page.
 * @param {AbortSignal} life
 * @param {Reactions} reactions
 */
export declare function watchPage(life: AbortSignal, { wakeUp, interrupt, cutOff, storageChanged }: Reactions): void;
