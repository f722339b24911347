"""botflow's own events over a WebSocket, and the tickets that open streams without a header. See `conversation`."""

WEBSOCKET = "websocket"  # in `chat.protocols`
