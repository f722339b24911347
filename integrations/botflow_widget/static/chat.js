export * from "./chunks/chat-3CLGE6U3.js";
