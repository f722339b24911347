"""The HTTP API under /api/v1, and the hooks that start runs. Start reading in `executions.py`."""
