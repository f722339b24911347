export * from "./chunks/chat-SYGVBEXD.js";
