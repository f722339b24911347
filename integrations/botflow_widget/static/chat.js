export * from "./chunks/chat-VNL3ZVFU.js";
