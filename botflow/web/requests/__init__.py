"""What routes read of a request, each up to a bound."""
