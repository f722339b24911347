"""The HTTP server: uvicorn with bounded connections, and how responses leave."""
