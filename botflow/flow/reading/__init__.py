"""Reading documents: YAML, JSON and exports of React Flow. Start reading in `source.py`."""
