export * from "./chunks/chat-GSRQHTJG.js";
