/** What one tab of a visitor does at a time. */
/**
 * Run `act` while no other tab runs anything of this name. A tab that is stuck is not waited for, and pages without https
 * have no locks: the server counts a message once all the same.
 * @template T
 * @param {string} name "" for no lock
 * @param {() => Promise<T>} act
 * @param {AbortSignal} life ends the wait
 * @returns {Promise<T>}
 */
export declare function alone<T>(name: string, act: () => Promise<T>, life: AbortSignal): Promise<T>;
