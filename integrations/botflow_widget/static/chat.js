export * from "./chunks/chat-L65LS67T.js";
