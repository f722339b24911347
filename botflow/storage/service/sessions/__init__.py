"""Sessions as operators see them, and the messages in them."""
