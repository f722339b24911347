export * from "./chunks/chat-NINDY6YG.js";
