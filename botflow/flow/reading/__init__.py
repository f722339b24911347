"""Documents as they come in: YAML, JSON and exports of React Flow. Start reading in `source.py`."""
