/** Waiting between attempts: longer each time, never two clients at the same moment, and ended early by good news. */
/**
 * Wait, or until one of `signals` is aborted.
 * @param {number} milliseconds
 * @param {AbortSignal[]} signals
 */
export declare function after(milliseconds: number, ...signals: AbortSignal[]): Promise<any>;
/**
 * Return what `act` does with a signal that ends with any of `signals`, or after some time (0: never). AbortSignal.any
 * is not in every browser, and keeps its signals for as long as the longest of them lives.
 * @template T
 * @param {number} milliseconds
 * @param {(AbortSignal | undefined)[]} signals
 * @param {(ends: AbortSignal) => Promise<T>} act
 */
export declare function within<T>(milliseconds: number, signals: (AbortSignal | undefined)[], act: (ends: AbortSignal) => Promise<T>): Promise<T>;
export declare class Pauses {
    #private;
    /**
     * Wait before attempt `tries + 1`; the server's Retry-After is never cut short.
     * @param {number} tries
     * @param {AbortSignal} signal ends the wait
     * @param {{retryAfterS?: number}} [failure] what was refused
     */
    wait(tries: number, signal: AbortSignal, { retryAfterS }?: {
        retryAfterS?: number;
    }): Promise<void>;
    /** End all waits that may end early. */
    wake(): void;
}
