export * from "./chunks/chat-2RAYOAPP.js";
