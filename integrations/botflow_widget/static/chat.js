export * from "./chunks/chat-PRN5CAUB.js";
