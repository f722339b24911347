"""Rasa's channels."""

from pathlib import Path

CLIENT = Path(__file__).parent / "client.mjs"
