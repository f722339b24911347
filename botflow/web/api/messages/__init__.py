"""Messages over HTTP, and why they were or were not sent."""
