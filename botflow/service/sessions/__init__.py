"""Sessions of people: read, changed, handed off to a person; and what is known of a contact."""
