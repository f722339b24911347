export * from "./chunks/chat-4QYDD72S.js";
