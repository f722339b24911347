/** The widget's own words. English comes with it; the other languages are files of their own, and a page may have its own. */

import { LONGEST_TEXT } from "../chat/text.js";
import { texts as english } from "./words/en.js";

/** @type {Record<string, () => Promise<{texts: Record<string, string>}>>} */
const OTHERS = {
  ar: () => import("./words/ar.js"),
  de: () => import("./words/de.js"),
  es: () => import("./words/es.js"),
  fr: () => import("./words/fr.js"),
  it: () => import("./words/it.js"),
  nl: () => import("./words/nl.js"),
  pl: () => import("./words/pl.js"),
  pt: () => import("./words/pt.js"),
  tr: () => import("./words/tr.js"),
};
/** @type {Record<string, keyof typeof english>} */
const REASONS = {
  "file.too_large": "tooLarge", "body.too_large": "tooLarge", "file.type": "badType", "file.empty": "empty",
  "file.too_many": "tooMuch", "file.full": "tooMuch", "rate.limited": "tooMuch", "rate.stored": "tooMuch",
  "workflow.inactive": "closedNow", "identity.required": "signIn",
};

/** The words in use; `speak` changes them. */
export const words = { ...english };
export let language = "en";
export let direction = "ltr";

/**
 * Use the language of a flow; without words for it, that of the browser, else English. `own` are a page's own words.
 * @param {string} wanted
 * @param {Record<string, string>} [own]
 */
export async function speak(wanted, own = {}) {
  const known = [wanted, ...navigator.languages].map(base).find((one) => one === "en" || Object.hasOwn(OTHERS, one)) ?? "en";
  language = base(wanted) === known || Object.keys(own).length ? tag(wanted) ?? known : known;
  direction = /^(ar|fa|he|ur)/.test(language) ? "rtl" : "ltr";
  const found = await OTHERS[known]?.().catch(() => null); // English, if they do not come
  Object.assign(words, english, found?.texts, own);
}

/**
 * Say why something was refused: in the widget's words, else with the server's own.
 * @param {any} failure
 */
export function reason(failure) {
  if (failure.code === undefined) return words.noConnection;
  if (failure.code === "text.too_long") return tooLong();
  const known = words[REASONS[failure.code] ?? ""];
  return known ?? (failure.code ? `${words.refused} (${failure.message})` : words.refused);
}

/** Say how long a text may be. */
export function tooLong() {
  return (words.tooLong ?? "").replace("{}", new Intl.NumberFormat(language).format(LONGEST_TEXT));
}

/** @param {string} wanted */
function base(wanted) {
  return (wanted ?? "").split(/[-_]/)[0]?.toLowerCase() ?? "";
}

/**
 * Return the tag as browsers spell it; null for one that they do not understand.
 * @param {string} wanted
 */
function tag(wanted) {
  try {
    return Intl.getCanonicalLocales(wanted.replaceAll("_", "-"))[0];
  } catch {
    return null;
  }
}
