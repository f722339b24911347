/** What the server takes as the text of a message. */

export const LONGEST_TEXT = 8_000;
const UNSEEN = /^[\s\p{Default_Ignorable_Code_Point}]*$/u;

/** Whether it has more letters than the server takes, which counts an emoji outside of the first plane as one. @param {string} text */
export function isTooLong(text) {
  return text.length > LONGEST_TEXT && (text.length > 2 * LONGEST_TEXT || [...text].length > LONGEST_TEXT);
}

/** Whether nobody could see anything of it. @param {string} text */
export function isBlank(text) {
  return UNSEEN.test(text);
}
