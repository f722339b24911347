export * from "./chunks/chat-UI6Z7MUZ.js";
