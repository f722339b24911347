export * from "./chunks/chat-OHJZ5QMN.js";
