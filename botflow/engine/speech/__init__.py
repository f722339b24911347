"""How a turn speaks: the language, the pauses, and the buttons and cards of its messages."""
