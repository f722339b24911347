export * from "./chunks/chat-N5JGIOTF.js";
