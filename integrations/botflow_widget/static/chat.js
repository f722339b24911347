export * from "./chunks/chat-N6CCBATG.js";
