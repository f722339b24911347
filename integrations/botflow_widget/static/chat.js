export * from "./chunks/chat-5JWXJIDB.js";
