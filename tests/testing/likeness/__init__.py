"""The Simulator held against the real runtime: the same conversations, and everything that a person notices."""
