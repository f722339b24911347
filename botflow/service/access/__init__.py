"""Who may call: keys, people, tokens, organizations; and who did what."""
