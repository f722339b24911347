/** The flow's own colour and logo. Whatever colour is given, words stay readable (WCAG 2.2: 4.5 to 1, graphics 3 to 1). */

const SCHEMES = {
  light: { page: "#f4f2ee", surface: "#ffffff", toward: "#000000", soft: 0.88 },
  dark: { page: "#0f1211", surface: "#1d2120", toward: "#ffffff", soft: 0.82 },
};
const ON = ["#ffffff", "#000000"]; // one of them always differs by 4.58 to 1
const STEPS = 40;

/** Use a theme; {} for the page's own. */
export function dress({ color = "", logo = "" }) {
  for (const [scheme, places] of Object.entries(SCHEMES)) {
    const colors = color ? accents(color, places) : {};
    for (const name of ["accent", "strong", "on", "soft"]) {
      document.documentElement.style.setProperty(`--${scheme}-${name}`, colors[name] ?? "");
    }
  }
  const image = document.getElementById("logo");
  const own = document.getElementById("mark");
  image.hidden = !logo;
  own.toggleAttribute("hidden", Boolean(logo));
  image.onerror = () => { image.hidden = true; own.removeAttribute("hidden"); };
  if (logo) image.src = logo;
  else image.removeAttribute("src");
}

/** Return the colours of one scheme: for surfaces, for words, for words on the surface, for a faint background. */
export function accents(color, { page, surface, toward, soft }) {
  const accent = readable(color, [page, surface], 3, toward);
  const faint = mixed(accent, surface, soft);
  const on = ON.reduce((best, one) => (contrast(one, accent) > contrast(best, accent) ? one : best));
  return { accent, on, soft: faint, strong: readable(accent, [surface, page, faint], 4.5, toward) };
}

/** Return `color`, moved toward black or white until it differs enough from each background. */
function readable(color, backgrounds, least, toward) {
  for (let step = 0; step <= STEPS; step += 1) {
    const tried = mixed(color, toward, step / STEPS);
    if (backgrounds.every((background) => contrast(tried, background) >= least)) return tried;
  }
  return toward;
}

export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color) {
  const [red, green, blue] = channels(color).map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixed(one, other, share) {
  const [from, to] = [channels(one), channels(other)];
  return `#${from.map((part, at) => Math.round(part + (to[at] - part) * share).toString(16).padStart(2, "0")).join("")}`;
}

function channels(color) {
  const digits = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit).join("") : color.slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}
