/** Keeps the window inside of what a person sees while a phone's keyboard is open: not every browser shrinks the page. */

/**
 * @param {HTMLElement} frame
 * @param {() => void} onChange
 */
export function followViewport(frame, onChange) {
  const seen = window.visualViewport;
  if (!seen) return () => {};
  const fit = () => {
    frame.style.setProperty("--seen-height", `${seen.height}px`);
    frame.style.setProperty("--seen-top", `${seen.offsetTop}px`);
    onChange();
  };
  const ended = new AbortController();
  for (const name of ["resize", "scroll"]) seen.addEventListener(name, fit, { signal: ended.signal });
  fit();
  return () => ended.abort();
}
