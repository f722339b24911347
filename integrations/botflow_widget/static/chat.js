export * from "./chunks/chat-XUGUW2RQ.js";
