/**
 * A chat with one workflow, for pages and for Node.js: `new Chat({ server, workflow })`. Read chat/chat.js first.
 *
 * It knows nothing of a page's elements: it reports by the events of EventTarget, and a page shows them.
 */
export { Chat } from "./chat/chat.js";
export { Refusal } from "./chat/refusal.js";
export type ChatOptions = import("./chat/types.js").ChatOptions;
export type ChatEvents = import("./chat/types.js").ChatEvents;
export type OwnMessage = import("./chat/types.js").OwnMessage;
export type Message = import("./chat/types.js").Message;
export type Entry = import("./chat/types.js").Entry;
export type SentFile = import("./chat/types.js").SentFile;
export type More = import("./chat/types.js").More;
export type Page = import("./chat/types.js").Page;
/** @typedef {import("./chat/types.js").ChatOptions} ChatOptions */
/** @typedef {import("./chat/types.js").ChatEvents} ChatEvents */
/** @typedef {import("./chat/types.js").OwnMessage} OwnMessage */
/** @typedef {import("./chat/types.js").Message} Message */
/** @typedef {import("./chat/types.js").Entry} Entry */
/** @typedef {import("./chat/types.js").SentFile} SentFile */
/** @typedef {import("./chat/types.js").More} More */
/** @typedef {import("./chat/types.js").Page} Page */
