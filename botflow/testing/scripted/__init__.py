"""What a test scripts in place of external systems: models, actions, credentials. Start reading in `scripts.py`."""
