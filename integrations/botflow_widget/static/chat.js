export * from "./chunks/chat-DW4HDNB2.js";
