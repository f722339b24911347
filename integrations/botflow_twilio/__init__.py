"""Twilio for botflow."""
