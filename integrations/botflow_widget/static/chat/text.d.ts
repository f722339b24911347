/** What the server takes as the text of a message. */
export declare const LONGEST_TEXT = 8000;
/** Whether it has more letters than the server takes, which counts an emoji outside of the first plane as one. @param {string} text */
export declare function isTooLong(text: string): boolean;
/** Whether nobody could see anything of it. @param {string} text */
export declare function isBlank(text: string): boolean;
