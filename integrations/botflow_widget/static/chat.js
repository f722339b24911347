export * from "./chunks/chat-N4OAAGXA.js";
