export * from "./chunks/chat-NIGYZPEW.js";
