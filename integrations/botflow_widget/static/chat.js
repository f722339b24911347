export * from "./chunks/chat-YLVUUUFH.js";
