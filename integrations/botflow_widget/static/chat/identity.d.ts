/** Who the person is, as the site's server signed it: a JSON Web Token, of which the browser believes nothing. */
export type Identity = import("./types.js").Identity;
/** @typedef {import("./types.js").Identity} Identity */
/**
 * Return the token; "" when nobody is signed in.
 * @param {Identity | null} identity
 */
export declare function tokenOf(identity: Identity | null): Promise<string>;
/**
 * Return whose token it is; "" for none.
 * @param {string} token
 */
export declare function subjectOf(token: string): string;
/**
 * Return a number for all that the token says of the person: another one is to be told to the server.
 * @param {string} token
 */
export declare function factsOf(token: string): number;
/**
 * Return after how long it is to be renewed: by its own times, not by this machine's clock, which may be wrong.
 * @param {string} token
 */
export declare function renewalMs(token: string): number;
