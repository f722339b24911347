export * from "./chunks/chat-Y7FPM73P.js";
