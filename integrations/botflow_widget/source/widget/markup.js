/**
 * Markdown as models write it, drawn as nodes of the page: bold, italic, code, lists, headings, links, line breaks.
 *
 * Text goes into the page as text, never as markup, and a link has one of four schemes. Each character is looked at a
 * bounded number of times. A text that is still being written may end inside of a mark: `isOpen` shows the mark's
 * effect already.
 */

const SCHEMES = ["http:", "https:", "mailto:", "tel:"];
const ITEM = /^( {0,8})(?:[-*+]|(\d{1,4})[.)]) +(?=\S)/;
const FENCE = /^ {0,3}```/;
const HEADING = /^#{1,6} +(?=\S)/;
const ADDRESS = /https?:\/\/[^\s<>"'`*]+/y;
const WORD = /[\p{L}\p{N}]/u;
const MARKS = ["**", "__", "*", "_"];
const ELEMENTS = { "**": "strong", "__": "strong", "*": "em", _: "em" };
const LONGEST_LABEL = 500;
const LONGEST_ADDRESS = 2_000;

/** Return the nodes of a text in Markdown. @param {string} text @returns {(Node | string)[]} */
export function markup(text, { isOpen = false } = {}) {
  const nodes = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    const end = blockEnd(lines, at);
    const isLast = isOpen && end === lines.length;
    if (FENCE.test(lines[at])) nodes.push(fenced(lines.slice(at, end)));
    else if (ITEM.test(lines[at])) nodes.push(list(lines.slice(at, end), isLast));
    else nodes.push(...paragraph(lines.slice(at, end), isLast));
    at = end;
  }
  return nodes;
}

/** Return the nodes of a text whose addresses are links, and nothing else: what a person has written. @param {string} text */
export function linked(text) {
  return new Inline(text, { marks: false }).nodes();
}

/**
 * Return a link, null for an address that a browser must not follow from here.
 * @param {string} address
 * @param {...(Node | string)} content
 * @returns {HTMLAnchorElement | null}
 */
export function anchor(address, ...content) {
  let scheme;
  try {
    scheme = new URL(address).protocol;
  } catch {
    return null;
  }
  if (!SCHEMES.includes(scheme)) return null;
  const link = element("a", ...content);
  Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

// -- blocks of lines

/** @param {string[]} lines @param {number} from */
function blockEnd(lines, from) {
  let end = from + 1;
  if (FENCE.test(lines[from])) {
    while (end < lines.length && !FENCE.test(lines[end])) end += 1;
    return Math.min(end + 1, lines.length);
  }
  const kind = ITEM.test(lines[from]);
  while (end < lines.length && !FENCE.test(lines[end]) && ITEM.test(lines[end]) === kind) end += 1;
  return end;
}

/** @param {string[]} lines */
function fenced(lines) {
  const isClosed = lines.length > 1 && FENCE.test(lines[lines.length - 1]);
  return element("pre", element("code", lines.slice(1, isClosed ? -1 : undefined).join("\n")));
}

/** @param {string[]} lines @param {boolean} isOpen */
function list(lines, isOpen) {
  const number = ITEM.exec(lines[0])?.[2];
  const made = element(number === undefined ? "ul" : "ol");
  if (number !== undefined) made.start = Number(number);
  lines.forEach((line, position) => {
    const [mark, indent, own] = /** @type {RegExpExecArray} */ (ITEM.exec(line));
    const item = element("li", ...new Inline(line.slice(mark.length), { isOpen: isOpen && position === lines.length - 1 }).nodes());
    if (indent.length >= 2) item.className = "deeper";
    if (own !== undefined && number !== undefined) item.value = Number(own);
    made.append(item);
  });
  return made;
}

/** Return the paragraphs of lines; blank lines part them, other line breaks stay. @param {string[]} lines @param {boolean} isOpen */
function paragraph(lines, isOpen) {
  /** @type {string[][]} */
  const parts = [];
  /** @type {string[]} */
  let part = [];
  const close = () => { if (part.length) parts.push(part); part = []; };
  for (const line of lines) {
    if (!line.trim()) close();
    else if (HEADING.test(line)) { close(); parts.push([line]); }
    else part.push(line);
  }
  close();
  return parts.map((one, position) => {
    const heading = HEADING.exec(one[0]);
    const text = heading ? one[0].slice(heading[0].length) : one.join("\n");
    const content = new Inline(text, { isOpen: isOpen && position === parts.length - 1 }).nodes();
    return element("p", ...(heading ? [element("strong", ...content)] : content));
  });
}

// -- marks within a line

/** Reads a text once, from left to right. Each kind of mark is open at most once, so they nest at most four deep. */
class Inline {
  #text;
  #hasMarks;
  #isOpen;
  /** @type {{mark: string, content: (Node | string)[]}[]} */
  #levels = [{ mark: "", content: [] }];
  #plain = "";
  #none = new Set(); // what does not occur any more
  #bracket = { end: -1, start: -1 }; // the next `](`, and the `[` it belongs to

  /** @param {string} text */
  constructor(text, { marks = true, isOpen = false } = {}) {
    this.#text = text;
    this.#hasMarks = marks;
    this.#isOpen = isOpen;
  }

  nodes() {
    for (let at = 0; at < this.#text.length; ) at = this.#next(at);
    while (this.#levels.length > 1) this.#leave(this.#isOpen);
    this.#flush();
    return this.#levels[0].content;
  }

  /** Take what is at `at`; return where to continue. @param {number} at @returns {number} */
  #next(at) {
    const text = this.#text;
    const letter = text[at];
    if (letter === "h" && !this.#isWord(at - 1)) {
      ADDRESS.lastIndex = at;
      const found = ADDRESS.exec(text);
      if (found) return this.#address(at, found[0]);
    }
    if (!this.#hasMarks) return this.#literal(letter, at);
    if (letter === "\\" && "*_`[]\\".includes(text[at + 1] ?? " ")) return this.#literal(text[at + 1], at + 1);
    if (letter === "`") return this.#code(at);
    if (letter === "[") return this.#link(at);
    const mark = MARKS.find((one) => text.startsWith(one, at));
    return mark ? this.#mark(mark, at) : this.#literal(letter, at);
  }

  /** @param {string} letter @param {number} at */
  #literal(letter, at) {
    this.#plain += letter;
    return at + 1;
  }

  /** @param {number} at @param {string} found */
  #address(at, found) {
    let length = found.length;
    while (length > 0 && ".,;:!?)]_".includes(found[length - 1])) length -= 1;
    const address = found.slice(0, length);
    this.#put(anchor(address, address) ?? address);
    return at + length;
  }

  /** @param {number} at */
  #code(at) {
    const end = this.#find("`", at + 1);
    if (end < 0 && !this.#isOpen) return this.#literal("`", at);
    const code = this.#text.slice(at + 1, end < 0 ? undefined : end);
    this.#put(element("code", code));
    return end < 0 ? this.#text.length : end + 1;
  }

  /** @param {number} at */
  #link(at) {
    if (this.#bracket.end < at) {
      const end = this.#find("](", at);
      this.#bracket = { end: end < 0 ? Infinity : end, start: end < 0 ? -1 : this.#text.lastIndexOf("[", end) };
    }
    const { end, start } = this.#bracket;
    if (start !== at || end - at > LONGEST_LABEL) return this.#literal("[", at);
    const label = this.#text.slice(at + 1, end);
    const close = this.#find(")", end + 2);
    if (close < 0) {
      if (!this.#isOpen) return this.#literal("[", at);
      this.#put(label); // its address is not here yet
      return this.#text.length;
    }
    const link = close - end <= LONGEST_ADDRESS ? anchor(this.#text.slice(end + 2, close).trim(), label) : null;
    if (link === null) return this.#literal("[", at);
    this.#put(link);
    return close + 1;
  }

  /** @param {string} mark @param {number} at */
  #mark(mark, at) {
    const after = at + mark.length;
    const open = this.#levels.findIndex((level) => level.mark === mark);
    if (open > 0 && !isBlank(this.#text[at - 1]) && !this.#isWord(after)) {
      while (this.#levels.length > open + 1) this.#leave(false);
      this.#leave(true);
    } else if (open < 0 && !isBlank(this.#text[after]) && !this.#isWord(at - 1)) {
      this.#flush();
      this.#levels.push({ mark, content: [] });
    } else if (!this.#isOpen || after < this.#text.length) {
      this.#plain += mark; // the last one of an open text may be half of another
    }
    return after;
  }

  /** Leave the innermost mark; one that was never closed is shown as it is written. @param {boolean} isClosed */
  #leave(isClosed) {
    this.#flush();
    const { mark, content } = /** @type {{mark: string, content: (Node | string)[]}} */ (this.#levels.pop());
    const outer = this.#content;
    if (isClosed && content.length) outer.push(element(ELEMENTS[/** @type {keyof typeof ELEMENTS} */ (mark)], ...content));
    else outer.push(isClosed ? "" : mark, ...content);
  }

  /** @param {Node | string} node */
  #put(node) {
    this.#flush();
    this.#content.push(node);
  }

  get #content() {
    return this.#levels[this.#levels.length - 1].content;
  }

  #flush() {
    if (this.#plain) this.#content.push(this.#plain);
    this.#plain = "";
  }

  /** Return where `wanted` occurs next; what does not occur is looked for only once. @param {string} wanted @param {number} from */
  #find(wanted, from) {
    if (this.#none.has(wanted)) return -1;
    const found = this.#text.indexOf(wanted, from);
    if (found < 0) this.#none.add(wanted);
    return found;
  }

  /** @param {number} at */
  #isWord(at) {
    return at >= 0 && WORD.test(this.#text[at] ?? "");
  }
}

/** @param {string | undefined} letter */
function isBlank(letter) {
  return letter === undefined || /\s/.test(letter);
}

/** @param {string} name @param {...(Node | string)} content @returns {any} */
function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}
