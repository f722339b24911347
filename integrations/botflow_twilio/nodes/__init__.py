"""The node types of this integration, and the calls of Twilio that they make."""
