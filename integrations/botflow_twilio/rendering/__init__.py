"""Messages as Twilio takes them: parts, segments, numbered options, and the contents of WhatsApp's questions."""
