/** The question before a conversation is given up: in the window, by mouse and by keyboard. */

/**
 * @param {import("./panel.js").Panel} part
 * @param {() => void} restart
 */
export function askBefore({ restart: button, ask, yes, no, log }, restart) {
  const end = () => {
    ask.hidden = true;
    button.focus();
  };
  button.addEventListener("click", () => {
    if (!log.querySelector(".in")) return restart(); // nothing was said
    ask.hidden = false;
    no.focus();
  });
  no.addEventListener("click", end);
  yes.addEventListener("click", () => { end(); restart(); });
  ask.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  });
}
