"""Traces: one from a webhook or a visitor's message to the provider's send. Start reading in `tracing.py`.

OpenTelemetry is an extra, and is imported only by `opening.py` in a process that is configured to trace.
"""
