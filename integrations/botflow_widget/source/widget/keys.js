/** Keys that a person presses in the chat: they are the chat's, and not the page's. */

const EVENTS = ["keydown", "keypress", "keyup", "compositionstart", "compositionupdate", "compositionend"];

/** Whether a key belongs to a letter that is being composed; Safari sends the Enter that ends it afterwards, as 229. @param {KeyboardEvent} event */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Shortcuts of the page would take letters away: for its listeners, no text box is the target. @param {ShadowRoot} root */
export function keepKeys(root) {
  for (const name of EVENTS) root.addEventListener(name, (event) => event.stopPropagation());
}
