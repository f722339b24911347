"""The UI message stream of Vercel's AI SDK, which `useChat` reads. Read `routes.py` first, then `chunks.py`.
https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol"""
