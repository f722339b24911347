export * from "./chunks/chat-F2JWRRTR.js";
