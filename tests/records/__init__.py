"""The values that storage and runtime pass each other."""
