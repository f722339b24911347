"""Direct Line 3.0."""

from pathlib import Path

CLIENT = Path(__file__).parent / "client.mjs"
