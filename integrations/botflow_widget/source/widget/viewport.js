/**
 * Tells the sheets what part of the page a person sees: a phone's keyboard covers some of it, and a page may be wider than
 * the phone. Both move what is fixed to the page's edges out of sight.
 */

import { h } from "./dom.js";

const LOW_PX = 320; // of a window that is lower, the messages get what the bar and the box can spare

/**
 * @param {HTMLElement} frame
 * @param {() => void} onChange
 */
export function followViewport(frame, onChange) {
  const seen = window.visualViewport;
  if (!seen) return () => {};
  const ruler = h("div.ruler"); // as large as what is fixed takes the window to be
  frame.append(ruler);
  const set = (/** @type {string} */ name, /** @type {number} */ px) => frame.style.setProperty(name, `${Math.max(0, px)}px`);
  const fit = () => {
    const zoom = Math.max(1, seen.scale); // a person who enlarges the page looks at a part of the chat, which stays as it is
    const [width, height] = [seen.width * zoom, seen.height * zoom];
    const [left, top] = zoom > 1 ? [0, 0] : [seen.offsetLeft, seen.offsetTop];
    const isWider = ruler.offsetWidth > width + 1;
    set("--seen-width", width);
    set("--seen-height", height);
    set("--seen-left", left);
    set("--seen-top", top);
    set("--beside", isWider ? ruler.offsetWidth - left - width : 0);
    set("--below", isWider ? ruler.offsetHeight - top - height : 0);
    frame.classList.toggle("low", height < LOW_PX);
    onChange();
  };
  const ended = new AbortController();
  for (const name of ["resize", "scroll"]) seen.addEventListener(name, fit, { signal: ended.signal });
  const sizes = new ResizeObserver(fit); // something wide came into the page
  sizes.observe(ruler);
  fit();
  return () => { ended.abort(); sizes.disconnect(); ruler.remove(); };
}
