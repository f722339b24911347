export * from "./chunks/chat-JZFPGBSU.js";
