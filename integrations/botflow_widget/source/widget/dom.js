/** How the widget makes nodes: elements by name, never from markup. */

/**
 * Return an element. `name` is a tag with classes and an id, such as `button.round#send`. An attribute whose name begins
 * with `on` is a listener; one that is false, null or undefined is left out.
 * @param {string} name
 * @param {Record<string, any> | null} [attributes]
 * @param {...(Node | string)} content
 * @returns {any}
 */
export function h(name, attributes, ...content) {
  const [, tag = "", rest = ""] = /^(\w+)(.*)$/.exec(name) ?? [];
  const made = document.createElement(tag);
  for (const [, kind, word] of rest.matchAll(/([.#])([\w-]+)/g)) kind === "." ? made.classList.add(word ?? "") : (made.id = word ?? "");
  if (tag === "button") made.setAttribute("type", "button");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

/**
 * Return a drawing of 20 by 20.
 * @param {...string} paths
 */
export function icon(...paths) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  made.setAttribute("viewBox", "0 0 20 20");
  made.setAttribute("aria-hidden", "true");
  for (const path of paths) {
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    made.append(line);
  }
  return made;
}

/**
 * Make a sheet of a text and use it, once, also where a page allows no inline styles.
 * @param {ShadowRoot & {sheets?: Set<string>}} root
 * @param {string} text
 */
export function adopt(root, text) {
  root.sheets ??= new Set();
  if (root.sheets.has(text)) return;
  root.sheets.add(text);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
