"""The other end: a subscriber that checks, stores and acknowledges."""
