export * from "./chunks/chat-RIQ2WDMQ.js";
