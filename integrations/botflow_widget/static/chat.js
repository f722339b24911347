export * from "./chunks/chat-3OFSFOVQ.js";
