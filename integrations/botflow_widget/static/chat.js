export * from "./chunks/chat-C4I2B4KO.js";
