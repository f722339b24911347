export * from "./chunks/chat-VEEXPJZZ.js";
