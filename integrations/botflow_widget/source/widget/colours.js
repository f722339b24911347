/** The flow's own colour. Whatever colour is given, words stay readable (WCAG 2.2: 4.5 to 1, graphics 3 to 1). */

/** @typedef {{page: string, surface: string, toward: string, soft: number}} Places */

/** The backgrounds of each scheme, as `chat.css` has them. */
export const SCHEMES = {
  light: { page: "#f2f1ee", surface: "#ffffff", toward: "#000000", soft: 0.88 },
  dark: { page: "#272c2b", surface: "#161a19", toward: "#ffffff", soft: 0.82 },
};
export const OWN = "#0b6b5d";
const ON = ["#ffffff", "#000000"]; // one of them always differs by 4.58 to 1
const STEPS = 40;

/**
 * Return the colours of one scheme: for surfaces, for words on them, for words on the page, for a faint background.
 * @param {string} color
 * @param {Places} places
 */
export function accents(color, { page, surface, toward, soft }) {
  const accent = readable(color, [page, surface], 3, toward);
  const faint = mixed(accent, surface, soft);
  const on = ON.reduce((best, one) => (contrast(one, accent) > contrast(best, accent) ? one : best));
  return { accent, on, soft: faint, strong: readable(accent, [surface, page, faint], 4.5, toward) };
}

/**
 * Return any colour of CSS as `#rrggbb`, as the browser understands it on a connected element; null for what is none.
 * @param {HTMLElement} element
 * @param {string} color
 */
function hexOf(element, color) {
  if (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color)) return color;
  if (!CSS.supports("color", color)) return null;
  element.style.backgroundColor = `color-mix(in srgb, ${color}, ${color})`; // computed, it is three shares from 0 to 1
  const shares = /^color\(srgb ([-.e\d]+) ([-.e\d]+) ([-.e\d]+)/.exec(getComputedStyle(element).backgroundColor);
  element.style.backgroundColor = "";
  return shares && hex(shares.slice(1).map((share) => Math.min(1, Math.max(0, Number(share))) * 255));
}

/**
 * Set the colours of both schemes on an element; the sheets choose between them. Returns whether `color` is one.
 * @param {HTMLElement} element
 * @param {string} color
 */
export function dress(element, color) {
  const known = hexOf(element, color);
  const own = known ?? OWN;
  for (const [scheme, places] of Object.entries(SCHEMES)) {
    for (const [name, value] of Object.entries(accents(own, places))) element.style.setProperty(`--${scheme}-${name}`, value);
  }
  return known !== null;
}

/**
 * Return `color`, moved toward black or white until it differs enough from each background.
 * @param {string} color
 * @param {string[]} backgrounds
 * @param {number} least
 * @param {string} toward
 */
function readable(color, backgrounds, least, toward) {
  for (let step = 0; step <= STEPS; step += 1) {
    const tried = mixed(color, toward, step / STEPS);
    if (backgrounds.every((background) => contrast(tried, background) >= least)) return tried;
  }
  return toward;
}

/**
 * @param {string} one
 * @param {string} other
 */
export function contrast(one, other) {
  const [first, second] = [luminance(one) + 0.05, luminance(other) + 0.05];
  return Math.max(first, second) / Math.min(first, second);
}

/**
 * https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 * @param {string} color
 */
function luminance(color) {
  return channels(color).reduce((sum, one, at) => {
    const part = one / 255;
    return sum + [0.2126, 0.7152, 0.0722][at] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
}

/**
 * @param {string} one
 * @param {string} other
 * @param {number} share
 */
function mixed(one, other, share) {
  const to = channels(other);
  return hex(channels(one).map((part, at) => part + (to[at] - part) * share));
}

/** @param {number[]} parts from 0 to 255 */
function hex(parts) {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} color */
function channels(color) {
  const digits = color.length === 4 ? color.replace(/\w/g, "$&$&") : color;
  return [1, 3, 5].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}
