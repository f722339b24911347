/** The menu of what can be attached: a file, a photo of now, a place. Works by keyboard as menus do. */

const PICTURE = "M3 4h14v12H3zM3 13l4-4 4 4 2.500-2.500L17 14M12.500 8h.01";
const CAMERA = "M2.500 6h3.500l1.500-2h5L14 6h3.500v10h-15zM10 13.500a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z";
const TAKEN = "image/jpeg,image/png,image/gif,image/webp,image/avif,application/pdf,audio/*,video/*";

/**
 * @param {import("./kit.js").Kit} kit
 * @param {import("./panel.js").Panel} part
 * @param {{add: (files: File[]) => void, addPlace: () => void}} options
 */
export function menuOf({ h, icon, words, PIN_ICON }, { attach, holder, panel }, { add, addPlace }) {
  const chosen = (/** @type {any} */ { target }) => {
    const files = [...target.files];
    target.value = ""; // the same file can be chosen again
    add(files);
  };
  const file = h("input#file", { type: "file", multiple: true, hidden: true, accept: TAKEN, onchange: chosen });
  const photo = h("input#photo", { type: "file", hidden: true, accept: "image/jpeg,image/png", capture: "environment", onchange: chosen });
  const item = (/** @type {string} */ id, /** @type {string} */ drawing, /** @type {string} */ text, /** @type {() => void} */ act) => (
    h(`button#${id}`, { role: "menuitem", tabindex: -1, onclick: () => { show(false); act(); } }, icon(drawing), text)
  );
  const menu = h("div#attach-menu.attach-menu", { role: "menu", "aria-label": words.attach, hidden: true },
    item("pick-file", PICTURE, words.photoOrFile, () => file.click()),
    item("pick-photo", CAMERA, words.camera, () => photo.click()),
    item("pick-place", PIN_ICON, words.myPlace, addPlace));
  menu.children[1].classList.add("touch-only");
  const seen = () => [...menu.children].filter((one) => one.offsetParent);

  /** @param {boolean} isOpen */
  function show(isOpen) {
    menu.hidden = !isOpen;
    attach.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) seen()[0]?.focus();
  }

  menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const items = seen();
    const at = items.findIndex((one) => one.matches(":focus"));
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") { show(false); attach.focus(); event.stopPropagation(); }
    if (event.key === "Tab") show(false);
    if (to === undefined) return;
    items[to].focus();
    event.preventDefault();
  });
  panel.addEventListener("pointerdown", (/** @type {Event} */ event) => {
    if (!holder.contains(/** @type {Node} */ (event.target))) show(false);
  });
  attach.setAttribute("aria-controls", "attach-menu");
  holder.append(menu, file, photo);
  return { show, toggle: () => show(menu.hidden) };
}
