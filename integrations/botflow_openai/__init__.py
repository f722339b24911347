"""OpenAI for botflow."""
