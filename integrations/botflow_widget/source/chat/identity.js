/** Who the person is, as the site's server signed it: a JSON Web Token, of which the browser believes nothing. */

const EARLY_MS = 60_000;
const LONGEST_MS = 2 ** 31 - 1; // of a timer

/** @typedef {import("./types.js").Identity} Identity */

/**
 * Return the token; "" when nobody is signed in.
 * @param {Identity | null} identity
 */
export async function tokenOf(identity) {
  return (typeof identity === "function" ? await identity() : identity) || "";
}

/**
 * Return whose token it is; "" for none.
 * @param {string} token
 */
export function subjectOf(token) {
  return token && String(claims(token).sub ?? token);
}

/**
 * Return a number for all that the token says of the person: another one is to be told to the server.
 * @param {string} token
 */
export function factsOf(token) {
  const facts = JSON.stringify({ ...claims(token), iat: 0, exp: 0, nbf: 0, jti: 0 });
  return [...facts].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 4_294_967_291, 7);
}

/**
 * Return after how long it is to be renewed: by its own times, not by this machine's clock, which may be wrong.
 * @param {string} token
 */
export function renewalMs(token) {
  const { exp, iat = Date.now() / 1_000 } = claims(token);
  const lives = (exp - iat) * 1_000;
  return lives > 0 ? Math.min(Math.max(lives - EARLY_MS, lives / 2), LONGEST_MS) : LONGEST_MS;
}

/** @param {string} token @returns {any} */
function claims(token) {
  try {
    const bytes = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))) ?? {};
  } catch {
    return {};
  }
}
