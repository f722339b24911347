export * from "./chunks/chat-GNQ7C5VY.js";
