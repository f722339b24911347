"""Sessions of people: read, changed, handed over to a person; and what is known of a contact."""
